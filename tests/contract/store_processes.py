"""What other processes do to a store in the contract's races: functions that a new process can import."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.errors import Conflict
from bot.message import Heading, Manner
from bot.model import StoryId
from bot.store import open_store
from tests.factories import (
    NOW,
    make_change,
    make_channel,
    make_delivery,
    make_digest,
    make_message,
    make_occurrence,
    make_story,
    make_subscription,
    make_workspace,
)

start = None


def wait_for_all(barrier):
    """Make the process ready to race: each task of `race` begins when all of them have arrived."""
    global start
    start = barrier


def open_and_close(url):
    start.wait()

    async def run():
        await (await open_store(url)).close()

    asyncio.run(run())


def claim_all(url, owner):
    """Claim two at a time until there is nothing left; return the ids."""

    async def run():
        store = await open_store(url)
        start.wait()
        ids = []
        while claimed := await store.claim_deliveries("local", NOW, 60, owner, 2, 2):
            ids += [delivery.id for delivery in claimed]
        await store.close()
        return ids

    return asyncio.run(run())


def save_first_revision(url, actor):
    """Add the same story as everybody else; return whether it was us."""

    async def run():
        store = await open_store(url)
        start.wait()
        try:
            await store.save_stories([make_change(actor=actor)])
        except Conflict:
            return False
        finally:
            await store.close()
        return True

    return asyncio.run(run())


def publish_same_occurrence(url, name):
    """Publish the digest that everybody else publishes too; return whether it was us."""

    async def run():
        store = await open_store(url)
        (subscription,) = await store.due_subscriptions(NOW, 10)
        digest = make_digest(id=name)
        start.wait()
        try:
            deliveries = [make_delivery(id=f"{name}.1", series=name)]
            await store.publish(digest, deliveries, subscription, NOW + timedelta(days=1))
        except Conflict:
            return False
        finally:
            await store.close()
        return True

    return asyncio.run(run())


def save_forever(url, acknowledge):
    """Save story after story, each with an edit, and tell the number of each when it is saved."""

    async def run():
        store = await open_store(url)
        number = 0
        while True:
            number += 1
            story = make_story(id=StoryId(f"story-{number}"))
            edited = make_story(id=story.id, revision=2)
            await store.save_stories([make_change(story), make_change(edited)])
            acknowledge.send(number)

    asyncio.run(run())


def join_and_take(url, owner):
    """Join, take what is kept, hold a lease and remember an event as everybody does; return what was ours."""

    async def run():
        store = await open_store(url)
        start.wait()
        joined = await store.join(make_workspace(), make_delivery(id=f"{owner}.1", series=owner))
        taken = await store.take("states", "one")
        held = await store.hold("gateway", owner, NOW, 60)
        seen = await store.remember("event", NOW)
        await store.close()
        return joined, taken, held, seen

    return asyncio.run(run())


def correct_again_and_again(url, task):
    """Be one who corrects a story, or one who publishes digests that tell it as it was read just before."""

    async def run():
        store = await open_store(url)
        start.wait()
        for number in range(ROUNDS):
            await (correct(store) if task == "correct" else publish(store, f"{task}{number}"))
        await store.close()

    asyncio.run(run())


ROUNDS = 25


async def correct(store):
    while True:
        (story,) = (await store.stored_stories([StoryId("story")])).values()
        try:
            after = replace(story, revision=story.revision + 1)
            await store.save_stories([make_change(after, action="correct", retells=True)])
        except Conflict:
            continue
        return


async def publish(store, name):
    (story,) = (await store.stored_stories([StoryId("story")])).values()
    channel = make_channel(id=name)
    subscription = await store.add_subscription(make_subscription(id=f"of {name}", channel=channel))
    digest = make_digest(
        id=name, channel=channel, occurrence=make_occurrence(subscription_id=subscription.id)
    )
    blocks = (Heading("1. A story", 2, story_id="story", manner=Manner(number=1)),)
    message = make_message(blocks=blocks, told=(("story", story.revision),))
    delivery = make_delivery(id=f"{name}.1", series=name, channel=channel, message=message)
    await store.publish(digest, [delivery], subscription, NOW + timedelta(days=1))
