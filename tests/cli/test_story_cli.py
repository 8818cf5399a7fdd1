"""Moderating from the command line, as scripts do: what is recorded, what is refused, what JSON has."""

import asyncio
import contextlib
import json
import sqlite3

import pytest

from tests.command import ai_news, json_of, refusal
from tests.fakes.pretend_web import answer, open_site

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


def add(home, tmp_path, title, *options):
    article = tmp_path / "article.md"
    article.write_text(f"{title} opened in Aoba. It carries 300 people an hour.", encoding="utf-8")
    return rows_of(home, "story", "add", str(article), *options)[0]["id"]


def shown(home, story_id):
    return json_of(home, "story", "show", story_id, "--json")


def test_the_log_tells_what_was_loaded_and_added(home, tmp_path):
    story_id = add(home, tmp_path, "A ferry line", "--as", "mika")

    newest, *others = rows_of(home, "story", "log")

    assert (newest["action"], newest["actor"], newest["story_id"]) == ("add", "mika", story_id)
    assert {row["actor"] for row in others} == {"seeds"}
    assert "added “A ferry line opened in Aoba" in done(home, "story", "log", "--story", story_id)
    assert rows_of(home, "story", "log", "--by", "nobody") == []


def test_it_is_said_where_a_story_will_appear_whatever_the_platform(home, tmp_path):
    for place in ("local/local/news", "discord/1/2"):
        done(home, "subscription", "add", place)
    article = tmp_path / "article.md"
    article.write_text("A ferry line opened in Aoba. It carries 300 people an hour.", encoding="utf-8")

    assert "#news" in done(home, "story", "add", str(article))
    assert "#2" in done(home, "story", "add", str(article), "--workspace", "1", "--near-copies", "add")


def test_undo_takes_the_last_change_back_and_never_what_was_loaded(home, tmp_path):
    story_id = add(home, tmp_path, "A ferry line", "--as", "Aoi")

    said = done(home, "story", "undo", "--as", "Mika", "--reason", "not ours")

    assert "Mika undid: Aoi added" in said
    story = shown(home, story_id)
    assert (story["status"], story["remark"]["reason"]) == ("retracted", "not ours")
    assert [revision["action"] for revision in story["revisions"]] == ["add", "undo"]
    assert "You have no change to undo" in refusal(home, "story", "undo", AI_NEWS_LANGUAGE="en")


def test_undo_of_an_undo_does_it_again_and_of_an_undone_change_is_refused(home, tmp_path):
    story_id = add(home, tmp_path, "A ferry line")
    (added,) = rows_of(home, "story", "log", "--story", story_id)
    done(home, "story", "undo", added["id"])

    assert "undone already" in refusal(home, "story", "undo", added["id"], AI_NEWS_LANGUAGE="en")
    undo = rows_of(home, "story", "log", "--action", "undo")[0]
    assert "Redone" in done(home, "story", "undo", undo["id"])

    assert shown(home, story_id)["status"] == "published"
    assert rows_of(home, "story", "log", "--story", story_id)[-1]["undone_by"] is None


def test_an_article_is_added_whole_for_one_workspace_alone(home, tmp_path):
    title = ("--title", "The ferry", "--topics", "openai", "--date", "2026-03-01", "--source", "Aoba Post")
    story_id = add(home, tmp_path, "A ferry line", "--workspace", "guild", *title)

    story = shown(home, story_id)
    assert (story["workspace"], story["topics"], story["source"]["name"]) == (
        "guild",
        ["openai"],
        "Aoba Post",
    )
    assert story["tellings"][0]["title"] == "The ferry"
    assert [row["id"] for row in rows_of(home, "story", "list", "--workspace", "guild")][:1] == [story_id]
    assert story_id not in done(home, "story", "list")
    assert rows_of(home, "story", "log")[0]["actor"] == "seeds"


# Near-copies

ROBOT = "Kumo Robotics showed a robot that sorts parcels by itself. It sorted 900 parcels an hour.\n\n"
FERRY = (
    "In other news, the harbour of Aoba opened a fully electric ferry line. Each ferry carries 300 people.\n"
)
LIKE_ROBOT = "The town was told of it. " + ROBOT


