"""The READMEs say what is so: their commands, settings and links exist, and both tell the same."""

import re
from pathlib import Path

import pytest
import typer.main

from adapters.__main__ import app
from adapters.console.channel import BUTTON_NAMES
from bot.commands import parse
from bot.model import LANGUAGES
from bot.phrases import phrase
from bot.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
READMES = {"en": ROOT / "README.md", "ja": ROOT / "docs" / "README.ja.md"}

CLI = typer.main.get_command(app)
NO_COMMAND = {"COMMAND"}
"""What stands for any command in `ai-news COMMAND --help`."""

both = pytest.mark.parametrize("language", READMES)


def text_of(language):
    return READMES[language].read_text("utf-8")


def code_blocks(text):
    return re.findall(r"^```\w*\n.*?^```$", text, re.MULTILINE | re.DOTALL)


def prose(text):
    return re.sub(r"^```\w*\n.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def tables(text):
    """Return the tables, each as its rows below the head, each row as its cells."""
    found = re.findall(r"^(?:\|.*\n)+", text, re.MULTILINE)
    return [[re.split(r"(?<!\\)\|", row)[1:-1] for row in table.splitlines()[2:]] for table in found]


def code_in(text):
    return [code.replace("\\|", "|") for code in re.findall(r"`([^`\n]+)`", text)]


def command_lines(text):
    """Return what is typed in a shell: `ai-news …`, and what stands beside it in a table without the name."""
    table = next(rows for rows in tables(text) if rows[0][0].strip().startswith("`ai-news "))
    typed = [code.removeprefix("ai-news ") for row in table for code in code_in(row[0])]
    inline = re.findall(r"(?:`|\.venv/bin/)ai-news ([^`\n]+)", text)
    return [line.replace("\\|", "|") for line in dict.fromkeys([*typed, *inline])]


def command_named(line):
    """Return the command that a line names, or the group that it ends in, and the words after that."""
    words = line.split()
    command = CLI
    while words and (children := getattr(command, "commands", {})) and words[0] in children:
        command = children[words.pop(0)]
    return command, words


@both
def test_every_command_named_exists_with_its_options(language):
    lines = [line for line in command_lines(text_of(language)) if line.split()[0] not in NO_COMMAND]

    assert len(lines) >= 10
    for line in lines:
        command, words = command_named(line)
        assert not hasattr(command, "commands"), f"`ai-news {line}` names no command"
        options = {name for parameter in command.params for name in parameter.opts}
        assert {word.strip("[]") for word in words if word.strip("[").startswith("--")} <= options, line


def leaves(command):
    children = getattr(command, "commands", {})
    return [leaf for child in children.values() for leaf in leaves(child)] if children else [command]


@both
def test_every_command_is_named(language):
    named = [command_named(line)[0] for line in command_lines(text_of(language))]

    assert [leaf.name for leaf in leaves(CLI) if leaf not in named] == []


@both
def test_the_settings_table_names_every_setting_and_no_other(language):
    named = re.findall(rf"{PREFIX}\w+", text_of(language))

    assert set(named) == {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


@both
def test_what_is_typed_in_the_channel_is_understood(language):
    labels = {phrase(f"button.{name}", language) for name in BUTTON_NAMES}
    rows = tables(text_of(language))[0]
    name = ""

    for typed in (code for row in rows for code in code_in(row[0])):
        if typed in labels:
            continue
        # `show` beside `/ai-news-digest preview` stands for `/ai-news-digest show`.
        name = typed.split()[0] if typed.startswith("/") else name
        parse(typed if typed.startswith("/") else f"{name} {typed}")


@both
def test_links_and_paths_lead_somewhere(language):
    text = prose(text_of(language))
    links = re.findall(r"\]\(([^)]+)\)", text)
    paths = [
        code for code in code_in(text) if re.fullmatch(r"(?:bot|adapters|seeds|tests|benchmarks)/\S*", code)
    ]

    assert len(links) >= 3
    assert [link for link in links if not (READMES[language].parent / link).exists()] == []
    assert len(paths) >= 7
    assert [path for path in paths if not (ROOT / path).exists()] == []


@both
def test_modules_named_exist(language):
    (row,) = (row for table in tables(text_of(language)) for row in table if row[0].strip() == "`bot/`")

    modules = code_in(row[1])

    assert len(modules) >= 10
    assert [module for module in modules if not (ROOT / "bot" / module).exists()] == []


def shape(text):
    return {
        "headings": [len(mark) for mark in re.findall(r"^(#+) ", prose(text), re.MULTILINE)],
        "tables": [len(rows) for rows in tables(text)],
        "notes": len(re.findall(r"^\*\*.+?\*\* ?", text, re.MULTILINE)),
        "shell": [block for block in code_blocks(text) if block.startswith("```sh")],
        "blocks": len(code_blocks(text)),
        "command lines": sorted(command_lines(text)),
        "variables": re.findall(rf"{PREFIX}\w+", text),
    }


def test_both_languages_tell_the_same():
    english, japanese = (shape(text_of(language)) for language in READMES)

    assert english == japanese
    assert len(READMES) == len(LANGUAGES)
