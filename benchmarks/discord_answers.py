"""How soon Discord has an answer to `/ai-news` while 1,000 digests are being posted.

Prints one line. The bot is a process of its own, as `ai-news run` starts it, on a SQLite database in a
temporary folder with the seed stories; the pretend Discord of the tests runs here, takes what Discord takes
in a second, and asks. Counted is the time from the interaction's leaving Discord to its answer's arrival.
"""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bot.model import Channel, SubscriptionId, WorkspaceId
from bot.run import open_engine
from bot.settings import PACKAGED_SEEDS, Settings
from tests.discord.app import until
from tests.factories import make_subscription
from tests.fakes.discord.rates import Rule
from tests.fakes.discord.server import DiscordServer, serving
from tests.fakes.discord.state import Guild

REPOSITORY = Path(__file__).parent.parent
QUERIES = ("deepseek", "ディープシーク", "how much did it cost?", "openai", "help")
TOKEN = "pretend.discord.token"  # noqa: S105  of the pretend Discord
CHANNELS_A_SERVER = 50
CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
"""Answers to interactions do not count together (Discord's documentation on interactions)."""
WAIT_S = 0.05


async def subscribe(settings: Settings, guilds: list[Guild]) -> int:
    """Let every channel be due now; return how many there are."""
    async with open_engine(settings) as engine:
        now = engine.clock()
        count = 0
        for guild in guilds:
            for place in guild.channels:
                channel = Channel(platform="discord", workspace=WorkspaceId(str(guild.id)), id=str(place.id))
                await engine.store.add_subscription(
                    make_subscription(
                        id=SubscriptionId(str(place.id)), channel=channel, next_due_at=now, languages=("en",)
                    )
                )
                count += 1
    return count


def start(settings: Settings, url: str) -> subprocess.Popen[bytes]:
    """Start the bot."""
    environment = os.environ | {
        "AI_NEWS_DATA_DIR": str(settings.data_dir),
        "AI_NEWS_DISCORD_API_URL": url,
        "AI_NEWS_DISCORD_TOKEN": TOKEN,
        "AI_NEWS_WEB_PORT": "0",
        "PYTHONPATH": str(REPOSITORY),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "adapters", "run"],
        env=environment,
        cwd=settings.data_dir,
        stdout=subprocess.DEVNULL,
    )


async def measure(channels: int) -> None:
    """Print the figures."""
    server = DiscordServer(rate_scale=1.0, token=TOKEN)
    server.rates.rules[CALLBACK] = Rule(1_000_000, 1.0)
    guilds = [server.guild(f"guild {number}") for number in range(channels // CHANNELS_A_SERVER)]
    for guild in guilds:
        guild.bot.joined_at -= 86_400
        for number in range(CHANNELS_A_SERVER):
            guild.text(f"news {number}")
    asker = guilds[0].member("asker")
    place = guilds[0].channels[0]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=folder, seeds_dir=str(PACKAGED_SEEDS), language="en", time_zone="UTC")
        count = await subscribe(settings, guilds)
        async with serving(server) as url:
            bot = start(settings, url)
            try:
                await until(lambda: bool(server.commands.registered()))
                await until(lambda: bool(server.gateway.shards_connected and server.ledger))
                took, began_at = [], time.perf_counter()
                while (posted := posts(server)) < count:
                    answer = await asker.command(place, "ai-news", query=QUERIES[len(took) % len(QUERIES)])
                    took.append(answer.acknowledged_ms)
                    await asyncio.sleep(WAIT_S)
                lasted = time.perf_counter() - began_at
            finally:
                bot.send_signal(signal.SIGTERM)
                bot.wait()
    took.sort()
    sent = sum(message.kind == "post" for message in server.ledger)
    print(f"digests {posted} of {sent} messages in {lasted:.1f} s, {sent / lasted:.1f}/s, refused ", end="")
    print(f"{server.refused}; answers {len(took)}: ", end="")
    print(
        f"p50 {took[len(took) // 2]:.0f} ms  p99 {took[len(took) * 99 // 100]:.0f} ms  max {took[-1]:.0f} ms"
    )


def posts(server: DiscordServer) -> int:
    """Return how many digests stand."""
    return len({message.channel.id for message in server.ledger if message.kind == "post"})


def main() -> None:
    """Measure once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, default=1_000)
    asyncio.run(measure(parser.parse_args().channels))


if __name__ == "__main__":
    main()
