"""What a hostile or careless world gives: each gets a story or a clear refusal, and nothing is lost."""

import codecs
import json
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.reading.markup import is_html, text_of_html
from tests.command import TIMEOUT_S, ai_news, command_line, environment, json_of, refusal

ENGLISH = """Kumo Robotics showed a robot that sorts parcels. It sorted 900 parcels an hour in a test.

In other news, the harbour of Aoba opened a fully electric ferry line. The ferries carry 300 people each.
"""
JAPANESE = (
    "クモ社は荷物を仕分けるロボットを発表した。1時間に900個を仕分けたという。専門家は数字を疑っている。\n"
)
PAGE = f"""<!DOCTYPE html><html><head><title>Kumo</title><style>p {{ color: red }}</style>
<script>if (1 < 2) alert("parcels")</script></head>
<body><h1>Robots &amp; parcels</h1><p>{ENGLISH.replace(chr(10), "</p><p>")}</p></body></html>"""

# Controls, and what changes the direction of the text around it.
DISTURBING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|[\u0300-\u036f]{5}")


def assert_calm(*outputs):
    """No trace of Python, and nothing that would disturb a terminal."""
    for output in outputs:
        assert "Traceback" not in output
        assert not (found := DISTURBING.search(output)), ascii(output[found.start() - 40 : found.end() + 40])


# Articles

ARTICLES = {
    "controls": ENGLISH + "The sum \x9b31m is 5 million dollars.\x85 It was paid in May.",
    "overrides": ENGLISH + "The robot opened \u202egnp.exe\u202c and \u2066more\u2069 files in a test.",
    "marks": ENGLISH + "The robot Z" + "\u0301" * 20_000 + "algo sorts parcels quickly.",
    "mentions": "Kumo told @everyone, <!channel>, <@U123> and @here about a robot. It sorted 900 parcels.",
    "markdown": "Kumo showed ``` a robot ``` and ||more||. It [sorts](javascript:a) parcels.\n\n```\n> **",
    "endless line": "Kumo showed a robot that sorts parcels, " * 12_000,
    "web page": PAGE,
    "web page of Japan": f"<p>{JAPANESE}</p>".encode("cp932"),
}


@pytest.mark.parametrize("article", ARTICLES.values(), ids=ARTICLES)
def test_whatever_an_article_holds_its_stories_can_be_shown_everywhere(tmp_path, article):
    data = article.encode() if isinstance(article, str) else article
    bare = {"AI_NEWS_SEEDS_DIR": "none"}

    added = ai_news(tmp_path, "add", "-", stdin=data, **bare)

    assert (added.returncode, added.stderr) == (0, "")
    assert not re.search("<p>|alert|color", added.stdout)
    assert_calm(added.stdout)
    story_id = added.stdout.splitlines()[-1].split()[0]
    for command in (["digest"], ["digest", "--platform", "slack"], ["story", "show", story_id]):
        shown = ai_news(tmp_path, *command, **bare)
        assert (shown.returncode, shown.stderr) == (0, "")
        assert_calm(shown.stdout)
    # An article may be one long story: what goes out must come in again.
    exported = ai_news(tmp_path, "export", **bare).stdout.encode()
    assert json_of(tmp_path / "data", "import", "-", "--json", stdin=exported, **bare)["refused"] == []


@pytest.mark.parametrize(
    ("data", "word"),
    [
        pytest.param(b"word " * 110_000, "500000", id="too many characters"),
        pytest.param(("“Ready?” " + ENGLISH).encode() + b"\xe2\x80", "encoding", id="damaged UTF-8"),
        pytest.param(codecs.BOM_UTF16_LE + b"odd", "encoding", id="damaged UTF-16"),
        pytest.param("\u0301".encode() * 100_000, "No story", id="nothing but marks"),
        pytest.param(b"." * 100_000, "No story", id="nothing but stops"),
        pytest.param(b"<html><script>alert(1)</script>", "no text", id="a page that shows nothing"),
    ],
)
def test_what_is_no_article_is_refused_in_a_line(tmp_path, data, word):
    assert word in refusal(tmp_path, "segment", "-", stdin=data)


def test_a_page_is_read_as_a_browser_shows_it():
    assert text_of_html("<h2>A&amp;B</h2><ul><li>one<li>two</ul>x <b>y</b><br>z <![odd[ x ]> <p") == (
        "## A&B\n\n- one\n- two\n\nx y\nz <p"
    )


@pytest.mark.parametrize(
    "text", ["# Title\n\n<p>One</p>", "<div align=center>\n\n# Title\n</div>\nText.", "a < b > c"]
)
def test_markdown_with_tags_in_it_is_no_page(text):
    assert not is_html(text)


@pytest.mark.parametrize("piece", ["<", "<!", "<a ", '<a x="', "</", "<!--", "<![", "&#", "<p>", "<svg>"])
def test_a_hostile_page_is_read_in_bounded_time(piece):
    start = time.process_time()
    text_of_html(f"<html>{piece * 100_000}>")

    assert time.process_time() - start < 5


