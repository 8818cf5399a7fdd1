"""Drafts, pure: an article's pieces are kept, dropped, joined, split, moved and named before they go in.

Pieces stand in the order that the moderator gave them and are numbered from 1; their spans lie in the text
and never overlap. What an operation leaves out of every piece is white space alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, pairwise
from typing import Final, Literal

from bot.changes import Decision, Draft, Piece, Treatment
from bot.display import printable
from bot.errors import InvalidInput
from bot.language import Names, sentences
from bot.model import Span, TopicId
from bot.segment import MOST_TOPICS, Segment, segment_of
from bot.segment.layout import Paragraph, paragraphs, trimmed

MAX_PLACES: Final = 25
"""Places to split at that are offered: what a menu of Discord's holds."""

MAX_TITLE: Final = 300
MAX_SUMMARY: Final = 1_000
"""Characters, as of stories that are imported."""


def piece_of(segment: Segment) -> Piece:
    """Return a story of an article as a piece, kept."""
    return Piece(span=segment.span, title=segment.title, summary=segment.summary, topics=segment.topics)


def numbered(draft: Draft, number: int) -> Piece:
    """Return a piece by its number. Raises `InvalidInput` where there is none."""
    if not 1 <= number <= len(draft.pieces):
        raise InvalidInput("draft_no_piece", number=number, count=len(draft.pieces))
    return draft.pieces[number - 1]


def undecided(draft: Draft) -> list[int]:
    """Return the numbers of the kept pieces that are near-copies, while nobody has said what to do."""
    return [
        number
        for number, piece in enumerate(draft.pieces, start=1)
        if piece.kept and piece.like is not None and piece.treatment is None
    ]


def with_kept(draft: Draft, number: int, *, kept: bool) -> Draft:
    """Return the draft with a piece kept, or dropped."""
    return _with(draft, number, replace(numbered(draft, number), kept=kept))


def with_title(draft: Draft, number: int, title: str, summary: str) -> Draft:
    """Return the draft with a piece titled and summed up anew; an empty summary stays as it was."""
    piece = numbered(draft, number)
    title, summary = " ".join(printable(title).split()), printable(summary).strip()
    if not any(map(str.isalnum, title)):
        raise InvalidInput("draft_title_empty", field="title")
    for field, limit, text in (("title", MAX_TITLE, title), ("summary", MAX_SUMMARY, summary)):
        if len(text) > limit:
            raise InvalidInput("draft_too_long", field=field, limit=limit, length=len(text))
    return _with(draft, number, replace(piece, title=title, summary=summary or piece.summary))


def with_treatment(draft: Draft, number: int, treatment: Treatment) -> Draft:
    """Return the draft with what shall become of a near-copy; it is kept then."""
    piece = numbered(draft, number)
    if piece.like is None:
        raise InvalidInput("draft_no_copy", number=number)
    return _with(draft, number, replace(piece, treatment=treatment, kept=True))


def with_all_decided(draft: Draft, decision: Decision) -> Draft:
    """Return the draft with every near-copy that is undecided treated so, or dropped."""
    missing = set(undecided(draft))
    pieces = tuple(
        _decided(piece, decision) if number in missing else piece
        for number, piece in enumerate(draft.pieces, start=1)
    )
    return _next(draft, pieces)


def _decided(piece: Piece, decision: Decision) -> Piece:
    return replace(piece, kept=False) if decision == "drop" else replace(piece, treatment=decision)


def moved(draft: Draft, number: int, step: Literal[-1, 1]) -> Draft:
    """Return the draft with a piece one place further up or down."""
    numbered(draft, number)
    at, to = number - 1, number - 1 + step
    if not 0 <= to < len(draft.pieces):
        raise InvalidInput("draft_at_end")
    pieces = list(draft.pieces)
    pieces[at], pieces[to] = pieces[to], pieces[at]
    return _next(draft, pieces)


def joined(draft: Draft, number: int, names: Names) -> Draft:
    """Return the draft with a piece and the one after it as one story, told anew; it is kept if either was.

    Raises `InvalidInput` where it is the last, or where they are no neighbours in the article.
    """
    first = numbered(draft, number)
    if number == len(draft.pieces):
        raise InvalidInput("draft_join_last")
    second = draft.pieces[number]
    if not are_neighbours(draft, first, second):
        raise InvalidInput("draft_join_apart", first=number, second=number + 1)
    ends = (first.span, second.span)
    span = Span(start=min(end.start for end in ends), end=max(end.end for end in ends))
    topics = dict.fromkeys((*_given_topics(draft, first, names), *_given_topics(draft, second, names)))
    piece = _told(draft.text, span, list(topics), names, kept=first.kept or second.kept)
    return _next(draft, [*draft.pieces[: number - 1], piece, *draft.pieces[number + 1 :]])


