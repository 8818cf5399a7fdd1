"""What is typed for a subscription becomes its settings, or a sentence that says what to type instead."""

from datetime import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands import WISHES, ChangeSubscription, PauseSubscription, PostNow, Subscribe, parse
from bot.errors import UserError
from bot.language import Names
from bot.model import LANGUAGES, Mention, Topic, TopicId
from bot.phrases import phrase_error
from bot.subscriptions.wishes import fulfil
from tests.factories import make_subscription

NAMES = Names(
    [
        Topic(
            id=TopicId("deepseek"),
            names={"ja": "DeepSeek", "en": "DeepSeek"},
            aliases=("ディープシーク", "深度求索"),
        ),
        Topic(id=TopicId("openai"), names={"ja": "OpenAI", "en": "OpenAI"}, aliases=("オープンAI",)),
        Topic(id=TopicId("sam-altman"), names={"ja": "サム・アルトマン", "en": "Sam Altman"}),
    ]
)


def wish(text, **over):
    """Return the subscription that `/ai-news-digest change` with a text makes."""
    return fulfil(parse(f"/ai-news-digest change {text}").wishes, make_subscription(**over), NAMES)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("times:09:00,18:00", "times", (time(9), time(18))),
        ("times:18,9時,9:00", "times", (time(9), time(18))),
        ("times:７時３０分、１８：００", "times", (time(7, 30), time(18))),
        ("times: 09:00, 18:00", "times", (time(9), time(18))),
        ("days:daily", "weekdays", (0, 1, 2, 3, 4, 5, 6)),
        ("days:平日", "weekdays", (0, 1, 2, 3, 4)),
        ("days:weekends", "weekdays", (5, 6)),
        ("days:wed,MON,Friday", "weekdays", (0, 2, 4)),
        ("days:月水金", "weekdays", (0, 2, 4)),
        ("days:火曜日、土曜", "weekdays", (1, 5)),
        ('cron:"0 9 * * 1"', "cron", "0 9 * * 1"),
        ("cron:0 9 * * 1 count:3", "cron", "0 9 * * 1"),
        ("zone:asia/tokyo", "time_zone", "Asia/Tokyo"),
        ("tag:ニュース", "tag", "ニュース"),
        ('tag:"AI news"', "tag", "AI news"),
        ("tag:" + "x" * 20, "tag", "x" * 20),
        ("publish:YES", "publish", True),
        ("publish:はい", "publish", True),
        ("zone:Kathmandu", "time_zone", "Asia/Kathmandu"),
        ("zone:「new york」", "time_zone", "America/New_York"),
        ("language:en", "languages", ("en",)),
        ("language:日本語", "languages", ("ja",)),
        ("language:both", "languages", ("ja", "en")),
        ("language:en,ja", "languages", ("en", "ja")),
        ("topics:deepseek,openai", "topics", ("deepseek", "openai")),
        ("topics:ディープ・シーク、ｏｐｅｎａｉ", "topics", ("deepseek", "openai")),
        ("topics:深度求索", "topics", ("deepseek",)),
        ('topics:"Sam Altman"', "topics", ("sam-altman",)),
        ("topics:Sam Altman, deepseek", "topics", ("sam-altman", "deepseek")),
        ("topics:off", "topics", ()),
        ("without:openai", "without_topics", ("openai",)),
        ("keywords:「量子 計算」,chip", "keywords", ("量子 計算", "chip")),
        ("keywords:噂、ＡＩ", "keywords", ("噂", "AI")),
        ("keywords:“open source”", "keywords", ("open source",)),
        ('keywords:"times: 9"', "keywords", ("times: 9",)),
        ("without-keywords:rumour", "without_keywords", ("rumour",)),
        ("count:８", "story_count", 8),
        ("STYLE:Compact", "style", "compact"),
        ("empty:say", "when_empty", "say"),
        ("quiet:22:00-07:00", "quiet", (time(22), time(7))),
        ("quiet:22時〜7時", "quiet", (time(22), time(7))),
        ("quiet:22時から7時まで", "quiet", (time(22), time(7))),
        ("quiet:off", "quiet", None),
        ("mention:42", "mention", Mention(target="42")),
        ("mention:<@&42>", "mention", Mention(target="42")),
        ("mention:<!subteam^S42>", "mention", Mention(target="S42")),
        ("mention-topics:openai mention:42", "mention", Mention(target="42", topics=("openai",))),
        ("mention:off", "mention", None),
    ],
)
def test_a_wish_becomes_a_setting(text, field, value):
    assert getattr(wish(text), field) == value


