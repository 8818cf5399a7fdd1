"""Who moderates from the command line, and how what was asked is done or refused."""

import getpass
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Final

import typer

from adapters.cli.session import LOCAL
from bot.display import printable
from bot.errors import BotError, NotFound
from bot.form import Form
from bot.message import Limits, Message, plain_text
from bot.model import PUBLIC, Actor, Channel, Interaction, Story, StoryId, WorkspaceId
from bot.moderating.commands import ModeratorCommand
from bot.phrases import phrase

if TYPE_CHECKING:
    from bot.engine import Engine
    from bot.settings import Settings

ACTOR_ID: Final = "console"
_MAX_NAME: Final = 80
_LIMITS: Final = Limits(characters=1_000_000, block_characters=1_000_000, blocks=10_000)

As = Annotated[
    str,
    typer.Option(
        "--as", metavar="NAME", help="Who does it, for the log; the login name otherwise.", show_default=False
    ),
]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why, for the log.", show_default=False)]
InWorkspace = Annotated[
    str,
    typer.Option(
        "--workspace",
        metavar="ID",
        help="Of which Discord server or Slack workspace, by its id; the page's own otherwise.",
        show_default=False,
    ),
]
StoryName = Annotated[str, typer.Argument(metavar="ID", help="As `story list` prints it.")]


class Refused(BotError):
    """What was asked was not done; the message says why, in the operator's language."""


def workspace_of(typed: str) -> WorkspaceId:
    """Return the workspace that is typed; the page's own where none is."""
    return WorkspaceId(printable(typed).strip()) if typed else LOCAL


def moderator(name: str, workspace: WorkspaceId, settings: "Settings") -> Actor:
    """Return who types commands on this machine, by the name that stands in the log."""
    return Actor(
        id=ACTOR_ID,
        name=" ".join(printable(name or _login()).split())[:_MAX_NAME] or ACTOR_ID,
        workspace=LOCAL if workspace == PUBLIC else workspace,
        language=settings.language,
        role="operator",
    )


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may run as a number that has no name
        return ACTOR_ID


async def known_story(engine: "Engine", named: str) -> Story:
    """Return a story by its id, whosever it is. Raises `NotFound`."""
    found = await engine.store.stored_stories([StoryId(named)])
    if StoryId(named) not in found:
        raise NotFound("story_not_found", story_id=printable(named)[:64])
    return found[StoryId(named)]


async def retracted_story(engine: "Engine", named: str, settings: "Settings") -> Story:
    """Return a story by its id. Raises `NotFound`, and `Refused` with the retracted ones that words find."""
    try:
        return await known_story(engine, named)
    except NotFound as unknown:
        actor = moderator("", LOCAL, settings)
        try:
            found = await engine.moderation.finding.withdrawn(named, actor)
        except NotFound:
            raise unknown from None
    titles = (f"{story.id} “{printable(story.telling(actor.language).title)}”" for story in found)
    raise Refused(phrase("error.retracted_like", actor.language, stories="; ".join(titles)))


def interaction_of(actor: Actor, settings: "Settings") -> Interaction:
    """Return what is typed on this machine, as platforms tell of it; it stands on none of them."""
    return Interaction(
        id=secrets.token_hex(8),
        actor=actor,
        channel=Channel(platform="", workspace=actor.workspace, id=ACTOR_ID),
        limits=_LIMITS,
        time_zone=settings.time_zone,
    )


async def performed(
    engine: "Engine",
    settings: "Settings",
    command: ModeratorCommand,
    actor: Actor,
    values: Mapping[str, str] | None = None,
) -> Message:
    """Do what a command asks, or its form with the `values` filled in. Raises `UserError` and `Refused`."""
    answer = await engine.perform(command, interaction_of(actor, settings), values)
    if isinstance(answer, Form):
        raise Refused(answer.problem or phrase("console.form", actor.language))
    return answer


async def decided(
    engine: "Engine", settings: "Settings", command: ModeratorCommand, actor: Actor, story: Story
) -> Message:
    """Do what a command asks, which changes a story or what is decided of it. Raises as `performed` does.

    Where nothing came of it, because it was so already, that is refused: a script is to know.
    """
    before = await _state(engine, actor, story)
    answer = await performed(engine, settings, command, actor)
    if await _state(engine, actor, story) == before:
        raise Refused(plain_text(Message(answer.blocks[:1], answer.language)))
    return answer


async def _state(engine: "Engine", actor: Actor, story: Story) -> tuple[int, int]:
    now = await engine.store.stored_stories([story.id])
    curation = await engine.store.curation(actor.workspace)
    return now[story.id].revision, curation.revision
