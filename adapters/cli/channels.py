"""How the command line names a channel: platform/workspace/channel, such as local/local/news."""

from bot.display import printable
from bot.errors import InvalidInput
from bot.model import Channel, WorkspaceId

MAX_NAME = 200


def read_channel(name: str) -> Channel:
    """Return the channel of a name as lists print it. Raises `InvalidInput`."""
    # Bytes that are no text in the shell's encoding come as lone surrogates.
    words = printable(name).split("/", 2)
    if len(words) < 3 or not all(word.strip() for word in words) or len(name) > MAX_NAME:
        raise InvalidInput("channel_unreadable", channel=printable(name)[:60])
    platform, workspace, id_ = words
    return Channel(platform=platform, workspace=WorkspaceId(workspace), id=id_)


def name_of(channel: Channel) -> str:
    """Return a channel's name as commands take it."""
    return f"{channel.platform}/{channel.workspace}/{channel.id}"
