"""Commands that change stories, as moderators do in a chat: each is one change with a name and a reason."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from adapters.cli.moderator import (
    As,
    InWorkspace,
    Reason,
    StoryName,
    decided,
    known_story,
    moderator,
    performed,
    retracted_story,
    workspace_of,
)
from adapters.cli.session import print_message, read_article, with_engine
from bot.errors import InvalidInput
from bot.model import ChangeId, Language, Story, WorkspaceId
from bot.moderating.commands import MergeStories, ModerateStory, ModeratorCommand, StoryAct, UndoChange

if TYPE_CHECKING:
    from bot.engine import Engine
    from bot.message import Message
    from bot.settings import Settings

app = typer.Typer(rich_markup_mode=None)

Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; readers are told.")]
InTelling = Annotated[
    Language | None, typer.Option("--language", help="Which telling is changed.", show_default=False)
]
Title = Annotated[str | None, typer.Option(help="The new title.", show_default=False)]
Summary = Annotated[str | None, typer.Option(help="The new summary.", show_default=False)]
Body = Annotated[str | None, typer.Option("--body-file", metavar="FILE", help="The new text; - reads stdin.")]
SourceName = Annotated[str | None, typer.Option(help="Who published it.", show_default=False)]
Url = Annotated[str | None, typer.Option(help="Where it was published.", show_default=False)]
Date = Annotated[str | None, typer.Option(help="When it was published, in ISO 8601.", show_default=False)]
Topics = Annotated[
    str | None, typer.Option(help="Its topics, with commas in between; the first is the main one.")
]
Claims = Annotated[
    str | None,
    typer.Option(
        help="What becomes of a claim whose sentence changes: keep, drop or reword.", show_default=False
    ),
]


def _rewriting(act: Literal["edit", "correct"], why: str) -> Callable[..., None]:
    """Return the command that changes a story by `act`; `why` declares its option `--reason`."""

    def rewrite(
        story_id: StoryName,
        title: Title = None,
        summary: Summary = None,
        body: Body = None,
        language: InTelling = None,
        source: SourceName = None,
        url: Url = None,
        date: Date = None,
        topics: Topics = None,
        claims: Claims = None,
        reason: str = why,
        name: As = "",
    ) -> None:
        texts = _given(title=title, summary=summary, body=_text(body), claims=claims)
        facts = _given(source=source, url=url, date=date, topics=topics)
        _edit(act, story_id, language, texts, facts, reason, name)

    return rewrite


app.command("edit", help="Change what is named of a story that was not posted yet, and leave the rest.")(
    _rewriting("edit", typer.Option("", metavar="TEXT", help="Why, for the log.", show_default=False))
)
app.command("correct", help="Change what is named of a story, and mark every posted copy as corrected.")(
    _rewriting("correct", typer.Option(..., metavar="TEXT", help="Why; readers are told."))
)


def _given(**options: str | None) -> dict[str, str]:
    return {name: value for name, value in options.items() if value is not None}


def _text(file: str | None) -> str | None:
    return None if file is None else read_article(file)


def _edit(
    act: StoryAct,
    story_id: str,
    language: Language | None,
    texts: Mapping[str, str],
    facts: Mapping[str, str],
    reason: str,
    name: str,
) -> None:
    if not texts and not facts:
        raise InvalidInput("edit_what")

    async def use(engine: "Engine", settings: "Settings") -> "Message":
        story = await known_story(engine, story_id)
        command = ModerateStory(
            act=act if texts else "facts", story=story.id, language=language, revision=story.revision
        )
        actor = moderator(name, story.workspace, settings)
        return await performed(engine, settings, command, actor, {**texts, **facts, "reason": reason})

    print_message(with_engine(use))


@app.command()
def approve(story_id: StoryName, reason: Reason = "", name: As = "") -> None:
    """Publish a story that waits."""
    _decide(story_id, name, lambda story: _act("approve", story, reason))


@app.command()
def reject(story_id: StoryName, reason: Why, name: As = "") -> None:
    """Refuse a story that waits; nobody is shown it."""
    _decide(story_id, name, lambda story: _act("reject", story, reason))


@app.command()
def retract(story_id: StoryName, reason: Why, name: As = "") -> None:
    """Take a story back: a notice with the reason takes its place in every posted copy."""
    _decide(story_id, name, lambda story: _act("retract", story, reason))


@app.command()
def restore(story_id: StoryName, reason: Reason = "", name: As = "") -> None:
    """Tell a story again that was retracted; words in the place of its id list those that they find."""
    _decide(story_id, name, lambda story: _act("restore", story, reason), by_words=True)


@app.command()
def merge(
    story_id: StoryName,
    into: Annotated[str, typer.Option(metavar="ID", help="The story that tells the same.")],
    reason: Reason = "",
    name: As = "",
) -> None:
    """Let a story go into another, as a further source of it."""
    _decide(story_id, name, lambda story: MergeStories(story=story.id, into=into, reason=reason))


@app.command()
def pin(story_id: StoryName, workspace: InWorkspace = "", reason: Reason = "", name: As = "") -> None:
    """Let a story lead the next digests of a workspace."""
    _decide(story_id, name, lambda story: _act("pin", story, reason), workspace_of(workspace))


@app.command()
def unpin(story_id: StoryName, workspace: InWorkspace = "", reason: Reason = "", name: As = "") -> None:
    """Let a story lead no longer."""
    _decide(story_id, name, lambda story: _act("unpin", story, reason), workspace_of(workspace))


@app.command()
def hide(story_id: StoryName, reason: Why, workspace: InWorkspace = "", name: As = "") -> None:
    """Hide a public story from one workspace."""
    _decide(story_id, name, lambda story: _act("hide", story, reason), workspace_of(workspace))


@app.command()
def unhide(story_id: StoryName, workspace: InWorkspace = "", reason: Reason = "", name: As = "") -> None:
    """Let a workspace see a public story again."""
    _decide(story_id, name, lambda story: _act("unhide", story, reason), workspace_of(workspace))


def _act(act: StoryAct, story: Story, reason: str) -> ModerateStory:
    return ModerateStory(act=act, story=story.id, reason=reason)


def _decide(
    story_id: str,
    name: str,
    command_for: Callable[[Story], ModeratorCommand],
    workspace: WorkspaceId | None = None,
    *,
    by_words: bool = False,
) -> None:
    """Do a command to a story, as a moderator of its workspace or of the one named; print the answer."""

    async def use(engine: "Engine", settings: "Settings") -> "Message":
        story = await (
            retracted_story(engine, story_id, settings) if by_words else known_story(engine, story_id)
        )
        actor = moderator(name, workspace or story.workspace, settings)
        return await decided(engine, settings, command_for(story), actor, story)

    print_message(with_engine(use))


@app.command()
def undo(
    change: Annotated[
        str, typer.Argument(metavar="CHANGE", help="As `story log` prints it; the last one otherwise.")
    ] = "",
    workspace: InWorkspace = "",
    reason: Reason = "",
    name: As = "",
) -> None:
    """Take a change back as a whole; undoing an undo does it again."""

    async def use(engine: "Engine", settings: "Settings") -> "Message":
        known = await engine.store.change(ChangeId(change)) if change else None
        of = known.workspace if known else workspace_of(workspace)
        actor = moderator(name, of, settings)
        return await performed(engine, settings, UndoChange(change=change, reason=reason), actor)

    print_message(with_engine(use))
