"""What Slack refuses in blocks: their kinds, places, numbers and lengths.

The figures are those of Slack's reference of Block Kit. Lengths are counted in UTF-16 units, the stricter
reading. `block_problems` returns what Slack lists in `response_metadata.messages`.
"""

from collections.abc import Callable
from typing import Any, Literal

from tests.fakes.slack.elements import TEXT_INPUTS, element_problems
from tests.fakes.slack.problems import Json, Problems
from tests.fakes.slack.reading import elements_of

Surface = Literal["message", "modal", "home"]

MAX_BLOCKS = {"message": 50, "modal": 100, "home": 100}
MENUS = {f"{many}{kind}_select" for many in ("", "multi_") for kind in (
    "static", "external", "users", "conversations", "channels",
)}  # fmt: skip
PICKERS = {"datepicker", "timepicker", "datetimepicker"}
CHOICES = {"checkboxes", "radio_buttons"}
PLACES = {
    "section": {"button", "overflow", "image", "datepicker", "timepicker"} | CHOICES | MENUS,
    "actions": {"button", "overflow"}
    | PICKERS
    | CHOICES
    | {menu for menu in MENUS if not menu.startswith("multi_")},
    "input": TEXT_INPUTS | PICKERS | CHOICES | MENUS | {"file_input"},
    "context": {"image", "plain_text", "mrkdwn"},
}
"""Which elements stand in which blocks."""
RICH_CONTAINERS = {
    "rich_text_section": {"type", "elements"},
    "rich_text_list": {"type", "elements", "style", "indent", "offset", "border"},
    "rich_text_quote": {"type", "elements", "border"},
    "rich_text_preformatted": {"type", "elements", "border", "language"},
}
RICH_LEAVES = {
    "text": ("text",),
    "link": ("url",),
    "emoji": ("name",),
    "channel": ("channel_id",),
    "user": ("user_id",),
    "usergroup": ("usergroup_id",),
    "team": ("team_id",),
    "broadcast": ("range",),
    "color": ("value",),
    "date": ("timestamp", "format"),
}
"""Elements of rich text with what each must have."""
RICH_KEYS = {
    "text": {"text", "style"},
    "link": {"url", "text", "unsafe", "style"},
    "emoji": {"name", "unicode", "skin_tone"},
    "date": {"timestamp", "format", "url", "fallback", "style"},
}
STYLES = {"bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"}


def block_problems(blocks: Any, surface: Surface) -> list[str]:
    """Return what Slack would refuse in the blocks of a message or a view."""
    problems = Problems()
    block_ids: set[str] = set()
    for number, block in enumerate(problems.items(blocks, 0, MAX_BLOCKS[surface], "/blocks")):
        where = f"/blocks/{number}"
        check = BLOCKS.get(block.get("type", ""))
        if check is None:
            problems.add(f"unsupported type: {block.get('type')}", f"{where}/type")
            continue
        if "block_id" in block:
            problems.string(block["block_id"], 255, f"{where}/block_id", least=0)
            if block["block_id"] in block_ids:
                problems.add(f"`block_id` {block['block_id']} already exists", where)
            block_ids.add(str(block["block_id"]))
        check(problems, block, where)
        _action_ids(problems, block, where)
    return problems.messages


def _action_ids(problems: Problems, block: Json, where: str) -> None:
    ids = [element["action_id"] for _, element in elements_of([block]) if "action_id" in element]
    for action_id in {str(name) for name in ids if ids.count(name) > 1}:
        problems.add(f"`action_id` {action_id} already exists for another element in this block", where)


def _section(problems: Problems, block: Json, where: str) -> None:
    problems.keys(block, set(), {"text", "fields", "accessory", "expand"}, where)
    if "text" not in block and "fields" not in block:
        problems.add("text or fields must be given", where)
    if "text" in block:
        problems.text(block["text"], 3000, f"{where}/text")
    if "fields" in block:
        for number, one in enumerate(problems.items(block["fields"], 1, 10, f"{where}/fields")):
            problems.text(one, 2000, f"{where}/fields/{number}")
    if "accessory" in block:
        _element(problems, block["accessory"], "section", f"{where}/accessory")


def _header(problems: Problems, block: Json, where: str) -> None:
    problems.keys(block, {"text"}, set(), where)
    problems.plain(block.get("text"), 150, f"{where}/text")


