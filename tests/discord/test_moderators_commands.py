"""What moderators choose on Discord, as the text that they could have typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.answering.options import focused, typed, uploaded
from adapters.discord.showing.command_options import (
    ATTACHMENT,
    CURATION,
    GROUP,
    INTEGER,
    MODERATION,
    STRING,
    SUBCOMMAND,
    named_by,
)
from bot.commands import parse
from bot.moderating.commands import (
    TOPIC_WORDS,
    WORDS,
    AddStories,
    CurateTopic,
    MergeStories,
    ModerateStory,
    ShowLog,
    ShowQueue,
    ShowStory,
    ShowTopics,
    UndoChange,
)


def moderated(word, *options):
    """Return the data of a word that was chosen with these options, in the group where Discord shows it."""
    given = [{"name": name, "type": kind, "value": value} for name, kind, value in options]
    inner = next((name for name, typed_as in TOPIC_WORDS.items() if typed_as == word), None)
    chosen = {"name": inner or word, "type": SUBCOMMAND, "options": given}
    if inner is not None:
        chosen = {"name": "topics", "type": GROUP, "options": [chosen]}
    return {"id": "1", "name": "ai-news-mod", "type": 1, "options": [chosen]}


@pytest.mark.parametrize(
    ("data", "command"),
    [
        (
            moderated("add", ("url", STRING, "https://a.example/?q=x")),
            AddStories(url="https://a.example/?q=x"),
        ),
        (moderated("queue", ("page", INTEGER, 2)), ShowQueue(page=2)),
        (
            moderated("story", ("part", STRING, "copies"), ("story", STRING, "deepseek r1")),
            ShowStory(story="deepseek r1", part="copies"),
        ),
        (moderated("approve", ("story", STRING, "k3j4")), ModerateStory(act="approve", story="k3j4")),
        (
            moderated("retract", ("story", STRING, "k3j4"), ("reason", STRING, 'a "hoax"')),
            ModerateStory(act="retract", story="k3j4", reason='a "hoax"'),
        ),
        (
            moderated("edit", ("language", STRING, "ja"), ("story", STRING, "k3j4")),
            ModerateStory(act="edit", story="k3j4", language="ja"),
        ),
        (
            moderated("merge", ("into", STRING, "robots swim"), ("story", STRING, "k3j4")),
            MergeStories(story="k3j4", into="robots swim"),
        ),
        (
            moderated("log", ("by", STRING, "Mika S"), ("action", STRING, "correct")),
            ShowLog(by="Mika S", action="correct"),
        ),
        (moderated("undo"), UndoChange()),
        (moderated("undo", ("change", STRING, "k3j4")), UndoChange(change="k3j4")),
        (moderated("topics"), ShowTopics()),
        (
            moderated("alias", ("name", STRING, "ディープシーク"), ("topic", STRING, "deepseek")),
            CurateTopic(act="alias", topic="deepseek", name="ディープシーク"),
        ),
        (moderated("topic", ("topic", STRING, "Quay")), CurateTopic(act="topic", topic="Quay")),
        (moderated("untopic", ("topic", STRING, "quay")), CurateTopic(act="untopic", topic="quay")),
        (
            moderated("join", ("topic", STRING, "r1"), ("into", STRING, "deepseek")),
            CurateTopic(act="join", topic="r1", into="deepseek"),
        ),
        (moderated("mute", ("topic", STRING, "openai")), CurateTopic(act="mute", topic="openai")),
    ],
)
def test_what_is_chosen_is_the_command_that_could_be_typed(data, command):
    assert parse(typed(data).text) == command


def test_moderators_can_choose_every_word_with_every_option_that_it_takes():
    assert {**MODERATION, **CURATION}.keys() == set(WORDS)
    assert sorted(TOPIC_WORDS.values()) == sorted(CURATION)
    for word, options in {**MODERATION, **CURATION}.items():
        for option in options:
            if option.type in (STRING, INTEGER) and word != "setup":
                value = option.choices[0] if option.choices else 1 if option.type == INTEGER else "robots"
                parse(typed(moderated(word, (option.name, option.type, value))).text)


NAMED = [word for word in WORDS if named_by(word) and word != "add"]


@given(word=st.sampled_from(NAMED), name=st.text(max_size=300))
def test_nothing_that_names_a_story_or_topic_can_be_read_as_an_option(word, name):
    shown = " ".join(name.split())

    command = parse(typed(moderated(word, (named_by(word), STRING, name))).text)

    others = {"act", "story", "topic", "change"}
    plain = type(command)(**({"act": word} if hasattr(command, "act") else {}), **{named_by(word): ""})
    for field in type(command).__dataclass_fields__.keys() - others:
        assert getattr(command, field) == getattr(plain, field)
    assert len(getattr(command, named_by(word))) <= len(shown)


def test_a_file_is_no_part_of_the_text_and_is_found_as_discord_describes_it():
    file = {"id": "9", "filename": "swim.txt", "url": "https://cdn.discordapp.com/9/swim.txt", "size": 3}
    data = moderated("add", ("file", ATTACHMENT, "9")) | {"resolved": {"attachments": {"9": file}}}

    assert typed(data).text == "/ai-news-mod add"
    assert uploaded(data) == file
    assert uploaded(moderated("add")) is None


@pytest.mark.parametrize(
    ("word", "option", "field"),
    [
        ("retract", "story", "story"),
        ("restore", "story", "retracted"),
        ("merge", "into", "story"),
        ("join", "into", "topic"),
        ("alias", "topic", "topic"),
        ("setup", "zone", "zone"),
    ],
)
def test_what_moderators_type_is_suggested_as_what_it_names(word, option, field):
    data = moderated(word, (option, STRING, "dee"))
    inner = data["options"][0]
    inner = inner["options"][0] if inner["type"] == GROUP else inner
    inner["options"][0]["focused"] = True

    assert focused(data) == (field, "dee")
