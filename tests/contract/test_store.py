"""The definition of Store: stories, who sees them, and what holds for every method, on every database."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import Conflict, StoreError
from bot.model import PUBLIC, IndexEntry, Span
from bot.store import open_store
from tests.factories import (
    NOW,
    make_article,
    make_change,
    make_claim,
    make_story,
    make_subscription,
    make_telling,
)

MINUTE = timedelta(minutes=1)
TOMORROW = NOW + timedelta(days=1)


async def save(store, *stories):
    await store.save_stories([make_change(story) for story in stories])


# Stories and their history


async def test_a_story_comes_back_as_it_was_saved(store):
    story = make_story(
        tellings=(
            make_telling(language="ja", title="倉庫ロボット", claims=(make_claim(denied_by=("労組",)),)),
            make_telling(claims=(make_claim(doubted_by=("An analyst", "A rival")),)),
        ),
        topics=("robots", "logistics"),
        article_id="article",
        span=Span(start=3, end=41),
        published_at=NOW - timedelta(microseconds=1),
    )

    await store.save_stories([make_change(story)], make_article())

    assert await store.stories(["story"], PUBLIC) == {"story": story}


async def test_stories_come_in_the_order_of_the_ids(store):
    names = [f"story-{number}" for number in range(1200)]
    await save(store, *(make_story(id=name) for name in names))

    wanted = [*reversed(names), "absent", "story-7"]

    assert list(await store.stories(wanted, PUBLIC)) == names[::-1]
    assert list(await store.stored_stories(wanted)) == names[::-1]
    assert await store.stories([], PUBLIC) == {}


async def test_every_change_is_a_revision_with_who_when_why_before_and_after(store):
    first = make_story()
    second = replace(first, revision=2, source=replace(first.source, name="The Weekly Crate"))
    third = replace(second, revision=3, status="retracted")
    await store.save_stories([make_change(first, actor="mika")])
    await store.save_stories([make_change(second, actor="jun", action="correct", reason="wrong name")])
    await store.save_stories([make_change(third, at=NOW + MINUTE, action="retract")])

    history = await store.revisions("story")

    assert [(r.before, r.after) for r in history] == [(None, first), (first, second), (second, third)]
    assert [r.number for r in history] == [1, 2, 3]
    assert [r.action for r in history] == ["add", "correct", "retract"]
    assert [r.actor for r in history] == ["mika", "jun", "mika"]
    assert [r.reason for r in history] == ["", "wrong name", ""]
    assert [r.at for r in history] == [NOW, NOW, NOW + MINUTE]
    assert await store.revisions("absent") == []


async def test_a_story_may_change_twice_in_one_call(store):
    first = make_story(topics=("robots",))
    second = replace(first, revision=2, topics=("parcels",))

    await save(store, first, second)

    assert [r.after for r in await store.revisions("story")] == [first, second]
    assert [entry.number for entry in await store.index_entries(0, 10)] == [2]
    assert await store.fresh_stories(make_subscription(topics=("robots",)), 10) == []


@pytest.mark.parametrize("revision", [1, 3])
async def test_a_revision_that_does_not_follow_is_a_conflict_and_saves_nothing(store, revision):
    await save(store, make_story())

    with pytest.raises(Conflict):
        await save(store, make_story(id="other"), make_story(revision=revision))

    assert await store.count_stories(PUBLIC) == 1
    assert len(await store.revisions("story")) == 1
    assert len(await store.index_entries(0, 10)) == 1


async def test_a_new_story_begins_with_revision_one(store):
    with pytest.raises(Conflict):
        await save(store, make_story(revision=2))


async def test_a_story_cannot_move_to_another_workspace(store):
    await save(store, make_story(workspace="home"))

    with pytest.raises(Conflict):
        await save(store, make_story(workspace="away", revision=2))


async def test_of_two_moderators_at_once_exactly_one_gets_a_conflict(store):
    story = make_story()
    await save(store, story)
    edit = make_change(replace(story, revision=2))

    results = await asyncio.gather(
        store.save_stories([edit]), store.save_stories([edit]), return_exceptions=True
    )

    assert [type(result) for result in results if result is not None] == [Conflict]
    assert len(await store.revisions("story")) == 2


async def test_the_same_article_again_is_no_error(store):
    await store.save_stories([make_change()], make_article())

    await store.save_stories([make_change(make_story(id="other"))], make_article(text="Other words."))

    assert await store.count_stories(PUBLIC) == 2


async def test_an_article_may_come_without_stories(store):
    await store.save_stories([], make_article())

    assert await store.index_entries(0, 10) == []


# Who sees what


async def test_nothing_reveals_the_story_of_another_workspace(store):
    private = make_story(id="private", workspace="away", topics=("robots",))
    mine = make_story(id="mine", workspace="home", topics=("robots",))
    public = make_story(id="public", topics=("robots",))
    await save(store, private, mine, public)
    ids = ["private", "mine", "public"]

    assert set(await store.stories(ids, "home")) == {"mine", "public"}
    assert set(await store.stories(ids, PUBLIC)) == {"public"}
    assert {story.id for story in await store.newest_stories("home", 10)} == {"mine", "public"}
    assert {story.id for story in await store.newest_stories(PUBLIC, 10)} == {"public"}
    assert await store.count_stories("home") == 2
    assert await store.count_stories(PUBLIC) == 1
    for topics in ((), ("robots",)):
        fresh = await store.fresh_stories(make_subscription(topics=topics), 10)
        assert {story.id for story in fresh} == {"mine", "public"}


@pytest.mark.parametrize("status", ["waiting", "retracted"])
async def test_only_published_stories_are_shown_and_found(store, status):
    await save(store, make_story(status=status))

    assert await store.stories(["story"], PUBLIC) == {}
    assert await store.newest_stories(PUBLIC, 10) == []
    assert await store.fresh_stories(make_subscription(), 10) == []
    assert await store.count_stories(PUBLIC) == 0
    assert [entry.tokens for entry in await store.index_entries(0, 10)] == [{}]
    assert set(await store.stored_stories(["story"])) == {"story"}


async def test_newest_stories_come_newest_first_page_by_page(store):
    ages = {"b": 2, "a": 2, "young": 1, "old": 9}
    stories = [
        make_story(id=name, published_at=NOW - days * timedelta(days=1)) for name, days in ages.items()
    ]
    await save(store, *stories)

    assert [story.id for story in await store.newest_stories(PUBLIC, 3)] == ["young", "a", "b"]
    assert [story.id for story in await store.newest_stories("home", 3, offset=2)] == ["b", "old"]


# The index follows


async def test_the_index_hears_of_each_story_once_in_the_order_of_its_latest_change(store):
    first, second = make_story(id="first"), make_story(id="second", workspace="home")
    tokens = {"en": ("robot", "sound\tRBT", "a b"), "ja": ("ロボ", "\x00", '"')}
    await store.save_stories([make_change(first), make_change(second, tokens=tokens)])
    await save(store, replace(first, revision=2, status="retracted"))

    entries = await store.index_entries(0, 10)

    assert entries == [
        IndexEntry(
            number=2, story_id="second", workspace="home", published_at=second.published_at, tokens=tokens
        ),
        IndexEntry(number=3, story_id="first", workspace=PUBLIC, published_at=first.published_at),
    ]
    assert await store.index_entries(2, 10) == entries[1:]
    assert await store.index_entries(0, 1) == entries[:1]
    assert await store.index_entries(3, 10) == []


async def test_a_reader_of_changes_never_misses_one_while_others_save(store):
    async def save_some(name):
        for number in range(8):
            await save(store, make_story(id=f"{name}-{number}"))

    seen, position = set(), 0
    savers = asyncio.gather(*(save_some(name) for name in "abcd"))
    while len(seen) < 32:
        finished = savers.done()
        for entry in await store.index_entries(position, 100):
            seen.add(entry.story_id)
            position = entry.number
        if finished:
            break
    await savers

    assert len(seen) == 32


# Hostile text, cancellation, closing


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(text=st.text(st.characters() | st.sampled_from("\0\ud800\u202e\N{COMBINING ACUTE ACCENT}'\";")))
def test_text_comes_back_as_it_was_or_is_refused(database_url, text):
    async def save_and_read():
        store = await open_store(database_url)
        number = len(await store.index_entries(0, 1000))
        story = make_story(id=f"{number}{text}", tellings=(make_telling(body=text),), topics=(text,))
        try:
            await store.save_stories([make_change(story, actor=text, reason=text)])
        except StoreError:
            assert "\0" in text or any("\ud800" <= character <= "\udfff" for character in text)
        else:
            if "\0" not in text:
                assert await store.stories([story.id], PUBLIC) == {story.id: story}
                assert [r.reason for r in await store.revisions(story.id)] == [text]
        await store.close()

    asyncio.run(save_and_read())


@pytest.mark.parametrize("story_id", ["\0", "\ud800", "'; DROP TABLE stories; --", "$1", "", "あ" * 100_000])
async def test_an_id_that_nothing_can_have_is_absent(store, story_id):
    assert await store.stories([story_id], PUBLIC) == {}
    assert await store.stored_stories([story_id]) == {}


async def test_cancelling_a_writer_leaves_all_of_its_change_or_nothing(store):
    for number in range(20):
        stories = [make_story(id=f"{number}-{part}") for part in range(30)]
        writer = asyncio.create_task(save(store, *stories))
        for _ in range(number):
            await asyncio.sleep(0)
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)

    await save(store, make_story(id="after"))

    whole = [len(await store.stored_stories([f"{n}-{part}" for part in range(30)])) for n in range(20)]
    assert set(whole) <= {0, 30}
    assert set(await store.stories(["after"], PUBLIC)) == {"after"}


async def test_what_a_cancelled_writer_does_next_is_not_overtaken(store):
    for number in range(40):
        holder = asyncio.create_task(store.hold("lease", "holder", NOW, 60.0))
        for _ in range(number):
            await asyncio.sleep(0)
        holder.cancel()
        await asyncio.gather(holder, return_exceptions=True)
        await store.let_go("lease", "holder")

        assert await store.hold("lease", "next", NOW, 60.0)
        await store.let_go("lease", "next")


async def test_closing_waits_for_what_was_begun(database_url):
    store = await open_store(database_url)
    writer = asyncio.create_task(save(store, *(make_story(id=f"{number}") for number in range(100))))
    await asyncio.sleep(0)

    await store.close()

    await asyncio.wait_for(writer, timeout=60)
    store = await open_store(database_url)
    assert await store.count_stories(PUBLIC) == 100
    await store.close()


async def test_a_closed_store_says_so(database_url):
    store = await open_store(database_url)
    await store.close()
    await store.close()

    with pytest.raises(StoreError, match="clos"):
        await store.count_stories(PUBLIC)
    with pytest.raises(StoreError, match="clos"):
        await save(store, make_story())
