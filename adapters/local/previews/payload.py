"""JSON of any shape, read without surprise, pure."""

from collections.abc import Mapping

from bot.display import printable

Json = Mapping[str, object]


def items(of: Json, name: str) -> list[Json]:
    """Return the objects of a list; nothing where there is none."""
    value = of.get(name)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def child(of: Json, name: str) -> Json:
    """Return the object of a name; an empty one where there is none."""
    value = of.get(name)
    return value if isinstance(value, Mapping) else {}


def text(of: Json, name: str) -> str:
    """Return the text of a name, fit to be shown; an empty one where there is none."""
    value = of.get(name)
    return printable(value) if isinstance(value, str) else ""


def number(of: Json, name: str) -> int | None:
    """Return the whole number of a name; None where there is none."""
    value = of.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
