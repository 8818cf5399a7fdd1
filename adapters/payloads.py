"""What each chat platform would be sent for a message, part by part: for previews of any message anywhere."""

from collections.abc import Callable, Mapping
from typing import Final

from adapters.discord.showing import render as discord
from adapters.slack.showing import render as slack
from bot.message import Message, split

Payload = dict[str, object]


def discord_payloads(message: Message) -> list[Payload]:
    """Return the bodies of the Discord messages that a message becomes."""
    return [discord.render(part) for part in split(message, discord.LIMITS)]


def slack_payloads(message: Message) -> list[Payload]:
    """Return the arguments of the Slack posts that a message becomes."""
    return [slack.render(part) for part in split(message, slack.LIMITS)]


PAYLOADS: Final[Mapping[str, Callable[[Message], list[Payload]]]] = {
    "discord": discord_payloads,
    "slack": slack_payloads,
}
