"""The command that runs the bot, and the channel in the terminal with it."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.session import InLanguage, operator, print_message

if TYPE_CHECKING:
    from adapters.console.channel import ConsolePlatform, Conversation
    from bot.settings import Settings


def run(
    console: Annotated[
        bool, typer.Option("--console", help="Type commands here, even where this is no terminal.")
    ] = False,
    language: InLanguage = None,
) -> None:
    """Run the bot. Until a platform is connected, its channel is this terminal."""
    from bot.run import sole_process, until_signalled
    from bot.settings import read_settings, settings_warnings

    settings = read_settings()
    for line in settings_warnings():
        print(f"ai-news: {line}", file=sys.stderr)
    if language is not None:
        settings = settings.model_copy(update={"language": language})
    with sole_process(settings):
        asyncio.run(until_signalled(_serve(settings, console)))


async def _serve(settings: "Settings", console: bool) -> None:
    from adapters.console.channel import CHANNEL, ConsolePlatform, Conversation
    from bot.phrases import phrase
    from bot.run import open_engine, ticking

    async with open_engine(settings, checkpoints=True) as engine:
        platform = ConsolePlatform(print_message)
        conversation = Conversation(engine, operator(settings.language), print_message)
        await engine.subscribe(CHANNEL, settings.language, settings.time_zone)
        if console or at_terminal():
            await conversation.begin()
        else:
            listening = phrase("console.listening", settings.language)
            print(f"ai-news: {listening}", file=sys.stderr)
        async with ticking(engine, [platform]):
            await _listen(platform, conversation, settings.data_dir, console)


def at_terminal() -> bool:
    """Return whether somebody can type here and see the answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


async def _listen(
    platform: "ConsolePlatform", conversation: "Conversation", data_dir: Path, console: bool
) -> None:
    """Take what is typed until it ends; where nobody can type, go on until the terminal is gone."""
    if at_terminal():
        from adapters.console.prompt import converse

        await converse(conversation, data_dir / "console-history")
    elif console:
        from adapters.console.channel import MAX_LINE_BYTES
        from adapters.lines import STDIN, read_lines

        async for line in read_lines(STDIN, MAX_LINE_BYTES):
            if not await conversation.take(line.decode("utf-8", "replace")):
                break
    else:
        await platform.gone()
