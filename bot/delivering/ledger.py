"""The ledger read for people, pure: where a story stands in a channel, and why it does not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.message import Heading
from bot.model import PUBLIC, Channel, Delivery, DeliveryState, Language, Story, StoryId, Subscription
from bot.phrases import phrase

LeftOut = Literal[
    "waiting", "retracted", "other_workspace", "hidden", "had", "no_subscription",
    "paused", "stopped", "muted", "filter", "too_old", "count",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the next digest of a channel would make of a story."""

    had: bool
    """The channel has had it, by a delivery that is no longer known."""
    wanted: bool
    fresh: bool
    chosen: bool
    hidden: bool = False
    muted: bool = False
    """Its workspace hides it, or has muted one of its topics."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a story stands: what became of its delivery; or `next`, it is in the next digest; or left out."""

    state: DeliveryState | Literal["next", "left_out"]
    why: LeftOut | None = None
    delivery: Delivery | None = None


def carriers(deliveries: Iterable[Delivery], story_id: StoryId) -> list[Delivery]:
    """Return the deliveries whose message tells a story."""
    return [
        delivery
        for delivery in deliveries
        if any(isinstance(block, Heading) and block.story_id == story_id for block in delivery.message.blocks)
    ]


def standing(
    story: Story,
    channel: Channel,
    subscription: Subscription | None,
    carrying: Sequence[Delivery],
    filters: Filters,
) -> Standing:
    """Return where a story stands in a channel, the newest of the deliveries `carrying` it first."""
    if carrying:
        newest = max(carrying, key=lambda delivery: (delivery.due_at, delivery.part))
        return Standing(state=newest.state, delivery=newest)
    why = _left_out(story, channel, subscription, filters)
    return Standing(state="left_out" if why else "next", why=why)


def _left_out(
    story: Story, channel: Channel, subscription: Subscription | None, filters: Filters
) -> LeftOut | None:
    """Return the first filter that keeps a story from a channel's next digest."""
    reasons: list[tuple[bool, LeftOut]] = [
        (story.workspace not in (PUBLIC, channel.workspace), "other_workspace"),
        (story.status == "waiting", "waiting"),
        (story.status == "retracted", "retracted"),
        (filters.hidden, "hidden"),
        (filters.had, "had"),
        (subscription is None, "no_subscription"),
        (subscription is not None and subscription.trouble != "", "stopped"),
        (subscription is not None and subscription.state == "paused", "paused"),
        (filters.muted, "muted"),
        (not filters.wanted, "filter"),
        (not filters.fresh, "too_old"),
        (not filters.chosen, "count"),
    ]
    return next((why for holds, why in reasons if holds), None)


def told(found: Standing, when: str, where: str, language: Language) -> str:
    """Return a standing as a sentence; `when` is the delivery's instant and `where` its place, in words."""
    if found.why is not None:
        return phrase(f"standing.left_{found.why}", language)
    delivery = found.delivery
    if delivery is None:
        return phrase("standing.next", language)
    key = "retrying" if delivery.state == "planned" and delivery.error else delivery.state
    return phrase(f"standing.{key}", language, id=delivery.id, when=when, where=where, reason=delivery.error)
