"""Commands that read stories and what was done to them: list, show, queue, log, copies."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.moderator import InWorkspace, StoryName, known_story, workspace_of
from adapters.cli.session import AsJson, InLanguage, print_json, with_engine
from bot.changes import Action, Copy
from bot.display import printable
from bot.model import PUBLIC, Language, Story, StoryId, WorkspaceId

if TYPE_CHECKING:
    from bot.engine import Engine
    from bot.settings import Settings

app = typer.Typer(
    help="The stories, and what moderators do with them.", no_args_is_help=True, rich_markup_mode=None
)
Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")]


@app.command("list")
def list_stories(
    workspace: InWorkspace = "",
    retracted: Annotated[
        bool, typer.Option("--retracted", help="Those that are told no more, the last retracted first.")
    ] = False,
    as_json: AsJson = False,
    language: InLanguage = None,
    limit: Limit = 20,
) -> None:
    """List the newest stories that a workspace sees; JSON has one a line."""

    async def use(engine: "Engine", settings: "Settings") -> tuple[list[Story], Language]:
        store = engine.store
        if retracted:
            stories = await store.lately_withdrawn(_logs(workspace), limit)
        else:
            stories = await store.newest_stories(workspace_of(workspace), limit)
        return stories, language or settings.language

    _print_stories(*with_engine(use), as_json=as_json)


@app.command()
def queue(
    workspace: InWorkspace = "", as_json: AsJson = False, language: InLanguage = None, limit: Limit = 20
) -> None:
    """List the stories that wait for approval, the oldest first; JSON has one a line."""

    async def use(engine: "Engine", settings: "Settings") -> tuple[list[Story], Language]:
        stories: list[Story] = []
        for each in _logs(workspace):
            stories += await engine.store.waiting_stories(each, limit)
        return stories[:limit], language or settings.language

    _print_stories(*with_engine(use), as_json=as_json)


def _print_stories(stories: Sequence[Story], language: Language, *, as_json: bool) -> None:
    for story in stories:
        telling = story.telling(language)
        if as_json:
            from adapters.cli.documents import story_row

            print_json(story_row(story, telling))
        else:
            print(f"{story.published_at:%Y-%m-%d}  {story.id:<22}  {printable(telling.title)}")


@app.command()
def show(story_id: StoryName, as_json: AsJson = False) -> None:
    """Show a story: every telling, its claims, where it comes from, and its history."""

    async def use(engine: "Engine", _: "Settings") -> dict[str, object]:
        from adapters.cli.documents import story_document

        story = await known_story(engine, story_id)
        return story_document(story, await engine.store.revisions(story.id))

    _print(with_engine(use), as_json=as_json)


@app.command()
def log(
    by: Annotated[str, typer.Option(help="Only what this person did, by name or id.")] = "",
    action: Annotated[Action | None, typer.Option(help="Only what was done so.")] = None,
    story: Annotated[str, typer.Option(metavar="ID", help="Only what was done to this story.")] = "",
    since: Annotated[str, typer.Option(help="Only from this instant on, in ISO 8601.")] = "",
    workspace: InWorkspace = "",
    as_json: AsJson = False,
    language: InLanguage = None,
    limit: Limit = 20,
) -> None:
    """List who changed what, when and why, the newest change first; JSON has one a line."""
    from bot.chronicle import LogFilter
    from bot.reading.imports import read_instant

    which = LogFilter(
        action=action,
        actor=by or None,
        story_id=StoryId(story) if story else None,
        since=read_instant(since) if since else None,
    )

    async def use(engine: "Engine", settings: "Settings") -> list[tuple[dict[str, object], str]]:
        from adapters.cli.documents import change_document, change_line

        told_in = language or settings.language
        entries = await engine.chronicling.reading.entries(_logs(workspace), limit, which, told_in)
        return [(change_document(entry), change_line(entry, told_in)) for entry in entries]

    for document, line in with_engine(use):
        if as_json:
            print_json(document)
        else:
            print(printable(line))


@app.command()
def copies(
    story_id: StoryName,
    as_json: AsJson = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
) -> None:
    """List the messages that tell a story, and how far its corrections got there; JSON has one a line."""

    async def use(engine: "Engine", settings: "Settings") -> list[dict[str, object]]:
        story = await known_story(engine, story_id)
        found = await engine.store.copies(story.id, None, limit)
        return [await _copy_document(copy, engine, settings) for copy in found]

    for document in with_engine(use):
        if as_json:
            print_json(document)
        else:
            names = ("id", "channel", "state", "edit", "error", "link")
            print(printable("  ".join(str(document[name] or "") for name in names)).rstrip())


async def _copy_document(copy: Copy, engine: "Engine", settings: "Settings") -> dict[str, object]:
    from adapters.cli.delivery import document_of

    delivery, edit = copy.delivery, copy.edit
    kept = ("id", "kind", "channel", "state", "settled_at", "message_id", "link")
    document = await document_of(delivery, engine, settings)
    return {name: document[name] for name in kept} | {
        "edit": edit.state if edit else None,
        "error": (edit.error if edit else delivery.error) or None,
        "change": edit.cause if edit else None,
    }


def _logs(workspace: str) -> tuple[WorkspaceId, ...]:
    """Return whose stories and decisions are meant: those of a workspace, or the page's and everybody's."""
    return (workspace_of(workspace),) if workspace else (workspace_of(""), PUBLIC)


def _print(document: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        from adapters.cli.documents import outline

        print(printable("\n".join(outline(document))))
