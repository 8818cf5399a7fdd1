"""What a moderator is shown of a draft, pure: all its pieces, one of them, and the forms that change one.

Each message stands in one piece within the limits given: titles and texts are shown as long as there is room.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from bot.adding.drafts import MAX_SUMMARY, MAX_TITLE, are_neighbours, numbered, places
from bot.changes import Draft, Piece
from bot.display import best_cut, truncated, utf16_length
from bot.form import Choice, Field, Form
from bot.message import Block, Button, Buttons, Heading, Limits, Message, Paragraph, Quote, Run, note, split
from bot.model import PUBLIC, Language, Story, StoryId
from bot.moderating.commands import DraftAct, typed
from bot.phrases import phrase, phrase_date
from bot.segment.layout import paragraphs

PAGE_SIZE: Final = 20
_ROW: Final = 5

_HEADED: Final = 400
"""Characters that the headings of a piece may have, for its first words to be looked for behind them."""

_MAX_CHOICE: Final = 70
"""UTF-16 units of a place to split at, in a menu: Slack's options hold 75."""

_ROOMS: Final = ((120, 100, 60), (80, 60, 40), (60, 30, 30), (40, 0, 20), (24, 0, 12))
"""UTF-16 units for a piece's title, its first words and the title of what it is like, in a list."""

_TEXTS: Final = (3_000, 2_000, 1_200, 600, 300, 120)
"""UTF-16 units of a piece's text, and at most of its summary, that are shown where there is room."""

Known = Mapping[StoryId, Story]


def like(piece: Piece, known: Known) -> Story | None:
    """Return the story that a piece is a near-copy of, where readers still see that."""
    return known.get(piece.like) if piece.like else None


# All of it


def overview(
    draft: Draft, known: Known, page: int, language: Language, limits: Limits, lead: str = ""
) -> Message:
    """Return a page of a draft's pieces, each with a button; `lead` says what was done, or is in the way.

    `known` are the stories that its pieces are near-copies of.
    """
    pages = 1 + (len(draft.pieces) - 1) // PAGE_SIZE
    page = min(page, pages)
    numbers = range(1 + (page - 1) * PAGE_SIZE, 1 + min(page * PAGE_SIZE, len(draft.pieces)))
    messages = (
        Message(
            (
                *_head(draft, language, lead),
                *listed,
                *_overview_buttons(draft, numbers, page, pages, language),
            ),
            language,
        )
        for listed in (_listed(draft, numbers, known, room, language) for room in _ROOMS)
    )
    return _roomiest(messages, limits)


def _head(draft: Draft, language: Language, lead: str) -> list[Block]:
    reach = "draft.for_everyone" if draft.workspace == PUBLIC else "draft.for_here"
    facts = (
        truncated(draft.source.name, 60),
        phrase_date(draft.published_at.date(), language),
        phrase(f"language.{draft.language}", language),
        phrase(reach, language),
    )
    kept = sum(piece.kept and piece.treatment != "merge" for piece in draft.pieces)
    heading = phrase("draft.heading", language, count=len(draft.pieces), kept=kept)
    told = [note(lead)] if lead else []
    return [*told, Heading(heading), note(phrase("story.dot", language).join(facts))]


def _rows(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[start : start + _ROW] for start in range(0, len(numbers), _ROW))


def _listed(
    draft: Draft, numbers: Sequence[int], known: Known, room: tuple[int, int, int], language: Language
) -> Iterator[Block]:
    for group in _rows(numbers):
        runs: list[Run] = []
        for number in group:
            runs += _line(draft, number, known, room, language)
        yield Paragraph(tuple(runs))


def _line(
    draft: Draft, number: int, known: Known, room: tuple[int, int, int], language: Language
) -> list[Run]:
    """Return a piece in short: its number and title, its first words, and what becomes of it."""
    piece = numbered(draft, number)
    for_title, for_words, for_copy = room
    state = "" if piece.kept else f" [{phrase('draft.dropped', language)}]"
    runs = [Run(f"{number}. {truncated(piece.title, for_title)}", style="strong"), Run(f"{state}\n")]
    if for_words:
        runs.append(Run(f"{_beginning(draft, piece, for_words)}\n"))
    story = like(piece, known)
    if piece.kept and story is not None:
        runs.append(Run(f"≈ {_copy_in_short(story, piece, for_copy, language)}\n"))
    return runs


