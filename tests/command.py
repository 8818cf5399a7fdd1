"""The `ai-news` command as a user's shell runs it: a process of its own, with a home of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.waiting import PATIENCE_S

REPOSITORY = Path(__file__).parent.parent
TIMEOUT_S = PATIENCE_S


def environment(home: Path, **variables: str) -> dict[str, str]:
    """Return the environment of a fresh machine whose data folder is under `home`."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": str(REPOSITORY),
        "LANG": "C.UTF-8",
        "AI_NEWS_DATA_DIR": str(home / "data"),
        "AI_NEWS_WEB_PORT": "0",
    } | variables


def command_line(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "adapters", *arguments]


def ai_news(home: Path, *arguments: str, stdin: bytes = b"", **variables: str):
    """Run the command to its end; return the completed process, its output as text."""
    done = subprocess.run(
        command_line(*arguments),
        input=stdin,
        capture_output=True,
        cwd=home,
        env=environment(home, **variables),
        timeout=TIMEOUT_S,
        check=False,
    )
    done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
    return done


def json_of(home: Path, *arguments: str, stdin: bytes = b"", **variables: str):
    """Run a command that succeeds and prints one JSON document and nothing else; return the document."""
    done = ai_news(home, *arguments, stdin=stdin, **variables)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def refusal(home: Path, *arguments: str, stdin: bytes = b"", **variables: str) -> str:
    """Run a command that fails as it should, with one line on standard error; return the line."""
    done = ai_news(home, *arguments, stdin=stdin, **variables)
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line