def _divider(problems: Problems, block: Json, where: str) -> None:
    problems.keys(block, set(), set(), where)


def _image(problems: Problems, block: Json, where: str) -> None:
    problems.keys(block, {"alt_text"}, {"image_url", "slack_file", "title"}, where)
    problems.string(block.get("alt_text"), 2000, f"{where}/alt_text")
    if "image_url" in block:
        problems.string(block["image_url"], 3000, f"{where}/image_url")
    if "title" in block:
        problems.plain(block["title"], 2000, f"{where}/title")


def _context(problems: Problems, block: Json, where: str) -> None:
    problems.keys(block, {"elements"}, set(), where)
    for number, one in enumerate(problems.items(block.get("elements"), 1, 10, f"{where}/elements")):
        if one.get("type") == "image":
            problems.string(one.get("alt_text"), 2000, f"{where}/elements/{number}/alt_text")
        else:
            problems.text(one, 3000, f"{where}/elements/{number}")


def _actions(problems: Problems, block: Json, where: str) -> None:
    problems.keys(block, {"elements"}, set(), where)
    for number, one in enumerate(problems.items(block.get("elements"), 1, 25, f"{where}/elements")):
        _element(problems, one, "actions", f"{where}/elements/{number}")


def _input(problems: Problems, block: Json, where: str) -> None:
    problems.keys(block, {"label", "element"}, {"hint", "optional", "dispatch_action"}, where)
    problems.plain(block.get("label"), 2000, f"{where}/label")
    if "hint" in block:
        problems.plain(block["hint"], 2000, f"{where}/hint")
    _element(problems, block.get("element"), "input", f"{where}/element")


def _markdown(problems: Problems, block: Json, where: str) -> None:
    problems.keys(block, {"text"}, set(), where)
    problems.string(block.get("text"), 12_000, f"{where}/text")


def _rich_text(problems: Problems, block: Json, where: str) -> None:
    problems.keys(block, {"elements"}, set(), where)
    for number, one in enumerate(problems.items(block.get("elements"), 1, 1000, f"{where}/elements")):
        _rich_container(problems, one, f"{where}/elements/{number}")


def _rich_container(problems: Problems, thing: Json, where: str) -> None:
    allowed = RICH_CONTAINERS.get(thing.get("type", ""))
    if allowed is None:
        return problems.add(f"unsupported type: {thing.get('type')}", where)
    problems.keys(thing, {"elements"}, allowed, where)
    for number, one in enumerate(problems.items(thing.get("elements"), 0, 1000, f"{where}/elements")):
        place = f"{where}/elements/{number}"
        if thing["type"] == "rich_text_list":
            _rich_container(problems, one, place)
        else:
            _rich_leaf(problems, one, place)
    return None


def _rich_leaf(problems: Problems, leaf: Json, where: str) -> None:
    needed = RICH_LEAVES.get(leaf.get("type", ""))
    if needed is None:
        return problems.add(f"unsupported type: {leaf.get('type')}", where)
    kind = leaf["type"]
    problems.keys(leaf, set(needed), RICH_KEYS.get(kind, {*needed, "style"}), where)
    for key in needed:
        if key == "timestamp":
            if not isinstance(leaf.get(key), int) or isinstance(leaf.get(key), bool):
                problems.add("must be an integer", f"{where}/{key}")
        else:
            problems.string(leaf.get(key), 3000 if key == "url" else 100_000, f"{where}/{key}")
    if kind == "link" and not str(leaf.get("url")).startswith(("http://", "https://", "mailto:")):
        problems.add("must be a valid URL", f"{where}/url")
    for key, value in (leaf.get("style") or {}).items():
        if key not in STYLES or not isinstance(value, bool):
            problems.add(f"invalid style: {key}", f"{where}/style")
    return None


def _element(problems: Problems, element: Any, place: str, where: str) -> None:
    if not isinstance(element, dict) or element.get("type") not in PLACES[place]:
        kind = element.get("type") if isinstance(element, dict) else element
        return problems.add(f"unsupported type in {place}: {kind}", where)
    return element_problems(problems, element, where)


BLOCKS: dict[str, Callable[[Problems, Json, str], None]] = {
    "section": _section,
    "header": _header,
    "divider": _divider,
    "image": _image,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "markdown": _markdown,
    "rich_text": _rich_text,
}
