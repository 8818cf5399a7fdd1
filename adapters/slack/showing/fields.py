"""A form's fields as blocks of a Slack view, pure, and what was filled into them as the form's values.

Limits are those of Slack's documentation on block elements and composition objects.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from bot.display import best_cut, printable, truncated
from bot.form import Choice, Field
from bot.model import Language
from bot.phrases import phrase

Json = dict[str, object]

_Part = tuple[int, str, str]
"""The number of an input of a field, what parts its value from the one before, and the value."""

MAX_INPUT: Final = 3_000
MAX_OPTIONS: Final = 100
MAX_OPTION_TEXT: Final = 75
MAX_OPTION_VALUE: Final = 150

TEXT_INPUTS: Final = 3
"""How many inputs a long text has at least, each of 3,000 characters; what is in it already gets its room."""

MAX_TEXT_INPUTS: Final = 60
"""What stays within a view's 100 blocks, and where the text is English within its 250 kB."""

TIME_PICKERS: Final = 3
MAX_TIME_PICKERS: Final = 24

ACTION: Final = "field-"
"""How the `action_id` of a field begins; its name follows."""

GOES_ON: Final = "+"
"""Ends a field's name in the `block_id` of an input that goes on in the same paragraph as the one before."""

SUGGESTED: Final = frozenset({"zone", "topics", "without", "mention-topics"})
"""What is chosen from the engine's suggestions: they are many, and it finds them in every script."""


def holds(field: Field) -> bool:
    """Return whether a view has room for what stands in a field."""
    return field.kind != "text" or len(_pieces(field.value)) <= MAX_TEXT_INPUTS


def field_blocks(field: Field, language: Language) -> list[Json]:
    """Return the input blocks of a field; several where one element of Slack's does not hold its values."""
    if field.kind == "text" and field.max_length > MAX_INPUT:
        return _text_blocks(field, language)
    if field.kind == "times":
        elements = _time_pickers(field)
    elif field.kind in ("choice", "several") or field.name in SUGGESTED:
        elements = [_menu(field)]
    else:
        elements = [_text_input(field.value, field.max_length, field.kind == "text")]
    return [_block(field, number, element, language) for number, element in enumerate(elements)]


def _text_blocks(field: Field, language: Language) -> list[Json]:
    pieces = _pieces(field.value)
    pieces += [("", False)] * (TEXT_INPUTS - len(pieces))
    return [
        _block(field, number, _text_input(text, MAX_INPUT, True), language, goes_on=goes_on)
        for number, (text, goes_on) in enumerate(pieces)
    ]


def _block(field: Field, number: int, element: Json, language: Language, *, goes_on: bool = False) -> Json:
    label = (
        field.label
        if number == 0
        else phrase("slack.more_of", language, label=field.label, number=number + 1)
    )
    block: Json = {
        "type": "input",
        "block_id": f"{field.name}{GOES_ON if goes_on else ''}.{number}",
        "label": plain(label),
        "optional": number > 0 or not field.required,
        "element": element | {"action_id": f"{ACTION}{field.name}"},
    }
    if hint := _hint(field, number, element, language):
        block["hint"] = plain(hint)
    return block


def _hint(field: Field, number: int, element: Json, language: Language) -> str:
    if number == 0:
        return field.hint
    goes_on = number == 1 and element["type"] == "plain_text_input"
    return phrase("slack.text_goes_on", language, limit=f"{MAX_INPUT:,}") if goes_on else ""


def plain(text: str) -> Json:
    """Return a text element that shows what it is given, and nothing else."""
    return {"type": "plain_text", "text": text, "emoji": False}


def _text_input(value: str, max_length: int, multiline: bool) -> Json:
    longest = min(max_length, MAX_INPUT)
    element: Json = {"type": "plain_text_input", "multiline": multiline, "max_length": longest}
    return element | ({"initial_value": value[:longest]} if value else {})


def _pieces(text: str) -> list[tuple[str, bool]]:
    """Cut a text for inputs, at its newlines where that can be: those are not in what they part.

    A piece that goes on in the same paragraph as the one before says so.
    """
    pieces: list[tuple[str, bool]] = []
    start, goes_on = 0, False
    while start < len(text):
        end = min(start + MAX_INPUT, len(text))
        newline = text.rfind("\n", start + 1, end + 1) if end < len(text) else -1
        is_parted = newline > start + MAX_INPUT // 2
        cut = newline if is_parted else best_cut(text, start, end)
        pieces.append((text[start:cut], goes_on))
        start, goes_on = cut + is_parted, not is_parted
    return pieces