# Lines of JSON

STORY = {"id": "one", "title": "A robot sorts parcels", "body": "It sorted 900 parcels an hour."}
REFUSED = {
    "not a number": '{"title": "a", "body": "b", "published_at": NaN}',
    "a huge number": '{"title": "a", "body": "b", "published_at": ' + "9" * 5000 + "}",
    "before all time zones": json.dumps(STORY | {"published_at": "0001-01-01"}),
    "after all time zones": json.dumps(STORY | {"published_at": "9999-12-31T23:59:59Z"}),
    "nested": "[" * 100_000,
    "half a character in a url": json.dumps(STORY | {"source": {"name": "x", "url": "https://a/\ud800"}}),
    "half a character in an id": json.dumps(STORY | {"id": "\ud800"}),
    "controls in a field's name": json.dumps(STORY | {"\x1b[2J\u202e": 1}),
    "controls in a topic": json.dumps(STORY | {"topics": ["\x1b[2J\u202e"]}),
    "a path as an id": json.dumps(STORY | {"id": "../../etc/passwd"}),
    "numbers for texts": json.dumps(STORY | {"title": 1}),
    "an object for a list": json.dumps(STORY | {"claims": {}}),
    "nothing to see": json.dumps(STORY | {"title": "\u200b", "body": "\u2060"}),
    "another encoding": json.dumps(STORY | {"title": "ロボット"}, ensure_ascii=False).encode("cp932"),
}


def test_each_bad_line_is_refused_calmly_and_the_good_ones_taken(tmp_path):
    lines = [line if isinstance(line, bytes) else line.encode() for line in REFUSED.values()]
    good = json.dumps(STORY | {"body": "It \ud800 sorted \0 900 \x1b[2J\u202e parcels."}).encode()

    done = ai_news(tmp_path, "import", "-", stdin=b"\n".join([*lines, good, b""]))

    assert done.stdout == f"1 added, 0 changed, 0 unchanged, {len(lines)} refused\n"
    assert re.findall(r"^line (\d+): ", done.stderr, re.MULTILINE) == [str(n + 1) for n in range(len(lines))]
    assert_calm(done.stderr, ai_news(tmp_path, "ask", "robot").stdout, ai_news(tmp_path, "export").stdout)


def test_a_line_of_a_hundred_megabytes_takes_little_memory(tmp_path):
    def piped():
        with subprocess.Popen(
            ["sh", "-c", f"head -c 100000000 /dev/zero | tr '\\0' x; echo; echo '{json.dumps(STORY)}'"],
            stdout=subprocess.PIPE,
        ) as endless:
            return subprocess.run(
                command_line("import", "-"),
                stdin=endless.stdout,
                capture_output=True,
                cwd=tmp_path,
                env=environment(tmp_path),
                timeout=TIMEOUT_S,
                check=False,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (600_000_000, 600_000_000)),
            )

    assert piped().stdout == b"1 added, 0 changed, 0 unchanged, 1 refused\n"


# Words and options


def test_what_is_asked_is_echoed_calmly(tmp_path):
    hostile = "\x1b[2J\u202edeepseek\x9b"

    for arguments in (["ask", hostile], ["ask", "--json", hostile]):
        assert_calm(ai_news(tmp_path, *arguments).stdout)
    assert json_of(tmp_path, "ask", "--json", hostile)["query"] == hostile
    for command in (["story", "show", hostile], ["segment", hostile], ["import", hostile]):
        assert_calm(refusal(tmp_path, *command))


def test_no_line_typed_into_the_channel_ends_it(tmp_path):
    lines = ["/ai-news x page:" + "9" * 5000, "\x1b[2J\u202e", "/\x9b", "²", "9" * 5000, "\u0301" * 30_000]

    done = ai_news(tmp_path, "run", "--console", stdin="\n".join([*lines, "/ai-news help", ""]).encode())

    assert (done.returncode, done.stderr) == (0, "")
    assert "What I can do" in done.stdout
    assert_calm(done.stdout)


def test_a_misspelt_command_is_told_the_nearest(tmp_path):
    assert "Did you mean 'digest'" in ai_news(tmp_path, "diges").stderr
    assert "--depth" in ai_news(tmp_path, "ask", "x", "--dpeth", "low").stderr


def test_a_source_that_cannot_be_shown_is_refused(tmp_path):
    (tmp_path / "robots.txt").write_text(ENGLISH, encoding="utf-8")

    assert "300" in refusal(tmp_path, "add", "robots.txt", "--source", "x" * 1000)
    assert "http" in refusal(tmp_path, "add", "robots.txt", "--url", "https://a/\u202e")
    assert "date" in refusal(tmp_path, "add", "robots.txt", "--date", "tomorrow")


# Streams


