"""What moderators type: each word becomes its command, and what buttons type is read as it was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import parse
from bot.errors import InvalidInput
from bot.moderating.commands import (
    ACTIONS,
    DRAFT_ACTS,
    STORY_ACTS,
    TOPIC_ACTS,
    WORDS,
    AddStories,
    CurateTopic,
    MergeStories,
    ModerateStory,
    ReviewDraft,
    SetUp,
    ShowLog,
    ShowQueue,
    ShowStory,
    ShowTopics,
    UndoChange,
    parse_moderation,
    typed,
)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("add", AddStories()),
        ("add https://crate.example/robot?a=b", AddStories(url="https://crate.example/robot?a=b")),
        ("queue", ShowQueue()),
        ("QUEUE page:3", ShowQueue(page=3)),
        ("story deepseek の 費用", ShowStory(story="deepseek の 費用")),
        ("story abc part:history page:2", ShowStory(story="abc", part="history", page=2)),
        ('retract abc reason:"wrong name"', ModerateStory(act="retract", story="abc", reason="wrong name")),
        (
            "edit abc language:ja revision:7",
            ModerateStory(act="edit", story="abc", language="ja", revision=7),
        ),
        ("merge abc into:def", MergeStories(story="abc", into="def")),
        ("log", ShowLog()),
        ("log mika action:correct", ShowLog(by="mika", action="correct")),
        ("log by:mika story:abc page:2", ShowLog(by="mika", story="abc", page=2)),
        ("undo", UndoChange()),
        ("undo xyz reason:oops", UndoChange(change="xyz", reason="oops")),
        ("topics", ShowTopics()),
        ("topics List page:2", ShowTopics(page=2)),
        ("topics add 川辺市", CurateTopic(act="topic", topic="川辺市")),
        ("topics join deepseek into:llm", CurateTopic(act="join", topic="deepseek", into="llm")),
        (
            "alias deepseek name:ディープシーク",
            CurateTopic(act="alias", topic="deepseek", name="ディープシーク"),
        ),
        ("join deepseek into:llm", CurateTopic(act="join", topic="deepseek", into="llm")),
        ("mute deepseek", CurateTopic(act="mute", topic="deepseek")),
        ("draft d act:split piece:2 at:120", ReviewDraft(draft="d", act="split", piece=2, at=120)),
        ("setup desk:<#7>", SetUp(wishes={"desk": "<#7>"})),
    ],
)
def test_what_is_typed_is_understood(text, command):
    assert parse(f"/ai-news-mod {text}") == command


@pytest.mark.parametrize("word", WORDS)
def test_every_word_is_a_command(word):
    parse_moderation(word)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "unknown_subcommand"),
        ("explode", "unknown_subcommand"),
        ("queue page:0", "bad_option"),
        ("queue page:１", None),
        ("queue page:²x", "bad_option"),
        ("log action:dance", "bad_option"),
        ("story abc part:legs", "bad_option"),
        ("edit abc language:fr", "bad_option"),
        ("edit abc colour:red", "unknown_wish"),
        ("edit abc revision:" + "9" * 5_000, "wishes_too_long"),
        ("edit abc revision:" + "9" * 50, "bad_option"),
    ],
)
def test_what_cannot_be_read_says_so(text, key):
    if key is None:
        parse_moderation(text)
        return
    with pytest.raises(InvalidInput) as caught:
        parse_moderation(text)
    assert caught.value.key == key


ids = st.text("abcdefghijklmnopqrstuvwxyz234567.", min_size=1, max_size=22)
numbers = st.integers(1, 999)


@given(st.sampled_from(STORY_ACTS), ids, numbers, st.sampled_from(["ja", "en"]))
def test_a_storys_button_types_what_it_means(act, story, revision, language):
    text = typed(act, story, revision=revision, language=language)
    assert parse(text) == ModerateStory(act=act, story=story, revision=revision, language=language)


@given(st.sampled_from(DRAFT_ACTS), ids, numbers, numbers)
def test_a_drafts_button_types_what_it_means(act, draft, piece, revision):
    text = typed("draft", draft, act=act, piece=piece, revision=revision)
    assert parse(text) == ReviewDraft(draft=draft, act=act, piece=piece, revision=revision)


@given(st.sampled_from(TOPIC_ACTS), ids, st.sampled_from(["Kumo", "Kumo Robotics", "クモ社", "open source"]))
def test_a_topics_button_types_what_it_means(act, topic, name):
    assert parse(typed(act, topic, name=name)) == CurateTopic(act=act, topic=topic, name=name)


@given(st.sampled_from([*WORDS, "draft"]), st.text(max_size=60))
def test_any_text_is_a_command_or_refused(word, text):
    try:
        understood = parse(f"/ai-news-mod {word} {text}")
    except InvalidInput as refused:
        understood = refused.key

    assert understood


def test_every_action_has_a_name_that_the_log_can_ask_for():
    for action in ACTIONS:
        assert parse(f"/ai-news-mod log action:{action}") == ShowLog(action=action)
