"""The ledger of deliveries for people: list, show, retry, and why a story was posted or not."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.channels import name_of, read_channel
from adapters.cli.session import AsJson, InLanguage, print_json, with_engine
from bot.display import printable
from bot.errors import InvalidInput, NotFound
from bot.model import Delivery, DeliveryId, DeliveryState, StoryId

if TYPE_CHECKING:
    from bot.delivering.ledger import Standing
    from bot.engine import Engine
    from bot.model import Language
    from bot.settings import Settings

delivery_app = typer.Typer(
    help="What was owed to channels, and what became of it.", no_args_is_help=True, rich_markup_mode=None
)
ID = Annotated[str, typer.Argument(metavar="ID", help="As `delivery list` prints it.")]


@delivery_app.command("list")
def list_deliveries(
    state: Annotated[DeliveryState | None, typer.Option(help="Only those in this state.")] = None,
    channel: Annotated[
        str | None, typer.Option(metavar="PLATFORM/WORKSPACE/CHANNEL", help="Only those of this channel.")
    ] = None,
    as_json: AsJson = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
) -> None:
    """List deliveries, the newest due first; JSON has one a line."""
    place = read_channel(channel) if channel is not None else None

    async def use(engine: "Engine", settings: "Settings") -> list[dict[str, object]]:
        found = await engine.store.deliveries(None, limit, state=state, channel=place)
        return [await document_of(delivery, engine, settings) for delivery in found]

    for document in with_engine(use):
        if as_json:
            print_json(document)
        else:
            columns = [document[name] for name in ("due_at", "id", "kind", "state", "channel")]
            line = "  ".join(map(str, [*columns, document["error"] or document["link"] or ""]))
            print(printable(line).rstrip())


@delivery_app.command("show")
def show_delivery(delivery_id: ID, as_json: AsJson = False) -> None:
    """Show a delivery: its attempts as far as they are kept, when it is tried next, and where it stands.

    Of an edit the text is that of the message which it edits.
    """

    async def use(engine: "Engine", settings: "Settings") -> dict[str, object]:
        from bot.message import plain_text

        delivery = await _known(engine, delivery_id)
        edited = await engine.store.delivery(delivery.target) if delivery.target else None
        shown = edited if edited and delivery.kind == "edit" else delivery
        document = await document_of(delivery, engine, settings)
        return document | {"text": plain_text(shown.message)}

    document = with_engine(use)
    if as_json:
        print_json(document)
    else:
        from adapters.cli.documents import outline

        print(printable("\n".join(outline(document))))


@delivery_app.command("retry")
def retry_delivery(delivery_id: ID, language: InLanguage = None) -> None:
    """Plan a delivery that failed again, with whatever of its message failed with it."""

    async def use(engine: "Engine", settings: "Settings") -> str:
        from bot.phrases import phrase

        delivery = await _known(engine, delivery_id)
        planned = await engine.store.retry(delivery.id, engine.clock())
        if not planned:
            raise InvalidInput("delivery_not_failed", delivery_id=delivery.id, state=delivery.state)
        return phrase("standing.planned_again", language or settings.language, count=planned)

    print(with_engine(use))


@delivery_app.command("why")
def why(
    story_id: Annotated[str, typer.Argument(metavar="STORY", help="As `story list` prints it.")],
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="PLATFORM/WORKSPACE/CHANNEL.")],
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    """Tell why a story was posted to a channel, or why it was not."""
    place = read_channel(channel)

    async def use(engine: "Engine", settings: "Settings") -> tuple[dict[str, object], str]:
        found = await engine.standing(StoryId(story_id), place)
        delivery = await document_of(found.delivery, engine, settings) if found.delivery else None
        document: dict[str, object] = {
            "story": story_id,
            "channel": name_of(place),
            "state": found.state,
            "why": found.why,
            "delivery": delivery,
        }
        link = str((delivery or {}).get("link") or "")
        return document, in_words(found, link, language or settings.language)

    document, sentence = with_engine(use)
    if as_json:
        print_json(document)
    else:
        print(printable(sentence))


async def _known(engine: "Engine", delivery_id: str) -> Delivery:
    delivery = await engine.store.delivery(DeliveryId(delivery_id))
    if delivery is None:
        raise NotFound("delivery_not_found", delivery_id=delivery_id[:64])
    return delivery


async def link_to(delivery: Delivery, engine: "Engine", settings: "Settings") -> str | None:
    """Return where a posted message stands, where that has an address that is known."""
    from adapters.discord.posting.addresses import address_of as on_discord
    from adapters.local.places import address_of as on_the_page
    from adapters.slack.posting.addresses import address_of as on_slack

    channel, message_id = delivery.channel, delivery.message_id
    if delivery.state != "posted" or not message_id:
        return None
    match channel.platform:
        case "local":
            page = settings.web_url or f"http://127.0.0.1:{settings.web_port}"
            post = delivery.target if delivery.kind == "edit" else None
            return on_the_page(page, channel, post or delivery.id)
        case "discord":
            return on_discord(channel, message_id)
        case "slack":
            return await on_slack(engine.store, channel, message_id)
        case _:
            return None


async def document_of(delivery: Delivery, engine: "Engine", settings: "Settings") -> dict[str, object]:
    """Return a delivery as JSON has it."""
    return {
        "id": delivery.id,
        "kind": delivery.kind,
        "series": delivery.series,
        "part": delivery.part,
        "channel": name_of(delivery.channel),
        "state": delivery.state,
        "due_at": _instant(delivery.due_at),
        "attempts": delivery.attempt,
        "unclear_attempts": delivery.doubts,
        "error": delivery.error or None,
        "next_try_at": _instant(delivery.free_at) if delivery.state == "planned" else None,
        "claimed_until": _instant(delivery.free_at) if delivery.state == "sending" else None,
        "settled_at": _instant(delivery.settled_at),
        "edited_at": _instant(delivery.edited_at),
        "edits": delivery.target if delivery.kind == "edit" else None,
        "because_of": delivery.cause,
        "message_id": delivery.message_id,
        "link": await link_to(delivery, engine, settings),
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def in_words(found: "Standing", link: str, language: "Language") -> str:
    """Return where a story stands, as a sentence; `link` opens the message, where there is one."""
    from bot.delivering.ledger import told

    delivery = found.delivery
    if delivery is None:
        return told(found, "", "", language)
    when = _instant(delivery.settled_at or delivery.free_at) or "-"
    return told(found, when, link or name_of(delivery.channel), language)
