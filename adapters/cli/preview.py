"""Commands that show what would become of something, and keep nothing: digest, segment."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from adapters.cli.session import AsJson, InLanguage, print_json, print_message, read_article, with_engine
from bot.display import printable
from bot.errors import InvalidInput
from bot.message import Message
from bot.model import Language, Subscription, SubscriptionId

if TYPE_CHECKING:
    from bot.engine import Engine
    from bot.settings import Settings


def digest(
    as_json: AsJson = False,
    platform: Annotated[
        Literal["discord", "slack"] | None,
        typer.Option(help="Print what this platform would be sent, as a JSON list of payloads."),
    ] = None,
    language: InLanguage = None,
) -> None:
    """Show the digest that the console channel would get now, without posting it."""

    async def use(engine: "Engine", settings: "Settings") -> Message:
        return await engine.preview(await _subscription(engine, settings, language))

    message = with_engine(use)
    if platform is not None:
        print_json(_payloads(message, platform))
    elif as_json:
        from adapters.cli.documents import message_document
        from bot.message import plain_text

        print_json(message_document(message, plain_text(message)))
    else:
        print_message(message)


async def _subscription(engine: "Engine", settings: "Settings", language: Language | None) -> Subscription:
    """Return the console channel's subscription, or the one it would begin with."""
    from adapters.console.channel import CHANNEL

    subscription = await engine.store.subscription(CHANNEL)
    if subscription is None:
        subscription = Subscription(
            id=SubscriptionId("preview"),
            channel=CHANNEL,
            time_zone=settings.time_zone,
            language=settings.language,
            next_due_at=engine.clock(),
        )
    return replace(subscription, language=language or subscription.language)


def _payloads(message: Message, platform: Literal["discord", "slack"]) -> list[object]:
    """Return what is sent for a message, part by part."""
    from bot.message import split

    if platform == "discord":
        from adapters.discord.render import LIMITS, render

        return [render(part) for part in split(message, LIMITS)]
    from adapters.slack import render as slack

    return [slack.render(part) for part in split(message, slack.LIMITS)]


def segment(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="An article as text or Markdown; - reads stdin.")
    ],
    as_json: AsJson = False,
) -> None:
    """Show the stories that an article is cut into."""
    from bot.engine import check_length
    from bot.language import Names
    from bot.run import load_seeds, utc_now
    from bot.segment import cut
    from bot.settings import read_settings

    text = read_article(file)
    check_length(text)
    found = cut(text, Names(load_seeds(read_settings().seeds_dir, utc_now()).topics))
    if not found.segments:
        raise InvalidInput("article_no_story")
    if as_json:
        from adapters.cli.documents import cut_document

        print_json(cut_document(found))
        return
    for number, story in enumerate(found.segments, start=1):
        print(f"{number}. {printable(story.title)}  [{story.span.start}-{story.span.end}]")
        print(f"   {printable(story.summary)}")
        if story.topics:
            print(f"   {', '.join(story.topics)}")