def _time_pickers(field: Field) -> list[Json]:
    times = [time for entry in field.value.split(",") if (time := entry.strip())]
    count = min(max(TIME_PICKERS, len(times) + 1), MAX_TIME_PICKERS)
    times += [""] * (count - len(times))
    return [_time_picker(time) for time in times[:count]]


def _time_picker(time: str) -> Json:
    picker: Json = {"type": "timepicker"}
    return picker | ({"initial_time": time} if time else {})


def _menu(field: Field) -> Json:
    """Return a menu of the field's choices, or one that asks for suggestions where there are too many."""
    labels = {choice.value: choice.label for choice in field.choices}
    values = [value for entry in field.value.split(",") if (value := entry.strip())]
    if field.kind != "several":
        values = [field.value] if field.value else []
    chosen = [Choice(value=value, label=labels.get(value, value)) for value in values]
    offered = dict.fromkeys((*field.choices, *chosen))
    many = field.kind == "several"
    static = field.name not in SUGGESTED and len(offered) <= MAX_OPTIONS
    element: Json = {"type": f"{'multi_' if many else ''}{'static' if static else 'external'}_select"}
    if static:
        element["options"] = options(offered)
    else:
        element["min_query_length"] = 0
    initial = options(chosen)
    if initial:
        element["initial_options" if many else "initial_option"] = initial if many else initial[0]
    return element


def options(choices: Iterable[Choice]) -> list[Json]:
    """Return choices as Slack's options, as many as a menu holds; without those that it cannot hold."""
    shown: dict[str, Json] = {}
    for choice in choices:
        label = " ".join(printable(choice.label).split()) or choice.value
        if choice.value and len(choice.value) <= MAX_OPTION_VALUE:
            text = plain(truncated(label, MAX_OPTION_TEXT))
            shown.setdefault(choice.value, {"text": text, "value": choice.value})
    return list(shown.values())[:MAX_OPTIONS]


def values_of(state: object) -> dict[str, str]:
    """Return what was filled in, by the fields' names, from the `state` of a view that came from Slack."""
    given: dict[str, list[_Part]] = {}
    blocks = _mapping(_mapping(state).get("values"))
    for block_id, actions in blocks.items():
        name, _, number = block_id.rpartition(".")
        for element in map(_mapping, _mapping(actions).values()):
            if name and number.isdecimal() and len(number) <= 3:
                is_text = element.get("type") == "plain_text_input"
                sign = "" if name.endswith(GOES_ON) else "\n" if is_text else ","
                part = (int(number), sign, _value(element))
                given.setdefault(name.removesuffix(GOES_ON), []).append(part)
    return {name: _joined(sorted(parts)) for name, parts in given.items()}


def refilled(block: Json, state: object) -> Json:
    """Return a block of a view that came back from Slack, with what its `state` says was filled in."""
    element = _mapping(block.get("element"))
    values = _mapping(_mapping(_mapping(state).get("values")).get(str(block.get("block_id"))))
    given = _mapping(values.get(str(element.get("action_id"))))
    filled = {
        f"initial_{name.removeprefix('selected_')}": given[name]
        for name in ("value", "selected_time", "selected_option", "selected_options")
        if given.get(name)
    }
    before = {name: value for name, value in element.items() if not name.startswith("initial_")}
    return block | {"element": before | filled} if element else block


def _joined(parts: Iterable[_Part]) -> str:
    """Return the values of a field in order, each after what parts it from the one before; no empty ones."""
    joined = ""
    for _, sign, value in parts:
        if value:
            joined += f"{sign}{value}" if joined else value
    return joined


def _value(element: Mapping[str, object]) -> str:
    chosen = element.get("selected_options")
    if isinstance(chosen, list):
        return ",".join(text for option in chosen if (text := _text(_mapping(option).get("value"))))
    chosen_one = _mapping(element.get("selected_option")).get("value")
    return _text(chosen_one) or _text(element.get("selected_time")) or _text(element.get("value"))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
