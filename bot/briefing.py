"""Briefing, pure: when a subscription is due, which stories it gets, and the message that tells them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain, zip_longest
from zoneinfo import ZoneInfo

from bot.identity import derived_id
from bot.language import Names
from bot.message import Block, Divider, Heading, Message, note, paragraph, split
from bot.model import (
    Channel,
    Claim,
    Delivery,
    DeliveryId,
    DeliveryKind,
    Digest,
    DigestId,
    Interaction,
    Language,
    Occurrence,
    Share,
    ShareId,
    Story,
    StoryId,
    Subscription,
    Telling,
    TopicId,
)
from bot.phrases import phrase, phrase_date

FIRST = "first"
"""The slot of the digest that a channel gets at once when it subscribes."""


# When


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A turn of a timetable: the instant, and the occurrence it is known by."""

    at: datetime
    occurrence: Occurrence


def next_due(subscription: Subscription, after: datetime) -> Due:
    """Return the first turn later than `after`.

    A local time that the clock skips means the first moment after the gap; one that it shows twice
    means the first of the two. A turn is known by its local date and time, never by its instant.
    """
    zone = ZoneInfo(subscription.time_zone)
    today = after.astimezone(zone).date()
    days = (today + timedelta(days=n) for n in range(-1, 3))
    turns = (_turn(subscription, day, slot, zone) for day in days for slot in subscription.times)
    return min((turn for turn in turns if turn.at > after), key=lambda turn: turn.at)


def upcoming(subscription: Subscription, count: int) -> list[datetime]:
    """Return the next `count` instants at which a digest is due, the first of them from the store."""
    times = [subscription.next_due_at]
    while len(times) < count:
        times.append(next_due(subscription, times[-1]).at)
    return times


def occurrence_at(subscription: Subscription, now: datetime) -> Occurrence:
    """Return the turn that is composed at `now`: the latest one due, so that missed ones make one digest."""
    due = subscription.next_due_at
    turn = next_due(subscription, due - timedelta(milliseconds=1))
    if turn.at > due:
        local_date = due.astimezone(ZoneInfo(subscription.time_zone)).date()
        return Occurrence(subscription_id=subscription.id, local_date=local_date, slot=FIRST)
    while (later := next_due(subscription, turn.at)).at <= now:
        turn = later
    return turn.occurrence


def _turn(subscription: Subscription, day: date, slot: time, zone: ZoneInfo) -> Due:
    occurrence = Occurrence(subscription_id=subscription.id, local_date=day, slot=f"{slot:%H:%M}")
    return Due(at=_instant(datetime.combine(day, slot), zone), occurrence=occurrence)


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant at which the clocks of a zone show `wall` or later."""
    at = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _wall(at, zone) == wall:
        return at
    # The time does not exist: `fold` gives an instant on each side of the gap, whose end lies between.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while at - before > timedelta(seconds=1):
        middle = before + (at - before) // 2
        before, at = (before, middle) if _wall(middle, zone) >= wall else (middle, at)
    return at.replace(microsecond=0)


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


# Which


def choose(fresh: Sequence[Story], count: int) -> list[Story]:
    """Return up to `count` stories of `fresh` (newest first), grouped by leading topic.

    Each leading topic gives its newest story before any gives its second, so that no topic and no
    flood of one source crowds out the others. The topic that most stories touch leads.
    """
    turns = chain.from_iterable(zip_longest(*_by_leading_topic(fresh).values()))
    chosen = [story for story in turns if story is not None][:count]
    touched = Counter(topic for story in chosen for topic in story.topics)
    groups = sorted(_by_leading_topic(chosen).items(), key=lambda group: touched[group[0]], reverse=True)
    return list(chain.from_iterable(stories for _, stories in groups))


def _by_leading_topic(stories: Iterable[Story]) -> dict[TopicId, list[Story]]:
    """Return stories by their first topic, in order of appearance; one without topics stands alone."""
    groups: dict[TopicId, list[Story]] = {}
    for story in stories:
        leading = story.topics[0] if story.topics else TopicId(f"only {story.id}")
        groups.setdefault(leading, []).append(story)
    return groups


# What is owed


def digest_of(
    stories: Sequence[Story], subscription: Subscription, occurrence: Occurrence, now: datetime
) -> Digest:
    """Return the digest of the stories chosen; its id tells the turn, whoever composes it."""
    return Digest(
        id=DigestId(derived_id("digest", subscription.id, str(occurrence.local_date), occurrence.slot)),
        occurrence=occurrence,
        channel=subscription.channel,
        composed_at=now,
        story_ids=tuple(story.id for story in stories),
    )


def deliveries_of(digest: Digest, parts: Sequence[Message]) -> list[Delivery]:
    """Return a delivery for each part of a digest's message, due at once."""
    return _deliveries("digest", digest.id, digest.channel, parts, digest.composed_at)


