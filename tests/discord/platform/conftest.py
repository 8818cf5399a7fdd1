"""A platform on a pretend Discord that enforces its limits, over real sockets."""

import pytest
from discord.http import Route

from adapters.discord.posting.platform import DiscordPlatform
from bot.store import open_store
from tests.fakes.discord.server import DiscordServer, serving


@pytest.fixture
async def store(sqlite_url):
    store = await open_store(sqlite_url)
    yield store
    await store.close()


@pytest.fixture
async def discord(monkeypatch):
    """Return a pretend Discord that is served."""
    server = DiscordServer()
    async with serving(server) as url:
        monkeypatch.setattr(Route, "BASE", url)
        yield server


@pytest.fixture
async def platform(discord, store):
    platform = DiscordPlatform(discord.token, store)
    yield platform
    await platform.close()


@pytest.fixture
def guild(discord):
    return discord.guild()
