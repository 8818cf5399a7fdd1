"""The use cases, one method each. Everything a platform adapter or the command line can do is here."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.commands import Command
from bot.lookup import Answer
from bot.message import Limits, Message
from bot.model import Actor, Channel, Language, Source, Story, Subscription, WorkspaceId
from bot.names import Names
from bot.ports import Clock, Index, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What loading stories did: how many were new, changed, or already as given."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


class Engine:
    """The use cases over one store and one index."""

    def __init__(self, store: Store, index: Index, names: Names, clock: Clock) -> None:
        self.store = store
        self.index = index
        self.names = names
        self.clock = clock

    async def follow_store(self) -> int:
        """Bring the index up to the store; return how many stories changed."""
        raise NotImplementedError

    async def save(self, stories: Sequence[Story], actor: str, reason: str) -> Saved:
        """Save stories made elsewhere (seeds, imports) under their ids: new ones are added, changed ones edited."""
        raise NotImplementedError

    async def add(
        self, text: str, source: Source, published_at: datetime | None, actor: Actor, workspace: WorkspaceId
    ) -> list[Story]:
        """Cut an article into stories and publish them. Raises `InvalidInput` where there is no story in it."""
        raise NotImplementedError

    async def answer(self, query: str, actor: Actor, limit: int = 5) -> Answer:
        """Look something up."""
        raise NotImplementedError

    async def reply(self, command: Command, actor: Actor, channel: Channel) -> Message:
        """Do what a command asks and word the reply. A `UserError` becomes a reply here, and only here."""
        raise NotImplementedError

    async def subscribe(self, channel: Channel, language: Language, time_zone: str) -> Subscription:
        """Subscribe a channel with the defaults, its first digest due at once; a known channel keeps what it has."""
        raise NotImplementedError

    async def preview(self, channel: Channel, language: Language, time_zone: str) -> Message:
        """Return the digest that the channel would get now, without posting it."""
        raise NotImplementedError

    async def compose_due(self, limits: Mapping[str, Limits]) -> int:
        """Publish the digests that are due on the platforms given; return how many."""
        raise NotImplementedError
