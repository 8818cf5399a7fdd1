"""What a watcher of a channel knows of it, pure, so that it is told what came since and nothing is missed."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from bot.model import Delivery

LATE_COMMIT: Final = timedelta(seconds=60)
"""How much later than it was settled a post, or its edit, may appear in the store; clocks of other machines
included."""

_EPOCH: Final = datetime.fromtimestamp(0, UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_PLACE: Final = re.compile(r"(?P<newest>[0-9A-Za-z._:-]{1,64})(?:@(?P<edited>\d{1,14}))?")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A post that has come, or was edited, and the place in the channel's life that is known with it."""

    post: Delivery
    place: str


_State = tuple[datetime | None, datetime | None]


def _state(post: Delivery) -> _State:
    return post.settled_at, post.edited_at


@dataclass(slots=True)
class Known:
    """The newest post, when the newest edit of any post was, and how each post stood."""

    newest: Delivery | None = None
    edited_at: datetime = _EPOCH
    _states: dict[str, _State] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """What is known in one word, which `upto` reads; nothing where nothing is."""
        return f"{self.newest.id}@{(self.edited_at - _EPOCH) // _MILLISECOND}" if self.newest else ""

    @classmethod
    def upto(cls, place: str, posts: Sequence[Delivery]) -> Self:
        """Return what is known at a place; nothing where its post is not among `posts`.

        What was settled or edited shortly before is left out: another process may have committed it later.
        """
        found = _PLACE.fullmatch(place)
        newest = next((post for post in posts if found and post.id == found["newest"]), None)
        if found is None or newest is None or newest.settled_at is None:
            return cls()
        known = cls(newest, _EPOCH + int(found["edited"] or 0) * _MILLISECOND)
        settled_by, edited_by = newest.settled_at - LATE_COMMIT, known.edited_at - LATE_COMMIT
        for post in posts:
            is_sure = post is newest or _is_upto(post.settled_at, settled_by)
            if is_sure and _is_upto(post.edited_at, edited_by):
                known._states[post.id] = _state(post)
        return known

    def __contains__(self, post: Delivery) -> bool:
        return self._states.get(post.id) == _state(post)

    def has_any(self, posts: Iterable[Delivery]) -> bool:
        """Return whether one of the posts is known, if only as it read before."""
        newest = self.newest.id if self.newest else None
        return any(post.id in self._states or post.id == newest for post in posts)

    def add(self, post: Delivery) -> None:
        """Know a post from now on, as it reads now."""
        self._states[post.id] = _state(post)
        self.edited_at = max(self.edited_at, post.edited_at or _EPOCH)
        if self.newest is None or not _is_upto(post.settled_at, self.newest.settled_at or _EPOCH):
            self.newest = post


def _is_upto(at: datetime | None, latest: datetime) -> bool:
    return at is None or at <= latest


def place_of(posts: Iterable[Delivery]) -> str:
    """Return the place in a channel's life that is known to who has read these posts."""
    known = Known()
    for post in posts:
        known.add(post)
    return known.place
