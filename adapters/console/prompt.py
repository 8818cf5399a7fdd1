"""The prompt of the console channel: a line editor with history and completion, below what is posted."""

from collections.abc import AsyncGenerator, Iterable
from pathlib import Path
from typing import Final

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.styles import Style

from adapters.console.channel import Conversation
from bot.display import printable
from bot.phrases import phrase

PROMPT: Final = "> "
STYLE: Final = Style.from_dict({"bottom-toolbar": "noreverse ansibrightblack"})


class CommandCompleter(Completer):
    """Offers commands, their options, the names of topics in every script, and stories by their titles."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """Return nothing: what a line may go on with is looked up in the store, without waiting."""
        return ()

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        """Yield what may stand in the place of the last word."""
        text = document.text_before_cursor
        last = text.rpartition(" ")[2]
        for choice in await self._conversation.engine.complete(text, self._conversation.actor):
            label = printable(choice.label)
            yield Completion(choice.value, start_position=-len(last), display=label)


async def converse(conversation: Conversation, history: Path) -> None:
    """Take lines until `/quit`, Ctrl-C or Ctrl-D. What is posted meanwhile is shown above the prompt."""
    language = conversation.actor.language

    def toolbar() -> str:
        labels = [f"{number} {button.label}" for number, button in enumerate(conversation.buttons, start=1)]
        return phrase("console.press", language, buttons=" · ".join(labels)) if labels else ""

    session: PromptSession[str] = PromptSession(
        PROMPT,
        completer=CommandCompleter(conversation),
        history=FileHistory(str(history)),
        bottom_toolbar=toolbar,
        key_bindings=_keys(),
        style=STYLE,
    )
    with patch_stdout(raw=True):
        try:
            while await conversation.take(await session.prompt_async()):
                pass
        except (EOFError, KeyboardInterrupt):
            return


def _keys() -> KeyBindings:
    """Return bindings that ignore the mouse: the library stops at colour codes, which it takes for clicks."""
    bindings = KeyBindings()

    @bindings.add(Keys.Vt100MouseEvent)
    def _(event: KeyPressEvent) -> None:
        pass

    return bindings
