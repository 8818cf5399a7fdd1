"""The command that runs the bot: its page in the browser, and on demand a channel in the terminal."""

import asyncio
import sys
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.session import InLanguage, operator, print_message

if TYPE_CHECKING:
    from aiohttp import web

    from adapters.console.channel import ConsolePlatform, Conversation
    from bot.engine import Engine
    from bot.ports import Platform
    from bot.settings import Settings


def run(
    console: Annotated[
        bool, typer.Option("--console", help="Also open a channel in this terminal, to type commands in.")
    ] = False,
    language: InLanguage = None,
) -> None:
    """Run the bot, with its page in the browser."""
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
    from adapters.local.platform import LocalPlatform
    from adapters.local.server import serving
    from adapters.local.site import Site
    from adapters.payloads import PAYLOADS
    from adapters.slack.mode import mode_of
    from bot.phrases import phrase
    from bot.run import open_engine, ticking

    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(open_engine(settings, checkpoints=True))
        page = LocalPlatform(engine.store)
        await _subscribe_page(engine, settings)
        platforms: list[Platform] = [page]
        if console:
            from adapters.console.channel import CHANNEL, ConsolePlatform, Conversation

            terminal = ConsolePlatform(print_message)
            platforms.append(terminal)
            await engine.subscribe(CHANNEL, settings.language, settings.time_zone)
            actor = operator(settings.language)
            conversation = Conversation(engine, actor, print_message, settings.time_zone)
            await conversation.begin()
        if settings.discord_token is not None:
            from adapters.discord.connection import connect as connect_discord

            platforms.append(
                await stack.enter_async_context(connect_discord(settings, engine, settings.discord_token))
            )
        beside: dict[str, web.Application] = {}
        if slack := mode_of(settings):
            from adapters.slack.connection import connect as connect_slack

            connection = await stack.enter_async_context(connect_slack(settings, engine, slack))
            platforms.append(connection.platform)
            beside |= connection.routes
        retention = timedelta(days=settings.retention_days)
        ticks = await stack.enter_async_context(ticking(engine, platforms, retention=retention))
        site = Site.of(engine, page, settings, PAYLOADS, ticks)
        address = await stack.enter_async_context(serving(site, beside=beside))
        print(phrase("page.serving", settings.language, url=address), flush=True)
        if console:
            await _listen(terminal, conversation, settings.data_dir)
        else:
            await asyncio.Event().wait()


async def _subscribe_page(engine: "Engine", settings: "Settings") -> None:
    from adapters.local.places import TOLD_IN, every_channel

    for channel in every_channel():
        language = TOLD_IN.get(channel.id, settings.language)
        await engine.subscribe(channel, language, settings.time_zone)


async def _listen(terminal: "ConsolePlatform", conversation: "Conversation", data_dir: Path) -> None:
    """Take what is typed until it ends."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        from adapters.console.prompt import converse

        await converse(conversation, data_dir / "console-history")
    else:
        from adapters.console.channel import MAX_LINE_BYTES
        from adapters.lines import STDIN, read_lines

        async for line in read_lines(STDIN, MAX_LINE_BYTES):
            if not await conversation.take(line.decode("utf-8", "replace")):
                break
