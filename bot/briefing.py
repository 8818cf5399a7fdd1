"""Briefing, pure: which stories a subscription gets, what is owed for them, and how they are told."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import chain
from typing import Literal

from bot.display import truncated
from bot.identity import derived_id
from bot.language import Names
from bot.message import (
    Block,
    Divider,
    Heading,
    Limits,
    Manner,
    Message,
    Note,
    Paragraph,
    Run,
    note,
    paragraph,
    split,
)
from bot.model import (
    Channel,
    Claim,
    Delivery,
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
    delivery_id,
)
from bot.phrases import phrase, phrase_date

Much = Literal["title", "summary", "body", "sources"]
"""How much of a story is told; of one in a list of sources, its title."""


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


def deliveries_of(digest: Digest, parts: Sequence[Message], due_at: datetime) -> list[Delivery]:
    """Return a delivery for each part of a digest's message."""
    return _deliveries("digest", digest.id, digest.channel, parts, due_at)


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
            id=delivery_id(series, number),
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


def digest_parts(
    stories: Sequence[Story], remaining: int, names: Names, subscription: Subscription, local_date: date
) -> list[Message]:
    """Return a subscription's digest as the messages that its style asks for, each of any length.

    In a thread the first lists the titles, and every other tells one story.
    """
    first, *others = subscription.languages
    second = next((language for language in others if language != first), None)
    compact = subscription.style != "full"
    message = digest_message(stories, remaining, names, first, local_date, second=second, compact=compact)
    mention, tag, publish = _mention(stories, subscription), subscription.tag, subscription.publish
    message = replace(message, mention=mention, tag=tag, publish=publish)
    if subscription.style != "thread":
        return [message]
    replies = [
        Message(
            tuple(story_blocks(story, first, number=number, second=second)),
            first,
            in_thread=True,
            told=told([story]),
        )
        for number, story in enumerate(stories, start=1)
    ]
    return [message, *replies]


def split_parts(parts: Sequence[Message], limits: Limits) -> list[Message]:
    """Return the messages of a digest as a platform can take them."""
    return [piece for part in parts for piece in split(part, limits)]


def joined(parts: Sequence[Message]) -> Message:
    """Return the messages of a digest as one, for whoever previews it."""
    first, *later = parts
    blocks = chain.from_iterable((Divider(), *part.blocks) for part in later)
    return replace(first, blocks=(*first.blocks, *blocks))


def _mention(stories: Sequence[Story], subscription: Subscription) -> str | None:
    mention = subscription.mention
    if mention is None or not stories:
        return None
    touched = {topic for story in stories for topic in story.topics}
    return mention.target if not mention.topics or touched.intersection(mention.topics) else None


def digest_message(
    stories: Sequence[Story],
    remaining: int,
    names: Names,
    language: Language,
    local_date: date,
    *,
    second: Language | None = None,
    compact: bool = False,
) -> Message:
    """Return the digest of `stories` as a message; `remaining` is how many more are waiting."""
    blocks: list[Block] = [
        Heading(phrase("digest.heading", language, date=phrase_date(local_date, language, weekday=True)))
    ]
    if not stories:
        return Message((*blocks, paragraph(phrase("digest.nothing_new", language))), language)
    if topics := _topic_names(stories, names, language):
        blocks.append(note(phrase("digest.topics", language, topics=_join(topics, language))))
    much: Much = "title" if compact else "summary"
    for number, story in enumerate(stories, start=1):
        blocks += story_blocks(story, language, number=number, second=second, much=much)
    blocks.append(Divider())
    if remaining:
        blocks.append(note(phrase("digest.remaining", language, count=remaining)))
    blocks.append(note(phrase("digest.ask", language)))
    return Message(tuple(blocks), language, told=told(stories))


def told(stories: Iterable[Story]) -> tuple[tuple[str, int], ...]:
    """Return which revision of each story a message tells, as `Message.told` has it."""
    return tuple((story.id, story.revision) for story in stories)


