"""Moderating from the command line, as scripts do: what is recorded, what is refused, what JSON has."""

import json

import pytest

from tests.command import ai_news, json_of, refusal

ID = "deepseek-cost"


@pytest.fixture
def home(tmp_path):
    """Return a home in which the seeds are loaded."""
    assert ai_news(tmp_path, "story", "list").returncode == 0
    return tmp_path


def done(home, *arguments):
    """Run a command that succeeds; return what it says."""
    run = ai_news(home, *arguments, AI_NEWS_LANGUAGE="en")
    assert (run.returncode, run.stderr) == (0, ""), run.stderr
    return run.stdout


def rows_of(home, *arguments):
    return [json.loads(line) for line in done(home, *arguments, "--json").splitlines()]


def add(home, tmp_path, title):
    article = tmp_path / "article.md"
    article.write_text(f"{title} opened in Aoba. It carries 300 people an hour.", encoding="utf-8")
    return rows_of(home, "add", str(article))[0]["id"]


def test_the_log_tells_what_was_loaded_and_added(home, tmp_path):
    story_id = add(home, tmp_path, "A ferry line")

    newest, *others = rows_of(home, "story", "log")

    assert (newest["action"], newest["actor"], newest["story_id"]) == ("add", "console", story_id)
    assert {row["actor"] for row in others} == {"seeds"}
    assert "added “A ferry line opened in Aoba" in done(home, "story", "log", "--story", story_id)
    assert rows_of(home, "story", "log", "--by", "nobody") == []


def test_undo_takes_the_last_change_back_and_never_what_was_loaded(home, tmp_path):
    story_id = add(home, tmp_path, "A ferry line")

    said = done(home, "story", "undo", "--as", "Mika", "--reason", "not ours")

    assert "Mika took back: console added" in said
    shown = json_of(home, "story", "show", story_id, "--json")
    assert (shown["status"], shown["remark"]["reason"]) == ("retracted", "not ours")
    assert [revision["action"] for revision in shown["revisions"]] == ["add", "undo"]
    assert "nothing of yours" in refusal(home, "story", "undo", AI_NEWS_LANGUAGE="en")


def test_undo_of_an_undo_does_it_again_and_of_an_undone_change_is_refused(home, tmp_path):
    story_id = add(home, tmp_path, "A ferry line")
    (added,) = rows_of(home, "story", "log", "--story", story_id)
    done(home, "story", "undo", added["id"])

    assert "taken back already" in refusal(home, "story", "undo", added["id"], AI_NEWS_LANGUAGE="en")
    undo = rows_of(home, "story", "log", "--action", "undo")[0]
    assert "Done again" in done(home, "story", "undo", undo["id"])

    assert json_of(home, "story", "show", story_id, "--json")["status"] == "published"
    assert rows_of(home, "story", "log", "--story", story_id)[-1]["undone_by"] is None


@pytest.mark.parametrize(
    "arguments",
    [
        ["story", "undo", "no-such-change"],
        ["story", "undo", "\udcff"],
        ["story", "retract", "no-such-story", "--reason", "x"],
        ["story", "copies", "\udcff"],
        ["story", "edit", ID],
        ["story", "log", "--since", "yesterday"],
    ],
    ids=str,
)
def test_what_is_not_there_or_cannot_be_read_is_a_line(home, arguments):
    encoded = [argument.encode("utf-8", "surrogateescape") for argument in arguments]

    assert refusal(home, *encoded).startswith("ai-news: ")


@pytest.mark.parametrize("act", ["retract", "reject", "correct", "hide"])
def test_what_readers_are_told_of_needs_a_reason(home, act):
    assert ai_news(home, "story", act, ID).returncode == 2


def test_nothing_waits_and_nothing_was_posted_on_a_fresh_machine(home):
    assert done(home, "story", "queue") == ""
    assert done(home, "story", "copies", ID) == ""