def are_neighbours(draft: Draft, first: Piece, second: Piece) -> bool:
    """Tell whether no other piece stands between two in the article."""
    low, high = sorted((first.span.start, second.span.start))
    return not any(low < piece.span.start < high for piece in draft.pieces)


def split(draft: Draft, number: int, at: int, names: Names) -> Draft:
    """Return the draft with a piece parted before the character `at` of the text, both told anew.

    Raises `InvalidInput` where one of them would have nothing to tell.
    """
    piece = numbered(draft, number)
    spans = _parted(draft.text, piece.span, at)
    if spans is None:
        raise InvalidInput("draft_split_where", field="at")
    given = _given_topics(draft, piece, names)
    parts = [_told(draft.text, span, given, names, kept=piece.kept) for span in spans]
    return _next(draft, [*draft.pieces[: number - 1], *parts, *draft.pieces[number:]])


def places(draft: Draft, number: int) -> list[int]:
    """Return up to 25 characters of the text before which a piece may be split, in order.

    Its sentences begin there, those behind a heading with that; where it has more, its paragraphs come first,
    spread over the piece.
    """
    span = numbered(draft, number).span
    content = draft.text[span.start : span.end]
    parts = paragraphs(content)
    starts = [span.start + at for at in _starts(content, parts) if at > 0]
    if len(starts) <= MAX_PLACES:
        return starts
    begins = {span.start + paragraph.span.start for paragraph in parts}
    first = _spread([at for at in starts if at in begins], MAX_PLACES)
    others = [at for at in starts if at not in first]
    return sorted((*first, *_spread(others, MAX_PLACES - len(first))))


def _starts(content: str, parts: Sequence[Paragraph]) -> list[int]:
    """Return where sentences begin, in order; what is behind a heading begins with that."""
    headings = [part.span for part in parts if part.is_heading]
    headed = {after.span.start for before, after in pairwise(parts) if before.is_heading}
    found = []
    for sentence in sentences(content):
        inside = next((one for one in headings if one.start <= sentence.start < one.end), None)
        if inside is not None:
            found.append(inside.start)
        elif sentence.start not in headed:
            found.append(sentence.start)
    return list(dict.fromkeys(found))


def _spread(places: Sequence[int], count: int) -> list[int]:
    """Return at most `count` of the places, evenly spread."""
    if len(places) <= count:
        return list(places)
    return [places[number * len(places) // count] for number in range(count)]


def _parted(text: str, span: Span, at: int) -> tuple[Span, Span] | None:
    """Return the two spans of a piece that is parted, or None where one would tell nothing."""
    if not span.start < at < span.end:
        return None
    halves = trimmed(text, span.start, at), trimmed(text, at, span.end)
    tells = all(any(map(str.isalnum, text[half.start : half.end])) for half in halves)
    return halves if tells else None


def _given_topics(draft: Draft, piece: Piece, names: Names) -> list[TopicId]:
    """Return the topics of a piece that its text does not name: a moderator gave them."""
    found = {match.topic_id for match in names.find(draft.text[piece.span.start : piece.span.end])}
    return [topic for topic in piece.topics if topic not in found]


def _told(text: str, span: Span, given: Sequence[TopicId], names: Names, *, kept: bool) -> Piece:
    piece = piece_of(segment_of(text, span, names))
    return replace(piece, topics=with_topics(given, piece), kept=kept)


def with_topics(given: Sequence[TopicId], piece: Piece) -> tuple[TopicId, ...]:
    """Return the topics that a moderator gave to a piece, and then those that its text names."""
    return tuple(dict.fromkeys(chain(given, piece.topics)))[:MOST_TOPICS]


def _with(draft: Draft, number: int, piece: Piece) -> Draft:
    return _next(draft, [*draft.pieces[: number - 1], piece, *draft.pieces[number:]])


def _next(draft: Draft, pieces: Sequence[Piece]) -> Draft:
    return replace(draft, pieces=tuple(pieces), revision=draft.revision + 1)
