"""The channel in the terminal: over a pipe, and at a terminal of its own."""

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from contextlib import contextmanager

import pytest

from adapters.console.channel import pressed
from bot.message import Button
from tests.command import TIMEOUT_S, ai_news, command_line, environment, refusal

WHY = Button(label="理由", command="/ai-news deepseek view:why")
SOURCES = Button(label="出典", command="/ai-news deepseek view:sources")
BUTTONS = (WHY, SOURCES)


# What is typed


@pytest.mark.parametrize("typed", ["1", "１", "理由", " 理由 ", "why", "WHY"])
def test_a_button_is_pressed_by_its_number_or_its_label_in_any_language(typed):
    assert pressed(typed, BUTTONS, "ja") == WHY.command


@pytest.mark.parametrize("typed", ["", "0", "3", "理", "deepseek", "-1", "more"])
def test_anything_else_presses_nothing(typed):
    assert pressed(typed, BUTTONS, "ja") is None


# Over a pipe


def test_the_digest_is_posted_and_commands_are_answered(tmp_path):
    done = ai_news(tmp_path, "run", "--console", stdin=b"/ai-news deepseek\n")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.index("AI news ·") < done.stdout.index("$5.58 million", done.stdout.index("deepseek”"))
    assert "\x1b" not in done.stdout


def test_the_channel_speaks_japanese(tmp_path):
    done = ai_news(tmp_path, "run", "--console", "--language", "ja", stdin="/ai-news 訴訟\n".encode())

    assert "AIニュース" in done.stdout
    assert "否定" in done.stdout


def test_a_digest_is_posted_once_whatever_the_number_of_starts(tmp_path):
    first = ai_news(tmp_path, "run", "--console")
    again = ai_news(tmp_path, "run", "--console")

    assert first.stdout.count("AI news ·") == 1
    assert again.stdout.count("AI news ·") == 1
    assert "Posted here before" in again.stdout


def test_a_word_presses_the_newest_answers_button(tmp_path):
    done = ai_news(tmp_path, "run", "--console", stdin=b"/ai-news deepseek\nwhy\n")

    assert "Why this answer" in done.stdout


def test_text_that_is_no_command_gets_a_hint(tmp_path):
    done = ai_news(tmp_path, "run", "--console", stdin=b"deepseek\n")

    assert "/ai-news deepseek" in done.stdout.splitlines()[-2]


@pytest.mark.parametrize("end", [b"/quit\n", b"/exit\n", "／quit\n".encode()])
def test_nothing_is_answered_after_the_end(tmp_path, end):
    done = ai_news(tmp_path, "run", "--console", stdin=end + b"/ai-news help\n")

    assert done.returncode == 0
    assert "What I can do" not in done.stdout


def test_whatever_is_typed_the_channel_lives_on(tmp_path):
    hostile = (
        b"\xff\xfe\0\x1b[2J\n/\n/ai-news \xf0\x9f\xa4\x96\n/ai-news depth:none\n"
        b"/ai-news " + b"x" * 200_000 + b"\n"
    )

    done = ai_news(tmp_path, "run", "--console", stdin=hostile + b"/ai-news help\n")

    assert (done.returncode, done.stderr) == (0, "")
    assert "What I can do" in done.stdout
    assert "\x1b" not in done.stdout


# As a service


@contextmanager
def running(home, *arguments, **streams):
    process = subprocess.Popen(
        command_line("run", *arguments), cwd=home, env=environment(home), stdout=subprocess.PIPE, **streams
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_in_good_order(tmp_path, number):
    with running(tmp_path, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as service:
        assert b"Open http://127.0.0.1:" in service.stdout.readline()

        service.send_signal(number)

        assert b"Traceback" not in service.communicate(timeout=TIMEOUT_S)[1]
        assert service.returncode == 0


def test_a_signal_stops_it_while_it_waits_for_a_line(tmp_path):
    with running(tmp_path, "--console", stdin=subprocess.PIPE, stderr=subprocess.PIPE) as channel:
        channel.stdin.write(b"/ai-news help\n")
        channel.stdin.flush()
        while b"What I can do" not in channel.stdout.readline():
            pass

        channel.send_signal(signal.SIGTERM)

        assert channel.wait(TIMEOUT_S) == 0
        assert channel.stderr.read() == b""


def test_a_second_run_on_the_same_database_is_refused(tmp_path):
    with running(tmp_path, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as service:
        service.stdout.readline()

        assert "another ai-news run" in refusal(tmp_path, "run", "--console")


# At a terminal


PROMPT = "\x1b[?2004h"
"""What the line editor sends when it begins to take keys: bracketed paste on."""

WHERE_IS_THE_CURSOR = b"\x1b[6n"
STYLING = re.compile(r"\x1b\[(?!\?2004h)[0-9;?]*[a-zA-Z]")


class Terminal:
    """A terminal with `ai-news run --console` in it."""

    def __init__(self, home, *arguments):
        self.screen = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 100, 0, 0))
        self.process = subprocess.Popen(
            command_line("run", "--console", *arguments),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=home,
            env=environment(home, TERM="xterm-256color"),
            start_new_session=True,
        )
        os.close(slave)

    def type(self, text):
        os.write(self._master, text.encode())

    def wait_for(self, text):
        """Read what is shown until `text` stands in it; forget all up to there."""
        deadline = time.monotonic() + TIMEOUT_S
        while text not in self.screen:
            ready, _, _ = select.select([self._master], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"{text!r} never came; the screen shows {self.screen!r}"
            shown = os.read(self._master, 65536)
            if WHERE_IS_THE_CURSOR in shown:
                os.write(self._master, b"\x1b[10;1R")
            self.screen = STYLING.sub("", self.screen + self._decoder.decode(shown))
        self.screen = self.screen.partition(text)[2]

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self._master)


@pytest.fixture
def terminal(tmp_path):
    terminals = []

    def opened(*arguments):
        terminals.append(Terminal(tmp_path, *arguments))
        return terminals[-1]

    yield opened
    for each in terminals:
        each.close()


def test_a_newcomer_sees_the_digest_and_gets_an_answer(terminal):
    channel = terminal("--language", "ja")
    channel.wait_for("AIニュース")
    channel.wait_for(PROMPT)

    channel.type("/ai-news deepseek\r")
    channel.wait_for("558万ドル")
    channel.wait_for("番号か名前で選べます")
    channel.type("3\r")
    channel.wait_for("関連度の高い順に")
    channel.wait_for(PROMPT)

    channel.type("\x04")
    assert channel.process.wait(TIMEOUT_S) == 0


def test_the_tab_key_completes(terminal):
    channel = terminal()
    channel.wait_for(PROMPT)

    channel.type("/ai-news-digest pre")
    channel.wait_for("preview")  # in the menu
    channel.type("\t")
    channel.wait_for("view")  # in the line
    channel.type("\r")

    channel.wait_for("Preview: this is what would be posted now")


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_a_key_leaves_quietly(terminal, key):
    channel = terminal()
    channel.wait_for(PROMPT)

    channel.type(key)

    assert channel.process.wait(TIMEOUT_S) == 0
    assert "Traceback" not in channel.screen


def test_a_signal_leaves_the_terminal_as_it_was(terminal):
    channel = terminal()
    channel.wait_for(PROMPT)

    channel.process.send_signal(signal.SIGTERM)

    assert channel.process.wait(TIMEOUT_S) == 0


def test_a_colour_code_in_what_is_pasted_is_no_click(terminal):
    channel = terminal()
    channel.wait_for(PROMPT)

    channel.type("\x1b[31m/ai-news help\r")

    channel.wait_for("What I can do")
