"""The command line, run as a process: what scripts rely on, and how it fails."""

import json
import os
import re
import signal
import sqlite3
import subprocess

import pytest

from tests.command import TIMEOUT_S, ai_news, command_line, environment, json_of, refusal

ARTICLE = """# Robots at work

Kumo Robotics showed a robot that sorts parcels by itself. The robot sorted 900 parcels an hour in a test.
A union doubts the figure and asks for the data.

In other news, the harbour of Aoba opened a fully electric ferry line. The ferries carry 300 people each.
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return a home in which the seeds are loaded; tests only read in it."""
    folder = tmp_path_factory.mktemp("home")
    assert ai_news(folder, "story", "list").returncode == 0
    return folder


# Looking up


def test_a_lookup_works_on_a_fresh_machine_at_once(tmp_path):
    document = json_of(tmp_path, "ask", "deepseek", "--json")

    assert document["query"] == "deepseek"
    assert document["stories"][0]["id"] == "deepseek-cost"
    assert set(document["stories"][0]) == {
        "id", "title", "summary", "body", "language", "published_at", "source", "topics", "score", "matched",
    }  # fmt: skip


@pytest.mark.parametrize("query", ["DeepSeek", "ディープシーク", "ディープ・シーク", "ｄｅｅｐｓｅｅｋ"])
def test_every_spelling_of_a_name_finds_the_same_story(home, query):
    assert json_of(home, "ask", query, "--json")["stories"][0]["id"] == "deepseek-cost"


def test_a_question_is_answered_with_its_sentence_and_claim(home):
    answer = json_of(home, "ask", "DeepSeekの開発費は?", "--json")["answer"]

    assert "558万ドル" in answer["text"]
    assert answer["claim"]["said_by"] == "DeepSeek"
    assert answer["claim"]["doubted_by"]


def test_what_is_not_there_is_said_so(home):
    document = json_of(home, "ask", "quantum knitting", "--json")

    assert document["answer"] is None
    assert document["stories"] == []
    assert "quantum knitting" in document["message"]
    assert isinstance(document["nearest"], list)


def test_limit_and_language_are_kept(home):
    document = json_of(home, "ask", "openai", "--json", "--limit", "2", "--language", "ja")

    assert [story["language"] for story in document["stories"]] == ["ja", "ja"]


def test_an_answer_for_people_is_plain_in_a_pipe(home):
    shown = ai_news(home, "ask", "deepseek", "--depth", "low", AI_NEWS_LANGUAGE="ja")

    assert "開発費558万ドル" in shown.stdout
    assert "\x1b" not in shown.stdout


def test_each_line_of_standard_input_is_answered_with_a_line(home):
    done = ai_news(home, "ask", "-", stdin="deepseek\n訴訟\n\nquantum knitting\n".encode())

    documents = [json.loads(line) for line in done.stdout.splitlines()]
    assert [document["query"] for document in documents] == ["deepseek", "訴訟", "", "quantum knitting"]
    assert "error" in documents[2]
    assert all(document["elapsed_ms"] >= 0 for document in documents)
    assert done.returncode == 1


