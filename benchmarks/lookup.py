"""How fast stories are found, next to tantivy and SQLite FTS5 over the same made-up stories, in one table.

`python -m benchmarks.lookup --stories 100000`. Every contender builds in one process and searches in
another, so that its memory is its own. For each kind of query: p50/p95/p99 in milliseconds, and how
much of BM25's exact top ten was found (of equal scores any may be in it).
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import tantivy

from bot.index import PostingsIndex, bm25
from bot.model import PUBLIC, IndexEntry, StoryId, WorkspaceId

ROOT: Final = Path(__file__).parent.parent
NOW: Final = datetime(2026, 11, 23, tzinfo=UTC)
SEED: Final = 20261123
BATCH: Final = 5_000
WORDS: Final = 120_000
TOPICS: Final = 2_000
TOPIC_WORDS: Final = 300
COMMON: Final = "ai"
"""Stands in half of all stories."""
STOP_WORDS: Final = 40
"""So many of the most frequent words are never asked for: a lookup drops them."""
QUERIES: Final = 300
TIME_S: Final = 20.0
"""After this long on one kind of query no more of that kind are asked."""
ASKER: Final = WorkspaceId("asker")

Tokens = tuple[str, ...]
Search = Callable[[Tokens], list[int]]
"""Returns the numbers of the ten best stories."""


# Stories: tokens as `bot.language` makes them, half of them Japanese, frequent by Zipf's law.


def vocabulary() -> np.ndarray:
    """Return words, the most frequent first, every other one in Japanese letters."""
    random = np.random.default_rng(SEED)
    japanese = [chr(code) for code in (*range(0x30A2, 0x30EE), *range(0x4E00, 0x5200))]
    scripts = [japanese, list("abcdefghijklmnoprstuvwy")]
    words: dict[str, None] = {}
    while len(words) < WORDS:
        script = len(words) % 2
        letters = random.integers(0, len(scripts[script]), random.integers(2, 5) + 3 * script)
        words["".join(scripts[script][letter] for letter in letters)] = None
    return np.array(list(words), object)


def stories(count: int) -> Iterator[list[Tokens]]:
    """Yield stories in batches; half the words of each are those of its topic."""
    words = vocabulary()
    for start in range(0, count, BATCH):
        yield batch(words, start)[: count - start]


def batch(words: np.ndarray, start: int) -> list[Tokens]:
    """Return the stories from number `start` on."""
    random = np.random.default_rng([SEED, start])
    lengths = np.clip(random.lognormal(4.4, 0.5, BATCH), 10, 1_000).astype(int)
    total = int(lengths.sum())
    topics = np.repeat(zipf(random, BATCH, TOPICS), lengths)
    of_topic = (topics * 7_919 + zipf(random, total, TOPIC_WORDS) * 104_729) % (
        WORDS - STOP_WORDS
    ) + STOP_WORDS
    ranks = np.where(random.random(total) < 0.5, of_topic, zipf(random, total, WORDS))
    texts = np.split(words[ranks], np.cumsum(lengths)[:-1])
    commons = random.integers(0, 2, BATCH) * random.integers(1, 4, BATCH)
    return [(*text, *(COMMON,) * common) for text, common in zip(texts, commons.tolist(), strict=True)]


def zipf(random: np.random.Generator, size: int, count: int) -> np.ndarray:
    """Return ranks below `count`, each about as likely as 1 / (rank + 1)."""
    return (count ** random.random(size)).astype(int) - 1


def queries(count: int) -> dict[str, list[Tokens]]:
    """Return queries of each kind, whose words stand together in some story."""
    random = np.random.default_rng([SEED, 1])
    words = vocabulary()
    stop_words = {COMMON, *words[:STOP_WORDS]}
    starts = random.choice(np.arange(0, count, BATCH), min(10, -(-count // BATCH)), replace=False)
    kinds: dict[str, list[Tokens]] = {"keyword": [], "question": [], "common": [], "common + rare": []}
    for start in starts.tolist():
        texts = batch(words, start)[: count - start]
        for text in random.choice(np.array(texts, object), QUERIES // len(starts)).tolist():
            known = sorted(set(text) - stop_words)
            asked = random.choice(known, min(6, len(known)), replace=False).tolist()
            kinds["keyword"].append((asked[0],))
            kinds["question"].append(tuple(asked))
            kinds["common"].append((COMMON,))
            kinds["common + rare"].append((COMMON, asked[0]))
    return kinds


# Contenders: what builds an index in a folder, and what opens it. Both return the seconds of their own
# work, without what making the stories takes.


def build_postings(folder: Path, count: int, private: float = 0.0) -> float:
    """Build ours; a share `private` of the stories belongs to workspaces other than the asker's."""
    random = np.random.default_rng(SEED)
    index = PostingsIndex()
    elapsed = 0.0
    for texts in stories(count):
        owners = [f"team{n % 50}" if random.random() < private else PUBLIC for n in range(len(texts))]
        first = index.position + 1
        entries = [entry(first + n, text, owners[n]) for n, text in enumerate(texts)]
        begin = time.perf_counter()
        index.apply(entries)
        elapsed += time.perf_counter() - begin
    begin = time.perf_counter()
    index.save(folder / "index")
    return elapsed + time.perf_counter() - begin


