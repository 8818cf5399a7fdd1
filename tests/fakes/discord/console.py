"""The pretend Discord by hand: a server of its own that a bot can be run against, with a member to type for.

Lines on standard input are what the member does: `/ai-news query:deepseek` (options by name, a value in
quotes where it has spaces), `press Why` (on the newest message that has such a button), `drop`, `kick`.
"""

from __future__ import annotations

import argparse
import asyncio
import shlex
import sys

from tests.fakes.discord.errors import ApiError
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.server import DiscordServer, serving
from tests.fakes.discord.state import Channel, Member, Message
from tests.fakes.discord.users import NoAnswer, NotShown


def typed(line: str) -> tuple[str, dict[str, str]]:
    """Return the command that a line types, with its options."""
    words = shlex.split(line.removeprefix("/"))
    name = " ".join(word for word in words if ":" not in word)
    return name, dict(word.split(":", 1) for word in words if ":" in word)


def show(message: Message) -> None:
    """Print a message that arrived."""
    who = f"only for {message.seen_by.name}" if message.seen_by else f"#{message.channel.name}"
    print(f"--- {who}\n{message.text}\n[{'] ['.join(message.buttons)}]", flush=True)


async def act(server: DiscordServer, member: Member, channel: Channel, line: str) -> None:
    """Do what a line says."""
    match line.partition(" "):
        case ("press", _, label):
            newest = next(message for message in reversed(server.ledger) if label in message.buttons)
            await member.press(newest, label)
        case ("drop", _, _):
            server.gateway.drop(close_code=None)
        case ("kick", _, _):
            channel.guild.kick_bot()
        case _ if line.startswith("/"):
            name, options = typed(line)
            await member.command(channel, name, **options)
        case _:
            member.say(channel, line)


async def run(port: int) -> None:
    """Serve until standard input ends."""
    server = DiscordServer(token="PRETEND.DISCORD.TOKEN")  # the settings take nothing of another shape
    server.when_accepted = show
    guild = server.guild("Guild", locale="ja")
    channel = guild.text("news")
    member = guild.member("you", locale="ja", permissions=Permission.ADMINISTRATOR)
    async with serving(server, port) as url:
        print(f"AI_NEWS_DISCORD_API_URL={url}\nAI_NEWS_DISCORD_TOKEN={server.token}", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            try:
                await act(server, member, channel, line.strip())
            except (NotShown, NoAnswer, ApiError, StopIteration, ValueError) as error:
                print(f"! {type(error).__name__}: {error}", flush=True)


def main() -> None:
    """`python -m tests.fakes.discord.console [--port NUMBER]`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(run(parser.parse_args().port))


if __name__ == "__main__":
    main()
