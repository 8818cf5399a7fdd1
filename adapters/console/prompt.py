"""The prompt of the console channel: a line editor with history and completion, below what is posted."""

from collections.abc import Iterable
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
from bot.completion import Completion as Completions
from bot.language import Names
from bot.phrases import phrase

PROMPT: Final = "> "
STYLE: Final = Style.from_dict({"bottom-toolbar": "noreverse ansibrightblack"})


class CommandCompleter(Completer):
    """Offers commands, their options, and the names of topics in every script."""

    def __init__(self, names: Names) -> None:
        self._completions = Completions(names)

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """Yield what may stand in the place of the last word."""
        text = document.text_before_cursor
        last = text.rpartition(" ")[2]
        for word in self._completions.of(text):
            yield Completion(word, start_position=-len(last))


async def converse(conversation: Conversation, history: Path) -> None:
    """Take lines until `/quit`, Ctrl-C or Ctrl-D. What is posted meanwhile is shown above the prompt."""
    language = conversation.actor.language
    names = await conversation.engine.known.of(conversation.actor.workspace)

    def toolbar() -> str:
        labels = [f"{number} {button.label}" for number, button in enumerate(conversation.buttons, start=1)]
        return phrase("console.press", language, buttons=" · ".join(labels)) if labels else ""

    session: PromptSession[str] = PromptSession(
        PROMPT,
        completer=CommandCompleter(names),
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
