"""A form as every platform can show it: a modal on a chat platform, a dialog on the page.

Knows nothing of stories or platforms.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal, Self

MAX_FIELDS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the values that a field offers, and how it is called."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing to fill in. `name` is what it is sent as, `max_length` counts characters.

    A `line` and a `text` are typed; a `choice` is one of `choices`, `several` any number of them, `times`
    are times of day such as 09:00. Whatever the kind, a value is text: several are parted by commas.
    """

    name: str
    label: str
    kind: Literal["line", "text", "choice", "several", "times"] = "line"
    required: bool = False
    max_length: int
    value: str = ""
    hint: str = ""
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a command asks to be told; `command` is what `bot.commands.parse` takes.

    `problem` says why it has come back, about the field that `problem_field` names, if about one.
    At most 20 fields, a title of at most 24 characters, labels of at most 45 and hints of at most 100: what
    fits Slack's views. Discord's modals hold 5 fields, so a form with more is only shown to an interaction
    whose `form_fields` has room for it.
    """

    command: str
    title: str
    fields: tuple[Field, ...]
    submit: str
    language: Literal["ja", "en"]
    problem: str = ""
    problem_field: str = ""

    def __post_init__(self) -> None:
        if len(self.fields) > MAX_FIELDS:
            raise ValueError(f"a form holds at most {MAX_FIELDS} fields, not {len(self.fields)}")

    def coming_back(self, problem: str, field: str = "") -> Self:
        """Return the form as it comes back for a problem, which is about `field` where it has that."""
        is_here = any(field == one.name for one in self.fields)
        return replace(self, problem=problem, problem_field=field if is_here else "")
