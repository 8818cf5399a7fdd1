"""Where articles are cut: Pk, WindowDiff and boundary F1, next to other ways to cut, in one table."""

import json
import math
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot import segment
from bot.language import Names, sentences
from bot.segment.cohesion import partition
from bot.segment.units import units_of

ROOT = Path(__file__).parent.parent
ROUNDUPS = ROOT / "tests" / "data" / "roundups"
JAQUAD = ROOT.parent / "shared" / "data" / "jaquad-dev.jsonl"


@dataclass(frozen=True)
class Document:
    """A text, the places where its sentences or lines start, and which of them start a story."""

    text: str
    places: tuple[int, ...]
    starts: frozenset[int]


Segmenter = Callable[[Document], frozenset[int]]


def articles() -> dict[str, list[list[str]]]:
    """Return the sentences of each paragraph of each article of JaQuAD's development part."""
    found: dict[str, list[list[str]]] = defaultdict(list)
    for line in JAQUAD.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        context = row["context"]
        found[row["title"]].append([context[s.start : s.end] for s in sentences(context)])
    return found


def strung(pool: dict[str, list[list[str]]], rng: random.Random) -> Document:
    """Return ten stretches of 3 to 11 sentences of ten articles, a sentence a line (after Choi 2000)."""
    parts = []
    for title in rng.sample(sorted(pool), 10):
        lines = [sentence for paragraph in pool[title] for sentence in paragraph]
        size = min(len(lines), rng.randint(3, 11))
        first = rng.randrange(len(lines) - size + 1)
        parts.append(lines[first : first + size])
    return document(parts, "\n")


def strung_paragraphs(pool: dict[str, list[list[str]]], rng: random.Random) -> Document:
    """Return eight stories of 1 to 3 paragraphs of eight articles, a paragraph a line."""
    parts = []
    for title in rng.sample(sorted(pool), 8):
        size = min(len(pool[title]), rng.randint(1, 3))
        first = rng.randrange(len(pool[title]) - size + 1)
        parts.append(["".join(paragraph) for paragraph in pool[title][first : first + size]])
    return document(parts, "\n")


def single(pool: dict[str, list[list[str]]], rng: random.Random) -> Document:
    """Return up to eight paragraphs in a row of one article: one story."""
    title = rng.choice([title for title in sorted(pool) if len(pool[title]) >= 5])
    first = rng.randrange(len(pool[title]) - 4)
    return document([["".join(paragraph) for paragraph in pool[title][first : first + 8]]], "\n\n")


def document(parts: Sequence[Sequence[str]], glue: str) -> Document:
    """Return the parts as one text."""
    text, places, starts = "", [], set()
    for part in parts:
        starts.add(len(text))
        for line in part:
            places.append(len(text))
            text += line + glue
    return Document(text, tuple(places), frozenset(starts))


def roundup(file: Path) -> Document:
    """Return a marked round-up: a story stands between ⟦ and ⟧."""
    text, starts = "", set()
    for character in file.read_text(encoding="utf-8"):
        if character == "⟦":
            starts.add(len(text))
        elif character != "⟧":
            text += character
    lines = [0, *(n + 1 for n, character in enumerate(text) if character in "\n。")]
    places = {n + len(text[n:]) - len(text[n:].lstrip()) for n in lines} | starts
    return Document(text, tuple(sorted(p for p in places if p < len(text))), frozenset(starts))


def ours(document: Document) -> frozenset[int]:
    """Cut by `bot.segment`."""
    return frozenset(found.span.start for found in segment.cut(document.text, Names()).segments)


def cohesion_alone(document: Document) -> frozenset[int]:
    """Cut by the published cost alone (Utiyama and Isahara 2001), a logarithm of the words a boundary."""
    units = units_of(document.text, Names())
    price = math.log(max(2, sum(unit.words.total() for unit in units)))
    starts = partition([unit.words for unit in units], [0.0, *[price] * (len(units) - 1)])
    return frozenset(units[start].span.start for start in starts)


def no_cut(document: Document) -> frozenset[int]:
    """One story."""
    return frozenset(document.places[:1])


def every(document: Document, step: int) -> frozenset[int]:
    """Cut at each `step`-th place."""
    return frozenset(document.places[::step])


def scores(document: Document, found: frozenset[int]) -> tuple[float, float, float]:
    """Return Pk (Beeferman 1999), WindowDiff (Pevzner and Hearst 2002) and F1 over starts but the first."""
    gold = _numbers(document, document.starts)
    ours = _numbers(document, found)
    size = len(document.places)
    window = max(1, round(size / (2 * max(1, gold[-1]))))
    spans = range(max(1, size - window))
    ends = [min(size - 1, at + window) for at in spans]
    pk = sum((gold[a] == gold[b]) != (ours[a] == ours[b]) for a, b in zip(spans, ends, strict=True))
    diff = sum(gold[b] - gold[a] != ours[b] - ours[a] for a, b in zip(spans, ends, strict=True))
    true = document.starts - {min(document.starts)}
    said = found - {min(found, default=0)}
    f1 = 2 * len(true & said) / (len(true) + len(said)) if true or said else 1.0
    return pk / len(spans), diff / len(spans), f1


def _numbers(document: Document, starts: frozenset[int]) -> list[int]:
    return [sum(start <= place for start in starts) for place in document.places]


def row(name: str, documents: Sequence[Document], segmenter: Segmenter) -> str:
    """Return a line of the table."""
    begun = time.perf_counter()
    results = [scores(document, segmenter(document)) for document in documents]
    elapsed_ms = (time.perf_counter() - begun) * 1000 / len(documents)
    pk, diff, f1 = (sum(column) / len(results) for column in zip(*results, strict=True))
    stories = sum(len(segmenter(document)) for document in documents) / len(documents)
    return f"{name:34} {pk:6.3f} {diff:6.3f} {f1:6.3f} {stories:8.1f} {elapsed_ms:8.1f}"


def main(part: str = "held_out") -> None:
    """Print the table for the documents to tune on or for those held out."""
    sets = {f"round-ups ({part})": [roundup(file) for file in sorted((ROUNDUPS / part).glob("*.txt"))]}
    if JAQUAD.exists():
        pool = articles()
        titles = sorted(pool)
        random.Random(1).shuffle(titles)
        half = {title: pool[title] for title in (titles[::2] if part == "tune" else titles[1::2])}
        rng = random.Random(7)
        sets["JaQuAD, sentences strung"] = [strung(half, rng) for _ in range(40)]
        sets["JaQuAD, paragraphs strung"] = [strung_paragraphs(half, rng) for _ in range(40)]
        sets["JaQuAD, one article"] = [single(half, rng) for _ in range(40)]
    segmenters: dict[str, Segmenter] = {
        "ours": ours,
        "cohesion alone": cohesion_alone,
        "no cut": no_cut,
        "cut every 7": partial(every, step=7),
    }
    for name, documents in sets.items():
        print(f"\n{name + f' ({len(documents)})':34} {'Pk':>6} {'WD':>6} {'F1':>6} {'stories':>8} {'ms':>8}")
        for label, segmenter in segmenters.items():
            print(row(label, documents, segmenter))


if __name__ == "__main__":
    main(*sys.argv[1:])
