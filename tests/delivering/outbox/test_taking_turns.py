"""Posts and edits side by side in the outbox: neither waits for all that is owed of the other."""

import asyncio

from bot.briefing import digest_message
from bot.delivering.outbox import USUAL, Outbox, Terms
from bot.delivering.pace import Pace
from bot.language import Names
from tests.delivering.outbox.owing import owe_each
from tests.delivering.outbox.telling import MINUTE, STORIES, add, correct, owe_digests, posted
from tests.factories import NOW, make_channel, make_delivery, make_share
from tests.fakes.platform import PretendPlatform

TERMS = Terms(at_once=4)
MANY = 60
MOST_HELD = TERMS.to_hold(float("inf"))
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


async def test_edits_that_wait_for_their_channel_hold_up_no_other(store):
    await add(store)
    message = digest_message(STORIES, 0, Names(()), "en", NOW.date())
    for name in ("a", "b", "c", "d", "e", "f", "other", "another"):
        place = make_channel(id="busy" if len(name) == 1 else name)
        copy = make_delivery(id=f"{name}.1", kind="share", series=name, channel=place, message=message)
        await store.share(make_share(id=name, channel=place), [copy])
    platform = Recording()
    await deliver(store, platform)
    await correct(store)
    platform.done.clear()
    platform.pace = Pace(per_channel_s=0.3)

    await deliver(store, platform, USUAL)

    assert {"other.1", "another.1"} < set(platform.done[:3])
    assert len(platform.done) == 8
