"""A real process of the bot that posts to a pretend Discord, and dies at a named point when told.

`python -m tests.fakes.run_discord_bot --database URL --server URL --token TOKEN --data FOLDER [--at POINT]`
"""

import argparse
import asyncio
from contextlib import AsyncExitStack

from discord.http import Route

from bot.engine import Engine
from bot.outbox import Terms
from bot.run import open_engine, ticking, until_signalled
from bot.settings import Settings
from tests.discord_world import QuickPlatform
from tests.fakes.run_bot import POINTS, Watched

TERMS = Terms(lease_s=1.5, first_retry_s=0.1, settle_again_s=0.1)


async def run(arguments: argparse.Namespace) -> None:
    Route.BASE = arguments.server
    settings = Settings(
        data_dir=arguments.data, database_url=arguments.database, seeds_dir="none", language="en"
    )
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
    parser.add_argument("--at", choices=[*POINTS, ""], default="")
    asyncio.run(until_signalled(run(parser.parse_args())))


if __name__ == "__main__":
    main()
