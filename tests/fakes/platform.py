"""A pretend chat platform that keeps its own ledger of accepted messages and can do things wrong."""

from datetime import datetime

from bot.errors import ChannelLost, PostDelayed, PostRejected, PostUncertain
from bot.message import Limits, Message
from bot.model import Channel, Post, WorkspaceId
from bot.pace import Pace


class Killed(BaseException):
    """The process died here."""


class PretendPlatform:
    """Accepts messages, one faulty answer at a time: `faults` are used up in order.

    Faults: `delay`, `reject` and `lose channel` refuse; `lose before` and `lose answer` time out without
    and with the message accepted; `kill before` and `kill after` end the process around the acceptance.
    """

    name = "local"
    limits = Limits(characters=2_000, block_characters=2_000, blocks=40)
    pace = Pace()

    def __init__(self, *faults: str) -> None:
        self.faults = list(faults)
        self.ledger: list[tuple[Channel, str, Message]] = []
        self.posts: list[Post] = []

    async def post(self, post: Post) -> str:
        fault = self.faults.pop(0) if self.faults else ""
        match fault:
            case "delay":
                raise PostDelayed("slow down", retry_after_s=30)
            case "reject":
                raise PostRejected("the message is invalid")
            case "lose channel":
                raise ChannelLost("no_permission")
            case "lose before":
                raise PostUncertain("no answer")
            case "kill before":
                raise Killed
        self.ledger.append((post.channel, post.key, post.message))
        self.posts.append(post)
        match fault:
            case "lose answer":
                raise PostUncertain("no answer")
            case "kill after":
                raise Killed
        return f"message-{len(self.ledger)}"

    async def find(self, post: Post, since: datetime) -> str | None:
        for number, (where, posted_key, _) in enumerate(self.ledger, start=1):
            if (where, posted_key) == (post.channel, post.key):
                return f"message-{number}"
        return None

    async def edit(self, post: Post, message_id: str) -> None:
        number = int(message_id.removeprefix("message-"))
        if number > len(self.ledger):
            raise PostRejected("the message is gone")
        self.ledger[number - 1] = (post.channel, post.key, post.message)

    async def shows(self, post: Post, message_id: str) -> bool:
        number = int(message_id.removeprefix("message-"))
        if number > len(self.ledger):
            raise PostRejected("the message is gone")
        return self.ledger[number - 1][2] == post.message

    async def desk(self, workspace: WorkspaceId) -> Channel | None:
        return Channel(platform=self.name, workspace=workspace, id="moderators")

    async def trouble(self) -> str:
        return ""
