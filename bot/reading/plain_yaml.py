"""Plain YAML, pure: named fields, texts and lists of texts, each known by its line; tricks are refused.

Nodes are read as they stand and no value is built from them, so no tag or alias has any power.
"""

import re
from collections.abc import Sequence
from typing import Final

import yaml

DEPTH_LIMIT: Final = 4
"""Levels of nesting; our files need three."""
NAME_LIMIT: Final = 100
"""Characters of a field's name."""

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)


class LineError(Exception):
    """A line that cannot be read: its number, from 1 on, and what is wrong and what to do."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line
        self.problem = problem


def refuse_unseen(line: int, text: str) -> None:
    """Raise `LineError` where `text` has a control character, half a character, or a change of direction."""
    if unseen := _UNSEEN.search(text):
        raise LineError(line, f"a character that cannot be seen, U+{ord(unseen[0]):04X}; delete it")


def compose(text: str) -> yaml.Node | None:
    """Return the root of one YAML document, None where it is empty. Raises `LineError`."""
    try:
        _refuse_tricks(text)
        return yaml.compose(text, yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise LineError(
            line, f"not YAML, {error.problem}; mind colons, quotes, brackets and indents"
        ) from error
    except (
        yaml.YAMLError,
        ValueError,
        OverflowError,
    ) as error:  # numbers out of range in escapes, directives
        raise LineError(1, "not YAML; write plain `name: value` lines") from error


def _refuse_tricks(text: str) -> None:
    """Raise `LineError` for what makes a small text a huge or an unforeseen tree."""
    depth = 0
    for event in yaml.parse(text, yaml.BaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH_LIMIT:
            raise LineError(line_of(event), "lists within lists; write them flat")
        if isinstance(event, yaml.NodeEvent) and (event.anchor or getattr(event, "tag", None)):
            raise LineError(line_of(event), "a word with `&`, `*` or `!` in front; put it in quotes")


def line_of(place: yaml.Node | yaml.Event) -> int:
    """Return the line that a node or an event begins in, from 1 on."""
    return place.start_mark.line + 1 if place.start_mark else 1


def entries(node: yaml.Node | None) -> list[tuple[str, int, yaml.Node]]:
    """Return name, line and value of each field, in order, no name twice. Raises `LineError`."""
    if not isinstance(node, yaml.MappingNode):
        raise LineError(line_of(node) if node else 1, "no fields stand here; write `name: value` lines")
    found: dict[str, tuple[str, int, yaml.Node]] = {}
    for key, value in node.value:
        name = text_of(key, NAME_LIMIT)
        if name in found:
            raise LineError(line_of(key), f"`{name}` stands twice; keep one")
        found[name] = name, line_of(key), value
    return list(found.values())


def fields(
    node: yaml.Node | None, line: int, *, required: Sequence[str], optional: Sequence[str]
) -> dict[str, yaml.Node]:
    """Return values by name. Raises `LineError`; for a field that is missing, at `line`."""
    known = (*required, *optional)
    values = {}
    for name, at, value in entries(node):
        if name not in known:
            raise LineError(at, f"`{name}` is not known; use {', '.join(known)}")
        values[name] = value
    if missing := [name for name in required if name not in values]:
        raise LineError(line, f"`{missing[0]}` is missing; add a line `{missing[0]}: …`")
    return values


def text_of(node: yaml.Node, limit: int) -> str:
    """Return the text of a value on one line, of at most `limit` characters. Raises `LineError`."""
    text = " ".join(node.value.split()) if isinstance(node, yaml.ScalarNode) else ""
    if not text:
        raise LineError(line_of(node), "a text is missing here; write one")
    if len(text) > limit:
        raise LineError(line_of(node), f"a text of {len(text)} characters; shorten it to {limit}")
    refuse_unseen(line_of(node), text)
    return text


def texts_of(node: yaml.Node, limit: int) -> dict[str, int]:
    """Return the texts of a list with their lines, no text twice. Raises `LineError`."""
    if not isinstance(node, yaml.SequenceNode):
        raise LineError(line_of(node), "not a list; write it in brackets, as in `[one, two]`")
    texts: dict[str, int] = {}
    for item in node.value:
        text = text_of(item, limit)
        if text in texts:
            raise LineError(line_of(item), f"`{text}` stands twice; keep one")
        texts[text] = line_of(item)
    return texts
