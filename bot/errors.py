"""The one error tree. Errors for people carry a sentence; errors for machines carry data."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal

LossReason = Literal["deleted", "archived", "no_permission", "signed_out"]

LOSSES: Final[dict[LossReason, str]] = {
    "deleted": "the channel is gone",
    "archived": "the channel is archived",
    "no_permission": "the bot may not post there",
    "signed_out": "the workspace has signed the bot out",
}


def loss_of(trouble: str) -> LossReason | None:
    """Return the reason that a subscription's `trouble`, the text of a `ChannelLost`, begins with."""
    return next((why for why, told in LOSSES.items() if trouble.startswith(told)), None)


class BotError(Exception):
    """Something this program foresaw went wrong."""


# For people: shown as a reply, never with a stack trace.


class UserError(BotError):
    """The request cannot be done; the message says what to do instead.

    `key` names the sentence in `bot/locales`, `facts` fill its blanks, so that one error reads
    well in every language. `field` is the name of the form's field that it is about, where it is about one.
    """

    def __init__(self, key: str, *, field: str = "", **facts: object) -> None:
        super().__init__(f"{key} {facts}" if facts else key)
        self.key = key
        self.field = field
        self.facts = facts


@contextmanager
def about(field: str) -> Iterator[None]:
    """Let what is refused meanwhile be about a field of a form, unless it names one itself."""
    try:
        yield
    except UserError as error:
        error.field = error.field or field
        raise


class NotFound(UserError):
    """What was asked for does not exist, or the asker may not see it."""


class NotAllowed(UserError):
    """The asker may not do this."""


class InvalidInput(UserError):
    """Text, a file or a setting that cannot be used as given."""


class InvalidSchedule(UserError):
    """A timetable that never comes, comes too often, or cannot be read."""


class InvalidSettings(BotError):
    """Settings that cannot be used; one line for each, `VARIABLE: what is wrong; what to do`."""


class InvalidSeed(BotError):
    """A seed file that cannot be read as stories or topics.

    The message reads `file:line: what is wrong; what to do`.
    """

    def __init__(self, file: str, line: int, problem: str) -> None:
        super().__init__(f"{file}:{line}: {problem}")
        self.file = file
        self.line = line
        self.problem = problem


# For machines.


class StoreError(BotError):
    """The database cannot do its work; the message is one line that says what to do."""


class Conflict(StoreError):
    """Somebody else was first: the revision, the digest's occurrence or the lease is no longer ours."""


class DigestFailed(BotError):
    """Something is wrong with one subscription alone; the message names it."""


FetchTrouble = Literal[
    "not_web", "has_login", "odd_port", "not_public", "unknown_host", "unreachable", "not_trusted",
    "too_slow", "too_large", "too_many_redirects", "not_found", "refused", "broken", "not_text",
]  # fmt: skip


class FetchFailed(BotError):
    """Nothing can be read at an address; `why` has a sentence of its own in `bot/locales`."""

    def __init__(self, why: FetchTrouble, detail: str = "") -> None:
        super().__init__(f"{why} ({detail})" if detail else why)
        self.why: FetchTrouble = why
        self.detail = detail


class PostFailed(BotError):
    """A platform did not take a message."""


class PostDelayed(PostFailed):
    """The platform asks to wait `retry_after_s` seconds before trying again; nothing was posted.

    None means that it does not say how long. `everywhere` means that no channel of the platform may be
    posted to until then.
    """

    def __init__(self, reason: str, retry_after_s: float | None, *, everywhere: bool = False) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s
        self.everywhere = everywhere


class PostRejected(PostFailed):
    """The platform will never take this message for this channel."""


class ChannelLost(PostRejected):
    """The channel takes no message at all until somebody does something about it."""

    def __init__(self, why: LossReason, detail: str = "") -> None:
        super().__init__(f"{LOSSES[why]} ({detail})" if detail else LOSSES[why])
        self.why: LossReason = why


class PostUncertain(PostFailed):
    """The platform may or may not have taken the message: look it up by its key before trying again."""
