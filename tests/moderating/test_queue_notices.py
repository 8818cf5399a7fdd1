"""A desk is told of what waits, and its notice says what became of that: by the outbox, on both databases."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chronicle import LogFilter
from bot.message import Buttons, plain_text
from bot.model import Posted
from tests.delivering.delivering import deliver_due
from tests.factories import (
    NOW,
    make_change,
    make_channel,
    make_delivery,
    make_story,
    make_telling,
    make_workspace,
)
from tests.fakes.platform import PretendPlatform
from tests.moderating.moderating import HOME, by, commands, filled, open_newsroom, text

MOD = "/ai-news-mod"
ARTICLE = "The council of Kawabe voted to reopen the old tram line. Work on the line begins in May."
DESK = make_channel(id="D1")


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def engine(store, clock):
    engine = await open_newsroom(store, clock=clock)
    await store.join(make_workspace(desk="D1", publishers="managers", suggestions=True, language="en"), None)
    return engine


@pytest.fixture
def platform():
    return PretendPlatform()


async def deliver(engine, platform, clock):
    await deliver_due(engine.store, {"local": platform}, clock, "bot")


def on_desk(platform):
    return [message for channel, _, message in platform.ledger if channel == DESK]


async def add(engine, who="ken", text=ARTICLE):
    await engine.submit(f"{MOD} add", {"text": text, "source": "Post"}, by(who))
    (story, *_) = [
        story for story in await engine.store.waiting_stories(HOME, 10) if "tram" in story.tellings[0].body
    ]
    return story


async def test_a_desk_is_told_of_what_waits_with_buttons(engine, platform, clock):
    story = await add(engine)

    await deliver(engine, platform, clock)

    (notice,) = on_desk(platform)
    assert "For approval: one story" in plain_text(notice)
    assert "Brought in by ken" in plain_text(notice)
    assert commands(notice) == {
        f"{MOD} approve {story.id} revision:1",
        f"{MOD} edit {story.id} revision:1",
        f"{MOD} reject {story.id} revision:1",
        f"{MOD} story {story.id}",
    }


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("approve", "Published by rin"),
        ('reject reason:"Only a rumour."', "Rejected by rin"),
    ],
)
async def test_once_decided_the_notice_says_so_and_has_no_buttons(engine, platform, clock, word, told):
    story = await add(engine)
    await deliver(engine, platform, clock)
    act, _, options = word.partition(" ")

    await engine.reply(f"{MOD} {act} {story.id} {options}", by("rin", role="manager"))
    await deliver(engine, platform, clock)

    (notice,) = on_desk(platform)
    assert told in plain_text(notice)
    assert ("Only a rumour." in plain_text(notice)) == (act == "reject")
    assert not any(isinstance(block, Buttons) for block in notice.blocks)
    assert story.tellings[0].title in plain_text(notice)


async def test_an_edit_of_what_waits_shows_in_its_notice_with_buttons_of_today(engine, platform, clock):
    story = await add(engine)
    await deliver(engine, platform, clock)

    form = await engine.reply(f"{MOD} edit {story.id}", by())
    await engine.submit(form.command, filled(form, title="Trams again"), by())
    await deliver(engine, platform, clock)

    (notice,) = on_desk(platform)
    assert "1. Trams again" in plain_text(notice)
    assert f"{MOD} approve {story.id} revision:2" in commands(notice)


async def test_what_was_told_and_taken_back_is_not_repeated_on_the_desk(engine, platform, clock):
    story = await add(engine)
    await deliver(engine, platform, clock)
    await engine.reply(f"{MOD} approve {story.id}", by("rin", role="manager"))
    await engine.reply(f"{MOD} retract {story.id} reason:wrong", by("rin", role="manager"))

    await deliver(engine, platform, clock)

    (notice,) = on_desk(platform)
    assert "Retracted by rin" in plain_text(notice)
    assert story.tellings[0].title not in plain_text(notice)
    await engine.reply(f"{MOD} restore {story.id}", by("rin", role="manager"))
    await deliver(engine, platform, clock)
    assert story.tellings[0].title in plain_text(on_desk(platform)[0])


async def test_what_goes_in_at_once_is_no_news_to_the_desk(engine, platform, clock):
    await engine.submit(f"{MOD} add", {"text": ARTICLE}, by("rin", role="manager"))

    await deliver(engine, platform, clock)

    assert on_desk(platform) == []


async def test_a_suggestion_is_told_to_the_desk_once(engine, platform, clock):
    member = by("nao", role="member", id_="the same press")
    await asyncio.gather(*(engine.submit("/ai-news suggest", {"text": ARTICLE}, member) for _ in range(3)))

    await deliver(engine, platform, clock)

    (notice,) = on_desk(platform)
    assert "Suggested by nao" in plain_text(notice)
    assert await engine.store.count_changes([HOME], LogFilter(action="suggest")) == 1


async def test_a_notice_that_has_not_been_posted_yet_says_what_is_so_by_then(engine, platform, clock):
    story = await add(engine)
    await engine.reply(f"{MOD} approve {story.id}", by("rin", role="manager"))

    await deliver(engine, platform, clock)

    (notice,) = on_desk(platform)
    assert "Published by rin" in plain_text(notice)


async def test_notices_are_no_copies_that_make_an_edit_a_correction(engine, platform, clock):
    story = await add(engine)
    await deliver(engine, platform, clock)
    await engine.reply(f"{MOD} approve {story.id}", by("rin", role="manager"))

    assert await engine.store.count_copies(story.id) == 0
    form = await engine.reply(f"{MOD} edit {story.id}", by("rin"))
    assert form.command.startswith(f"{MOD} edit")
    assert "It has not been posted anywhere." in text(await engine.reply(f"{MOD} story {story.id}", by()))


# The store


async def test_stories_are_saved_with_what_is_owed_for_them_or_not_at_all(store):
    notice = make_delivery(id="n.1", series="n", kind="notice")
    story = make_story(status="waiting", tellings=(make_telling(),))
    await store.save_stories([make_change(story)], None, [notice])

    with pytest.raises(Exception, match="does not follow"):
        await store.save_stories([make_change(story)], None, [replace(notice, id="m.1", series="m")])
    await store.save_stories([make_change(replace(story, revision=2))], None, [notice])

    assert [delivery.id for delivery in await store.deliveries(None, 10)] == ["n.1"]
    (claimed,) = await store.claim_deliveries("local", NOW, 60, "one", 10, 10)
    assert await store.settle(claimed, Posted(message_id="1"), NOW)
