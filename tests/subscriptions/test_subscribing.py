"""A channel's subscription by command: who may do what, what comes of it, and in which words."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.engine import Engine
from bot.errors import LOSSES, ChannelLost
from bot.index import PostingsIndex
from bot.language import Names
from bot.message import Limits, Paragraph, plain_text
from bot.model import LANGUAGES, Topic, TopicId
from bot.phrases import phrase
from bot.subscriptions.terms import terms_message
from tests.factories import (
    NOW,
    make_actor,
    make_channel,
    make_interaction,
    make_story,
    make_subscription,
    make_telling,
)

DEEPSEEK = Topic(
    id=TopicId("deepseek"), names={"ja": "ディープシーク", "en": "DeepSeek"}, aliases=("DeepSeek",)
)
LIMITS = {"local": Limits(characters=2_000, block_characters=2_000, blocks=40)}


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def engine(store, clock):
    engine = Engine(store, PostingsIndex(), Names([DEEPSEEK]), clock)
    await engine.save([make_story()], "seeds", "")
    return engine


async def do(engine, words, *, role="moderator", language="en", id_="interaction"):
    actor = make_actor(role=role, language=language)
    interaction = make_interaction(id=id_, actor=actor, time_zone="Asia/Tokyo")
    return plain_text(await engine.reply(f"/ai-news-digest {words}", interaction))


async def subscription(store):
    return await store.subscription(make_channel())


async def owed(store):
    return [plain_text(delivery.message) for delivery in await store.deliveries(None, 100)]


async def test_subscribe_alone_works(engine, store):
    told = await do(engine, "subscribe")

    assert "Every day at 09:00 (Asia/Tokyo)." in told
    assert "in English" in told
    assert (
        "Next: Tuesday, March 3, 2026 09:00 · Wednesday, March 4, 2026 09:00 · Thursday, March 5, 2026 09:00"
    ) in told
    assert (await subscription(store)).languages == ("en",)
    assert await engine.compose_due(LIMITS) == 1


async def test_the_next_turns_are_instants_that_a_platform_may_show_in_each_readers_zone(engine):
    interaction = make_interaction(actor=make_actor(role="moderator"), time_zone="Asia/Tokyo")

    message = await engine.reply("/ai-news-digest subscribe", interaction)

    runs = [run for block in message.blocks if isinstance(block, Paragraph) for run in block.runs if run.at]
    assert [run.at for run in runs] == [NOW + timedelta(days=day) for day in (1, 2, 3)]
    assert runs[0].text == "Tuesday, March 3, 2026 09:00"


async def test_the_terms_are_told_in_words_in_both_languages(engine):
    wishes = (
        "times:18:00,9 days:月水金 topics:deepseek keywords:chess without-keywords:rumour quiet:22-7 "
        "style:thread empty:say mention:42 mention-topics:deepseek count:1 language:both tag:news publish:yes"
    )
    await do(engine, f"subscribe {wishes}")

    english = await do(engine, "show", role="member")
    japanese = await do(engine, "show", role="member", language="ja")

    for sentence in (
        "On Monday, Wednesday, Friday at 09:00, 18:00 (Asia/Tokyo).",
        "Up to one story, in English, Japanese, as a list of titles, with the stories in its thread.",
        "Only what is about or mentions: DeepSeek, chess.",
        "Nothing that is about or mentions: rumour.",
        "Nothing is posted from 22:00 to 07:00",
        "one line says so",
        "A digest with DeepSeek in it calls 42.",
        "Posts in a forum get the tag news.",
        "Channels that follow this one get its digests too.",
    ):
        assert sentence in english
    for sentence in (
        "月・水・金曜の09:00、18:00（Asia/Tokyo）",
        "ディープシーク、chess",
        "42 を呼び出します",
    ):
        assert sentence in japanese


async def test_a_cron_expression_is_told_as_it_is(engine):
    assert "0 9 * * 1" in await do(engine, 'subscribe cron:"0 9 * * 1"')


async def test_subscribing_again_changes_nothing_and_says_so(engine, store):
    await do(engine, "subscribe count:3")

    told = await do(engine, "subscribe count:5")

    assert "subscribed already" in told
    assert (await subscription(store)).story_count == 3


async def test_change_alters_only_what_is_named(engine, store):
    await do(engine, "subscribe count:3 style:compact")
    await engine.compose_due(LIMITS)

    told = await do(engine, "change times:18:00")

    changed = await subscription(store)
    assert (changed.story_count, changed.style) == (3, "compact")
    assert changed.next_due_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert "Next: Monday, March 2, 2026 18:00" in told


async def test_a_first_digest_that_is_owed_still_comes_when_the_times_change(engine, store, clock):
    clock.now += timedelta(minutes=5)
    await do(engine, "subscribe")
    await do(engine, "change times:18:00")

    assert await engine.compose_due(LIMITS) == 1


async def test_a_paused_channel_gets_nothing_until_it_is_resumed(engine, store, clock):
    await do(engine, "subscribe")
    assert "Paused." in await do(engine, "pause")
    assert "paused already" in await do(engine, "pause")
    clock.now += timedelta(days=2, hours=1)
    assert await engine.compose_due(LIMITS) == 0
    assert "It is paused." in await do(engine, "show")

    assert "goes on" in await do(engine, "resume")
    assert "not paused" in await do(engine, "resume")
    assert await engine.compose_due(LIMITS) == 0
    clock.now += timedelta(days=1)
    assert await engine.compose_due(LIMITS) == 1


async def test_a_channel_that_the_platform_stopped_says_why(engine, store):
    await do(engine, "subscribe")
    await store.stop_subscription(make_channel(), "the channel is gone")

    assert "the channel is gone" in await do(engine, "show")
    assert "the channel is gone" not in await do(engine, "resume")


@pytest.mark.parametrize("why", LOSSES)
def test_why_a_channel_was_stopped_is_told_in_the_reader_s_language(why):
    stopped = make_subscription(state="paused", trouble=str(ChannelLost(why, "some_code")))

    told = plain_text(terms_message(stopped, Names(()), NOW, "ja"))

    assert phrase(f"loss.{why}", "ja") in told
    assert LOSSES[why] not in told
    assert "some_code" not in told


def test_a_trouble_in_the_platform_s_own_words_is_told_as_it_is():
    stopped = make_subscription(state="paused", trouble="gone fishing")

    assert "gone fishing" in plain_text(terms_message(stopped, Names(()), NOW, "ja"))


async def test_a_removed_subscription_starts_again_without_repeating(engine, store, clock):
    await do(engine, "subscribe")
    await engine.compose_due(LIMITS)
    assert "no digests any more" in await do(engine, "remove")
    assert "no digest yet" in await do(engine, "show")
    assert "no digest yet" in await do(engine, "remove")

    await do(engine, "subscribe")

    # Its first digest was today already: nothing loops, and nothing is repeated.
    await engine.save([make_story(id="next")], "seeds", "")
    assert await engine.compose_due(LIMITS) == 0
    clock.now += timedelta(days=1)
    assert await engine.compose_due(LIMITS) == 1
    assert len(await owed(store)) == 2


@pytest.mark.parametrize("words", ["subscribe", "change count:3", "pause", "resume", "remove", "now"])
async def test_members_may_not_change_anything(engine, store, words):
    assert "Only moderators" in await do(engine, words, role="member")
    assert await subscription(store) is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", ["change count:3", "pause", "resume", "remove", "now"])
async def test_what_needs_a_subscription_says_how_to_get_one(engine, words, language):
    assert "/ai-news-digest subscribe" in await do(engine, words, language=language)


async def test_change_alone_says_what_can_be_changed(engine):
    await do(engine, "subscribe")

    assert "change times:18:00" in await do(engine, "change")


async def test_a_wish_that_cannot_be_fulfilled_changes_nothing(engine, store):
    await do(engine, "subscribe")
    before = await subscription(store)

    assert "The nearest are: deepseek" in await do(engine, "change count:3 topics:deepseak")
    assert await subscription(store) == before


async def test_a_preview_is_exactly_what_is_posted(engine, store):
    await do(engine, "subscribe style:compact language:ja")

    preview = await do(engine, "preview", role="member")
    await engine.compose_due(LIMITS)

    assert preview.split("\n\n", 1)[1] == (await owed(store))[0]


async def test_now_posts_what_is_new_once_however_often_it_is_pressed(engine, store):
    await do(engine, "subscribe quiet:08-10")
    await engine.compose_due(LIMITS)
    await engine.save([make_story(id="next")], "seeds", "")

    assert "Posted to the channel" in await do(engine, "now", id_="press")
    await engine.save([make_story(id="later")], "seeds", "")
    assert "posted already" in await do(engine, "now", id_="press")
    assert "Posted to the channel" in await do(engine, "now", id_="another")
    assert "nothing new" in await do(engine, "now", id_="third")

    assert len(await owed(store)) == 3
    assert sorted(d.due_at for d in await store.deliveries(None, 9)) == [NOW, NOW, NOW + timedelta(hours=1)]


async def test_now_leaves_the_timetable_as_it_is(engine, store):
    await do(engine, "subscribe")
    await engine.compose_due(LIMITS)
    before = await subscription(store)
    await engine.save([make_story(id="next")], "seeds", "")

    await do(engine, "now")

    assert await subscription(store) == before


async def test_now_says_that_a_paused_channel_must_go_on_first(engine):
    await do(engine, "subscribe")
    await do(engine, "pause")

    assert "resume" in await do(engine, "now")


async def test_two_presses_of_now_at_once_post_once(engine, store):
    await do(engine, "subscribe")
    await engine.compose_due(LIMITS)
    await engine.save([make_story(id="next")], "seeds", "")

    await asyncio.gather(*(do(engine, "now", id_=id_) for id_ in ("one", "one", "two")))

    assert len(await owed(store)) == 2


async def test_the_same_press_twice_at_once_is_no_trouble(engine, store):
    await do(engine, "subscribe")
    await engine.compose_due(LIMITS)
    await engine.save([make_story(id="next")], "seeds", "")

    told = await asyncio.gather(*(do(engine, "now", id_="one") for _ in range(2)))

    assert "Posted to the channel" in "".join(told)
    assert "Somebody else" not in "".join(told)


async def test_the_second_of_two_moderators_reads_that_it_was_changed_meanwhile(engine, store):
    await do(engine, "subscribe")

    class Slow:
        """A store in which somebody else is always a little faster."""

        def __getattr__(self, name):
            return getattr(store, name)

        async def change_subscription(self, before, after):
            await store.change_subscription(before, replace(before, keywords=("chess",)))
            await store.change_subscription(before, after)

    late = Engine(Slow(), PostingsIndex(), Names([DEEPSEEK]), engine.clock)

    assert "Somebody else changed" in await do(late, "change count:3")
    changed = await subscription(store)
    assert (changed.keywords, changed.story_count) == (("chess",), 12)


async def test_many_moderators_at_once_are_each_told_what_became_of_it(engine, store):
    await do(engine, "subscribe")

    told = await asyncio.gather(*(do(engine, f"change count:{n}") for n in range(1, 9)))

    assert all("Changed." in text or "Somebody else changed" in text for text in told)
    assert any("Changed." in text for text in told)


async def test_a_story_of_both_languages_is_told_in_both(engine, store):
    ja = make_telling(language="ja", title="倉庫ロボット", summary="荷物を仕分ける。")
    await engine.save([make_story(id="two", tellings=(make_telling(), ja))], "seeds", "")

    text = await do(engine, "subscribe language:both") and await do(engine, "preview")

    assert "倉庫ロボット\n荷物を仕分ける。" in text
    assert "AI news · " in text
