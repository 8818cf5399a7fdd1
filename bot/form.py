"""A form as every platform can show it: a modal on a chat platform, a dialog on the page.

Knows nothing of stories or platforms.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One text to fill in. `name` is what it is sent as, `max_length` counts characters."""

    name: str
    label: str
    kind: Literal["line", "text"] = "line"
    required: bool = False
    max_length: int
    value: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a command asks to be told; `command` is what `bot.commands.parse` takes.

    `problem` says why it has come back. At most five fields, a title of at most 24 characters, labels of
    at most 45 and hints of at most 100: what fits Discord's modals and Slack's views.
    """

    command: str
    title: str
    fields: tuple[Field, ...]
    submit: str
    language: Literal["ja", "en"]
    problem: str = ""

    def __post_init__(self) -> None:
        if len(self.fields) > 5:
            raise ValueError(f"a form holds at most 5 fields, not {len(self.fields)}")
