"""What Slack refuses in the elements that members use: buttons, menus, pickers, inputs."""

import re
from collections.abc import Callable
from typing import Any

from tests.fakes.slack.problems import Json, Problems

TEXT_INPUTS = {"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"}
COMMON = {"action_id", "placeholder", "confirm", "focus_on_load"}
INITIAL = {
    "static_select": "initial_option",
    "external_select": "initial_option",
    "users_select": "initial_user",
    "conversations_select": "initial_conversation",
    "channels_select": "initial_channel",
    "multi_static_select": "initial_options",
    "multi_external_select": "initial_options",
    "multi_users_select": "initial_users",
    "multi_conversations_select": "initial_conversations",
    "multi_channels_select": "initial_channels",
    "checkboxes": "initial_options",
    "radio_buttons": "initial_option",
    "datepicker": "initial_date",
    "timepicker": "initial_time",
    "datetimepicker": "initial_date_time",
}
"""What says which choice an element begins with."""
DATE = re.compile(r"\d{4}-\d\d-\d\d")
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def element_problems(problems: Problems, element: Json, where: str) -> None:
    """Add what is wrong with an element."""
    kind = element["type"]
    if "action_id" in element:
        problems.string(element["action_id"], 255, f"{where}/action_id")
    if "placeholder" in element:
        problems.plain(element["placeholder"], 150, f"{where}/placeholder")
    if "confirm" in element:
        _confirm(problems, element["confirm"], f"{where}/confirm")
    if kind in TEXT_INPUTS:
        return _text_input(problems, element, where)
    return CHECKS.get(kind, _other)(problems, element, where)


def _button(problems: Problems, button: Json, where: str) -> None:
    problems.keys(button, {"text"}, {"url", "value", "style", "confirm", "accessibility_label"}, where)
    problems.plain(button.get("text"), 75, f"{where}/text")
    if "value" in button:
        problems.string(button["value"], 2000, f"{where}/value")
    if "url" in button:
        problems.string(button["url"], 3000, f"{where}/url")
    if "accessibility_label" in button:
        problems.string(button["accessibility_label"], 75, f"{where}/accessibility_label")
    if button.get("style", "primary") not in ("primary", "danger"):
        problems.add("must be one of: primary, danger", f"{where}/style")


def _overflow(problems: Problems, menu: Json, where: str) -> None:
    problems.keys(menu, {"options"}, {"confirm"}, where)
    _options(problems, menu.get("options"), 1, 5, f"{where}/options")


def _choices(problems: Problems, element: Json, where: str) -> None:
    problems.keys(element, {"options"}, COMMON - {"placeholder"} | {INITIAL[element["type"]]}, where)
    options = _options(problems, element.get("options"), 1, 10, f"{where}/options")
    _initial(problems, element, options, where)


def _static(problems: Problems, menu: Json, where: str) -> None:
    allowed = COMMON | {"options", "option_groups", "max_selected_items", INITIAL[menu["type"]]}
    problems.keys(menu, set(), allowed, where)
    if ("options" in menu) == ("option_groups" in menu):
        problems.add("either options or option_groups must be given", where)
    options = []
    if "options" in menu:
        options = _options(problems, menu["options"], 1, 100, f"{where}/options")
    else:
        groups = problems.items(menu.get("option_groups"), 1, 100, f"{where}/option_groups")
        for number, group in enumerate(groups):
            place = f"{where}/option_groups/{number}"
            problems.plain(group.get("label"), 75, f"{place}/label")
            options += _options(problems, group.get("options"), 1, 100, f"{place}/options")
    _initial(problems, menu, options, where)


def _external(problems: Problems, menu: Json, where: str) -> None:
    initial = INITIAL[menu["type"]]
    problems.keys(menu, set(), COMMON | {"min_query_length", "max_selected_items", initial}, where)
    if initial in menu:
        chosen = menu[initial] if isinstance(menu[initial], list) else [menu[initial]]
        _options(problems, chosen, 1, 100, f"{where}/{initial}")


def _other(problems: Problems, element: Json, where: str) -> None:
    extra = {
        "max_selected_items", "default_to_current_conversation", "filter", "response_url_enabled", "timezone",
        "image_url", "slack_file", "alt_text", "filetypes", "max_files",
    }  # fmt: skip
    kind = element["type"]
    problems.keys(element, set(), COMMON | extra | {INITIAL.get(kind, "action_id")}, where)
    value = element.get(INITIAL.get(kind, ""), None)
    pattern = {"datepicker": DATE, "timepicker": TIME}.get(kind)
    if pattern and value is not None and not pattern.fullmatch(str(value)):
        problems.add(f"invalid {INITIAL[kind]}: {value}", where)


def _text_input(problems: Problems, element: Json, where: str) -> None:
    allowed = COMMON | {
        "initial_value", "multiline", "min_length", "max_length", "dispatch_action_config",
        "is_decimal_allowed", "min_value", "max_value",
    }  # fmt: skip
    problems.keys(element, set(), allowed, where)
    most = element.get("max_length", 3000)
    if not isinstance(most, int) or not 1 <= most <= 3000:
        problems.add("max_length must be from 1 to 3000", where)
    elif isinstance(element.get("initial_value"), str):
        problems.string(element["initial_value"], most, f"{where}/initial_value", least=0)


def _options(problems: Problems, options: Any, least: int, most: int, where: str) -> list[Json]:
    """Check options; return them."""
    found = problems.items(options, least, most, where)
    for number, option in enumerate(found):
        place = f"{where}/{number}"
        problems.keys(option, {"text", "value"}, {"description", "url"}, place)
        problems.text(option.get("text"), 75, f"{place}/text")
        problems.string(option.get("value"), 150, f"{place}/value")
        if "description" in option:
            problems.text(option["description"], 75, f"{place}/description")
    return found


def option_problems(options: Any) -> list[str]:
    """Return what Slack would refuse in the options that a bot suggests."""
    problems = Problems()
    _options(problems, options, 0, 100, "/options")
    return problems.messages


def _initial(problems: Problems, element: Json, options: list[Json], where: str) -> None:
    name = INITIAL[element["type"]]
    chosen = element.get(name, [])
    for one in chosen if isinstance(chosen, list) else [chosen]:
        if one not in options:
            problems.add(f"{name} must exactly match one of the options", where)
    if chosen == [] and name in element:
        problems.add(f"no fewer than 1 items in {name}", where)


def _confirm(problems: Problems, confirm: Any, where: str) -> None:
    if not isinstance(confirm, dict):
        return problems.add("must be an object", where)
    problems.keys(confirm, {"title", "text", "confirm", "deny"}, {"style"}, where)
    problems.plain(confirm.get("title"), 100, f"{where}/title")
    problems.text(confirm.get("text"), 300, f"{where}/text")
    problems.plain(confirm.get("confirm"), 30, f"{where}/confirm")
    return problems.plain(confirm.get("deny"), 30, f"{where}/deny")


CHECKS: dict[str, Callable[[Problems, Json, str], None]] = {
    "button": _button,
    "overflow": _overflow,
    "checkboxes": _choices,
    "radio_buttons": _choices,
    "static_select": _static,
    "multi_static_select": _static,
    "external_select": _external,
    "multi_external_select": _external,
}
