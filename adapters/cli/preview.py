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
    """Show the digest that the page's first channel would get now, without posting it."""

    async def use(engine: "Engine", settings: "Settings") -> Message:
        return await engine.preview(await _subscription(engine, settings, language))

    message = with_engine(use)
    if platform is not None:
        from adapters.payloads import PAYLOADS

        print_json(PAYLOADS[platform](message))
    elif as_json:
        from adapters.cli.documents import message_document
        from bot.message import plain_text

        print_json(message_document(message, plain_text(message)))
    else:
        print_message(message)


async def _subscription(engine: "Engine", settings: "Settings", language: Language | None) -> Subscription:
    """Return the subscription of the page's first channel, or the one it would begin with."""
    from adapters.local.places import NEWS

    subscription = await engine.store.subscription(NEWS)
    if subscription is None:
        subscription = Subscription(
            id=SubscriptionId("preview"),
            channel=NEWS,
            time_zone=settings.time_zone,
            languages=(settings.language,),
            next_due_at=engine.clock(),
        )
    return replace(subscription, languages=(language,)) if language else subscription


def segment(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="An article as text or Markdown; - reads stdin.")
    ],
    as_json: AsJson = False,
) -> None:
    """Show the stories that an article is cut into."""
    from bot.adding.add_form import check_length
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
