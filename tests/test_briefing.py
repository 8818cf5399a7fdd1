"""Which stories a subscription gets, and how they are told."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.briefing import digest_message
from bot.choosing import choose
from bot.language import Names
from bot.message import Heading, plain_text
from bot.model import Claim, Telling, Topic, TopicId
from tests.factories import make_story

NAMES = Names([Topic(id=TopicId("deepseek"), names={"ja": "ディープシーク", "en": "DeepSeek"})])


def instant(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def stories_of(*leading):
    return [make_story(id=f"s{n}", topics=(topic,)) for n, topic in enumerate(leading)]


def test_no_topic_crowds_out_the_others():
    fresh = stories_of("a", "a", "a", "a", "b", "c")

    assert [story.id for story in choose(fresh, 4)] == ["s0", "s1", "s4", "s5"]


def test_stories_of_a_topic_stand_together():
    fresh = stories_of("a", "b", "a", "b", "b")

    assert [story.id for story in choose(fresh, 5)] == ["s1", "s3", "s4", "s0", "s2"]


@given(st.lists(st.sampled_from("abcd")), st.integers(0, 12))
def test_choosing_takes_as_many_as_asked_and_none_twice(leading, count):
    fresh = stories_of(*leading)

    chosen = choose(fresh, count)

    assert len(chosen) == min(count, len(fresh))
    assert len({story.id for story in chosen}) == len(chosen)


def test_a_digest_tells_each_story_with_its_source_date_and_who_denies():
    claim = Claim(text="X", said_by="妹", denied_by=("家族",))
    telling = Telling(language="ja", title="題", summary="要約。", body="本文。", claims=(claim,))
    story = make_story(tellings=(telling,), published_at=instant("2025-02-01T00:00"), topics=("deepseek",))

    text = plain_text(digest_message([story], 3, NAMES, "ja", date(2026, 11, 24)))

    assert "2026年11月24日火曜日" in text
    assert "1. 題" in text
    assert "要約。" in text
    assert f"{story.source.name}｜2025年2月1日｜主張：妹｜否定：家族" in text
    assert "話題：ディープシーク" in text
    assert "ほかに3本" in text
    assert "/ai-news" in text


def test_a_digest_says_when_a_story_is_told_in_another_language():
    story = make_story(tellings=(Telling(language="ja", title="題", summary="要約。", body="本文。"),))

    text = plain_text(digest_message([story], 1, NAMES, "en", date(2026, 11, 24)))

    assert "題" in text
    assert "Original in Japanese" in text
    assert "One more story waits" in text


def test_a_digest_without_stories_says_so():
    message = digest_message([], 0, NAMES, "en", date(2026, 11, 24))

    assert [block.text for block in message.blocks if isinstance(block, Heading)] == [
        "AI news · Tuesday, November 24, 2026"
    ]
    assert "Nothing new" in plain_text(message)