def added(home, text, *options):
    """Add an article; return the rows of its stories."""
    run = ai_news(home, "story", "add", "-", "--json", *options, stdin=text.encode(), AI_NEWS_LANGUAGE="en")
    assert (run.returncode, run.stderr) == (0, "")
    return [json.loads(line) for line in run.stdout.splitlines()]


def count_drafts(home):
    with contextlib.closing(sqlite3.connect(home / "data" / "ai-news.db")) as database:
        return database.execute("SELECT count(*) FROM drafts").fetchone()[0]


def test_a_near_copy_keeps_the_article_out_until_somebody_says_what_becomes_of_it(home):
    (robot,) = added(home, ROBOT)
    before = rows_of(home, "story", "log")

    run = ai_news(
        home, "story", "add", "-", stdin=(LIKE_ROBOT + FERRY).encode(), AI_NEWS_LANGUAGE="en", LANG="C.UTF-8"
    )

    like, how = run.stderr.splitlines()
    assert (run.returncode, run.stdout) == (1, "")
    assert f"is much like {robot['id']} “{robot['title']}”" in like
    assert like.startswith("ai-news: “")
    assert "--near-copies merge" in how
    assert rows_of(home, "story", "log") == before
    assert count_drafts(home) == 0


def test_a_near_copy_becomes_a_further_source_of_the_known_story_once(home):
    (robot,) = added(home, ROBOT)

    first = added(home, LIKE_ROBOT + FERRY, "--near-copies", "merge", "--source", "Aoba Post", "--as", "mika")
    again = added(home, LIKE_ROBOT + FERRY, "--near-copies", "merge", "--source", "Aoba Post")

    ferry, merged = first
    assert "ferry" in ferry["title"]
    assert merged == robot
    assert again == first
    assert [source["name"] for source in shown(home, robot["id"])["also"]] == ["Aoba Post"]
    (change, *_) = rows_of(home, "story", "log", "--by", "mika")
    assert (change["action"], change["more"]) == ("add", 0)
    assert len(rows_of(home, "story", "log", "--story", robot["id"])) == 2


@pytest.mark.parametrize(("decision", "updates"), [("update", True), ("add", False)])
def test_a_near_copy_goes_in_as_a_story_of_its_own(home, decision, updates):
    (robot,) = added(home, ROBOT)

    like, ferry = added(home, LIKE_ROBOT + FERRY, "--near-copies", decision)

    assert shown(home, like["id"])["updates"] == (robot["id"] if updates else None)
    assert shown(home, ferry["id"])["updates"] is None
    assert shown(home, robot["id"])["also"] == []


def test_near_copies_are_dropped_and_what_is_new_goes_in(home):
    added(home, ROBOT)

    (ferry,) = added(home, LIKE_ROBOT + FERRY, "--near-copies", "drop")

    assert "ferry" in ferry["title"]
    assert added(home, LIKE_ROBOT, "--near-copies", "drop") == []
    said = ai_news(
        home, "story", "add", "-", "--near-copies", "drop", stdin=LIKE_ROBOT.encode(), AI_NEWS_LANGUAGE="en"
    )
    assert (said.returncode, "Nothing was added" in said.stdout) == (0, True)


def test_what_is_in_already_is_no_near_copy_of_itself(home):
    (robot,) = added(home, ROBOT)

    assert added(home, ROBOT) == [robot]
    assert added(home, ROBOT, "--near-copies", "drop") == [robot]


def test_one_workspace_s_article_is_no_source_of_a_story_for_everybody(home):
    (robot,) = added(home, ROBOT)
    arguments = (home, "story", "add", "-", "--workspace", "guild", "--near-copies", "merge")

    line = refusal(*arguments, stdin=LIKE_ROBOT.encode(), AI_NEWS_LANGUAGE="en")

    assert "does not belong to this workspace" in line
    assert shown(home, robot["id"])["also"] == []


# What is done with stories


