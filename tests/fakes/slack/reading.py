"""What a person reads and can press in what the bot shows."""

import re
from typing import Any

from tests.fakes.slack.problems import Json


def text_of(thing: Any) -> str:
    """Return what a person reads in a message, a view or a part of them, buttons left out."""
    if hasattr(thing, "only_for"):
        return text_of(thing.blocks) if thing.blocks else str(thing.text)
    if hasattr(thing, "content"):
        return text_of(thing.content)
    if isinstance(thing, list):
        return "\n".join(text for part in thing if (text := text_of(part)))
    if not isinstance(thing, dict):
        return ""
    kind = str(thing.get("type", ""))
    if kind in ("rich_text_section", "rich_text_quote", "rich_text_preformatted"):
        return "".join(_leaf_text(leaf) for leaf in thing["elements"])
    if kind in ("plain_text", "mrkdwn", "markdown"):
        return str(thing["text"])
    if kind in ("actions", "button", "overflow"):
        return ""
    parts = [thing.get(name) for name in ("title", "label", "text", "fields", "elements", "blocks", "hint")]
    return text_of([part for part in parts if part])


def _leaf_text(leaf: Json) -> str:
    """Return what stands in the place of an element of rich text."""
    match leaf["type"]:
        case "link":
            return str(leaf.get("text") or leaf["url"])
        case "channel":
            return f"<#{leaf['channel_id']}>"
        case "user":
            return f"<@{leaf['user_id']}>"
        case "usergroup":
            return f"<!subteam^{leaf['usergroup_id']}>"
        case "broadcast":
            return f"<!{leaf['range']}>"
        case "date":
            return str(leaf.get("fallback") or leaf["timestamp"])
        case "emoji":
            return f":{leaf['name']}:"
    return str(leaf.get("text", ""))


PING = re.compile(r"<(![a-z]+[^>]*|@[UW][^>]*)>")


def pings_of(thing: Any) -> list[str]:
    """Return whom a message would call, by its text or its blocks: `!channel`, `@U1`, `!subteam^S1`."""
    if hasattr(thing, "only_for"):
        return PING.findall(thing.text) + pings_of(thing.blocks)
    if isinstance(thing, list):
        return [ping for part in thing for ping in pings_of(part)]
    if not isinstance(thing, dict):
        return []
    if thing.get("type") in ("user", "usergroup", "broadcast"):
        return PING.findall(_leaf_text(thing))
    if thing.get("type") in ("mrkdwn", "markdown"):
        return PING.findall(str(thing["text"]))
    return [ping for part in thing.values() if isinstance(part, dict | list) for ping in pings_of(part)]


def elements_of(blocks: list[Json]) -> list[tuple[Json, Json]]:
    """Return the elements that a person can use, each with its block."""
    found = []
    for block in blocks:
        if block["type"] in ("actions", "section", "input"):
            elements = [*block.get("elements", []), block.get("accessory"), block.get("element")]
            found += [(block, element) for element in elements if element]
    return found


def labels_of(thing: Any) -> list[str]:
    """Return what stands on the buttons, and in the overflow menus, of a message or a view."""
    labels = []
    for _, element in elements_of(blocks_of(thing)):
        if element["type"] == "button":
            labels.append(element["text"]["text"])
        elif element["type"] == "overflow":
            labels += [option["text"]["text"] for option in element["options"]]
    return labels


def blocks_of(thing: Any) -> list[Json]:
    """Return the blocks of a message or a view."""
    blocks: list[Json] = thing.blocks if hasattr(thing, "blocks") else thing.content["blocks"]
    return blocks
