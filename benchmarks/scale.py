"""Whole lookups among many stories, brought in by the real `ai-news import`, next to plain SQLite FTS5.

`python -m benchmarks.scale --stories 100000`. The stories are made up: Japanese and English news of
about 350 characters (`benchmarks.made_up_news`). One import runs through; a second one, into another
folder, is killed half way and run again. Then one `ai-news ask -` answers everything, and FTS5 looks
the same words up in the tokens that the import left in the database, and reads the stories it finds.
"""

import argparse
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Final

import numpy as np

from benchmarks.made_up_news import line, queries
from bot.language import Names, tokens

ROOT: Final = Path(__file__).parent.parent
FOUND: Final = 5
"""Stories an answer has: what `ai-news ask` shows when nobody says otherwise."""

TIME_S: Final = 20.0
"""After this long on one kind of query FTS5 is asked no more of that kind."""

Kinds = dict[str, list[str]]
Times = dict[str, list[float]]


# The command.


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a run of `ai-news` went."""

    output: str
    elapsed_s: float
    peak_mb: float


def ai_news(data: Path, *arguments: str, given: Path = Path(os.devnull), kill_after_s: float = 0) -> Run:
    """Run a command to its end with a file as its input, or kill it after some seconds."""
    begin = time.perf_counter()
    with given.open("rb") as stdin, TemporaryFile() as stdout:
        process = subprocess.Popen(
            [sys.executable, "-m", "adapters", *arguments],
            env=environment(data),
            stdin=stdin,
            stdout=stdout,
        )
        if kill_after_s:
            time.sleep(kill_after_s)
            process.kill()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != (-signal.SIGKILL if kill_after_s else 0):
            raise SystemExit(f"ai-news {' '.join(arguments)} ended with status {process.returncode}")
        stdout.seek(0)
        output = stdout.read().decode()
    return Run(output=output, elapsed_s=time.perf_counter() - begin, peak_mb=usage.ru_maxrss / 1024)


def environment(data: Path) -> dict[str, str]:
    """Return the environment of a user whose data folder is `data` and who takes no seeds."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(data),
        "PYTHONPATH": str(ROOT),
        "LANG": "C.UTF-8",
        "AI_NEWS_DATA_DIR": str(data),
        "AI_NEWS_SEEDS_DIR": "none",
    }


# Lookups, in milliseconds by kind of query.


def lookups(data: Path, asked: Kinds) -> tuple[Times, str]:
    """Ask `ai-news ask -` everything, one kind after another; return the times, and what else to tell."""
    given = data / "queries.txt"
    given.write_text("".join(f"{query}\n" for kind in asked.values() for query in kind), encoding="utf-8")
    run = ai_news(data, "ask", "-", "--json", given=given)
    answers = iter(map(json.loads, run.output.splitlines()))
    times: Times = {}
    found = 0
    for kind, kind_queries in asked.items():
        for query in kind_queries:
            answer = next(answers)
            if answer["query"] != query:
                raise SystemExit(f"{query} was not answered in its turn")
            found += bool(answer["stories"])
            times.setdefault(kind, []).append(answer["elapsed_ms"])
    share = found / sum(map(len, times.values()))
    return times, f"ai-news ask - (peak {run.peak_mb:.0f} MB, {share:.1%} found something)"


def fts5_lookups(data: Path, asked: Kinds) -> tuple[Times, float]:
    """Look everything up with FTS5; return the times, and the seconds that building it took."""
    names = Names(())
    with closing(sqlite3.connect(data / "ai-news.db")) as store, closing(sqlite3.connect(":memory:")) as fts:
        built_s = build_fts5(store, fts)
        times: Times = {}
        for kind, kind_queries in asked.items():
            end = time.perf_counter() + TIME_S
            for query in kind_queries:
                begin = time.perf_counter()
                search_fts5(store, fts, tokens(query, names))
                times.setdefault(kind, []).append((time.perf_counter() - begin) * 1000)
                if time.perf_counter() > end:
                    break
    return times, built_s


