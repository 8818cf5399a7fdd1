"""The commands for subscriptions, run as processes."""

import json

import pytest

from adapters.cli.subscription import WISHES_HELP
from bot.commands import WISHES
from tests.command import ai_news, json_of, refusal

CHANNEL = "discord/guild/42"


def lines_of(home, *arguments):
    done = ai_news(home, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_every_wish_has_an_option():
    assert list(WISHES_HELP) == list(WISHES)


def test_a_channel_is_subscribed_shown_changed_paused_resumed_and_removed(tmp_path):
    begun = ai_news(
        tmp_path, "subscription", "add", CHANNEL, "--times", "18,09:00", "--zone", "tokyo",
        "--without-keywords", "open source,噂", "--tag", "ニュース", "--publish", "yes",
    )  # fmt: skip
    assert "This channel is subscribed." in begun.stdout

    shown = json_of(tmp_path, "subscription", "show", CHANNEL, "--json")
    assert (shown["channel"], shown["times"], shown["time_zone"], shown["without_keywords"]) == (
        CHANNEL,
        ["09:00", "18:00"],
        "Asia/Tokyo",
        ["open source", "噂"],
    )
    assert (shown["tag"], shown["publish"]) == ("ニュース", True)
    assert len(shown["next"]) == 3

    changed = ai_news(tmp_path, "subscription", "change", CHANNEL, "--count", "3", AI_NEWS_LANGUAGE="ja")
    assert "最大3本" in changed.stdout
    assert "09:00、18:00" in changed.stdout

    assert "Paused" in ai_news(tmp_path, "subscription", "pause", CHANNEL).stdout
    (row,) = lines_of(tmp_path, "subscription", "list")
    assert row.split()[:2] == [CHANNEL, "paused"]
    (row,) = lines_of(tmp_path, "subscription", "list", "--json")
    assert (json.loads(row)["state"], json.loads(row)["next"]) == ("paused", [])

    assert "goes on" in ai_news(tmp_path, "subscription", "resume", CHANNEL).stdout
    assert "no digests any more" in ai_news(tmp_path, "subscription", "remove", CHANNEL).stdout
    assert lines_of(tmp_path, "subscription", "list") == []


def test_a_preview_shows_what_would_be_posted(tmp_path):
    text = "\n".join(lines_of(tmp_path, "subscription", "preview", "local/local/news"))

    assert "Only you see it." in text
    assert "1. " in text
    document = json_of(tmp_path, "subscription", "preview", "local/local/news", "--json")
    assert "1. " in json.dumps(document)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", CHANNEL], "no digest yet"),
        (["show", "news"], "is no channel"),
        (["show", "local//news"], "is no channel"),
        (["change", CHANNEL, "--count", "3"], "no digest yet"),
        (["pause", CHANNEL], "no digest yet"),
        (["add", CHANNEL, "--topics", "deepseak"], "The nearest are: deepseek"),
        (["add", CHANNEL, "--cron", "0 0 30 2 *"], "never comes"),
        (["add", CHANNEL, "--zone", "tokio"], "Asia/Tokyo"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(tmp_path, arguments, words):
    assert words in refusal(tmp_path, "subscription", *arguments)
