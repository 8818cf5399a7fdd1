"""A real process of the bot on a pretend Slack, connected as `ai-news run` does, which dies at a named point.

`python -m tests.fakes.slack.run_bot --database URL --server URL --token TOKEN --team ID --data DIR CHANNEL…`
"""

import argparse
import asyncio
from contextlib import AsyncExitStack

from adapters.slack.connection import connect
from adapters.slack.mode import mode_of
from bot.delivering.leases import Terms
from bot.engine import Engine
from bot.model import Channel, WorkspaceId
from bot.run import open_engine, ticking, until_signalled
from bot.settings import Settings
from tests.fakes.run_bot import POINTS, Watched


async def run(arguments: argparse.Namespace) -> None:
    settings = Settings(
        data_dir=arguments.data,
        database_url=arguments.database,
        seeds_dir="none",
        language="en",
        slack_bot_token=arguments.token,
        slack_signing_secret="secret",
        slack_api_url=arguments.server,
    )
    terms = Terms(lease_s=8.0, first_retry_s=0.1, settle_again_s=0.1)
    async with AsyncExitStack() as stack:
        opened = await stack.enter_async_context(open_engine(settings, checkpoints=True))
        connection = await stack.enter_async_context(connect(settings, opened, mode_of(settings)))
        platform = Watched(connection.platform, arguments.at, "exit")
        store = Watched(opened.store, arguments.at, "exit")
        engine = Engine(store, opened.index, opened.names, opened.clock)
        for name in arguments.channels:
            channel = Channel(platform="slack", workspace=WorkspaceId(arguments.team), id=name)
            await engine.subscribe(channel, "en", "UTC")
        await stack.enter_async_context(ticking(engine, [platform], terms))
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("--database", "--server", "--token", "--team", "--data"):
        parser.add_argument(name, required=True)
    parser.add_argument("--at", choices=[*POINTS, ""], default="")
    parser.add_argument("channels", nargs="+")
    asyncio.run(until_signalled(run(parser.parse_args())))


if __name__ == "__main__":
    main()