def test_an_answer_comes_before_the_next_question_is_typed(home):
    with subprocess.Popen(
        command_line("ask", "-"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=home,
        env=environment(home),
    ) as asking:
        asking.stdin.write(b"deepseek\n")
        asking.stdin.flush()

        assert json.loads(asking.stdout.readline())["query"] == "deepseek"

        asking.stdin.close()
        assert asking.wait(TIMEOUT_S) == 0


@pytest.mark.parametrize("query", ["", " ", "x" * 501])
def test_a_query_that_is_none_is_refused_in_a_line(home, query):
    assert refusal(home, "ask", query, "--json").startswith("ai-news: ")


@pytest.mark.parametrize("query", ['"', "NEAR(", "a* OR b", "-x", "\u202e\u0301", "🤖", "AND", "%_'"])
def test_operators_and_marks_are_just_text(home, query):
    assert json_of(home, "ask", "--json", "--", query)["query"] == query


def test_bytes_that_are_no_text_in_a_query_do_not_stop_it(home):
    done = subprocess.run(
        [*command_line("ask", "--json"), b"deepseek \xff"],
        capture_output=True,
        cwd=home,
        env=environment(home),
        check=True,
    )

    assert json.loads(done.stdout)["stories"]


# Stories


def test_stories_are_listed_a_line_each(home):
    listed = ai_news(home, "story", "list", "--json", "--limit", "3")

    assert len([json.loads(line)["id"] for line in listed.stdout.splitlines()]) == 3


def test_a_story_is_shown_with_every_telling_and_its_history(home):
    story = json_of(home, "story", "show", "deepseek-cost", "--json")

    assert {telling["language"] for telling in story["tellings"]} == {"ja", "en"}
    assert any(claim["doubted_by"] for telling in story["tellings"] for claim in telling["claims"])
    assert [revision["action"] for revision in story["revisions"]] == ["add"]


def test_a_story_that_is_not_there_is_a_line(home):
    assert "no-such-story" in refusal(home, "story", "show", "no-such-story")


# Digest and segment


def test_the_digest_is_shown_as_text_and_blocks(home):
    document = json_of(home, "digest", "--json", AI_NEWS_LANGUAGE="ja")

    assert document["language"] == "ja"
    assert "AIニュース" in document["text"]
    assert document["blocks"][0]["kind"] == "heading"


@pytest.mark.parametrize(("platform", "key"), [("discord", "components"), ("slack", "blocks")])
def test_the_digest_is_shown_as_a_platform_would_get_it(home, platform, key):
    payloads = json_of(home, "digest", "--platform", platform)

    assert payloads
    assert all(payload[key] for payload in payloads)


def test_looking_at_a_digest_posts_nothing(home):
    first, again = (json_of(home, "digest", "--json")["blocks"] for _ in range(2))

    assert first[1:] == again[1:] != []  # the heading has the date, which may change in between


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_article_is_cut_where_its_stories_stand(home, encoding):
    document = json_of(home, "segment", "-", "--json", stdin=ARTICLE.encode(encoding))

    assert document["language"] == "en"
    assert document["stories"]
    for story in document["stories"]:
        assert set(story) == {"start", "end", "title", "summary", "topics"}
        assert 0 <= story["start"] < story["end"] <= len(ARTICLE)


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp"])
def test_an_article_in_an_old_encoding_is_read(home, encoding):
    article = "ロボットが荷物を仕分ける実験が行われました。1時間に900個を仕分けたということです。"

    assert json_of(home, "segment", "-", "--json", stdin=article.encode(encoding))["language"] == "ja"


@pytest.mark.parametrize("command", ["segment", "add"])
@pytest.mark.parametrize(
    ("data", "word"),
    [
        pytest.param(b"", "no text", id="empty"),
        pytest.param(b"a" * 10_000_000, "2 MB", id="10 MB"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a text file", id="binary"),
        pytest.param(b"\x81\xff\x8d", "encoding", id="no encoding"),
    ],
)
def test_a_file_that_is_no_article_is_refused_in_a_line(home, command, data, word):
    assert word in refusal(home, command, "-", stdin=data)


# Doctor and failures


def test_a_data_folder_that_cannot_be_made_is_a_line(tmp_path):
    (tmp_path / "data").write_text("a file where a folder should be", encoding="utf-8")

    assert "AI_NEWS_DATA_DIR" in refusal(tmp_path, "ask", "deepseek")


def test_a_damaged_database_is_a_line_and_stays_as_it_was(tmp_path):
    database = tmp_path / "data" / "ai-news.db"
    database.parent.mkdir()
    database.write_bytes(b"this is no database" * 1000)

    line = refusal(tmp_path, "ask", "deepseek")

    assert str(database) in line
    assert database.read_bytes() == b"this is no database" * 1000


def test_a_newer_database_is_a_line(tmp_path):
    assert ai_news(tmp_path, "story", "list", AI_NEWS_SEEDS_DIR="none").returncode == 0
    connection = sqlite3.connect(tmp_path / "data" / "ai-news.db")
    with connection:
        connection.execute("UPDATE schema_version SET version = 999")
    connection.close()

    assert "999" in refusal(tmp_path, "story", "list")


def test_a_server_that_is_not_there_is_a_line_without_the_password(tmp_path):
    url = "postgresql://bot:hush@127.0.0.1:1/news"

    line = refusal(tmp_path, "ask", "deepseek", AI_NEWS_DATABASE_URL=url)

    assert "hush" not in line
    assert "127.0.0.1" in line


def test_a_wrong_setting_is_a_line(tmp_path):
    assert refusal(tmp_path, "ask", "x", AI_NEWS_TIME_ZONE="Mars").startswith("ai-news: AI_NEWS_TIME_ZONE: ")


def test_a_wrong_seed_is_a_line_with_file_and_line_number(tmp_path):
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "topics.yaml").write_text("- id: [", encoding="utf-8")

    assert "topics.yaml:" in refusal(tmp_path, "story", "list", AI_NEWS_SEEDS_DIR=str(tmp_path / "seeds"))


def test_a_file_that_is_not_there_is_a_line(home):
    assert "no-such-file" in refusal(home, "segment", "no-such-file")
    assert "no-such-file" in refusal(home, "import", "no-such-file")


def test_errors_are_told_in_the_operators_language(home):
    assert "テキストファイルではありません" in refusal(
        home, "segment", "-", stdin=b"\0", AI_NEWS_LANGUAGE="ja"
    )


def test_wrong_usage_has_its_own_status(home):
    assert ai_news(home, "ask").returncode == 2
    assert ai_news(home, "ask", "x", "--language", "fr").returncode == 2
    assert ai_news(home, "no-such-command").returncode == 2


def test_a_reader_that_leaves_early_is_no_error_worth_a_word(home):
    reader, writer = os.pipe()
    os.close(reader)

    listing = subprocess.run(
        command_line("story", "list", "--json"),
        stdout=writer,
        stderr=subprocess.PIPE,
        cwd=home,
        env=environment(home),
        check=False,
    )
    os.close(writer)

    assert listing.stderr == b""
    assert listing.returncode != 0


def test_an_interrupt_ends_a_command_without_a_trace(home):
    asking = subprocess.Popen(
        command_line("ask", "-"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=home,
        env=environment(home),
    )
    asking.stdin.write(b"deepseek\n")
    asking.stdin.flush()
    asking.stdout.readline()

    asking.send_signal(signal.SIGINT)

    assert b"Traceback" not in asking.communicate(timeout=TIMEOUT_S)[1]
    assert asking.returncode == 130


def test_the_version_and_the_help_are_told(home):
    assert re.fullmatch(r"ai-news \d+\.\d+\.\d+\n", ai_news(home, "--version").stdout)
    assert "segment" in ai_news(home, "--help").stdout


def test_help_imports_nothing_heavy(home):
    script = "import sys, adapters.__main__; print(*sys.modules)"

    loaded = subprocess.run(
        [command_line()[0], "-c", script], capture_output=True, text=True, env=environment(home), check=True
    )

    heavy = {
        "numpy",
        "sudachipy",
        "discord",
        "slack_bolt",
        "aiohttp",
        "pydantic",
        "asyncpg",
        "prompt_toolkit",
    }
    assert heavy.isdisjoint(loaded.stdout.split())
