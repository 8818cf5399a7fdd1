"""A pretend chat platform that keeps its own ledger of accepted messages and can do things wrong."""

from collections.abc import Sequence
from datetime import datetime

from bot.delivering.copies import reads_alike
from bot.delivering.pace import Pace
from bot.errors import ChannelLost, PostDelayed, PostRejected, PostUncertain
from bot.message import Limits, Message
from bot.model import Channel, Post, WorkspaceId


class Killed(BaseException):
    """The process died here."""


class PretendPlatform:
    """Accepts messages, one faulty answer at a time: `faults` are used up in order.

    Faults: `delay`, `reject` and `lose channel` refuse; `lose before` and `lose answer` time out without
    and with the message accepted; `kill before` and `kill after` end the process around the acceptance.
    `edit_faults` are those of edits; `edited` has the key of each edit that was done.
    """

    name = "local"
    limits = Limits(characters=2_000, block_characters=2_000, blocks=40)
    pace = Pace()

    def __init__(self, *faults: str, edit_faults: Sequence[str] = ()) -> None:
        self.faults = list(faults)
        self.edit_faults = list(edit_faults)
        self.ledger: list[tuple[Channel, str, Message]] = []
        self.posts: list[Post] = []
        self.edited: list[str] = []
        self.deleted: set[str] = set()
        """Ids of messages that members took away."""

    async def post(self, post: Post) -> str:
        fault = self.faults.pop(0) if self.faults else ""
        _refuse(fault)
        self.ledger.append((post.channel, post.key, post.message))
        self.posts.append(post)
        _lose(fault)
        return f"message-{len(self.ledger)}"

    async def find(self, post: Post, since: datetime) -> str | None:
        for number, (where, posted_key, _) in enumerate(self.ledger, start=1):
            if (where, posted_key) == (post.channel, post.key):
                return f"message-{number}"
        return None

    async def edit(self, post: Post, message_id: str) -> None:
        fault = self.edit_faults.pop(0) if self.edit_faults else ""
        _refuse(fault)
        place = self._standing(message_id)
        self.ledger[place] = (post.channel, post.key, post.message)
        self.edited.append(post.key)
        _lose(fault)

    async def shows(self, post: Post, message_id: str) -> bool:
        return reads_alike(self.ledger[self._standing(message_id)][2], post.message)

    def _standing(self, message_id: str) -> int:
        place = int(message_id.removeprefix("message-")) - 1
        if place >= len(self.ledger) or message_id in self.deleted:
            raise PostRejected("the message is gone")
        return place

    async def address(self, channel: Channel, message_id: str) -> str | None:
        return None

    async def desk(self, workspace: WorkspaceId) -> Channel | None:
        return Channel(platform=self.name, workspace=workspace, id="moderators")

    async def trouble(self) -> str:
        return ""


def _refuse(fault: str) -> None:
    match fault:
        case "delay":
            raise PostDelayed("slow down", retry_after_s=30)
        case "reject":
            raise PostRejected("the message is invalid")
        case "lose channel":
            raise ChannelLost("no_permission")
        case "sign out":
            raise ChannelLost("signed_out")
        case "lose before":
            raise PostUncertain("no answer")
        case "kill before":
            raise Killed


def _lose(fault: str) -> None:
    match fault:
        case "lose answer":
            raise PostUncertain("no answer")
        case "kill after":
            raise Killed
