"""How soon Slack has its acknowledgement while 1,000 digests are composed and posted.

Prints one table. The bot is a process of its own, over SQLite in a temporary folder; a pretend Slack in
another tells it over Socket Mode or HTTP what members type, measures when the acknowledgement is there,
and takes 1,000 digests meanwhile, in 20 workspaces at Slack's pace. Everything is due when the bot starts.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from aiohttp import web

from adapters.slack.answering.app import build_app
from adapters.slack.http import EVENTS, build_web
from adapters.slack.installing.installations import Installed
from adapters.slack.posting.platform import SlackPlatform
from adapters.slack.socket import socket_mode
from adapters.slack.web_api import client_of, open_session
from bot.model import Channel, Workspace, WorkspaceId
from bot.run import open_engine, ticking, utc_now
from bot.settings import Settings
from tests.fakes.slack.server import SlackServer, serving

WORKSPACES = 20
CHANNELS = 1_000
PORT = 18_732
REPOSITORY = Path(__file__).parent.parent
QUESTIONS = ("deepseek", "ディープシーク", "stargate", "openai に訴訟はある？", "help")


class Installations:
    """The installations of the pretend Slack."""

    def __init__(self, tokens: dict[str, list[str]]) -> None:
        self._tokens = tokens

    async def installed(self, team: str, enterprise: str = "") -> Installed:
        """Return the installation of a workspace."""
        token, bot, bot_id = self._tokens[team]
        return Installed(
            id=team,
            enterprise="",
            name=team,
            bot_id=bot_id,
            bot_user=bot,
            token=token,
            installed_at=datetime(2026, 1, 1, tzinfo=UTC),
        )

    async def another(self, team: str, token: str, code: str) -> None:
        """End, for every token is good here."""
        raise SystemExit(f"the pretend Slack refused a token: {code}")

    def works(self) -> None:
        """Do nothing."""

    async def check(self, team: str) -> None:
        """Do nothing."""

    def trouble(self) -> str:
        """Return nothing."""
        return ""


async def run_bot(folder: Path, transport: str, given: dict[str, object]) -> None:
    """Be the bot until the parent ends it."""
    settings = Settings(
        data_dir=str(folder),
        language="ja",
        time_zone="Asia/Tokyo",
        slack_signing_secret=given["secret"],
        slack_client_secret="secret",  # noqa: S106
        slack_api_url=given["url"],
    )
    access = Installations(given["tokens"])
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(open_engine(settings))
        session = await stack.enter_async_context(open_session())
        for team in given["tokens"]:
            known = Workspace(
                platform="slack", id=WorkspaceId(team), name=team, language="ja", joined_at=utc_now()
            )
            await engine.store.join(known, None)
        for team, channel in given["channels"]:
            where = Channel(platform="slack", workspace=WorkspaceId(team), id=channel)
            await engine.subscribe(where, "ja", "Asia/Tokyo")
        platform = SlackPlatform(
            store=engine.store,
            workspaces=engine.workspaces,
            access=access,
            client_of=lambda token: client_of(settings, session, token),
            posted=lambda team: None,
            troubles=lambda: "",
        )
        app = build_app(engine, settings, client_of(settings, session), access, engine.clock)
        if transport == "socket":
            await stack.enter_async_context(socket_mode(app.bolt, given["app_token"]))
        else:
            runner = web.AppRunner(build_web(app.bolt, given["secret"], None, "ja"), access_log=None)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", PORT).start()
        print("ready", flush=True)
        await stack.enter_async_context(ticking(engine, [platform]))
        await asyncio.Event().wait()


async def measure(transport: str, digests: int, every_s: float) -> dict[str, float]:
    """Return how long acknowledgements took, in milliseconds, and what was posted meanwhile."""
    server = SlackServer()
    teams = [server.team(f"Team {number}") for number in range(WORKSPACES)]
    channels = [server.channel(teams[number % WORKSPACES], f"news-{number}") for number in range(digests)]
    members = [server.member(team) for team in teams]
    asking = [server.channel(team, "talk") for team in teams]
    with tempfile.TemporaryDirectory() as folder:
        async with serving(server) as url:
            given = {
                "url": url.rstrip("/"),
                "secret": server.signing_secret,
                "app_token": server.app_token,
                "tokens": {team.id: [team.bot_token, team.bot.id, team.bot_id] for team in teams},
                "channels": [(channel.team.id, channel.id) for channel in channels],
            }
            bot = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "benchmarks.acknowledging",
                "--bot",
                folder,
                transport,
                cwd=REPOSITORY,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            bot.stdin.write(json.dumps(given).encode() + b"\n")
            assert (await bot.stdout.readline()).strip() == b"ready"
            if transport == "http":
                server.request_url = f"http://127.0.0.1:{PORT}{EVENTS}"
            began, tasks = asyncio.get_running_loop().time(), []
            for number in count():
                which = number % WORKSPACES
                tasks.append(
                    asyncio.create_task(
                        members[which].command(asking[which], "/ai-news", QUESTIONS[number % len(QUESTIONS)])
                    )
                )
                await asyncio.sleep(every_s)
                posted = len({message.channel.id for message in server.posted()})
                if posted >= digests or asyncio.get_running_loop().time() - began > 300:
                    break
            took_s = asyncio.get_running_loop().time() - began
            asked = await asyncio.gather(*tasks)
            bot.kill()
            await bot.wait()
    late = [one for one in asked if one.acknowledged_ms is None]
    times = sorted(one.acknowledged_ms for one in asked if one.acknowledged_ms is not None)
    return {
        "digests": posted,
        "seconds": round(took_s, 1),
        "commands": len(asked),
        "never": len(late),
        "p50": round(times[len(times) // 2], 1),
        "p99": round(times[int(len(times) * 0.99)], 1),
        "most": round(times[-1], 1),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bot", nargs=2, metavar=("FOLDER", "TRANSPORT"), help=argparse.SUPPRESS)
    parser.add_argument("--digests", type=int, default=CHANNELS)
    parser.add_argument("--every", type=float, default=0.05, help="seconds between commands")
    options = parser.parse_args()
    if options.bot:
        folder, transport = options.bot
        asyncio.run(run_bot(Path(folder), transport, json.loads(sys.stdin.readline())))
        return
    print("| over | digests | in s | commands | never | p50 ms | p99 ms | most ms |")
    print("|---|---|---|---|---|---|---|---|")
    for transport in ("socket", "http"):
        found = asyncio.run(measure(transport, options.digests, options.every))
        print(f"| {transport} | " + " | ".join(str(value) for value in found.values()) + " |", flush=True)


if __name__ == "__main__":
    main()