@pytest.mark.parametrize(
    "command", [["--help"], ["story", "list"], ["ask", "x", "--json"], ["export"], ["run"]]
)
def test_an_output_that_cannot_be_written_is_a_line(tmp_path, command):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command_line(*command),
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env=environment(tmp_path),
            timeout=TIMEOUT_S,
            check=False,
        )

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == b"ai-news: standard input or output: No space left on device"


@pytest.mark.parametrize("stream", ["<&-", ">&-", "2>&-"])
def test_a_closed_stream_harms_neither_command_nor_database(tmp_path, stream):
    command = ["sh", "-c", f'exec "$@" {stream}', "sh", *command_line("story", "list")]

    done = subprocess.run(
        command, cwd=tmp_path, env=environment(tmp_path), capture_output=True, timeout=TIMEOUT_S, check=False
    )

    assert (done.returncode, done.stderr) == (0, b"")
    with sqlite3.connect(tmp_path / "data" / "ai-news.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


# Databases and disks


def lines_of(count):
    return b"".join(
        json.dumps({"id": f"n{n}", "title": f"Robot {n}", "body": f"It sorted {n} parcels. " * 20}).encode()
        + b"\n"
        for n in range(count)
    )


def exported_ids(home):
    return {json.loads(line)["id"] for line in ai_news(home, "export").stdout.splitlines()}


def test_a_locked_database_is_a_line_and_the_next_run_works(tmp_path):
    ai_news(tmp_path, "story", "list")
    holder = sqlite3.connect(tmp_path / "data" / "ai-news.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")

    assert "locked" in refusal(tmp_path, "import", "-", stdin=lines_of(1))

    holder.execute("ROLLBACK")
    holder.close()
    assert json_of(tmp_path, "import", "-", "--json", stdin=lines_of(1))["added"] == 1


@pytest.mark.parametrize("damage", ["middle", "cut", "head"])
def test_a_damaged_database_is_a_line_and_left_as_it_was(tmp_path, damage):
    ai_news(tmp_path, "import", "-", stdin=lines_of(200))
    database = tmp_path / "data" / "ai-news.db"
    whole = database.read_bytes()
    size = len(whole)
    damaged = {
        "middle": whole[: size // 4] + os.urandom(size // 2) + whole[size - size // 4 :],
        "cut": whole[: size // 3],
        "head": os.urandom(200) + whole[200:],
    }[damage]
    database.write_bytes(damaged)

    assert "left as it is" in refusal(tmp_path, "digest")
    assert database.read_bytes() == damaged


@contextmanager
def small_disk(folder):
    """Mount a file system of 2 MB; yield what makes room on it."""
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("a file system can be mounted by root only")
    folder.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if subprocess.run(mounted, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield lambda: subprocess.run(["mount", "-o", "remount,size=200m", str(folder)], check=True)
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_loses_nothing_and_the_import_can_be_run_again(tmp_path):
    with small_disk(tmp_path / "data") as make_room:
        full = ai_news(tmp_path, "import", "-", stdin=lines_of(3000))
        kept = exported_ids(tmp_path)
        make_room()
        again = json_of(tmp_path, "import", "-", "--json", stdin=lines_of(3000))

        assert full.returncode == 1
        assert "the disk is full" in full.stderr.splitlines()[-1]
        assert_calm(full.stderr)
        assert again["added"] + len([story for story in kept if story.startswith("n")]) == 3000
        assert exported_ids(tmp_path) >= kept


# Signals and company


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)])
def test_an_import_that_is_stopped_can_be_run_again(tmp_path, number, status):
    with subprocess.Popen(
        command_line("import", "-"),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=environment(tmp_path),
    ) as importing:
        importing.stdin.write(lines_of(600))  # more than a pipe holds: it has begun to read
        importing.stdin.flush()
        importing.send_signal(number)
        assert b"Traceback" not in importing.communicate(timeout=TIMEOUT_S)[1]
        assert importing.returncode == status

    again = json_of(tmp_path, "import", "-", "--json", stdin=lines_of(600))
    assert again["added"] + again["unchanged"] == 600


def test_commands_at_the_same_time_lose_nothing(tmp_path):
    ai_news(tmp_path, "story", "list")
    (tmp_path / "lines.jsonl").write_bytes(lines_of(1500))
    for name in "ab":
        (tmp_path / name).write_text(ENGLISH.replace("Kumo", name * 5), encoding="utf-8")
    commands = [["import", "lines.jsonl"], ["add", "a"], ["add", "b"], ["add", "b"], ["ask", "deepseek"]]

    processes = [
        subprocess.Popen(
            command_line(*command), cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE
        )
        for command in commands
    ]
    shown = [process.communicate(timeout=TIMEOUT_S)[0] for process in processes]

    assert [process.returncode for process in processes] == [0] * len(commands)
    assert shown[2] == shown[3]
    added = {line.split()[0].decode() for output in shown[1:3] for line in output.splitlines()}
    assert len(added) == 4
    assert exported_ids(tmp_path) >= added | {f"n{n}" for n in range(1500)}