def test_only_what_is_named_changes():
    before = make_subscription(keywords=("chess",), style="compact", quiet=(time(1), time(2)))

    assert fulfil({}, before, NAMES) == before
    assert fulfil({"keywords": "chess"}, before, NAMES) == before


def test_times_take_the_place_of_a_cron_expression():
    assert wish("times:10", cron="0 9 * * 1").cron == ""
    assert wish("days:mon", cron="0 9 * * 1").cron == ""
    assert wish("cron:off", cron="0 9 * * 1").cron == ""


def test_a_tag_and_publishing_can_be_taken_back():
    assert wish("tag:off publish:no", tag="news", publish=True) == make_subscription()


def test_topics_of_no_mention_may_be_taken_back():
    assert wish("mention-topics:off") == make_subscription()


def test_labels_stay_in_the_language_that_they_are_in():
    assert wish("language:both", languages=("en",)).languages == ("en", "ja")


def test_whom_to_mention_keeps_its_topics():
    mention = Mention(target="1", topics=("openai",))

    assert wish("mention:2", mention=mention).mention == Mention(target="2", topics=("openai",))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("09:00", "unknown_wish"),
        ("tiems:09:00", "unknown_wish"),
        ("times:09:00 tiems:18:00", "unknown_wish"),
        ('keywords:"never closed', "unknown_wish"),
        ("x" * 3000, "wishes_too_long"),
        ("times:", "times_count"),
        ("times:25:00", "time_unreadable"),
        ("times:9:60", "time_unreadable"),
        ("times:noon", "time_unreadable"),
        ("times:" + ",".join(f"{n // 2}:{n % 2 * 3}0" for n in range(25)), "times_count"),
        ("days:", "days_unreadable"),
        ("days:someday", "days_unreadable"),
        ("days:月と火", "days_unreadable"),
        ("cron:hourly", "cron_invalid"),
        ("cron:0 9 30 2 *", "cron_never"),
        ("cron:* * * * *", "cron_too_often"),
        ("cron:0 9 * * 1 times:10", "cron_or_times"),
        ("zone:Mars/Olympus", "zone_unknown"),
        ("language:fr", "bad_option"),
        ("topics:deepseak", "wished_topic_unknown"),
        ("topics:" + ",".join(["openai"] * 21), "list_too_long"),
        ("keywords:x", "keyword_length"),
        ("keywords:か", "keyword_length"),
        ("keywords:" + "x" * 61, "keyword_length"),
        ("count:0", "bad_option"),
        ("count:31", "bad_option"),
        ("count:many", "bad_option"),
        ("style:loud", "bad_option"),
        ("empty:perhaps", "bad_option"),
        ("quiet:22:00", "quiet_unreadable"),
        ("quiet:22:00-22:00", "quiet_unreadable"),
        ("quiet:22:00-25:00", "time_unreadable"),
        ("mention:@every one", "mention_unreadable"),
        ("tag:" + "x" * 21, "tag_too_long"),
        ("publish:perhaps", "bad_option"),
        ("mention-topics:openai", "mention_whom"),
    ],
)
def test_a_wish_that_cannot_be_fulfilled_says_what_to_type(text, key):
    with pytest.raises(UserError) as caught:
        wish(text)

    assert caught.value.key == key
    assert all(phrase_error(caught.value, language) for language in LANGUAGES)


def test_an_unknown_topic_is_met_with_the_nearest():
    with pytest.raises(UserError) as caught:
        wish("topics:ディープシーグ")

    assert "deepseek" in phrase_error(caught.value, "en")


@pytest.mark.parametrize(("name", "value"), WISHES.items())
def test_each_example_of_a_wish_is_understood(name, value):
    mention = Mention(target="42")

    assert wish(f"{name}:{value}", mention=mention) != make_subscription(mention=mention)


@given(st.lists(st.tuples(st.sampled_from(list(WISHES)), st.text(max_size=30)), max_size=4))
@settings(deadline=None)
def test_any_wish_is_fulfilled_or_refused(wishes):
    text = " ".join(f"{name}:{value}" for name, value in wishes)
    try:
        refusal = None if wish(text) else "nothing"
    except UserError as error:
        refusal = phrase_error(error, "ja")

    assert refusal is None or len(refusal) > 5


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/ai-news-digest subscribe", Subscribe()),
        ("/ai-news-digest SUBSCRIBE count:3", Subscribe(wishes={"count": "3"})),
        (
            '／ai-news-digest change topics:"a b" style:full',
            ChangeSubscription(wishes={"topics": "a b", "style": "full"}),
        ),
        ("/ai-news-digest pause", PauseSubscription()),
        ("/ai-news-digest now", PostNow()),
    ],
)
def test_typed_text_becomes_its_command(text, command):
    assert parse(text) == command