def _copy_in_short(story: Story, piece: Piece, room: int, language: Language) -> str:
    day = phrase_date(story.published_at.date(), language)
    treatment = phrase(f"draft.as_{piece.treatment or 'undecided'}", language)
    title = truncated(story.telling(language).title, room)
    return phrase("story.dot", language).join((title, day, treatment))


def _beginning(draft: Draft, piece: Piece, room: int) -> str:
    """Return the first words of a piece, behind its headings where there is more than those."""
    content = draft.text[piece.span.start : min(piece.span.end, piece.span.start + _HEADED + 4 * room)]
    start = next((part.span.start for part in paragraphs(content) if not part.is_heading), 0)
    return truncated(" ".join(content[start:].split()), room)


def _overview_buttons(
    draft: Draft, numbers: Sequence[int], page: int, pages: int, language: Language
) -> Iterator[Buttons]:
    for group in _rows(numbers):
        yield Buttons(tuple(_press(draft, "piece", number, label=str(number)) for number in group))
    last = []
    if page > 1:
        last.append(_turn(draft, page - 1, phrase("button.previous", language)))
    if page < pages:
        last.append(_turn(draft, page + 1, phrase("button.more", language)))
    if any(piece.kept and piece.like and not piece.treatment for piece in draft.pieces):
        last.append(_press(draft, "add", label=phrase("draft.button_add_all", language)))
    last.append(_press(draft, "publish", label=phrase("draft.button_publish", language)))
    last.append(_press(draft, "discard", label=phrase("draft.button_discard", language)))
    yield Buttons(tuple(last))


# One piece


def piece_message(
    draft: Draft, number: int, known: Known, language: Language, limits: Limits, lead: str = ""
) -> Message:
    """Return one piece with its text, or the beginning of it, and all that can be done with it."""
    piece = numbered(draft, number)
    messages = (
        Message(
            (
                *_told(draft, number, known, room, language, lead),
                *_buttons(draft, piece, number, known, language),
            ),
            language,
        )
        for room in _TEXTS
    )
    return _roomiest(messages, limits)


def _told(
    draft: Draft, number: int, known: Known, room: int, language: Language, lead: str
) -> Iterator[Block]:
    piece = numbered(draft, number)
    if lead:
        yield note(lead)
    place = phrase("draft.place", language, number=number, count=len(draft.pieces))
    state = phrase("draft.kept" if piece.kept else "draft.dropped", language)
    yield note(phrase("story.dot", language).join((place, state)))
    yield Heading(truncated(piece.title, min(room, MAX_TITLE)), level=2)
    yield Paragraph((Run(truncated(piece.summary, min(room, MAX_SUMMARY))),))
    yield Quote((Run(_text(draft, piece, room)),))
    if story := like(piece, known):
        yield from _copy(story, piece, min(room, 200), language)


