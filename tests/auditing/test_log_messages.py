"""The log as a message: what it says in both languages, and that it is one message on every platform."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.discord.showing.render import LIMITS as DISCORD
from adapters.slack.showing.render import LIMITS as SLACK
from bot.auditing.log_messages import (
    PAGE_SIZE,
    Entry,
    decided,
    decision_subjects,
    edits_told,
    log_message,
    undone_message,
)
from bot.changes import Curation
from bot.commands import parse
from bot.language import Names
from bot.message import Buttons, plain_text, split
from bot.model import Topic
from bot.moderating.commands import ACTIONS, ShowLog, ShowStory, UndoChange
from tests.factories import NOW, make_act, make_story

ANY_TEXT = st.text(max_size=400) | st.text(alphabet="*_`~<>&[]()#-|:@ \n", max_size=400)
SPACIOUS = DISCORD


def make_entry(**over):
    return Entry(**{"change": make_act(), "subjects": ("A title",), "story_id": "story"} | over)


def buttons(message):
    return [button for block in message.blocks if isinstance(block, Buttons) for button in block.buttons]


@st.composite
def acts(draw):
    return make_act(
        id=draw(st.text(alphabet="abc234", min_size=1, max_size=20)),
        actor=draw(ANY_TEXT),
        reason=draw(ANY_TEXT),
        action=draw(st.sampled_from(ACTIONS)),
    )


@st.composite
def entries(draw):
    states = st.sampled_from(["planned", "sending", "posted", "failed"])
    return make_entry(
        change=draw(acts()),
        subjects=tuple(draw(st.lists(ANY_TEXT, max_size=3))),
        more=draw(st.integers(0, 3)),
        story_id=draw(st.none() | st.just("story")),
        undoes=draw(st.none() | acts()),
        undone_by=draw(st.none() | acts()),
        edits=draw(st.dictionaries(states, st.integers(1, 10**6))),
    )


@pytest.mark.parametrize("limits", [DISCORD, SLACK], ids=["discord", "slack"])
@pytest.mark.parametrize("language", ["ja", "en"])
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(page=st.lists(entries(), min_size=1, max_size=PAGE_SIZE), asked=st.builds(ShowLog, by=ANY_TEXT))
def test_a_page_is_one_message_whatever_people_call_themselves(limits, language, page, asked):
    message = log_message(page, 100, asked, "Asia/Tokyo", limits, language)

    assert len(split(message, limits)) == 1
    assert all(len(button.label) <= 75 for button in buttons(message))
    undone = undone_message(page[0], limits, "Asia/Tokyo", language)
    assert len(split(undone, limits)) == 1


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_action_has_a_sentence(action, language):
    undoes = make_act(action="merge") if action == "undo" else None
    entry = make_entry(change=make_act(action=action), undoes=undoes)

    said = plain_text(log_message([entry], 1, ShowLog(), "UTC", SPACIOUS, language))

    assert "mika" in said
    assert "A title" in said


def test_the_time_is_that_of_the_channel():
    entry = make_entry(change=make_act(at=NOW + timedelta(minutes=5)))

    said = plain_text(log_message([entry], 1, ShowLog(), "Asia/Tokyo", SPACIOUS, "ja"))

    assert "2026年3月2日 09:05" in said


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ({}, ""),
        ({"posted": 200}, "200 of 200 posted copies updated"),
        ({"posted": 199, "failed": 1}, "199 of 200 posted copies updated · one could not be"),
        ({"posted": 1, "planned": 2, "sending": 1}, "1 of 4 posted copies updated · 3 still to come"),
    ],
)
def test_how_far_the_edits_of_copies_got_is_told(edits, said):
    assert edits_told(edits, "en") == said


def test_buttons_take_back_do_again_open_and_turn_pages():
    page = [
        make_entry(change=make_act(id="one")),
        make_entry(change=make_act(id="two", action="undo"), story_id=None, undoes=make_act()),
        make_entry(change=make_act(id="three"), undone_by=make_act(id="two")),
        make_entry(change=make_act(id="four", action="undo"), story_id=None, undoes=make_act(), again=True),
    ]

    message = log_message(page, 30, ShowLog(page=2, by="Mika K", action="correct"), "UTC", SPACIOUS, "en")

    labels = {button.label: parse(button.command) for button in buttons(message)}
    assert labels == {
        "Undo 9": UndoChange(change="one"),
        "Redo 10": UndoChange(change="two"),
        "Undo 12": UndoChange(change="four"),
        "Open 9": ShowStory(story="story"),
        "Open 11": ShowStory(story="story"),
        "previous": ShowLog(by="Mika K", action="correct", page=1),
        "more": ShowLog(by="Mika K", action="correct", page=3),
    }


def test_decisions_are_told_by_what_they_are_about():
    own = Topic(id="own", names={"ja": "自社", "en": "Us"})
    robots = Topic(id="robots", names={"ja": "ロボット", "en": "Robots"})
    before = Curation(workspace="home", hidden=("gone",), pinned=("story",), aliases={"robots": ("bot",)})
    after = Curation(workspace="home", topics=(own,), joined={"robots": "own"}, muted=("unknown",))
    stories = {"story": make_story()}

    told = decision_subjects(decided(before, after), (before, after), stories, Names([robots]), "en")

    assert set(told) == {
        "gone",
        "A warehouse robot learns to sort parcels",
        "bot for Robots",
        "Us",
        "Robots with Us",
        "unknown",
    }