def test_a_story_is_edited_corrected_retracted_restored_and_merged_by_name(home, tmp_path):
    other = add(home, tmp_path, "A ferry line")
    body = tmp_path / "body.txt"
    body.write_text("DeepSeek says that it cost $5.58 million.", encoding="utf-8")

    done(home, "story", "edit", ID, "--title", "The cost", "--language", "en", "--topics", "deepseek")
    why = ("--reason", "shorter", "--as", "Mika")
    done(home, "story", "correct", ID, "--body-file", str(body), "--language", "en", "--claims", "drop", *why)
    done(home, "story", "retract", ID, "--reason", "wrong")
    done(home, "story", "restore", ID)
    done(home, "story", "merge", ID, "--into", other)

    story = shown(home, ID)
    english = next(telling for telling in story["tellings"] if telling["language"] == "en")
    assert (english["title"], english["body"]) == ("The cost", body.read_text("utf-8"))
    assert (story["topics"], story["status"], story["remark"]["into"]) == (["deepseek"], "retracted", other)
    log = [(row["action"], row["reason"]) for row in rows_of(home, "story", "log", "--story", ID)]
    assert log == [
        ("merge", ""),
        ("restore", ""),
        ("retract", "wrong"),
        ("correct", "shorter"),
        ("edit", ""),
        ("add", "seed files"),
    ]


def test_of_what_one_command_names_all_is_changed_or_nothing(home):
    before = shown(home, ID)
    new = ("--title", "The cost", "--language", "en", "--topics", "deepseek", "--reason", "shorter")

    line = refusal(home, "story", "correct", ID, *new, "--date", "soon", AI_NEWS_LANGUAGE="en")
    assert "2025" in line  # how a date is written
    assert shown(home, ID) == before

    done(home, "story", "correct", ID, *new, "--date", "2025-01-30")
    assert shown(home, ID)["published_at"].startswith("2025-01-30")
    assert len(rows_of(home, "story", "log", "--story", ID)) == 2


def test_a_retracted_story_is_found_by_its_words(home):
    done(home, "story", "retract", ID, "--reason", "wrong")
    title = rows_of(home, "story", "list", "--retracted")[0]["title"]

    line = refusal(home, "story", "restore", title.split()[0], AI_NEWS_LANGUAGE="en")
    unknown = refusal(home, "story", "restore", "zzzz", AI_NEWS_LANGUAGE="en")

    assert f"{ID} “{title}”" in line
    assert "There is no story zzzz" in unknown
    assert shown(home, ID)["status"] == "retracted"
    done(home, "story", "restore", ID)
    assert rows_of(home, "story", "list", "--retracted") == []


def test_what_is_so_already_is_refused_so_that_a_script_knows(home):
    done(home, "story", "retract", ID, "--reason", "wrong", "--as", "Mika")

    line = refusal(home, "story", "retract", ID, "--reason", "wrong", AI_NEWS_LANGUAGE="en")

    assert "Retracted by Mika" in line
    assert len(shown(home, ID)["revisions"]) == 2


def test_what_a_workspace_decides_is_its_own(home):
    done(home, "story", "hide", ID, "--workspace", "guild", "--reason", "not for us")

    assert ID not in done(home, "story", "list", "--workspace", "guild")
    assert ID in done(home, "story", "list")
    assert rows_of(home, "story", "log", "--workspace", "guild")[0]["story_id"] == ID
    done(home, "story", "undo", "--workspace", "guild")
    assert ID in done(home, "story", "list", "--workspace", "guild")


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


@pytest.mark.parametrize("command", [("add",), ("story", "add")])
async def test_an_article_is_read_at_an_address_where_that_is_allowed(home, command):
    async with open_site("127.0.0.1") as site:
        text = "<p>A ferry line opened in Aoba. It carries 300 people an hour.</p>"
        site.pages["/ferry"] = answer(f"<html><body><article>{text}</article></body></html>".encode())
        arguments = (home, *command, site.url("/ferry"))

        refused = await asyncio.to_thread(refusal, *arguments, AI_NEWS_LANGUAGE="en")
        assert (len(site.requests), "private network" in refused) == (0, True)
        added = await asyncio.to_thread(json_of, *arguments, "--json", AI_NEWS_FETCH_ALLOW="127.0.0.1")

    assert added["title"].startswith("A ferry line opened in Aoba")
    assert added["source"]["url"] == site.url("/ferry")
