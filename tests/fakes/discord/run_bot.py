"""A real process of the bot on a pretend Discord; it dies at a named point when told.

`python -m tests.fakes.discord.run_bot --database URL --server URL --token TOKEN --data FOLDER [--at POINT]`

It posts; with `--listens` it answers too, as `ai-news run` does, while it has the lease of `--lease` seconds.
"""

import argparse
import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

from discord.http import Route

from adapters.discord.answering import answer
from adapters.discord.connection import connect
from adapters.discord.gateway import GatewayTerms
from bot.delivering.leases import Terms
from bot.engine import Engine
from bot.run import open_engine, ticking, until_signalled
from bot.settings import Settings
from tests.discord.world import QuickPlatform
from tests.fakes.run_bot import LEASE_S, POINTS, Watched

TERMS = Terms(lease_s=LEASE_S, first_retry_s=0.1, settle_again_s=0.1)
AT_DISCORDS_PACE = Terms(lease_s=4.0, first_retry_s=0.1, settle_again_s=0.1)
"""A second between two requests to a channel leaves enough of the lease for both."""

FIRST_REQUEST_S = 20.0
"""Longer than usual: on a busy machine none is sent twice, which tests take for two processes."""
GATEWAY = GatewayTerms(prolong_s=0.2, grace_s=1.0, retry_s=0.05, longest_retry_s=0.2, ready_s=0.05)


async def run(arguments: argparse.Namespace) -> None:
    settings = Settings(
        data_dir=arguments.data,
        database_url=arguments.database,
        seeds_dir="none",
        language="en",
        discord_api_url=arguments.server,
    )
    await (listen(settings, arguments) if arguments.listens else post(settings, arguments))


async def listen(settings: Settings, arguments: argparse.Namespace) -> None:
    answer.FIRST_REQUEST_S = FIRST_REQUEST_S
    terms = replace(GATEWAY, lease_s=arguments.lease)
    async with (
        open_engine(settings, checkpoints=True) as engine,
        connect(settings, engine, arguments.token, terms) as platform,
        ticking(engine, [platform], AT_DISCORDS_PACE),
    ):
        await asyncio.Event().wait()


async def post(settings: Settings, arguments: argparse.Namespace) -> None:
    Route.BASE = arguments.server
    async with AsyncExitStack() as stack:
        opened = await stack.enter_async_context(open_engine(settings, checkpoints=True))
        store = Watched(opened.store, arguments.at, "exit")
        platform = Watched(QuickPlatform(arguments.token, opened.store), arguments.at, "exit")
        stack.push_async_callback(platform.close)
        engine = Engine(store, opened.index, opened.names, opened.clock)
        await stack.enter_async_context(ticking(engine, [platform], TERMS))
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("--database", "--server", "--token", "--data"):
        parser.add_argument(name, required=True)
    parser.add_argument("--listens", action="store_true")
    parser.add_argument("--lease", type=float, default=GATEWAY.lease_s)
    parser.add_argument("--at", choices=[*POINTS, ""], default="")
    asyncio.run(until_signalled(run(parser.parse_args())))


if __name__ == "__main__":
    main()
