"""How a command goes on while it is typed."""

import pytest

from bot.completion import Completion, completions
from bot.language import Names

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
