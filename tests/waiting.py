"""Waiting for what other tasks, processes and servers make so."""

import asyncio

PATIENCE_S = 120.0
"""Far more than it takes: a loaded machine is slow, and only what never comes about shall fail."""


async def until(true, patience_s=PATIENCE_S):
    """Wait until something is so, and return it; a function or a coroutine function tells.

    Raises `TimeoutError` when it does not come about.
    """
    async with asyncio.timeout(patience_s):
        while True:
            found = true()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(0.02)