def build_private(folder: Path, count: int) -> float:
    """Build ours, a tenth of the stories hidden from the asker."""
    return build_postings(folder, count, private=0.1)


def entry(number: int, text: Tokens, owner: str = PUBLIC) -> IndexEntry:
    """Return what the store would tell the index of a story, one a minute."""
    return IndexEntry(
        number=number,
        story_id=StoryId(str(number)),
        workspace=WorkspaceId(owner),
        published_at=NOW - timedelta(days=1000) + timedelta(minutes=number),
        tokens={"ja": text},
    )


def open_postings(folder: Path) -> tuple[Search, float]:
    """Open ours."""
    begin = time.perf_counter()
    index = PostingsIndex.load(folder / "index")
    elapsed = time.perf_counter() - begin
    return partial(search_postings, index), elapsed


def open_exact(folder: Path) -> tuple[Search, float]:
    """Open ours without a budget; the tests hold that to BM25 by the book."""
    bm25.BUDGET = sys.maxsize
    return open_postings(folder)


def open_changed(folder: Path) -> tuple[Search, float]:
    """Open ours, and replace a thousand stories: what a day's corrections leave behind."""
    texts = batch(vocabulary(), 0)[:1_000]
    begin = time.perf_counter()
    index = PostingsIndex.load(folder / "index")
    index.apply(entry(index.position + n, text) for n, text in enumerate(texts, start=1))
    return partial(search_postings, index), time.perf_counter() - begin


def search_postings(index: PostingsIndex, query: Tokens) -> list[int]:
    """Return what ours finds."""
    return [int(hit.story_id) for hit in index.search([{token: 1.0} for token in query], ASKER, 10, NOW)]


def build_tantivy(folder: Path, count: int) -> float:
    """Build tantivy's, with one thread and without positions."""
    writer = tantivy.Index(tantivy_schema(), str(folder)).writer(256_000_000, 1)
    elapsed = 0.0
    number = 0
    for texts in stories(count):
        begin = time.perf_counter()
        for text in texts:
            number += 1
            writer.add_document(tantivy.Document(number=number, text=" ".join(text)))
        elapsed += time.perf_counter() - begin
    begin = time.perf_counter()
    writer.commit()
    writer.wait_merging_threads()
    return elapsed + time.perf_counter() - begin


