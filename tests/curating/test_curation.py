"""What a workspace may decide for itself, and what comes of it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.changes import Curation
from bot.curating import curation as rules
from bot.curating.curated import curated, overlaid, recounted
from bot.errors import InvalidInput
from bot.language import Names
from bot.model import Mention, StoryId, TopicId
from bot.moderating.commands import CurateTopic, parse_moderation, typed
from tests.factories import make_story, make_subscription, make_topic
from tests.messages import any_text

TOPICS = [
    make_topic(id=key, names={"ja": ja, "en": en}, aliases=())
    for key, ja, en in [("kumo", "クモ", "Kumo"), ("hato", "ハト", "Hato"), ("tora", "トラ", "Tora")]
]
KUMO, HATO, TORA = (topic.id for topic in TOPICS)
NOTHING = Curation(workspace="home")


def names(curation):
    return overlaid(TOPICS, curation, counted=True)


def with_alias(name, topic=KUMO, curation=NOTHING):
    return rules.with_alias(topic, name, curation, names(curation))


def with_topic(name, other="", curation=NOTHING):
    return rules.with_topic(name, other, curation, names(curation))


def with_joined(topic, into, curation=NOTHING):
    return rules.with_joined(topic, into, curation, names(curation))


def problem(decide, *given):
    with pytest.raises(InvalidInput) as caught:
        decide(*given)
    return caught.value.key


# Names


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("", "name_length"),
        ("ク", "name_length"),
        ("x" * 101, "name_length"),
        ("・・", "name_unfound"),
        ("!?", "name_filler"),
        ("ハト", "name_taken"),
        ("ＨＡＴＯ", "name_taken"),
        ("ニュース", "name_filler"),
        ("the", "name_filler"),
        ("会社", "name_filler"),
        ("最新情報", "name_filler"),
    ],
)
def test_a_name_that_finds_nothing_or_too_much_or_another_topic_is_refused(name, key):
    assert problem(with_alias, name) == key
    assert problem(with_topic, name) == key


def test_a_topic_is_found_by_its_further_name():
    curation = with_alias("Spider Works")

    assert names(curation).find("SPIDER-WORKS grows")[0].topic_id == KUMO
    assert with_alias("spider works", curation=curation) is curation


def test_a_topic_of_the_workspaces_own_is_called_what_it_is_in_either_script():
    curation = with_topic("深度求索", "DeepSeek")

    (topic,) = curation.topics
    assert topic.names == {"ja": "深度求索", "en": "DeepSeek"}
    assert names(curation).named("deepseek") == topic.id
    assert problem(with_topic, "DEEPSEEK", "", curation) == "name_taken"
    assert with_topic("DeepSeek", "深度求索").topics[0].names == topic.names


def test_what_is_dropped_takes_along_what_was_decided_about_it():
    curation = with_topic("Grok")
    (own,) = (topic.id for topic in curation.topics)
    curation = with_alias("グロック", own, curation)
    curation = rules.muted(own, with_joined(KUMO, own, curation))

    assert rules.without_topic(own, curation) == NOTHING
    assert problem(rules.without_topic, KUMO, curation) == "topic_not_own"


def test_only_a_name_that_was_added_can_be_taken_back():
    curation = with_alias("Spider Works")

    assert rules.without_alias(KUMO, "ＳＰＩＤＥＲ works", curation) == NOTHING
    assert problem(rules.without_alias, KUMO, "Kumo", curation) == "alias_not_own"


def test_no_more_is_decided_than_there_is_room_for():
    curation = NOTHING
    for number in range(rules.MAX_ALIASES):
        curation = with_alias(f"Spider Works {number}", curation=curation)

    assert problem(with_alias, "Spider Works X", KUMO, curation) == "aliases_many"


@settings(max_examples=150, deadline=None)
@given(any_text)
def test_any_text_is_a_name_that_finds_its_topic_or_is_refused(text):
    try:
        curation = with_alias(text)
    except InvalidInput:
        return
    for alias in curation.aliases.get(KUMO, ()):
        assert [found.topic_id for found in names(curation).find(alias)] == [KUMO]
        command = parse_moderation(typed("unalias", KUMO, name=alias).removeprefix("/ai-news-mod "))
        assert command == CurateTopic(act="unalias", topic=KUMO, name=alias)
        assert rules.without_alias(KUMO, command.name, curation) == NOTHING


# Joined


def test_joined_topics_count_as_one():
    known = names(with_joined(TORA, HATO, with_joined(HATO, KUMO)))

    assert [found.topic_id for found in known.find("Kumo, Hato and Tora")] == [KUMO] * 3
    assert list(known.topics) == [KUMO]
    assert set(known.together(TORA)) == {KUMO, HATO, TORA}
    assert set(known.tokens_of(HATO)) == {"@kumo", "@hato", "@tora"}


def test_topics_are_not_joined_in_a_circle():
    curation = with_joined(HATO, KUMO)

    assert problem(with_joined, KUMO, HATO, curation) == "topic_joined_already"
    assert problem(with_joined, KUMO, KUMO, curation) == "topic_joins_itself"
    assert rules.parted(HATO, curation) == NOTHING


joins = st.dictionaries(
    st.sampled_from([KUMO, HATO, TORA, "gone"]), st.sampled_from([KUMO, HATO, TORA, "no"])
)


@given(joins)
def test_whatever_undoing_leaves_every_topic_counts_as_one_that_counts_as_itself(joined):
    known = names(replace(NOTHING, joined=joined))

    for topic in (KUMO, HATO, TORA):
        assert known.counted(topic) in known.topics
        assert known.counted(known.counted(topic)) == known.counted(topic)
        assert topic in known.together(topic)


def test_a_subscription_asks_for_all_that_counts_as_its_topics_and_never_for_what_is_muted():
    curation = rules.muted(TORA, with_joined(HATO, KUMO))
    subscription = make_subscription(topics=(KUMO,), mention=Mention(target="1", topics=(HATO,)))

    asked = curated(subscription, curation, names(curation))

    assert asked.topics == (KUMO, HATO)
    assert asked.without_topics == (TORA,)
    assert asked.mention.topics == (KUMO, HATO)
    assert asked == replace(subscription, topics=asked.topics, without_topics=(TORA,), mention=asked.mention)


def test_stories_have_their_topics_as_they_count():
    known = names(with_joined(HATO, KUMO))
    story = make_story(topics=(HATO, TORA, KUMO))

    assert [told.topics for told in recounted([story], known)] == [(KUMO, TORA)]
    assert recounted([story], Names(TOPICS)) == [story]


# Stories


def test_at_most_five_stories_are_pinned_and_expired_pins_give_way():
    curation = NOTHING
    for number in range(rules.MAX_PINNED):
        curation = rules.with_story("pin", StoryId(str(number)), curation)

    assert problem(rules.with_story, "pin", StoryId("more"), curation) == "pins_many"
    again = rules.with_story("pin", StoryId("more"), curation, [StoryId("0")])
    assert again.pinned == ("1", "2", "3", "4", "more")


def test_what_is_hidden_is_pinned_no_more():
    curation = rules.with_story("pin", StoryId("story"), NOTHING)

    hidden = rules.with_story("hide", StoryId("story"), curation)

    assert (hidden.hidden, hidden.pinned) == (("story",), ())
    assert rules.with_story("unhide", StoryId("story"), hidden) == NOTHING


@pytest.mark.parametrize("act", ["pin", "hide"])
def test_deciding_twice_decides_once(act):
    once = rules.with_story(act, StoryId("story"), NOTHING)

    assert rules.with_story(act, StoryId("story"), once) == once


def test_topic_ids_of_one_workspace_are_never_those_of_seeds():
    assert with_topic("Kumo Bank").topics[0].id.startswith("own-")
    assert TopicId("own-") not in Names(TOPICS).topics
