"""Digests that tell stories, owed to channels of the pretend platform, and what becomes of the stories."""

from datetime import timedelta

from bot.briefing import deliveries_of, digest_message, digest_of, digest_parts
from bot.language import Names
from bot.message import plain_text
from bot.model import SubscriptionId
from bot.phrases import phrase
from tests.delivering.copies_told import corrected, restored, retracted
from tests.delivering.outbox.owing import deliver
from tests.factories import (
    NOW,
    make_change,
    make_channel,
    make_occurrence,
    make_story,
    make_subscription,
    make_telling,
)
from tests.fakes.platform import PretendPlatform

MINUTE = timedelta(minutes=1)
RETRACTED = phrase("copy.retracted", "en")
STORIES = [
    make_story(id=f"story-{number}", tellings=(make_telling(title=f"Title {number}"),))
    for number in (1, 2, 3)
]


async def owe_digests(store, *channels, slot="09:00", language="en", due_at=NOW):
    """Owe a digest of the stories, which are new where they are not known, to each channel (`news`)."""
    await add(store)
    for name in channels or ("news",):
        await publish(store, name, slot, language, due_at)


async def add(store):
    known = await store.stored_stories([story.id for story in STORIES])
    if not known:
        await store.save_stories([make_change(story) for story in STORIES])


async def publish(store, name, slot="09:00", language="en", due_at=NOW):
    """Publish a digest of the stories as they were at first, whatever became of them."""
    channel = make_channel(id=name)
    subscription = await store.add_subscription(
        make_subscription(id=SubscriptionId(f"of {name}"), channel=channel)
    )
    occurrence = make_occurrence(subscription_id=subscription.id, slot=slot)
    digest = digest_of(STORIES, subscription, occurrence, NOW)
    message = digest_message(STORIES, 0, Names(()), language, occurrence.local_date)
    deliveries = deliveries_of(digest, [message], due_at)
    await store.publish(digest, deliveries, subscription, subscription.next_due_at)
    return deliveries[0].id


async def change(store, make, number=1, **over):
    """Save a change of a story, which every copy is owed; return its id."""
    story = await story_now(store, number)
    saved = make_change(make(story), action="correct", retells=True, **over)
    await store.save_stories([saved])
    return saved.change.id


async def story_now(store, number=1):
    id_ = f"story-{number}"
    return (await store.stored_stories([id_]))[id_]


async def correct(store, number=1, **over):
    return await change(store, corrected, number, **over)


async def retract(store, number=1, **over):
    return await change(store, retracted, number, **over)


async def restore(store, number=1, **over):
    """Bring a story back as it was at first."""
    first = STORIES[number - 1]
    return await change(store, lambda now: restored(first, now), number, **over)


def stands(platform, name="news"):
    """Return the text of the messages that stand in a channel."""
    return [plain_text(message) for channel, _, message in platform.ledger if channel.id == name]


async def edits(store, change_id):
    return dict(await store.count_edits(change_id))


async def posted(store, *channels):
    """Return a platform on which a digest of the stories stands in each channel."""
    platform = PretendPlatform()
    await owe_digests(store, *channels)
    await deliver(store, platform)
    return platform


async def posted_in_a_thread(store):
    """Return a platform on which a digest stands as a list, with a thread of a message for each story."""
    await add(store)
    subscription = await store.add_subscription(make_subscription(style="thread", languages=("en",)))
    digest = digest_of(STORIES, subscription, make_occurrence(), NOW)
    parts = digest_parts(STORIES, 0, Names(()), subscription, digest.occurrence.local_date)
    await store.publish(digest, deliveries_of(digest, parts, NOW), subscription, subscription.next_due_at)
    platform = PretendPlatform()
    await deliver(store, platform)
    return platform
