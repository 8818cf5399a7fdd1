"""How a member's own Slack client fills in elements: what is chosen, and what it would not let through."""

from collections.abc import Mapping
from typing import Any

from tests.fakes.slack.elements import INITIAL, TEXT_INPUTS
from tests.fakes.slack.problems import Json, utf16
from tests.fakes.slack.reading import blocks_of, elements_of
from tests.fakes.slack.state import Message, View

CHOSEN = {kind: name.replace("initial", "selected", 1) for kind, name in INITIAL.items()}
"""What names an element's choice in `state.values`."""


class NotPossible(AssertionError):
    """Slack's client would not let a member do this."""


def find_element(surface: Message | View, name: str) -> tuple[Json, Json]:
    """Return an element, with its block, by its label, its action_id, or the label or id of its block."""
    found = [
        (block, element)
        for block, element in elements_of(blocks_of(surface))
        if name in _names(block, element)
    ]
    if not found:
        names = [sorted(_names(block, element)) for block, element in elements_of(blocks_of(surface))]
        raise NotPossible(f"there is no {name!r} among {names}")
    return found[0]


def _names(block: Json, element: Json) -> set[str]:
    texts = [element.get("text"), block.get("label")]
    names = {text["text"] for text in texts if isinstance(text, dict)}
    return names | {element["action_id"], block["block_id"]}


def initial_value(element: Json) -> Json:
    """Return what an element holds before a member touches it, as `state.values` shows it."""
    kind = element["type"]
    if kind in TEXT_INPUTS:
        return {"type": kind, "value": element.get("initial_value")}
    name = CHOSEN[kind]
    empty: Any = [] if name.endswith("s") else None
    return {"type": kind, name: element.get(INITIAL[kind], empty)}


def chosen_value(surface: Message | View, element: Json, value: Any) -> Json:
    """Return what an element holds when a member typed or chose `value`; options by their text or value."""
    kind = element["type"]
    if kind in TEXT_INPUTS:
        return {"type": kind, "value": _typed(element, value)}
    name = CHOSEN[kind]
    if "option" in name:
        known = _options(surface, element)
        many = name.endswith("s")
        options = [_option(known, one) for one in (value if many else [value]) if one is not None]
        most = element.get("max_selected_items", len(options))
        if len(options) > most:
            raise NotPossible(f"no more than {most} can be chosen of {element['action_id']}")
        return {"type": kind, name: options if many else next(iter(options), None)}
    return {"type": kind, name: value}


def _typed(element: Json, value: Any) -> str | None:
    """Return text as a client sends it; nothing where it was left empty."""
    text = None if value is None else str(value)
    if not text:
        return None
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if not least <= utf16(text) <= most:
        raise NotPossible(f"{element['action_id']} takes {least} to {most} characters")
    return text


def _options(surface: Message | View, element: Json) -> list[Json]:
    """Return the options that a member is shown: the element's own, those suggested, those chosen already."""
    found = list(element.get("options", []))
    for group in element.get("option_groups", []):
        found += group["options"]
    initial = element.get(INITIAL[element["type"]]) or []
    found += initial if isinstance(initial, list) else [initial]
    if isinstance(surface, View):
        found += surface.suggested.get(element["action_id"], [])
    return found


def _option(known: list[Json], name: Any) -> Json:
    for option in known:
        if name in (option["value"], option["text"]["text"]):
            return option
    raise NotPossible(f"{name!r} is not among {[option['value'] for option in known]}")


def state_values(view: View, wishes: Mapping[str, Any]) -> dict[str, dict[str, Json]]:
    """Return the state of a view that was filled in; a required input that is empty is not possible."""
    filled = {id(find_element(view, name)[1]): value for name, value in wishes.items()}
    values: dict[str, dict[str, Json]] = {}
    for block, element in elements_of(blocks_of(view)):
        if element["type"] in ("button", "overflow", "image"):
            continue
        action = element["action_id"]
        if id(element) in filled:
            state = chosen_value(view, element, filled[id(element)])
        else:
            state = view.values.get(block["block_id"], {}).get(action) or initial_value(element)
        holds = next(value for name, value in state.items() if name != "type")
        if block["type"] == "input" and not block.get("optional") and holds in (None, [], ""):
            raise NotPossible(f"{block['label']['text']!r} must be filled in")
        values.setdefault(block["block_id"], {})[action] = state
    return values
