"""What an answer of Discord's that is no success means for a message, pure.

Codes and their meaning are those of Discord's documentation (topics: opcodes and status codes).
"""

from typing import Final, Literal

from bot.errors import ChannelLost, LossReason, PostDelayed, PostFailed, PostRejected, PostUncertain

UNKNOWN_CHANNEL: Final = 10003
UNKNOWN_SERVER: Final = 10004
UNKNOWN_MESSAGE: Final = 10008
ALREADY_CROSSPOSTED: Final = 40033
MISSING_ACCESS: Final = 50001
MISSING_PERMISSIONS: Final = 50013
ARCHIVED_THREAD: Final = 50083
THREAD_EXISTS: Final = 160004
LOCKED_THREAD: Final = 160005

REFUSED_TOKEN_S: Final = 300.0
"""How long nothing is asked after Discord has refused the token: it bans who asks on."""

BANNED_S: Final = 600.0
"""How long nothing is asked where the page before Discord answers in its place without saying how long."""

LEAST_WAIT_S: Final = 1.0
LONGEST_WAIT_S: Final = 86_400.0
"""Discord's longest limits are counted by the day; a wait beyond is no answer of it."""

TOKEN_REFUSED: Final = "Discord refuses the bot's token"  # noqa: S105 – a sentence

_LOST: Final[dict[int, tuple[LossReason, str]]] = {
    UNKNOWN_CHANNEL: ("deleted", ""),
    UNKNOWN_SERVER: ("deleted", "the server is gone"),
    MISSING_ACCESS: ("no_permission", "it cannot see the channel"),
    MISSING_PERMISSIONS: ("no_permission", ""),
    ARCHIVED_THREAD: ("archived", ""),
    LOCKED_THREAD: ("archived", "the thread is locked"),
    40058: ("no_permission", "a forum takes no messages outside of its posts"),
    50007: ("no_permission", "it may not write to that person"),
    50008: ("no_permission", "this kind of channel takes no messages"),
    50024: ("no_permission", "this kind of channel takes no messages"),
    50278: ("no_permission", "it may not write to that person"),
}

_REJECTED: Final[dict[int, str]] = {
    50005: "somebody else wrote the message",
    50021: "Discord itself wrote the message",
    40067: "the forum wants a tag for every post",
    200000: "the server's AutoMod has blocked it",
    200001: "the server's AutoMod has blocked its title",
    240000: "Discord takes a link in it for harmful",
}

_DELAYED: Final[dict[int, str]] = {
    20016: "slow mode",
    20022: "too many edits of announcements",
    20028: "the channel has had too many messages",
    20029: "the server has had too many messages",
    30046: "too many edits of an old message",
    40062: "Discord is busy",
    130000: "Discord is overloaded",
    160006: "the server has too many active threads",
    160007: "the server has too many active announcement threads",
}

Stage = Literal["preparing", "sending", "editing"]
"""While preparing, nothing was sent yet, so that an answer that never came leaves no doubt."""


class Refusal(Exception):
    """An answer of Discord's with a code of its own that says no: `stage` tells to what."""

    def __init__(self, status: int, code: int, text: str, stage: Stage) -> None:
        super().__init__(_line(status, code, text))
        self.code = code
        self.failure = refused(status, code, text, stage)


def refused(status: int, code: int, text: str, stage: Stage) -> PostFailed:
    """Return the failure that Discord's answer with a status of 400 or more means, but for 429.

    `code` is Discord's own, 0 where it gave none, and `text` what it says about it.
    """
    if status == 401 or code == 50014:
        return PostDelayed(TOKEN_REFUSED, REFUSED_TOKEN_S, everywhere=True)
    if code in _LOST:
        return ChannelLost(*_LOST[code])
    if code in _REJECTED:
        return PostRejected(_REJECTED[code])
    if code in _DELAYED:
        return PostDelayed(_DELAYED[code], None)
    if code == UNKNOWN_MESSAGE:
        return PostRejected(
            "the message is gone" if stage == "editing" else "it was posted, and deleted there"
        )
    return _by_status(status, _line(status, code, text), stage, is_discords=code != 0)


def _by_status(status: int, line: str, stage: Stage, *, is_discords: bool) -> PostFailed:
    if status >= 500:
        return unanswered(line, stage)
    if status in {400, 413, 415, 422}:
        return PostRejected(line) if stage != "preparing" else PostDelayed(line, None)
    if status == 403 and not is_discords:
        return PostDelayed(line, BANNED_S, everywhere=True)
    return PostDelayed(line, None)


def unanswered(reason: str, stage: Stage) -> PostFailed:
    """Return the failure of a request of which nobody knows what became."""
    if stage == "sending":
        return PostUncertain(reason)
    return PostDelayed(reason, None)


def throttled(retry_after_s: float | None, *, everywhere: bool) -> PostDelayed:
    """Return the failure that a 429 means; `everywhere` where it is not about one route alone.

    A wait that is absurd is made one that can be kept: from a second to a day.
    """
    if retry_after_s is None or retry_after_s != retry_after_s:  # NaN
        return PostDelayed("too many requests", BANNED_S if everywhere else None, everywhere=everywhere)
    wait_s = min(max(retry_after_s, LEAST_WAIT_S), LONGEST_WAIT_S)
    return PostDelayed("too many requests", wait_s, everywhere=everywhere)


def _line(status: int, code: int, text: str) -> str:
    said = " ".join(text.split())[:300]
    return f"Discord answered {status} (code {code}): {said}" if said else f"Discord answered {status}"
