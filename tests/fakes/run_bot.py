"""A real process of the bot on the pretend chat platform, which dies or stops at a named point when told.

`python -m tests.fakes.run_bot --database URL --server URL --data FOLDER [--at POINT] [CHANNEL…]`
"""

import argparse
import asyncio
import os
import signal
from contextlib import AsyncExitStack
from typing import Any

from bot.delivering.leases import Terms
from bot.engine import Engine
from bot.model import Channel, WorkspaceId
from bot.run import open_engine, ticking, until_signalled
from bot.settings import Settings
from tests.fakes.chat_platform import ChatPlatform

DIED = 77
LEASE_S = 3.0
"""Longer than a busy machine takes to answer a post; not so long that tests wait for nothing else."""
STEPS = {
    "compose": "due_subscriptions",
    "publish": "publish",
    "claim": "claim_deliveries",
    "find": "find",
    "post": "post",
    "settle": "settle",
    "edit": "edit",
    "look": "shows",
    "stop": "stop_subscription",
    "release": "release",
    "close": "close",
}
POINTS = [f"{when} {step}" for step in STEPS for when in ("before", "after")]
CHANNELS = ("one", "two", "three")
HOME = WorkspaceId("home")


def reach(action: str) -> None:
    """End here, without anything being closed; or be stopped, until somebody lets the process go on."""
    if action == "exit":
        os._exit(DIED)
    os.kill(os.getpid(), signal.SIGSTOP)


class Watched:
    """A store or platform as it is, save that a named step of it ends or stops the process."""

    def __init__(self, inner: Any, point: str, action: str) -> None:
        self._inner = inner
        self._when, _, step = point.partition(" ")
        self._step = STEPS.get(step)
        self._action = action

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return self._stepped(found) if name == self._step else found

    def _stepped(self, method: Any) -> Any:
        async def step(*arguments: Any) -> Any:
            if self._when == "before":
                self._reach()
            result = await method(*arguments)
            # A claim or a list of what is due that holds nothing is not the step that is meant.
            if self._when == "after" and result != []:
                self._reach()
            return result

        return step

    def _reach(self) -> None:
        if self._step is not None:
            if self._action == "stop":
                self._step = None
            reach(self._action)


async def run(arguments: argparse.Namespace) -> None:
    settings = Settings(
        data_dir=arguments.data, database_url=arguments.database, seeds_dir="none", language="en"
    )
    terms = Terms(lease_s=arguments.lease, first_retry_s=arguments.retry, settle_again_s=0.1)
    platform = Watched(ChatPlatform(arguments.server), arguments.at, arguments.do)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(platform.close)
        opened = await stack.enter_async_context(open_engine(settings, checkpoints=True))
        store = Watched(opened.store, arguments.at, arguments.do)
        engine = Engine(store, opened.index, opened.names, opened.clock)
        for name in arguments.channels:
            channel = Channel(platform="chat", workspace=HOME, id=name)
            await engine.subscribe(channel, "en", "UTC")
        await stack.enter_async_context(ticking(engine, [platform], terms))
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("--database", "--server", "--data"):
        parser.add_argument(name, required=True)
    parser.add_argument("--lease", type=float, default=LEASE_S)
    parser.add_argument("--retry", type=float, default=0.1)
    parser.add_argument("--at", choices=[*POINTS, ""], default="")
    parser.add_argument("--do", choices=["exit", "stop"], default="exit")
    parser.add_argument("channels", nargs="*", default=CHANNELS)
    asyncio.run(until_signalled(run(parser.parse_args())))


if __name__ == "__main__":
    main()
