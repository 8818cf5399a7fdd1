"""Which commands open a form, and which answers take the place of what was pressed."""

import pytest

from bot.commands import parse
from bot.moderating.commands import typed
from bot.showing import asks_form, stays_in_place


@pytest.mark.parametrize(
    "text",
    [
        "/ai-news-digest",
        "/ai-news-digest form k3j4",
        "/ai-news suggest",
        "/ai-news-mod add",
        "/ai-news-mod edit deepseek",
        "/ai-news-mod facts deepseek",
        "/ai-news-mod correct deepseek reason:typo",
        "/ai-news-mod retract deepseek",
        "/ai-news-mod reject deepseek",
        "/ai-news-mod merge deepseek",
        "/ai-news-mod alias deepseek",
        "/ai-news-mod alias",
        "/ai-news-mod topic",
        "/ai-news-mod hide story",
        "/ai-news-mod join deepseek",
        "/ai-news-mod mute",
        typed("draft", "d1", act="title", piece=2),
        typed("draft", "d1", act="split", piece=2),
    ],
)
def test_what_has_to_be_said_first_is_asked_with_a_form(text):
    assert asks_form(text)


@pytest.mark.parametrize(
    "text",
    [
        "/ai-news deepseek",
        "/ai-news-digest show",
        "/ai-news-mod add https://quay.example/swim",
        "/ai-news-mod approve deepseek",
        '/ai-news-mod retract deepseek reason:"wrong name"',
        "/ai-news-mod reject deepseek reason:rumour",
        "/ai-news-mod merge deepseek into:robots",
        "/ai-news-mod alias deepseek name:ディープシーク",
        "/ai-news-mod join deepseek into:robots",
        "/ai-news-mod mute deepseek",
        "/ai-news-mod topic quay",
        "/ai-news-mod hide deepseek reason:dull",
        "/ai-news-mod setup",
        typed("draft", "d1", act="split", piece=2, at=40),
        typed("draft", "d1", act="join", piece=2),
        "/ai-news-mod nonsense",
        "hello",
    ],
)
def test_everything_else_is_answered_at_once(text):
    assert not asks_form(text)


@pytest.mark.parametrize(
    "text",
    [
        "/ai-news deepseek view:why",
        "/ai-news",
        "/ai-news help",
        "/ai-news-mod queue page:2",
        "/ai-news-mod story deepseek",
        "/ai-news-mod log",
        "/ai-news-mod topics",
        "/ai-news-mod approve deepseek revision:2",
        "/ai-news-mod merge deepseek into:robots",
        "/ai-news-mod mute deepseek",
        "/ai-news-mod topic quay",
        "/ai-news-mod hide deepseek reason:dull",
        "/ai-news-mod undo k3j4",
        typed("draft", "d1", act="down", piece=2),
    ],
)
def test_a_view_and_what_is_done_in_it_stay_where_they_are(text):
    assert stays_in_place(parse(text))


@pytest.mark.parametrize(
    "text",
    ["/ai-news deepseek visible:yes", "/ai-news-digest show", "/ai-news-digest pause", "/ai-news-mod setup"],
)
def test_what_was_read_before_stays_beside_any_other_answer(text):
    assert not stays_in_place(parse(text))


def test_what_is_no_command_takes_nobodys_place():
    assert not stays_in_place(None)