def share_of(
    interaction: Interaction, command: str, story_ids: Sequence[StoryId], message: Message, now: datetime
) -> tuple[Share, list[Delivery]]:
    """Return an answer as shared with a channel; its id tells the interaction, however often that arrives."""
    channel = interaction.channel
    identity = (channel.platform, channel.workspace, channel.id, interaction.id, command)
    share = Share(
        id=ShareId(derived_id("share", *identity)),
        channel=channel,
        shared_at=now,
        shared_by=interaction.actor.name,
        command=command,
        story_ids=tuple(story_ids),
    )
    return share, _deliveries("share", share.id, channel, split(message, interaction.limits), now)


def _deliveries(
    kind: DeliveryKind, series: str, channel: Channel, parts: Sequence[Message], due_at: datetime
) -> list[Delivery]:
    return [
        Delivery(
            id=DeliveryId(f"{series}.{number}"),
            kind=kind,
            series=series,
            part=number,
            channel=channel,
            message=part,
            due_at=due_at,
        )
        for number, part in enumerate(parts, start=1)
    ]


# In which words


def digest_message(
    stories: Sequence[Story], remaining: int, names: Names, language: Language, local_date: date
) -> Message:
    """Return the digest of `stories` as a message; `remaining` is how many more are waiting."""
    blocks: list[Block] = [
        Heading(phrase("digest.heading", language, date=phrase_date(local_date, language, weekday=True)))
    ]
    if not stories:
        return Message((*blocks, paragraph(phrase("digest.nothing_new", language))), language)
    if topics := _topic_names(stories, names, language):
        blocks.append(note(phrase("digest.topics", language, topics=_join(topics, language))))
    for number, story in enumerate(stories, start=1):
        blocks += story_blocks(story, language, number=number)
    blocks.append(Divider())
    if remaining:
        blocks.append(note(phrase("digest.remaining", language, count=remaining)))
    blocks.append(note(phrase("digest.ask", language)))
    return Message(tuple(blocks), language)


def story_blocks(story: Story, language: Language, number: int) -> list[Block]:
    """Return a story as a numbered title, its summary, and the small print that belongs to it."""
    telling = story.telling(language)
    return [
        Heading(f"{number}. {telling.title}", level=2, url=story.source.url, story_id=story.id),
        paragraph(telling.summary),
        small_print(story, telling, language),
    ]


def small_print(story: Story, telling: Telling, language: Language) -> Block:
    """Return source, date, who claims, doubts and denies, and the original's language where it is another."""
    parts = [
        story.source.name,
        phrase_date(story.published_at.date(), language),
        *parties(telling.claims, language),
    ]
    if story.telling(language).language != language:
        parts.append(phrase("story.original", language))
    return note(phrase("story.dot", language).join(parts))


def claim_note(claim: Claim, language: Language, told: str = "") -> Block:
    """Return everyone who makes, doubts or denies a claim, after the claim itself unless `told` holds it."""
    who = phrase("story.dot", language).join(parties((claim,), language))
    if claim.text in told:
        return note(who)
    return note(phrase("story.claim", language, claim=claim.text, parties=who))


def parties(claims: Sequence[Claim], language: Language) -> list[str]:
    """Return who makes these claims, who doubts and who denies them, each as a phrase where there is one.

    Who contests one of several claims is not named among those who make them.
    """
    doubted = [who for claim in claims for who in claim.doubted_by]
    denied = [who for claim in claims for who in claim.denied_by]
    people_of = {
        "story.claimed": [claim.said_by for claim in claims if claim.said_by not in {*doubted, *denied}],
        "story.doubted": doubted,
        "story.denied": denied,
    }
    return [
        phrase(key, language, who=_join(dict.fromkeys(people), language))
        for key, people in people_of.items()
        if people
    ]


def _topic_names(stories: Sequence[Story], names: Names, language: Language) -> list[str]:
    leading = dict.fromkeys(story.topics[0] for story in stories if story.topics)
    return [names.topics[topic].names[language] for topic in leading if topic in names.topics]


def _join(words: Iterable[str], language: Language) -> str:
    return phrase("story.and", language).join(words)
