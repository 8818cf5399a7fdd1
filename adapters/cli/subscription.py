"""Commands for the subscriptions of channels: list, show, add, change, pause, resume, remove, preview."""

import secrets
from collections.abc import Callable, Mapping
from inspect import Parameter, Signature, signature
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Final

import typer

from adapters.cli.channels import name_of, read_channel
from adapters.cli.session import AsJson, print_json, print_message, with_engine
from bot.commands import (
    ChangeSubscription,
    DigestCommand,
    PauseSubscription,
    PreviewDigest,
    RemoveSubscription,
    ResumeSubscription,
    Subscribe,
)
from bot.display import printable
from bot.errors import NotFound
from bot.message import Limits
from bot.model import Actor, Interaction, Subscription

if TYPE_CHECKING:
    from datetime import datetime

    from bot.engine import Engine
    from bot.message import Message
    from bot.settings import Settings

app = typer.Typer(help="What channels get, and when.", no_args_is_help=True, rich_markup_mode=None)

ChannelName = Annotated[
    str, typer.Argument(metavar="CHANNEL", help="Platform, workspace and channel, such as local/local/news.")
]

WISHES_HELP: Final[Mapping[str, str]] = {
    "times": "Times of day, such as 09:00,18:00.",
    "days": "daily, weekdays, weekends, or days such as mon,wed.",
    "cron": "A cron expression, in place of times and days.",
    "zone": "The time zone, such as Asia/Tokyo.",
    "language": "ja, en or both.",
    "topics": "Only these topics, by id or any name; off for all.",
    "keywords": "Only stories with one of these words, beside those of the topics.",
    "without": "None of these topics.",
    "without-keywords": "No story with one of these words.",
    "count": "How many stories at most.",
    "style": "full, compact or thread.",
    "empty": "When there is nothing new: skip, or say so.",
    "quiet": "Hours in which nothing is posted, such as 22:00-07:00, or off.",
    "mention": "The id of a role or group to mention, or off.",
    "mention-topics": "Mention it for these topics only.",
    "tag": "The name of the tag that posts in a forum get, or off.",
    "publish": "yes or no: whether channels that follow this one get its digests too.",
}

LIMITS: Final = Limits(characters=1_000_000, block_characters=1_000_000, blocks=10_000)


def _takes_wishes(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each wish, in place of its `**wishes`."""
    own = [p for p in signature(command).parameters.values() if p.kind is not Parameter.VAR_KEYWORD]
    options = [
        Parameter(
            name.replace("-", "_"),
            Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[str | None, typer.Option(f"--{name}", help=text, show_default=False)],
        )
        for name, text in WISHES_HELP.items()
    ]
    command.__signature__ = Signature([*own, *options])  # type: ignore[attr-defined]
    return command


@app.command("list")
def list_subscriptions(as_json: AsJson = False) -> None:
    """List every channel's subscription; JSON has one a line."""

    async def use(engine: "Engine", settings: "Settings") -> list[tuple[Subscription, list["datetime"], str]]:
        from bot.subscriptions.terms import when

        found: list[Subscription] = []
        while page := await engine.store.subscriptions(None, 500, len(found)):
            found += page
        return [(each, _turns(each, engine), when(each, settings.language)) for each in found]

    for subscription, turns, sentence in with_engine(use):
        if as_json:
            from adapters.cli.documents import subscription_document

            print_json(subscription_document(subscription, turns))
        else:
            name = printable(name_of(subscription.channel))
            print(f"{name:<32}  {subscription.state:<6}  {printable(sentence)}")


@app.command()
def show(channel: ChannelName, as_json: AsJson = False) -> None:
    """Show what a channel gets, and when next."""
    place = read_channel(channel)

    async def use(engine: "Engine", settings: "Settings") -> "tuple[dict[str, object], Message]":
        from adapters.cli.documents import subscription_document
        from bot.subscriptions.terms import terms_message

        subscription = await engine.store.subscription(place)
        if subscription is None:
            raise NotFound("not_subscribed")
        names = await engine.known.of(place.workspace)
        message = terms_message(subscription, names, engine.clock(), settings.language)
        return subscription_document(subscription, _turns(subscription, engine)), message

    document, message = with_engine(use)
    if as_json:
        print_json(document)
    else:
        print_message(message)


@app.command()
@_takes_wishes
def add(channel: ChannelName, **wishes: str | None) -> None:
    """Subscribe a channel; every option has a default."""
    print_message(_reply(channel, Subscribe(wishes=_given(wishes))))


@app.command()
@_takes_wishes
def change(channel: ChannelName, **wishes: str | None) -> None:
    """Change what is named, and leave the rest."""
    print_message(_reply(channel, ChangeSubscription(wishes=_given(wishes))))


@app.command()
def pause(channel: ChannelName) -> None:
    """Post no digests until it is resumed."""
    print_message(_reply(channel, PauseSubscription()))


@app.command()
def resume(channel: ChannelName) -> None:
    """Post digests again, from the next turn on."""
    print_message(_reply(channel, ResumeSubscription()))


@app.command()
def remove(channel: ChannelName) -> None:
    """Post no digests any more."""
    print_message(_reply(channel, RemoveSubscription()))


@app.command("preview")
def preview_digest(channel: ChannelName, as_json: AsJson = False) -> None:
    """Show what would be posted to a channel now."""
    message = _reply(channel, PreviewDigest())
    if as_json:
        from adapters.cli.documents import message_document
        from bot.message import plain_text

        print_json(message_document(message, plain_text(message)))
    else:
        print_message(message)


def _reply(name: str, command: DigestCommand) -> "Message":
    """Do what a command asks for a channel, as its operator. Raises `UserError`."""
    place = read_channel(name)

    async def use(engine: "Engine", settings: "Settings") -> "Message":
        workspace = await engine.workspaces.known(place.platform, place.workspace)
        actor = Actor(
            id="console",
            name="console",
            workspace=place.workspace,
            language=settings.language,
            role="operator",
        )
        interaction = Interaction(
            id=secrets.token_hex(8),
            actor=actor,
            channel=place,
            limits=LIMITS,
            time_zone=workspace.time_zone if workspace else settings.time_zone,
        )
        return await engine.subscribing.reply(command, interaction)

    return with_engine(use)


def _given(wishes: Mapping[str, str | None]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in wishes.items() if value is not None}


def _turns(subscription: Subscription, engine: "Engine") -> list["datetime"]:
    """Return the next turns of a subscription that has any."""
    from bot.subscriptions.terms import TURNS_SHOWN
    from bot.subscriptions.timetable import turns

    if subscription.state != "active":
        return []
    return [turn.at for turn in islice(turns(subscription, engine.clock()), TURNS_SHOWN)]
