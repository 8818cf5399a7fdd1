"""How well questions find their paragraph and the sentence that answers them, in one table.

`python -m benchmarks.answers --questions 500`, over `jaquad-dev.jsonl` (Japanese Wikipedia paragraphs
with questions whose answers are marked) in the shared folder beside the repository. Its articles are
cut in two halves: weights and thresholds were chosen on `tune` and count on `held`. Absent questions
are those of one half, asked where only the other half can be found.
"""

import argparse
import json
import random
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple
from zlib import crc32

from bot.adding.story_words import story_tokens
from bot.engine import CANDIDATES
from bot.index import PostingsIndex
from bot.language import Names
from bot.lookup import Answer, answer, read_query
from bot.model import PUBLIC, IndexEntry, Source, Story, StoryId, Telling

NOW: Final = datetime(2026, 11, 23, tzinfo=UTC)
NAMES: Final = Names()
DATA: Final = Path(__file__).parents[2] / "shared" / "data" / "jaquad-dev.jsonl"
HALVES: Final = ("tune", "held")


class Question(NamedTuple):
    """A question, the story (paragraph) that answers it, and the words that do."""

    half: str
    text: str
    story_id: StoryId
    answer: str


def half_of(title: str) -> str:
    """Return the half that an article belongs to, whatever the machine."""
    return HALVES[crc32(title.encode()) % 2]


def read(path: Path) -> tuple[dict[StoryId, Story], list[Question]]:
    """Return every paragraph as a story of its own, and all questions."""
    stories, questions = {}, []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        told = Telling(language="ja", title=row["title"], summary="", body=row["context"])
        story_id = StoryId(str(number))
        stories[story_id] = Story(
            id=story_id, tellings=(told,), source=Source(name="JaQuAD"), published_at=NOW, added_at=NOW
        )
        half = half_of(row["title"])
        questions += [Question(half, q["question"], story_id, q["answer"]) for q in row["questions"]]
    return stories, questions


def ask(text: str, index: PostingsIndex, stories: dict[StoryId, Story]) -> tuple[Answer, float]:
    """Return the answer, and the milliseconds that reading, searching and ranking took together."""
    started = time.perf_counter()
    query = read_query(text, NAMES, index)
    hits = index.search([concept.tokens for concept in query.concepts], PUBLIC, CANDIDATES, NOW)
    found = answer(query, hits, stories, NAMES, index, "ja", NOW)
    return found, (time.perf_counter() - started) * 1000


def index_of(entries: Iterable[IndexEntry]) -> PostingsIndex:
    """Return an index over these stories."""
    index = PostingsIndex()
    index.apply(entries)
    return index


def main() -> None:
    """Print one line of figures for each half."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=500, help="of each half")
    count = parser.parse_args().questions
    stories, questions = read(DATA)
    entries = [
        IndexEntry(
            number=number,
            story_id=story.id,
            workspace=PUBLIC,
            published_at=NOW,
            tokens=story_tokens(story, NAMES),
        )
        for number, story in enumerate(stories.values(), start=1)
    ]
    whole = index_of(entries)
    print("half  R@1   R@5   answered  right  of answered  p50 ms  p99 ms  absent: none found  answered")
    for half in HALVES:
        of_half = [question for question in questions if question.half == half]
        asked = random.Random(7).sample(of_half, min(count, len(of_half)))
        others = index_of(e for e in entries if half_of(stories[e.story_id].tellings[0].title) != half)
        found = [(question, *ask(question.text, whole, stories)) for question in asked]
        absent = [ask(question.text, others, stories)[0] for question in asked]
        ids = [(question.story_id, [f.story.id for f in got.found]) for question, got, _ in found]
        answered = [(question, got.sentence) for question, got, _ in found if got.sentence is not None]
        right = sum(
            sentence.story_id == question.story_id and question.answer in sentence.passage.text
            for question, sentence in answered
        )
        took = sorted(ms for *_, ms in found)
        print(
            f"{half}  {sum(wanted in got[:1] for wanted, got in ids) / len(ids):.3f}"
            f" {sum(wanted in got for wanted, got in ids) / len(ids):.3f}"
            f" {len(answered) / len(ids):9.3f} {right / len(ids):6.3f} {right / len(answered):12.3f}"
            f" {took[len(took) // 2]:7.1f} {took[len(took) * 99 // 100]:7.1f}"
            f" {sum(not got.found for got in absent) / len(absent):19.3f}"
            f" {sum(got.sentence is not None for got in absent) / len(absent):9.3f}"
        )


if __name__ == "__main__":
    main()
