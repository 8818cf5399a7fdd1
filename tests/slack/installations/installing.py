"""How people install the app, and what is kept of it."""

from adapters.slack.installing.installations import SHELF
from bot.model import Channel, WorkspaceId
from bot.store import open_store
from tests.factories import make_post


def post_to(channel, **over):
    place = Channel(platform="slack", workspace=WorkspaceId(channel.team.id), id=channel.id)
    return make_post(**{"channel": place} | over)


async def install(bot, member):
    """Let somebody install the app in their browser; return what it shows in the end."""
    return await member.install(f"{bot.page}slack/install")


async def says(bot, trouble):
    return trouble in await bot.platform.trouble()


async def kept(database_url):
    store = await open_store(database_url)
    try:
        return await store.shelf(SHELF)
    finally:
        await store.close()
