"""The commands that add an article without a review: `add` as it stands, `story add` as moderators do."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from adapters.cli.moderator import As, InWorkspace, Refused, interaction_of, moderator, workspace_of
from adapters.cli.session import (
    AsJson,
    InLanguage,
    operator,
    print_json,
    print_message,
    read_article,
    with_engine,
)
from bot.changes import Decision
from bot.display import printable, truncated
from bot.errors import FetchFailed
from bot.message import Message
from bot.model import Actor, Language, Story
from bot.phrases import phrase, phrase_fetch

if TYPE_CHECKING:
    from bot.adding.add_form import Submission
    from bot.adding.articles import Added, NearCopy
    from bot.adding.publishing import Published
    from bot.engine import Engine
    from bot.settings import Settings

app = typer.Typer(rich_markup_mode=None)

What = Annotated[
    str, typer.Argument(metavar="FILE|URL", help="An article: a file, an address, or - for stdin.")
]
SourceName = Annotated[str, typer.Option(help="Who published it; worked out otherwise.")]
Url = Annotated[str, typer.Option(help="Where it was published.")]
Date = Annotated[str, typer.Option(help="When it was published, in ISO 8601; now otherwise.")]


def add(
    file: What,
    source: SourceName = "",
    url: Url = "",
    date: Date = "",
    language: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Cut an article into stories and publish them, those like known ones too."""
    given = None if _is_address(file) else _as_it_stands(file, source, url, date)
    values = {"text": file, "source": source, "url": url, "date": date, "reach": "everyone"}

    async def use(engine: "Engine", settings: "Settings") -> "tuple[Added, Language]":
        actor = operator(language or settings.language)
        return await engine.add(given or await _read(engine, values, actor), actor), actor.language

    added, told_in = with_engine(use)
    for story in added.published.stories:
        if as_json:
            _print_row(story)
        else:
            print(f"{story.id:<22}  {printable(story.tellings[0].title)}")
    if added.near_copies:
        print(_told("added", added.near_copies, told_in), file=sys.stderr)


@app.command("add")
def add_as_moderator(
    what: What,
    title: Annotated[str, typer.Option(help="The title, of an article of one story.")] = "",
    source: SourceName = "",
    url: Url = "",
    date: Date = "",
    language: Annotated[
        Language | None, typer.Option(help="What it is written in; worked out otherwise.")
    ] = None,
    topics: Annotated[str, typer.Option(help="Topics of every story, by id, with commas in between.")] = "",
    near_copies: Annotated[
        Decision | None,
        typer.Option(
            help="What becomes of stories much like known ones: merge (another source of those), "
            "update (of those), add (all the same) or drop. Without this, they keep the article out.",
            show_default=False,
        ),
    ] = None,
    workspace: InWorkspace = "",
    name: As = "",
    as_json: AsJson = False,
) -> None:
    """Add an article's stories for everybody, or for one workspace."""
    given = {"title": title, "source": source, "url": url, "date": date, "topics": topics}
    values = _values_of(what) | {key: value for key, value in given.items() if value}
    values |= {"language": language or "", "reach": "here" if workspace else "everyone"}

    async def use(engine: "Engine", settings: "Settings") -> "tuple[Published, Message]":
        actor = moderator(name, workspace_of(workspace), settings)
        added = await engine.add(await _read(engine, values, actor), actor, near_copies)
        if added.near_copies and near_copies is None:
            raise Refused(_told("undecided", added.near_copies, actor.language))
        published = added.published
        return published, await engine.tell_published(published, interaction_of(actor, settings))

    published, message = with_engine(use)
    if not as_json:
        print_message(message)
        return
    for story in {story.id: story for story in (*published.stories, *published.merged)}.values():
        if story.status != "retracted":
            _print_row(story)


def _is_address(what: str) -> bool:
    return what.startswith(("http://", "https://"))


def _as_it_stands(file: str, source: str, url: str, date: str) -> "Submission":
    """Return the text of a file as the article, to the letter: its stories' ids tell it."""
    from bot.adding.add_form import Submission
    from bot.reading.imports import read_instant, read_source

    published_at = read_instant(date) if date else None
    origin = read_source(source or ("stdin" if file == "-" else Path(file).name), url or None)
    return Submission(text=read_article(file), source=origin, published_at=published_at, for_everyone=True)


def _values_of(what: str) -> dict[str, str]:
    """Return what a file or an address fills in. Raises `InvalidInput` and OSError."""
    if _is_address(what):
        return {"text": what}
    from bot.adding.add_form import FILES, values_of_file
    from bot.reading.encoding import MAX_BYTES
    from bot.run import utc_now

    named = {"source": "stdin" if what == "-" else Path(what).name}
    if not what.lower().endswith(FILES):
        return named | {"text": read_article(what)}
    with Path(what).open("rb") as stream:
        values = values_of_file(Path(what).name, stream.read(MAX_BYTES + 1), utc_now())
    return named | {key: value for key, value in values.items() if value}


async def _read(engine: "Engine", values: Mapping[str, str], actor: Actor) -> "Submission":
    """Return what was filled in, or stands at the address there. Raises `UserError` and `Refused`."""
    try:
        return await engine.read_article(values, actor)
    except FetchFailed as error:
        raise Refused(phrase_fetch(error, actor.language)) from error


def _told(became: Literal["added", "undecided"], copies: "Sequence[NearCopy]", language: Language) -> str:
    """Return in a line each which story is much like which, and then what became of them and what to do."""
    lines = [
        phrase(
            f"console.near_copy_{became}",
            language,
            id=copy.id,
            title=_line(copy.title),
            known_id=copy.like.id,
            known=_line(copy.like.telling(language).title),
        )
        for copy in copies
    ]
    return "\n".join((*lines, phrase(f"console.near_copies_{became}", language)))


def _line(title: str) -> str:
    return truncated(" ".join(printable(title).split()), 100)


def _print_row(story: Story) -> None:
    from adapters.cli.documents import story_row

    print_json(story_row(story, story.tellings[0]))
