"""The work that begins when Slack has its acknowledgement, each piece once, and waited for at a stop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from adapters.slack.answering.people import FAILURES, reason
from bot.errors import BotError
from bot.ports import Clock, Store

logger = logging.getLogger(__name__)

GRACE_S: Final = 10.0

Job = Callable[[], Awaitable[None]]


class Work:
    """Pieces of work under way.

    A task that is begun here runs only when whoever begins it waits for something, which is when the
    acknowledgement has been written.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, key: str, job: Job, failed: Job, again: Job | None = None) -> None:
        """Do a job, or `again` where one with the same `key` was begun before.

        Where it fails, that is logged, and told by `failed`.
        """
        task = asyncio.create_task(self._do(key, job, failed, again))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _do(self, key: str, job: Job, failed: Job, again: Job | None) -> None:
        try:
            if await self._store.remember(f"slack {key}", self._clock()):
                await job()
            elif again is not None:
                await again()
        except BotError as error:
            logger.error("%s could not be answered: %s", key, error)
            await self._tell(failed())
        except FAILURES as error:  # whose words may hold a `response_url`, by which anybody could answer
            logger.error("%s could not be answered: %s", key, reason(error))
            await self._tell(failed())
        except Exception:  # one request that fails must not end the others unseen
            logger.exception("%s could not be answered", key)
            await self._tell(failed())

    async def _tell(self, telling: Awaitable[None]) -> None:
        try:
            await telling
        except FAILURES as error:
            logger.error("a failure could not be told: %s", reason(error))
        except Exception:  # nobody is left to be told
            logger.exception("a failure could not be told")

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self, grace_s: float = GRACE_S) -> None:
        """Wait `grace_s` seconds for what is under way, then end it."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=grace_s)
        for task in late:
            logger.warning("an answer was still under way at the stop")
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