def tantivy_schema() -> tantivy.Schema:
    """Return tantivy's fields."""
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("number", fast=True, stored=True)
    builder.add_text_field("text", tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def open_tantivy(folder: Path) -> tuple[Search, float]:
    """Open tantivy's."""
    begin = time.perf_counter()
    searcher = tantivy.Index.open(str(folder)).searcher()
    return partial(search_tantivy, tantivy_schema(), searcher), time.perf_counter() - begin


def search_tantivy(schema: tantivy.Schema, searcher: tantivy.Searcher, query: Tokens) -> list[int]:
    """Return what tantivy finds."""
    terms = [tantivy.Query.term_query(schema, "text", token, "freq") for token in query]
    parsed = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
    return [searcher.doc(address)["number"][0] for _, address in searcher.search(parsed, 10).hits]


def build_fts5(folder: Path, count: int) -> float:
    """Build FTS5's, which keeps no text."""
    elapsed = 0.0
    with closing(sqlite3.connect(folder / "index.db")) as database:
        database.execute(
            "CREATE VIRTUAL TABLE story "
            "USING fts5(text, content='', tokenize='unicode61 remove_diacritics 0')"
        )
        for texts in stories(count):
            begin = time.perf_counter()
            with database:
                database.executemany(
                    "INSERT INTO story (text) VALUES (?)", [(" ".join(text),) for text in texts]
                )
            elapsed += time.perf_counter() - begin
    return elapsed


def open_fts5(folder: Path) -> tuple[Search, float]:
    """Open FTS5's."""
    begin = time.perf_counter()
    database = sqlite3.connect(folder / "index.db")
    return partial(search_fts5, database), time.perf_counter() - begin


def search_fts5(database: sqlite3.Connection, query: Tokens) -> list[int]:
    """Return what FTS5 finds."""
    phrase = " OR ".join(f'"{token}"' for token in query)
    rows = database.execute("SELECT rowid FROM story WHERE story MATCH ? ORDER BY rank LIMIT 10", (phrase,))
    return [row[0] for row in rows]


BUILDERS: Final = {
    "postings": build_postings,
    "private": build_private,
    "tantivy": build_tantivy,
    "fts5": build_fts5,
}
EXACT: Final = "ours, no budget"
CONTENDERS: Final = {
    EXACT: ("postings", open_exact),
    "ours": ("postings", open_postings),
    "tantivy": ("tantivy", open_tantivy),
    "SQLite FTS5": ("fts5", open_fts5),
    "ours, 1,000 changed": ("postings", open_changed),
    "ours, 10 % private": ("private", open_postings),
}
OTHER_STORIES: Final = {"ours, 1,000 changed", "ours, 10 % private"}
"""Whoever searches other stories finds others: no share of the exact top ten is told for these."""


# Measuring.


def measure(contender: str, folder: Path, count: int) -> dict[str, object]:
    """Return one contender's figures: seconds to open, MiB it takes, times and results by kind of query."""
    asked = queries(count)
    before = resident_mib()
    search, opened_s = CONTENDERS[contender][1](folder)
    return {
        "opened_s": opened_s,
        "kinds": {kind: answers(search, kind_queries) for kind, kind_queries in asked.items()},
        "mib": resident_mib() - before,
    }


def answers(search: Search, asked: list[Tokens]) -> dict[str, list[object]]:
    """Return the milliseconds and the results of queries, asked until the time is up."""
    search(asked[0])
    end = time.perf_counter() + TIME_S
    times: list[object] = []
    results: list[object] = []
    for query in asked:
        begin = time.perf_counter()
        results.append(search(query))
        times.append((time.perf_counter() - begin) * 1000)
        if time.perf_counter() > end:
            break
    return {"ms": times, "results": results}


def resident_mib() -> float:
    """Return this process's resident memory in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def in_own_process(*arguments: str) -> dict[str, object]:
    """Run this file and return the JSON that it prints."""
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.lookup", *arguments], cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    return json.loads(run.stdout)


# The table.


def table(built: dict[str, dict], measured: dict[str, dict]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    kinds = list(measured[EXACT]["kinds"])
    yield "| | built/s | disk MB | opened ms | MiB | " + " | ".join(kinds) + " |"
    yield "|---" * (5 + len(kinds)) + "|"
    for contender, figures in measured.items():
        build = built[CONTENDERS[contender][0]]
        cells = [f"{build['rate']:,.0f}", f"{build['mb']:,.0f}"]
        cells += [f"{figures['opened_s'] * 1000:.1f}", f"{figures['mib']:.0f}"]
        for kind, found in figures["kinds"].items():
            p50, p95, p99 = np.percentile(found["ms"], [50, 95, 99])
            same = (
                "" if contender in OTHER_STORIES else f" {overlap(found, measured[EXACT]['kinds'][kind]):.1%}"
            )
            cells.append(f"{p50:.2f}/{p95:.2f}/{p99:.2f}{same}")
        yield f"| {contender} | " + " | ".join(cells) + " |"


def overlap(found: dict, exact: dict) -> float:
    """Return the share of the exact top ten that was found; the clock may have cut `found` short."""
    pairs = zip(found["results"], exact["results"], strict=False)
    return float(np.mean([len({*result} & {*best}) / max(len(best), 1) for result, best in pairs]))


def compare(count: int) -> None:
    """Build and measure every contender and print the table."""
    built: dict[str, dict] = {}
    measured: dict[str, dict] = {}
    with TemporaryDirectory() as scratch:
        for builder in BUILDERS:
            folder = Path(scratch) / builder
            folder.mkdir()
            seconds = in_own_process("--build", builder, "--folder", str(folder), "--stories", str(count))[
                "seconds"
            ]
            size = sum(file.stat().st_size for file in folder.iterdir())
            built[builder] = {"rate": count / seconds, "mb": size / 1e6}
        for contender, (builder, _) in CONTENDERS.items():
            folder = Path(scratch) / builder
            measured[contender] = in_own_process(
                "--measure", contender, "--folder", str(folder), "--stories", str(count)
            )
    load = os.getloadavg()[0]
    print(
        f"{count:,} stories, {QUERIES} queries of a kind, {os.cpu_count()} cores under a load of {load:.1f}\n"
    )
    print("\n".join(table(built, measured)))


def main() -> None:
    """Compare; the hidden options are one step of it in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=100_000)
    parser.add_argument("--build", choices=BUILDERS, help=argparse.SUPPRESS)
    parser.add_argument("--measure", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.build:
        print(json.dumps({"seconds": BUILDERS[options.build](options.folder, options.stories)}))
    elif options.measure:
        print(json.dumps(measure(options.measure, options.folder, options.stories)))
    else:
        compare(options.stories)


if __name__ == "__main__":
    main()
