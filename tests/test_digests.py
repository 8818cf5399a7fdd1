"""Digests are composed once, of what a channel wishes for, whatever the clock does; on both databases."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot import digests
from bot.briefing import digest_parts
from bot.choosing import wanted
from bot.engine import Engine
from bot.errors import DigestFailed
from bot.index import PostingsIndex
from bot.language import Names
from bot.message import Limits, plain_text
from bot.model import Mention
from tests.factories import NOW, make_channel, make_story, make_subscription, make_telling, make_topic

LIMITS = {"local": Limits(characters=2_000, block_characters=2_000, blocks=40)}
DAY = timedelta(days=1)


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def engine(store, clock):
    return Engine(store, PostingsIndex(), Names([make_topic()]), clock)


async def owed(store):
    return sorted(await store.deliveries(None, 100), key=lambda delivery: (delivery.due_at, delivery.part))


def titled(title, **over):
    return make_story(tellings=(make_telling(title=title, summary="S.", body="B."),), **over)


# Which stories


@pytest.mark.parametrize(
    ("keyword", "text", "holds"),
    [
        ("量子コンピュータ", "ｶﾅ量子コンピュータの話", True),
        ("ディープシーク", "ﾃﾞｨｰﾌﾟ・ｼｰｸの新型", True),
        ("ＡＩ", "New AI chips", True),
        ("ai", "He said so", False),
        ("open source", "Open-source models", True),
        ("cafe", "A café opens", True),
        ("メタ", "メタル", False),
        ("チップ", "新しいチップが出た", True),
        ("噂", "新製品の噂", True),
        ("噂", "新製品の話", False),
    ],
)
def test_a_keyword_is_found_whatever_its_width_case_and_dots(keyword, text, holds):
    story = titled(text)

    assert wanted([story], make_subscription(keywords=(keyword,))) == [story] * holds
    assert wanted([story], make_subscription(without_keywords=(keyword,))) == [story] * (not holds)


def test_a_keyword_is_looked_for_in_every_telling():
    ja = make_telling(language="ja", title="将棋", summary="要約。", body="本文。")
    story = make_story(tellings=(make_telling(title="Shogi"), ja))

    assert wanted([story], make_subscription(keywords=("将棋",))) == [story]


def test_topics_and_keywords_bring_what_has_either_and_leave_out_what_has_any():
    stories = [
        titled("Robots", id="topic", topics=("robots",)),
        titled("Chess", id="keyword"),
        titled("Chess robots", id="unwanted", topics=("robots", "banks")),
        titled("Boats", id="neither"),
        titled("Chess rumour", id="rumour"),
    ]
    subscription = make_subscription(
        topics=("robots",), keywords=("chess",), without_topics=("banks",), without_keywords=("rumour",)
    )

    assert [story.id for story in wanted(stories, subscription)] == ["topic", "keyword"]


async def test_a_digest_holds_only_what_is_wished_for(engine, store):
    await engine.save([titled("Chess", id="a"), titled("Boats", id="b")], "seeds", "")
    await store.add_subscription(make_subscription(keywords=("ｃｈｅｓｓ",)))

    assert await engine.compose_due(LIMITS) == 1

    (delivery,) = await owed(store)
    assert "Chess" in plain_text(delivery.message)
    assert "Boats" not in plain_text(delivery.message)


async def test_a_first_digest_tells_old_stories_and_no_later_one_does(engine, store, clock):
    stories = [titled(f"Old {n}", id=f"s{n}", published_at=NOW - 40 * DAY) for n in range(3)]
    await engine.save(stories, "seeds", "")
    clock.now += timedelta(hours=9)
    await engine.subscribe(make_channel(), "en", "UTC")
    subscription = await store.subscription(make_channel())
    await store.change_subscription(subscription, replace(subscription, story_count=2))
    assert await engine.compose_due(LIMITS) == 1
    (first,) = await owed(store)
    assert "wait for the next digest" not in plain_text(first.message)
    assert "waits for the next digest" not in plain_text(first.message)

    clock.now += DAY

    assert await engine.compose_due(LIMITS) == 0
    await engine.save([titled("New", id="new", published_at=clock.now)], "seeds", "")
    clock.now += DAY
    assert await engine.compose_due(LIMITS) == 1


async def test_a_story_corrected_after_it_was_posted_is_not_new(engine, store, clock):
    await engine.save([titled("Chess", id="a")], "seeds", "")
    await engine.subscribe(make_channel(), "en", "UTC")
    await engine.compose_due(LIMITS)

    await engine.save([titled("Chess, corrected", id="a")], "seeds", "")
    clock.now += DAY

    assert await engine.compose_due(LIMITS) == 0


# In which form


def parts_of(stories, **over):
    parts = digest_parts(stories, 0, Names([make_topic()]), make_subscription(**over), NOW.date())
    return [plain_text(part) for part in parts]


TWO = [
    make_story(
        id="a",
        tellings=(
            make_telling(title="Robots", summary="They sort."),
            make_telling(language="ja", title="機械", summary="分ける。"),
        ),
        topics=("robots",),
    ),
    make_story(id="b", tellings=(make_telling(title="Boats", summary="They sail."),)),
]


def test_the_full_style_tells_all_in_one_message():
    (text,) = parts_of(TWO, languages=("en",))

    assert "1. Robots" in text
    assert "They sort." in text
    assert "機械" not in text


def test_the_compact_style_tells_titles_with_their_small_print():
    (text,) = parts_of(TWO, languages=("en", "ja"), style="compact")

    assert "1. Robots" in text
    assert "機械" in text
    assert "They sort." not in text
    assert "分ける。" not in text
    assert text.count("The Daily Crate") == 2


def test_a_thread_begins_with_the_titles_and_goes_on_with_a_story_each():
    first, robots, boats = parts_of(TWO, languages=("en",), style="thread")

    assert "1. Robots" in first
    assert "They sort." not in first
    assert "1. Robots" in robots
    assert "They sort.\nThe Daily Crate" in robots
    assert "2. Boats" in boats


@pytest.mark.parametrize(("style", "in_thread"), [("full", [False]), ("thread", [False, True, True])])
async def test_a_digest_is_posted_as_its_channel_wishes(engine, store, style, in_thread):
    await engine.save(TWO, "seeds", "")
    await store.add_subscription(make_subscription(style=style, tag="news", publish=True, languages=("en",)))

    await engine.compose_due(LIMITS)

    messages = [delivery.message for delivery in await owed(store)]
    assert [message.in_thread for message in messages] == in_thread
    assert (messages[0].tag, messages[0].publish) == ("news", True)


async def test_a_list_of_titles_that_is_cut_stands_before_its_thread(engine, store):
    await engine.save(TWO, "seeds", "")
    await store.add_subscription(make_subscription(style="thread", languages=("en",)))
    narrow = Limits(characters=120, block_characters=120, blocks=40)

    await engine.compose_due({"local": narrow})

    flags = [delivery.message.in_thread for delivery in await owed(store)]
    assert flags.count(False) > 1
    assert flags == sorted(flags)


def test_two_languages_stand_under_one_title_with_labels_in_the_first():
    (text,) = parts_of(TWO, languages=("ja", "en"))

    assert "1. 機械" in text
    assert "分ける。\n\nRobots\nThey sort.\nThe Daily Crate" in text
    assert text.count("They sail.") == 1
    assert "AIニュース" in text


@pytest.mark.parametrize(
    ("mention", "target"),
    [
        (None, None),
        (Mention(target="42"), "42"),
        (Mention(target="42", topics=("robots",)), "42"),
        (Mention(target="42", topics=("banks",)), None),
    ],
)
async def test_the_first_part_of_a_digest_mentions_whom_its_topics_concern(engine, store, mention, target):
    await engine.save(TWO, "seeds", "")
    await store.add_subscription(make_subscription(mention=mention, style="thread", languages=("en",)))

    await engine.compose_due(LIMITS)

    assert [delivery.message.mention for delivery in await owed(store)] == [target, None, None]


# When


async def test_what_falls_in_quiet_hours_is_posted_after_them(engine, store):
    await engine.save(TWO, "seeds", "")
    await store.add_subscription(make_subscription(quiet=(time(22), time(7)), time_zone="UTC"))

    await engine.compose_due(LIMITS)

    assert [delivery.due_at for delivery in await owed(store)] == [NOW + timedelta(hours=7)]


async def test_where_there_is_nothing_new_one_line_says_so_once_or_nothing_does(engine, store, clock):
    await store.add_subscription(make_subscription(id="says", when_empty="say", languages=("en",)))
    await store.add_subscription(make_subscription(id="skips", channel=make_channel(id="other")))

    assert await engine.compose_due(LIMITS) == 1
    assert await engine.compose_due(LIMITS) == 0

    (delivery,) = await owed(store)
    assert "Nothing new since the last digest." in plain_text(delivery.message)
    assert delivery.message.mention is None


@pytest.mark.parametrize(("hours", "count"), [(48 + 9, 1), (48 + 21, 1), (48 + 8, 0), (48 + 22, 0)])
async def test_after_downtime_one_digest_comes_for_all_that_was_missed_or_none(
    engine, store, clock, hours, count
):
    await engine.save(TWO, "seeds", "")
    await store.add_subscription(make_subscription(next_due_at=NOW + timedelta(hours=9)))
    clock.now = NOW + timedelta(hours=hours)

    assert await engine.compose_due(LIMITS) == count

    assert len(await owed(store)) == count
    assert (await store.subscription(make_channel())).next_due_at > clock.now


async def test_a_clock_that_was_ahead_loses_no_day_and_repeats_none(engine, store, clock):
    await store.add_subscription(make_subscription(when_empty="say", next_due_at=NOW + timedelta(hours=9)))
    clock.now = NOW + timedelta(hours=10)
    assert await engine.compose_due(LIMITS) == 1
    clock.now = NOW + timedelta(days=5, hours=10)
    assert await engine.compose_due(LIMITS) == 1

    composed = 0
    clock.now = NOW + timedelta(hours=8)
    for _ in range(24 * 7):
        clock.now += timedelta(hours=1)
        composed += await engine.compose_due(LIMITS)

    # The first and the sixth day had theirs.
    assert composed == 5


async def test_a_restart_after_a_zone_s_rules_changed_computes_due_times_anew(engine, store, clock):
    wrong = NOW + timedelta(hours=10)
    await store.add_subscription(make_subscription(next_due_at=wrong))
    await store.add_subscription(
        make_subscription(id="paused", channel=make_channel(id="p"), state="paused", next_due_at=wrong)
    )

    await engine.compose_due(LIMITS)

    assert (await store.subscription(make_channel())).next_due_at == NOW + timedelta(hours=9)
    assert (await store.subscription(make_channel(id="p"))).next_due_at == wrong


# Many


async def test_every_channel_gets_its_digest_and_equal_ones_are_rendered_once(engine, store, monkeypatch):
    await engine.save(TWO, "seeds", "")
    rendered = []
    parts_of = digests.parts_of
    monkeypatch.setattr(digests, "parts_of", lambda *args: rendered.append(1) or parts_of(*args))
    for number in range(3 * digests.BATCH // 2):
        await store.add_subscription(
            make_subscription(
                id=f"s{number}",
                channel=make_channel(id=f"c{number}"),
                style="compact" if number % 2 else "full",
            )
        )

    assert await engine.compose_due(LIMITS) == 3 * digests.BATCH // 2

    assert len(rendered) == 2


async def test_platforms_that_are_not_there_hold_up_no_other(engine, store):
    await engine.save(TWO, "seeds", "")
    for number in range(digests.BATCH + 1):
        channel = make_channel(platform="gone", id=f"c{number}")
        await store.add_subscription(
            make_subscription(id=f"s{number}", channel=channel, next_due_at=NOW - DAY)
        )
    await store.add_subscription(make_subscription())

    assert await engine.compose_due(LIMITS) == 1


async def test_a_channel_whose_digest_fails_holds_up_no_other(engine, store):
    await engine.save([make_story()], "seeds", "")
    for number in range(2):
        await store.add_subscription(
            make_subscription(
                id=f"s{number}",
                channel=make_channel(id=f"c{number}"),
                time_zone="Mars/Olympus",  # as where a database moves to a machine that knows fewer
                next_due_at=NOW - number * DAY,
            )
        )
    ahead = make_subscription(
        id="s2", channel=make_channel(id="c2"), time_zone="Mars/Olympus", next_due_at=NOW + DAY
    )
    await store.add_subscription(ahead)
    await store.add_subscription(make_subscription())

    for _ in range(2):
        with pytest.raises(DigestFailed, match=r"subscription=s\d: ZoneInfoNotFoundError: .*; and \d more"):
            await engine.compose_due(LIMITS)

    (delivery,) = await owed(store)
    assert delivery.channel == make_channel()
    assert len(await store.due_subscriptions(NOW, 10, ["local"])) == 2
