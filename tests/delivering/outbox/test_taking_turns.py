"""Posts and edits side by side in the outbox: neither waits for all that is owed of the other."""

import asyncio

from bot.briefing import digest_message
from bot.delivering.leases import Terms
from bot.delivering.outbox import Outbox
from bot.delivering.pace import Pace
from bot.language import Names
from tests.delivering.outbox.owing import owe_each
from tests.delivering.outbox.telling import MINUTE, STORIES, add, correct, owe_digests, posted
from tests.factories import NOW, make_channel, make_delivery, make_share
from tests.fakes.platform import PretendPlatform
from tests.waiting import PATIENCE_S

TERMS = Terms(at_once=4)
MANY = 60
APART_S = 2 * PATIENCE_S
"""Between two requests to a busy channel: no second one comes while a test waits."""
MOST_HELD = TERMS.to_hold(float("inf")) * 3 // 2
"""What comes waits for what is held, and for what is being claimed just then."""


class Recording(PretendPlatform):
    """Keeps the keys of what was done, in order; calls `meanwhile` at the tenth and counts them then."""

    def __init__(self, ledger=()):
        super().__init__()
        self.ledger = list(ledger)
        self.done = []
        self.meanwhile = None
        self.before = 0

    async def post(self, post):
        await self.record(post.key)
        return await super().post(post)

    async def edit(self, post, message_id):
        await self.record(post.key)
        await super().edit(post, message_id)

    async def record(self, key):
        self.done.append(key)
        if len(self.done) == 10:
            await self.meanwhile()
            self.before = len(self.done)
        await asyncio.sleep(0)


async def deliver(store, platform, terms=TERMS):
    await Outbox(store, platform, lambda: NOW + MINUTE, "bot", terms).drain()


async def test_a_digest_that_comes_amid_many_edits_waits_only_for_what_is_held(store):
    channels = [f"c{number}" for number in range(MANY)]
    platform = Recording((await posted(store, *channels)).ledger)
    await correct(store)
    platform.meanwhile = lambda: owe_digests(store, "new", due_at=NOW + MINUTE)

    await deliver(store, platform)

    (digest,) = [key for key in platform.done if key not in platform.edited]
    assert len(platform.edited) == MANY
    assert platform.done.index(digest) <= platform.before + 2 * MOST_HELD < MANY


async def test_an_edit_that_comes_amid_many_posts_waits_only_for_what_is_held(store):
    platform = Recording((await posted(store, "old")).ledger)
    await owe_each(store, MANY)
    platform.meanwhile = lambda: correct(store, at=NOW + MINUTE)

    await deliver(store, platform)

    (edit,) = platform.edited
    assert len(platform.done) == MANY + 1
    assert platform.done.index(edit) <= platform.before + 2 * MOST_HELD < MANY


async def shared(store, **channels):
    """Post shares, each in a channel of its own or in one with others; return the platform."""
    await add(store)
    message = digest_message(STORIES, 0, Names(()), "en", NOW.date())
    for name, channel in channels.items():
        place = make_channel(id=channel)
        copy = make_delivery(id=f"{name}.1", kind="share", series=name, channel=place, message=message)
        await store.share(make_share(id=name, channel=place), [copy])
    platform = Recording()
    await deliver(store, platform)
    platform.done.clear()
    return platform


async def test_edits_that_wait_for_their_channel_hold_up_no_other(store):
    busy = {f"b{number}": "busy" for number in range(6)}
    platform = await shared(store, **busy, other="other", another="another")
    await correct(store)
    platform.pace = Pace(per_channel_s=APART_S)
    outbox = Outbox(store, platform, lambda: NOW + MINUTE, "bot", Terms(at_once=8, lease_s=4 * APART_S))
    done = 0

    async with asyncio.timeout(PATIENCE_S):
        while done < 3:
            done += await outbox.deliver()

    assert {"other.1", "another.1"} < set(platform.done)
    assert len(platform.done) == 3
    await outbox.stop(0)
    platform.pace = Pace()
    await Outbox(store, platform, lambda: NOW + 60 * MINUTE, "another", TERMS).drain()
    assert len(platform.done) == 8


async def test_however_many_edits_wait_for_their_channel_no_post_waits_for_them(store):
    platform = await shared(store, **{f"b{number}": "busy" for number in range(9)})
    await correct(store)
    await owe_digests(store, *(f"new{number}" for number in range(6)), due_at=NOW + MINUTE)
    platform.pace = Pace(per_channel_s=APART_S)
    outbox = Outbox(store, platform, lambda: NOW + MINUTE, "bot", Terms(at_once=2, lease_s=4 * APART_S))
    done = 0

    async with asyncio.timeout(PATIENCE_S):
        while done < 6 + 1:
            done += await outbox.deliver()

    assert len(platform.edited) == 1
    await outbox.stop(0)
