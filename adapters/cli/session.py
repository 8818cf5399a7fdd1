"""One command's session: the engine opened for it, who asks, and how its result is printed."""

import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.model import Actor, Language, WorkspaceId

if TYPE_CHECKING:
    from bot.engine import Engine
    from bot.message import Message
    from bot.settings import Settings

T = TypeVar("T")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
InLanguage = Annotated[
    Language | None, typer.Option("--language", help="Language of the output; AI_NEWS_LANGUAGE otherwise.")
]

LOCAL = WorkspaceId("local")

_DISTURBING = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def with_engine(use: "Callable[[Engine, Settings], Awaitable[T]]", *, bulk: bool = False) -> T:
    """Return what `use` makes of an engine that is open while it runs; `bulk` is for many changes."""
    from bot.run import database_lock, open_engine
    from bot.settings import read_settings

    settings = read_settings()

    async def session(checkpoints: bool) -> T:
        async with open_engine(settings, checkpoints=checkpoints) as engine:
            return await use(engine, settings)

    with database_lock(settings) if bulk else nullcontext(False) as checkpoints:
        return asyncio.run(session(checkpoints))


def operator(language: Language) -> Actor:
    """Return who types commands on this machine."""
    return Actor(id="console", name="console", workspace=LOCAL, language=language, role="operator")


def print_json(document: Mapping[str, object] | Sequence[object]) -> None:
    """Print one JSON document on a line of its own, in UTF-8 whatever the locale, at once."""
    line = json.dumps(document, ensure_ascii=False, allow_nan=False)
    # What would disturb a terminal is escaped, which to a reader of JSON is the same text.
    line = _DISTURBING.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
    sys.stdout.buffer.write(line.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()


def print_message(message: "Message") -> None:
    """Print a message: laid out for a terminal, plain for a pipe or a file."""
    if sys.stdout.isatty():
        from adapters.console.render import print_rich

        print_rich(message)
    else:
        from bot.message import plain_text

        print(plain_text(message), end="\n\n", flush=True)


def read_article(file: str) -> str:
    """Return the text of a file, or of standard input for `-`; of a web page, what it shows.

    Raises `InvalidInput` and OSError.
    """
    from bot.reading.encoding import MAX_BYTES, decode
    from bot.reading.markup import is_html, text_of_html

    if file == "-":
        text = decode(sys.stdin.buffer.read(MAX_BYTES + 1))
    else:
        with Path(file).open("rb") as stream:
            text = decode(stream.read(MAX_BYTES + 1))
    return text_of_html(text) if is_html(text) else text