def build_fts5(store: sqlite3.Connection, fts: sqlite3.Connection) -> float:
    """Index the tokens that the store has of each story; return the seconds that FTS5 took."""
    fts.execute(
        "CREATE VIRTUAL TABLE story USING fts5(text, content='', tokenize='unicode61 remove_diacritics 0')"
    )
    stored = store.execute("SELECT rowid, tokens FROM stories")
    elapsed = 0.0
    while rows := stored.fetchmany(1_000):
        texts = [(number, " ".join(chain(*json.loads(told).values()))) for number, told in rows]
        begin = time.perf_counter()
        fts.executemany("INSERT INTO story (rowid, text) VALUES (?, ?)", texts)
        elapsed += time.perf_counter() - begin
    return elapsed


def search_fts5(store: sqlite3.Connection, fts: sqlite3.Connection, query: Sequence[str]) -> list[str]:
    """Return the stories with any of the words, best by BM25 first."""
    # Tokens for sounds are no words; neither this nor ours takes anything typed for an operator.
    phrase = " OR ".join(f'"{token}"' for token in query if not token.startswith("~"))
    ranked = fts.execute("SELECT rowid FROM story WHERE story MATCH ? ORDER BY rank LIMIT ?", (phrase, FOUND))
    return [
        store.execute("SELECT document FROM stories WHERE rowid = ?", row).fetchone()[0]
        for row in ranked.fetchall()
    ]


# The tables.


def measure(count: int, scratch: Path) -> Iterator[str]:
    """Yield the lines of the report."""
    given = scratch / "stories.jsonl"
    with given.open("w", encoding="utf-8") as file:
        file.writelines(f"{line(number)}\n" for number in range(count))
    size, load = given.stat().st_size / 1e6, os.getloadavg()[0]
    yield f"{count:,} stories ({size:,.0f} MB), {os.cpu_count()} cores under a load of {load:.1f}"
    yield ""
    yield "| import | s | stories/s | peak MB | report | in the store |"
    yield "|---|---|---|---|---|---|"
    data, killed = scratch / "whole", scratch / "killed"
    data.mkdir()
    killed.mkdir()
    whole = ai_news(data, "import", str(given))
    yield import_row("in one go", count, whole, data)
    ai_news(killed, "import", str(given), kill_after_s=whole.elapsed_s / 2)
    yield f"| killed half way | {whole.elapsed_s / 2:.0f} | | | | {stored(killed):,} |"
    yield import_row("run again", count, ai_news(killed, "import", str(given)), killed)
    yield ""
    asked = queries(count)
    ours, name = lookups(data, asked)
    theirs, built_s = fts5_lookups(data, asked)
    yield "| whole lookup, ms p50/p95/p99 | " + " | ".join(asked) + " |"
    yield "|---" * (len(asked) + 1) + "|"
    yield lookup_row(name, ours)
    yield lookup_row(f"SQLite FTS5 (built in {built_s:.0f} s)", theirs)


def import_row(name: str, count: int, run: Run, data: Path) -> str:
    """Return what is told of an import."""
    rate = count / run.elapsed_s
    report = run.output.strip()
    return f"| {name} | {run.elapsed_s:.0f} | {rate:,.0f} | {run.peak_mb:.0f} | {report} | {stored(data):,} |"


def stored(data: Path) -> int:
    """Return how many stories the database has, each with one revision."""
    with closing(sqlite3.connect(data / "ai-news.db")) as store:
        ((stories, revisions),) = store.execute(
            "SELECT (SELECT count(*) FROM stories), (SELECT count(*) FROM revisions)"
        )
    if stories != revisions:
        raise SystemExit(f"{stories} stories have {revisions} revisions")
    return int(stories)


def lookup_row(name: str, times: Times) -> str:
    """Return what is told of one contender's lookups."""
    figures = (np.percentile(kind_times, [50, 95, 99]) for kind_times in times.values())
    return f"| {name} | " + " | ".join(f"{p50:.1f}/{p95:.1f}/{p99:.1f}" for p50, p95, p99 in figures) + " |"


def main() -> None:
    """Measure and print, a line as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="where to leave what was made, for a closer look")
    options = parser.parse_args()
    with TemporaryDirectory() as scratch:
        for line in measure(options.stories, options.folder or Path(scratch)):
            print(line, flush=True)


if __name__ == "__main__":
    main()
