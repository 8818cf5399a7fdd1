"""The rules of the house, each held by a tool: style, types, layers, sizes, sentences in both languages."""

import os
import re
import string
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
SOURCES = [*ROOT.glob("bot/**/*.py"), *ROOT.glob("adapters/**/*.py")]
TEMPLATES = [*ROOT.glob("adapters/*/templates/*")]
MAX_LINES = 400


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["ruff", "check", "."], id="ruff check"),
        pytest.param(["ruff", "format", "--check", "."], id="ruff format"),
        pytest.param(["mypy"], id="mypy strict"),
        pytest.param(["lint-imports", "--no-cache"], id="import layers"),
    ],
)
def test_a_tool_finds_nothing(command):
    tool, *arguments = command
    environment = os.environ | {"PYTHONPATH": str(ROOT)}

    run = subprocess.run(
        [str(BIN / tool), *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stdout + run.stderr


def test_no_file_grows_beyond_one_idea():
    lengths = {path.relative_to(ROOT): len(path.read_text("utf-8").splitlines()) for path in SOURCES}

    assert {path: lines for path, lines in lengths.items() if lines > MAX_LINES} == {}


def phrases(language):
    sections = tomllib.loads((ROOT / f"bot/locales/{language}.toml").read_text("utf-8"))
    return {f"{section}.{name}": text for section, names in sections.items() for name, text in names.items()}


def blanks(phrase):
    texts = phrase.values() if isinstance(phrase, dict) else [phrase]
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_sentence_stands_in_both_languages_with_the_same_blanks():
    japanese, english = phrases("ja"), phrases("en")

    assert japanese.keys() == english.keys()
    for key in japanese:
        assert blanks(japanese[key]) - {"count"} == blanks(english[key]) - {"count"}, key


ERROR = re.compile(r'(?:UserError|NotFound|NotAllowed|InvalidInput|InvalidSchedule)\(\s*"(\w+)"')


def test_every_sentence_is_used_and_every_sentence_used_exists():
    code = "\n".join(path.read_text("utf-8") for path in [*SOURCES, *TEMPLATES])
    known = set(phrases("en"))
    sections = {key.partition(".")[0] for key in known}
    quoted = {
        key
        for key in re.findall(r'"([a-z]+\.[a-z_]*[a-z])"', code)
        if key.partition(".")[0] in sections and not key.endswith((".html", ".css", ".js", ".yaml"))
    }
    raised = {f"error.{key}" for key in ERROR.findall(code)}
    # Keys put together, such as f"button.{name}", and "page.role_" + role in a template.
    stems = {*chain(*re.findall(r'f"([a-z]+\.[a-z_]*)\{|t\("([a-z]+\.[a-z_]*)" \+', code))}
    built = {key for key in known if key.startswith(tuple(stems - {"", "error."}))}

    assert (quoted | raised) - known == set()
    assert known - quoted - raised - built == set()
