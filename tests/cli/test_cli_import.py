"""Bringing stories in and out by the command line, run as a process."""

import json
import re
import subprocess

import pytest

from tests.command import ai_news, command_line, environment, json_of, refusal

ARTICLE = """# Robots at work

Kumo Robotics showed a robot that sorts parcels by itself. The robot sorted 900 parcels an hour in a test.
A union doubts the figure and asks for the data.

In other news, the harbour of Aoba opened a fully electric ferry line. The ferries carry 300 people each.
"""
IDS = ["gucnkwbr7ru5zzdduqyq", "g5ocfza2pe4exyuty5tq"]
"""What the stories of this text have been called ever since: databases out there have them under these."""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return a home in which the seeds are loaded; tests only read in it."""
    folder = tmp_path_factory.mktemp("home")
    assert ai_news(folder, "story", "list").returncode == 0
    return folder


def test_an_article_is_added_once(tmp_path):
    (tmp_path / "robots.md").write_text(ARTICLE, encoding="utf-8")
    arguments = (
        "add",
        "robots.md",
        "--source",
        "The Daily Crate",
        "--date",
        "2025-02-01T09:30:00Z",
        "--json",
    )

    first = ai_news(tmp_path, *arguments)
    again = ai_news(tmp_path, *arguments)

    story, ferry = map(json.loads, first.stdout.splitlines())
    assert story["source"] == {"name": "The Daily Crate", "url": None}
    assert story["published_at"] == ferry["published_at"] == "2025-02-01T09:30:00Z"
    assert [story["id"], ferry["id"]] == IDS
    assert again.stdout == first.stdout
    assert story["id"] in [found["id"] for found in json_of(tmp_path, "ask", "parcels", "--json")["stories"]]


def test_stories_like_known_ones_are_added_and_named(tmp_path):
    known = ai_news(tmp_path, "add", "-", "--json", stdin=ARTICLE.encode())
    like = ARTICLE.replace("# Robots at work", "# Robots in town").encode()

    first = ai_news(tmp_path, "add", "-", stdin=like)
    again = ai_news(tmp_path, "add", "-", stdin=like)

    ids = [line.split()[0] for line in first.stdout.splitlines()]
    *named, how = first.stderr.splitlines()
    assert (known.returncode, known.stderr) == (first.returncode, again.stderr) == (0, "")
    assert not set(ids) & set(IDS)
    assert [re.findall(r"[a-z0-9]{20}", line) for line in named] == [
        list(pair) for pair in zip(ids, IDS, strict=True)
    ]
    assert "ai-news story merge" in how
    assert again.stdout == first.stdout


def test_an_address_is_refused_clearly_as_long_as_none_is_fetched(home):
    assert "address" in refusal(home, "add", "https://example.com/article")


LINES = [
    {"id": "one", "title": "A ferry runs on batteries", "body": "The harbour opened an electric ferry line."},
    {"title": "A robot sorts parcels", "body": "It sorted 900 parcels an hour."},
]


def jsonl(*objects):
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects).encode()


def test_an_import_counts_what_it_did_and_can_be_run_again(tmp_path):
    first = json_of(tmp_path, "import", "-", "--json", stdin=jsonl(*LINES))
    again = json_of(tmp_path, "import", "-", "--json", stdin=jsonl(*LINES))
    edited = json_of(
        tmp_path, "import", "-", "--json", stdin=jsonl(LINES[0] | {"title": "Ferries"}, LINES[1])
    )

    assert (first["added"], first["unchanged"]) == (2, 0)
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 2)
    assert (edited["changed"], edited["unchanged"]) == (1, 1)
    assert json_of(tmp_path, "ask", "ferries", "--json")["stories"][0]["id"] == "one"


def test_refused_lines_are_named_and_the_others_taken(tmp_path):
    lines = jsonl(LINES[0]) + b"{broken\n\n" + jsonl({"title": "No body"}, LINES[1])

    done = ai_news(tmp_path, "import", "-", "--json", stdin=lines)

    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert report["added"] == 2
    assert [refused["line"] for refused in report["refused"]] == [2, 4]


def test_the_last_of_two_lines_with_one_id_stands(tmp_path):
    lines = jsonl(LINES[0], LINES[0] | {"title": "Ferries run on batteries"})

    report = json_of(tmp_path, "import", "-", "--json", stdin=lines)

    assert (report["added"], report["changed"]) == (1, 1)


def test_a_line_without_end_is_refused_and_the_next_one_read(tmp_path):
    lines = b'{"title": "' + b"x" * 10_000_000 + b'"}\n' + jsonl(LINES[0])

    report = json.loads(ai_news(tmp_path, "import", "-", "--json", stdin=lines).stdout)

    assert (report["added"], report["refused_count"]) == (1, 1)


def test_a_killed_import_can_be_run_again(tmp_path):
    lines = jsonl(
        *({"id": f"n{n}", "title": f"Robot {n}", "body": f"It sorted {n} parcels."} for n in range(1200))
    )
    with subprocess.Popen(
        command_line("import", "-"),
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=tmp_path,
        env=environment(tmp_path),
    ) as importing:
        importing.stdin.write(lines[: len(lines) // 2])
        importing.stdin.flush()
        importing.kill()

    report = json_of(tmp_path, "import", "-", "--json", stdin=lines)

    assert report["added"] + report["unchanged"] == 1200


def test_what_is_exported_can_be_imported_elsewhere(home, tmp_path):
    exported = ai_news(home, "export")

    report = json_of(
        tmp_path, "import", "-", "--json", stdin=exported.stdout.encode(), AI_NEWS_SEEDS_DIR="none"
    )

    assert (report["added"], report["refused"]) == (12, [])
    there = json_of(tmp_path, "story", "show", "sister-lawsuit", "--json", AI_NEWS_SEEDS_DIR="none")
    here = json_of(home, "story", "show", "sister-lawsuit", "--json")
    assert there["tellings"] == here["tellings"]
