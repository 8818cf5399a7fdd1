"""What is posted to the pretend Discord, and the requests that do it."""

from contextlib import asynccontextmanager
from datetime import timedelta

from adapters.discord.posting.platform import DiscordPlatform
from bot.message import Heading, Message, paragraph
from bot.model import Channel, WorkspaceId
from bot.run import utc_now
from tests.factories import make_post

TODAY = Message((Heading("Today"), paragraph("One story.")), "en")


CREATE = "POST /channels/{channel_id}/messages"


OPEN = "POST /channels/{channel_id}/threads"


THREAD = "POST /channels/{channel_id}/messages/{message_id}/threads"


CROSSPOST = "POST /channels/{channel_id}/messages/{message_id}/crosspost"


EDIT = "PATCH /channels/{channel_id}/messages/{message_id}"


CHANNEL = "GET /channels/{channel_id}"


HISTORY = "GET /channels/{channel_id}/messages"


def post_to(channel, message=TODAY, key="digest.1", **over):
    """Return a post for a channel of the pretend Discord."""
    return make_post(channel=named(channel), message=message, key=key, **over)


def named(channel):
    return Channel(platform="discord", workspace=WorkspaceId(str(channel.guild.id)), id=str(channel.id))


def lately():
    return utc_now() - timedelta(seconds=1)


@asynccontextmanager
async def another(discord, store, token=None):
    """Yield a platform that knows nothing yet."""
    platform = DiscordPlatform(token or discord.token, store)
    yield platform
    await platform.close()


def below(number):
    """Return a message for the thread of its opener."""
    return Message((paragraph(f"Story {number}"),), "en", in_thread=True)
