"""The workspaces and channels of the local platform: enough to try what belongs to whom."""

import re
from dataclasses import dataclass
from typing import Final

from bot.model import Channel, Language, WorkspaceId

PLATFORM: Final = "local"

_POST: Final = re.compile(r"[0-9A-Za-z._:~-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A workspace with the channels in it, the first of which opens with it."""

    id: WorkspaceId
    channels: tuple[str, ...]


HOME: Final = Workspace(id=WorkspaceId("local"), channels=("news", "news-ja", "news-en"))
OTHER: Final = Workspace(id=WorkspaceId("elsewhere"), channels=("news",))
WORKSPACES: Final = {workspace.id: workspace for workspace in (HOME, OTHER)}

TOLD_IN: Final[dict[str, Language]] = {"news-ja": "ja", "news-en": "en"}
"""Channels whose digest is in a language of its own; the others take the operator's."""


def channel_of(workspace: str, channel: str) -> Channel | None:
    """Return the channel by its names in an address, or None where there is none."""
    known = WORKSPACES.get(WorkspaceId(workspace))
    if known is None or channel not in known.channels:
        return None
    return Channel(platform=PLATFORM, workspace=known.id, id=channel)


def address_of(page: str, channel: Channel, post_id: str) -> str | None:
    """Return where a post stands on the page of an address; None for what is no channel or post there."""
    is_here = channel_of(channel.workspace, channel.id) == channel and _POST.fullmatch(post_id)
    return f"{page}/c/{channel.workspace}/{channel.id}#post-{post_id}" if page and is_here else None


def first_channel(workspace: WorkspaceId) -> Channel:
    """Return the channel that a workspace opens with, in which its moderators do what they do elsewhere."""
    return Channel(platform=PLATFORM, workspace=workspace, id=WORKSPACES[workspace].channels[0])


NEWS: Final = first_channel(HOME.id)
"""The channel that the page opens with."""


def every_channel() -> list[Channel]:
    """Return every channel, in the order they are listed."""
    return [
        Channel(platform=PLATFORM, workspace=workspace.id, id=channel)
        for workspace in WORKSPACES.values()
        for channel in workspace.channels
    ]