def story_blocks(
    story: Story, language: Language, number: int, *, second: Language | None = None, much: Much = "summary"
) -> list[Block]:
    """Return a story as a numbered title, so `much` of what it says, and the small print that belongs to it.

    Title and summary in the `second` language follow where the story is told in it too. The small
    print stands by a title alone as well: it may allege, and whoever denies is named with it.
    """
    telling = story.telling(language)
    if much == "sources":
        return source_blocks(story, telling, language, number)
    blocks: list[Block] = [story_heading(story, telling, Manner(number=number, much=much, second=second))]
    if much == "body":
        blocks += body_blocks(story, telling, language)
    elif much == "summary":
        blocks.append(Paragraph((Run(telling.summary),), story_id=story.id))
    if second is not None and (other := story.telling(second)) != telling:
        title = Run(other.title, style="strong")
        runs = (title,) if much == "title" else (title, Run(f"\n{other.summary}"))
        blocks.append(Paragraph(runs, story_id=story.id))
    return [*blocks, *remarks(story, language), small_print(story, telling, language)]


def story_heading(story: Story, telling: Telling, manner: Manner) -> Heading:
    """Return the numbered title that opens a story."""
    return Heading(
        f"{manner.number}. {telling.title}",
        level=2,
        url=story.source.url,
        story_id=story.id,
        manner=manner,
    )


def body_blocks(story: Story, telling: Telling, language: Language) -> list[Block]:
    """Return a telling's body, each claim's parties right after the paragraph that makes the claim."""
    blocks: list[Block] = []
    claims = list(telling.claims)
    for text in filter(None, telling.body.splitlines()):
        made_here = [claim for claim in claims if claim.text in text]
        blocks.append(Paragraph((Run(text),), story_id=story.id))
        blocks += [claim_note(claim, language, story.id, told=text) for claim in made_here]
        claims = [claim for claim in claims if claim not in made_here]
    return [*blocks, *(claim_note(claim, language, story.id) for claim in claims)]


def source_blocks(story: Story, telling: Telling, language: Language, number: int) -> list[Block]:
    """Return a story in a list of sources: its title, and each source with its link."""
    heading = story_heading(story, telling, Manner(number=number, much="sources"))
    sources = [Run(source.name, url=source.url) for source in (story.source, *story.also)]
    linked = [run for source in sources for run in (Run(phrase("story.and", language)), source)][1:]
    # A title may allege, so whoever denies stands beside it here too.
    facts = ["", phrase_date(story.published_at.date(), language), *parties(telling.claims, language)]
    small = Note((*linked, Run(phrase("story.dot", language).join(facts))), story_id=story.id)
    return [replace(heading, url=None), *remarks(story, language), small]


def sentence_print(story: Story, claims: Sequence[Claim], language: Language) -> Note:
    """Return the small print of a sentence of a story: where it stands, who claims and contests it."""
    date = phrase_date(story.published_at.date(), language)
    facts = phrase("story.dot", language).join([story.source.name, date, *parties(claims, language)])
    return Note((Run(facts),), story_id=story.id)


def remarks(story: Story, language: Language, most: int | None = None) -> list[Note]:
    """Return what readers of a story have to know of its past: that it was corrected, when and why.

    The reason is cut where it has more than `most` characters.
    """
    remark = story.remark
    if remark is None:
        return []
    date, reason = phrase_date(remark.at.date(), language), remark.reason
    reason = reason if most is None else truncated(reason, most)
    text = phrase(f"remark.{remark.kind}", language, date=date, reason=reason)
    return [Note((Run(text),), story_id=story.id)]


def small_print(story: Story, telling: Telling, language: Language) -> Note:
    """Return sources, date, who claims, doubts and denies, and the original's language if it is another."""
    parts = [
        *([phrase("story.update", language)] if story.updates else []),
        _join([story.source.name, *(source.name for source in story.also)], language),
        phrase_date(story.published_at.date(), language),
        *parties(telling.claims, language),
    ]
    if story.telling(language).language != language:
        parts.append(phrase("story.original", language))
    return Note((Run(phrase("story.dot", language).join(parts)),), story_id=story.id)


def claim_note(claim: Claim, language: Language, story_id: StoryId, told: str = "") -> Block:
    """Return everyone who makes, doubts or denies a claim, after the claim itself unless `told` holds it."""
    who = phrase("story.dot", language).join(parties((claim,), language))
    text = who if claim.text in told else phrase("story.claim", language, claim=claim.text, parties=who)
    return Note((Run(text),), story_id=story_id)


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
