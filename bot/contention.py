"""Several at once: work that reads and then writes is done anew where somebody wrote in between."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from bot.errors import Conflict, InvalidInput

_ATTEMPTS: Final = 5
"""How often is looked again when somebody else was first."""

_T = TypeVar("_T")


async def again_on_conflict(work: Callable[[], Awaitable[_T]]) -> _T:
    """Do work that raises `Conflict` when somebody was first. Raises `InvalidInput` where it always does."""
    for _ in range(_ATTEMPTS):
        try:
            return await work()
        except Conflict:
            continue
    raise InvalidInput("changed_meanwhile")
