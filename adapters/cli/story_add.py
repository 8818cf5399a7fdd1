"""The command that adds the stories of an article as moderators do, all at once and without a review."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.moderator import As, InWorkspace, Refused, moderator, performed, workspace_of
from adapters.cli.session import AsJson, print_json, print_message, read_article, with_engine
from bot.commands import parse
from bot.message import Buttons, Message, plain_text, story_of
from bot.model import Actor, DraftId, Language, Story, StoryId
from bot.moderating.commands import AddStories, ReviewDraft

if TYPE_CHECKING:
    from bot.engine import Engine
    from bot.settings import Settings

app = typer.Typer(rich_markup_mode=None)


@app.command()
def add(
    what: Annotated[
        str, typer.Argument(metavar="FILE|URL", help="An article: a file, an address, or - for stdin.")
    ],
    title: Annotated[str, typer.Option(help="The title, of an article of one story.")] = "",
    source: Annotated[str, typer.Option(help="Who published it; worked out otherwise.")] = "",
    url: Annotated[str, typer.Option(help="Where it was published.")] = "",
    date: Annotated[str, typer.Option(help="When it was published, in ISO 8601.")] = "",
    language: Annotated[
        Language | None, typer.Option(help="What it is written in; worked out otherwise.")
    ] = None,
    topics: Annotated[str, typer.Option(help="Topics of every story, by id, with commas in between.")] = "",
    workspace: InWorkspace = "",
    name: As = "",
    as_json: AsJson = False,
) -> None:
    """Add an article's stories for everybody, or for one workspace, those like known ones too."""
    given = {"title": title, "source": source, "url": url, "date": date, "topics": topics}
    values = _read(what) | {key: value for key, value in given.items() if value}
    values |= {"language": language or "", "reach": "here" if workspace else "everyone"}

    async def use(engine: "Engine", settings: "Settings") -> tuple[Message, list[Story]]:
        actor = moderator(name, workspace_of(workspace), settings)
        message = await performed(engine, settings, AddStories(), actor, values)
        if draft := _draft_in(message):
            message = await _published(engine, settings, draft, actor)
        ids = [StoryId(id_) for id_ in dict.fromkeys(filter(None, map(story_of, message.blocks)))]
        return message, list((await engine.store.stored_stories(ids)).values())

    message, stories = with_engine(use)
    if not as_json:
        print_message(message)
        return
    from adapters.cli.documents import story_row

    for story in stories:
        print_json(story_row(story, story.tellings[0]))


def _read(what: str) -> dict[str, str]:
    """Return what a file or an address fills in. Raises `InvalidInput` and OSError."""
    if what.startswith(("http://", "https://")):
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


def _draft_in(message: Message) -> DraftId | None:
    """Return the draft that a message is about, if it is about one: its buttons name it."""
    buttons = [button for block in message.blocks if isinstance(block, Buttons) for button in block.buttons]
    commands = [
        parse(button.command) for button in buttons if button.command.startswith("/ai-news-mod draft")
    ]
    return next((DraftId(each.draft) for each in commands if isinstance(each, ReviewDraft)), None)


async def _published(engine: "Engine", settings: "Settings", draft: DraftId, actor: Actor) -> Message:
    """Publish a draft as it is. Raises `Refused`, and leaves no draft behind."""
    await performed(engine, settings, ReviewDraft(draft=draft, act="add"), actor)
    told = await performed(engine, settings, ReviewDraft(draft=draft, act="publish"), actor)
    if await engine.store.draft(draft) is None:
        return told
    await engine.store.drop_draft(draft)
    raise Refused(plain_text(Message(told.blocks[:1], told.language)))