def _text(draft: Draft, piece: Piece, room: int) -> str:
    content = draft.text[piece.span.start : piece.span.end]
    if utf16_length(content) <= room:
        return content
    return content[: best_cut(content, 0, room // 2)].rstrip() + "…"


def _copy(story: Story, piece: Piece, room: int, language: Language) -> Iterator[Block]:
    """Yield the story that a piece is like, and what was decided about it."""
    telling = story.telling(language)
    treatment = phrase(f"draft.as_{piece.treatment or 'undecided'}", language)
    title = Run(truncated(telling.title, room), style="strong", url=story.source.url)
    lead = phrase("draft.like", language)
    yield Paragraph((Run(f"≈ {lead} "), title, Run(f" ({treatment})")))
    day = phrase_date(story.published_at.date(), language)
    yield note(phrase("story.dot", language).join((truncated(story.source.name, room), day)))


def _buttons(draft: Draft, piece: Piece, number: int, known: Known, language: Language) -> Iterator[Buttons]:
    count = len(draft.pieces)
    acts: list[DraftAct] = ["drop" if piece.kept else "keep"]
    if number < count and are_neighbours(draft, piece, draft.pieces[number]):
        acts.append("join")
    if places(draft, number):
        acts.append("split")
    if number > 1:
        acts.append("up")
    if number < count:
        acts.append("down")
    yield _row(draft, acts, number, language)
    if story := like(piece, known):
        choices: list[DraftAct] = ["update", "add"]
        yield _row(draft, ["merge", *choices] if can_merge(draft, story) else choices, number, language)
    back = _turn(draft, 1 + (number - 1) // PAGE_SIZE, phrase("draft.button_back", language))
    near = [
        _press(draft, "piece", other, label=phrase(key, language))
        for other, key in ((number - 1, "draft.button_before"), (number + 1, "draft.button_after"))
        if 1 <= other <= count
    ]
    yield Buttons((_press(draft, "title", number, label=phrase("draft.button_title", language)), back, *near))


def can_merge(draft: Draft, story: Story) -> bool:
    """Tell whether a draft's stories belong to those that a story does, so that it may change that."""
    return story.workspace == draft.workspace


def _row(draft: Draft, acts: Iterable[DraftAct], number: int, language: Language) -> Buttons:
    return Buttons(
        tuple(_press(draft, act, number, label=phrase(f"draft.button_{act}", language)) for act in acts)
    )


def _press(draft: Draft, act: DraftAct, number: int = 0, *, label: str) -> Button:
    return Button(label, command_of(draft, act, number))


def command_of(draft: Draft, act: DraftAct, number: int = 0) -> str:
    """Return what is typed for an act on a draft as it is now; at most 80 characters below piece 1,000."""
    return typed("draft", draft.id, act=act, piece=number, revision=draft.revision)


def _turn(draft: Draft, page: int, label: str) -> Button:
    return Button(label, typed("draft", draft.id, page=page))


def _roomiest(messages: Iterable[Message], limits: Limits) -> Message:
    """Return the first message that stands in one piece, or the last."""
    for message in messages:
        if len(split(message, limits)) == 1:
            break
    return message


# Forms


def split_form(
    draft: Draft, number: int, language: Language, values: Mapping[str, str] | None = None
) -> Form:
    """Return the form that asks before which sentence a piece is split."""
    starts = places(draft, number)
    end = numbered(draft, number).span.end
    choices = tuple(
        Choice(
            value=str(at), label=truncated(" ".join(draft.text[at : min(end, at + 200)].split()), _MAX_CHOICE)
        )
        for at in starts
    )
    place = Field(
        name="at",
        label=phrase("draft.split_at", language),
        kind="choice",
        required=True,
        max_length=20,
        value=(values or {}).get("at", ""),
        choices=choices,
    )
    return _form(draft, "split", number, (place,), language)


def title_form(
    draft: Draft, number: int, language: Language, values: Mapping[str, str] | None = None
) -> Form:
    """Return the form with a piece's title and summary."""
    piece = numbered(draft, number)
    given = {"title": piece.title[:MAX_TITLE], "summary": piece.summary[:MAX_SUMMARY], **(values or {})}
    title = Field(
        name="title",
        label=phrase("draft.title", language),
        required=True,
        max_length=MAX_TITLE,
        value=given["title"],
    )
    summary = Field(
        name="summary",
        label=phrase("draft.summary", language),
        kind="text",
        max_length=MAX_SUMMARY,
        value=given["summary"],
    )
    return _form(draft, "title", number, (title, summary), language)


def _form(draft: Draft, act: DraftAct, number: int, fields: tuple[Field, ...], language: Language) -> Form:
    return Form(
        command=command_of(draft, act, number),
        title=phrase(f"draft.form_{act}", language),
        fields=fields,
        submit=phrase("field.submit", language),
        language=language,
    )
