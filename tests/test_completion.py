"""How a command goes on while it is typed."""

import pytest

from bot.completion import Completion, completions, story_sought
from bot.language import Names
from bot.moderating.commands import ACTIONS

USAGES = ("/ai-news", "/ai-news help", "/ai-news-digest preview", "/ai-news-digest show")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/ai-news-d", ["/ai-news-digest preview", "/ai-news-digest show"]),
        ("/ai-news-digest s", ["show"]),
        ("/ai-news de", ["depth:low", "DeepSeek"]),
        ("/ai-news ディ", ["ディープシーク"]),
        ("/ai-news deepseek v", ["view:why"]),
        ("/ai-news ", []),
        ("deep", []),
    ],
)
def test_the_last_word_is_completed(text, expected):
    options = ("depth:low", "view:why")

    assert completions(text, USAGES, options, ("DeepSeek", "ディープシーク")) == expected


def test_what_a_subscription_can_be_told_is_completed():
    completion = Completion(Names())

    assert completion.of("/ai-news-digest subscribe st") == ["style:compact"]
    assert completion.of("/ai-news-digest r") == ["resume", "remove"]
    assert completion.of("/ai-news robots st") == []
    assert completion.of("/ai-news-mod setup la") == ["language:ja"]
    assert completion.of("/ai-news-digest ta") == ["tag:news"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/ai-news-mod ap", ["approve"]),
        ("/ai-news-mod log ac", [f"action:{action}" for action in ACTIONS]),
        ("/ai-news-mod log action:pi", ["action:pin"]),
        ("/ai-news-mod story deepseek p", ["part:story", "part:history", "part:copies"]),
        ("/ai-news-mod queue approve", []),
        ("/ai-news-mod-more ap", []),
    ],
)
def test_what_moderators_type_is_completed(text, expected):
    assert Completion(Names()).of(text) == expected


@pytest.mark.parametrize(
    ("text", "sought"),
    [
        ("/ai-news-mod correct ", ("", "", "story")),
        ("/ai-news-mod story deep", ("", "deep", "story")),
        ("/ai-news-mod merge deepseek-cost into:star", ("into:", "star", "story")),
        ("/ai-news-mod log story:", ("story:", "", "story")),
        ("/ai-news-mod restore deep", ("", "deep", "retracted")),
        ("/ai-news-mod correct deepseek-cost reason:x", None),
        ("/ai-news-mod queue ", None),
        ("/ai-news correct deep", None),
    ],
)
def test_a_story_is_sought_where_one_is_named(text, sought):
    assert story_sought(text) == sought
