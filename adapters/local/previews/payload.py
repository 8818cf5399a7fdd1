"""JSON of any shape, read without surprise, pure."""

from collections.abc import Mapping

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
    """Return the text of a name; an empty one where there is none."""
    value = of.get(name)
    return value if isinstance(value, str) else ""
