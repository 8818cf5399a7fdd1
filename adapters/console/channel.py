"""The channel in the terminal: a platform that prints, and a conversation with whoever types."""

import secrets
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from bot.delivering.pace import Pace
from bot.engine import Engine
from bot.errors import BotError, PostDelayed, PostRejected
from bot.form import Form
from bot.message import Button, Buttons, Heading, Limits, Message, note, paragraph
from bot.model import LANGUAGES, Actor, Channel, Interaction, Language, Post, WorkspaceId
from bot.phrases import phrase

CHANNEL: Final = Channel(platform="console", workspace=WorkspaceId("local"), id="console")
HISTORY: Final = 5
"""How many earlier posts a new terminal shows."""

_QUIT: Final = frozenset({"/quit", "/exit"})

BUTTON_NAMES: Final = ("more", "deeper", "why", "sources", "share", "back")
MAX_LINE_BYTES: Final = 65_536

Show = Callable[[Message], None]


class ConsolePlatform:
    """A platform of one channel, shown by printing."""

    name = CHANNEL.platform
    limits = Limits(characters=1_000_000, block_characters=1_000_000, blocks=10_000)
    pace = Pace()

    def __init__(self, show: Show) -> None:
        self._show = show
        self._failure: OSError | None = None
        self._posted: set[str] = set()

    async def post(self, post: Post) -> str:
        """Print a message. Raises `PostDelayed` when the terminal is gone."""
        try:
            self._show(post.message)
        except OSError as error:
            self._failure = error
            raise PostDelayed(f"the terminal is gone: {error}", retry_after_s=60) from error
        self._posted.add(post.key)
        return post.key

    async def address(self, channel: Channel, message_id: str) -> str | None:
        """Return None: what was printed has no address."""
        return None

    async def desk(self, workspace: WorkspaceId) -> Channel | None:
        """Return None: whoever sits at the terminal sees the log."""
        return None

    async def trouble(self) -> str:
        """Return why nobody sees what is posted."""
        return f"the terminal is gone: {self._failure}" if self._failure else ""

    async def find(self, post: Post, since: datetime) -> str | None:
        """Return the key of a message that this process printed; another process had another terminal."""
        return post.key if post.key in self._posted else None

    async def edit(self, post: Post, message_id: str) -> None:
        """Raise `PostRejected`: what a terminal has printed stays."""
        raise PostRejected("a terminal cannot change what it has printed")

    async def shows(self, post: Post, message_id: str) -> bool:
        """Return False: nothing that was printed is ever changed."""
        return False


class Conversation:
    """What is typed into the channel, and the answers; only the one who typed sees them."""

    def __init__(self, engine: Engine, actor: Actor, show: Show, time_zone: str = "UTC") -> None:
        self.engine = engine
        self.actor = actor
        self.time_zone = time_zone
        self.buttons: tuple[Button, ...] = ()
        self._show = show
        self._answer_id = ""

    async def begin(self) -> None:
        """Say what this channel is, and show what was posted to it before."""
        language = self.actor.language
        self._show(welcome(language))
        if posts := await self.engine.store.posts(CHANNEL, HISTORY):
            self._show(Message((note(phrase("console.earlier", language)),), language))
        for delivery in posts:
            self._show(delivery.message)

    async def take(self, line: str) -> bool:
        """Answer a line; return False when it ends the conversation."""
        text = unicodedata.normalize("NFKC", line[:1]) + line[1:]
        text = text.strip()
        if text.lower() in _QUIT:
            return False
        if text.startswith("/"):
            self._show(await self._answer(text, id_=secrets.token_hex(8)))
        elif command := pressed(text, self.buttons, self.actor.language):
            self._show(await self._answer(command, id_=self._answer_id))
        elif text:
            self._show(hint(text, self.actor.language))
        return True

    async def _answer(self, command: str, id_: str) -> Message:
        """Return the answer to a command; the buttons under it press with its id."""
        language = self.actor.language
        interaction = Interaction(
            id=id_,
            actor=self.actor,
            channel=CHANNEL,
            limits=ConsolePlatform.limits,
            form_fields=0,
            time_zone=self.time_zone,
        )
        try:
            answer = await self.engine.reply(command, interaction)
        except BotError as error:  # a database that fails now may work for the next question
            return Message((note(str(error)),), language)
        if isinstance(answer, Form):
            return Message((note(phrase("console.form", language)),), language)
        if buttons := buttons_of(answer):
            self.buttons = buttons
            self._answer_id = secrets.token_hex(8)
        return answer


def buttons_of(message: Message) -> tuple[Button, ...]:
    """Return the buttons of a message, in order."""
    return tuple(button for block in message.blocks if isinstance(block, Buttons) for button in block.buttons)


def pressed(text: str, buttons: Sequence[Button], language: Language) -> str | None:
    """Return the command of the button that a typed number stands for, or a label in any language."""
    word = _folded(text)
    labels = {word} | {
        _folded(phrase(f"button.{name}", language))
        for name in BUTTON_NAMES
        if word in {_folded(phrase(f"button.{name}", other)) for other in LANGUAGES}
    }
    for number, button in enumerate(buttons, start=1):
        if word == str(number) or _folded(button.label) in labels:
            return button.command
    return None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def welcome(language: Language) -> Message:
    """Return what the channel opens with."""
    heading = Heading(phrase("console.heading", language))
    intro = paragraph(phrase("console.intro", language))
    return Message((heading, intro, note(phrase("console.usage", language))), language)


def hint(text: str, language: Language) -> Message:
    """Return what a line that is no command is met with."""
    shown = text if len(text) <= 40 else f"{text[:39]}…"
    return Message((note(phrase("console.hint", language, text=shown)),), language)
