"""The pretend Discord: the limits of messages, components and modals, told with Discord's own errors.

Figures: documentation on messages, components/reference and interactions/receiving-and-responding.
"""

from __future__ import annotations

from collections import Counter

from tests.fakes.discord.errors import Problems, failure
from tests.fakes.discord.shapes import all_components

IS_COMPONENTS_V2 = 1 << 15
ROW, BUTTON, STRING_SELECT, TEXT_INPUT, USER, ROLE, MENTIONABLE, CHANNEL = 1, 2, 3, 4, 5, 6, 7, 8
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 11, 12, 13, 14, 17, 18
FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 19, 21, 22, 23
SELECTS = {STRING_SELECT, USER, ROLE, MENTIONABLE, CHANNEL}
INPUTS = SELECTS | {TEXT_INPUT, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX}
IN_CONTAINER = {ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR}
LINK = 5
EMBED_LENGTHS = {"title": 256, "description": 4096}
LEGACY = ("content", "embeds", "poll", "sticker_ids")


def check_message(body: dict, flags: int, *, needs_something: bool = True) -> None:
    """Raise what Discord would say to a message's body; `flags` are those that the message will have."""
    problems = Problems()
    components = body.get("components") or []
    problems.length("content", body.get("content") or "", 0, 2000)
    _check_embeds(body.get("embeds") or [], problems)
    _check_mentions(body, problems)
    _check_nonce(body.get("nonce"), problems)
    if flags & IS_COMPONENTS_V2:
        _check_no_legacy(body, problems)
        check_components(components, "components", {CONTAINER, *IN_CONTAINER}, problems)
        _check_totals(components, problems)
    else:
        problems.count("components", components, 0, 5)
        check_components(components, "components", {ROW}, problems)
    problems.check()
    if needs_something and not any(body.get(part) for part in (*LEGACY, "components", "attachments")):
        raise failure(50006)


def _check_no_legacy(body: dict, problems: Problems) -> None:
    for name in LEGACY:
        if body.get(name):
            message = f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            problems.add(name, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)


def _check_totals(components: list[dict], problems: Problems) -> None:
    every = list(all_components(components))
    if len(every) > 40:
        message = "The total number of components across all nested components cannot exceed 40"
        problems.add("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message)
    shown = "".join(str(one.get("content", "")) for one in every if one.get("type") == TEXT)
    if len(shown.encode("utf-16-le", "surrogatepass")) // 2 > 4000:
        message = "Components displayable text size exceeds maximum size of 4000"
        problems.add("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message)


def _check_embeds(embeds: list[dict], problems: Problems) -> None:
    problems.count("embeds", embeds, 0, 10)
    total = 0
    for number, embed in enumerate(embeds):
        for name, at_most in EMBED_LENGTHS.items():
            problems.length(f"embeds.{number}.{name}", embed.get(name) or "", 0, at_most)
        problems.count(f"embeds.{number}.fields", embed.get("fields") or [], 0, 25)
        for place, field in enumerate(embed.get("fields") or []):
            problems.length(f"embeds.{number}.fields.{place}.name", field.get("name"), 1, 256)
            problems.length(f"embeds.{number}.fields.{place}.value", field.get("value"), 1, 1024)
        total += _embed_size(embed)
    if total > 6000:
        problems.add("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _embed_size(embed: dict) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    texts += [field.get(part) for field in embed.get("fields") or [] for part in ("name", "value")]
    return sum(len((text or "").strip()) for text in texts)


def _check_mentions(body: dict, problems: Problems) -> None:
    mentions = body.get("allowed_mentions") or {}
    for name in ("users", "roles"):
        problems.count(f"allowed_mentions.{name}", mentions.get(name) or [], 0, 100)
        if name in (mentions.get("parse") or []) and mentions.get(name):
            message = f'parse:["{name}"] and {name}: [ids...] are mutually exclusive.'
            problems.add("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)
    for number, kind in enumerate(mentions.get("parse") or []):
        if kind not in {"users", "roles", "everyone"}:
            message = "Value must be one of ('everyone', 'users', 'roles')."
            problems.add(f"allowed_mentions.parse.{number}", "BASE_TYPE_CHOICES", message)


def _check_nonce(nonce: object, problems: Problems) -> None:
    if isinstance(nonce, str):
        problems.length("nonce", nonce, 0, 25)
    elif nonce is not None and not (isinstance(nonce, int) and -(2**63) <= nonce < 2**63):
        problems.add("nonce", "NONCE_TYPE_INVALID", "Nonce must be a string or an int64.")


def check_components(components: list[dict], place: str, allowed: set[int], problems: Problems) -> None:
    """Note what is wrong with components, those inside them, and ids that stand twice."""
    for number, one in enumerate(components):
        _check_component(one, f"{place}.{number}", allowed, problems)
    ids = Counter(one["custom_id"] for one in all_components(components) if one.get("custom_id") is not None)
    for custom_id, times in ids.items():
        if times > 1:
            message = f"Component custom id cannot be duplicated: {custom_id}"
            problems.add(place, "COMPONENT_CUSTOM_ID_DUPLICATED", message)


def _check_component(one: dict, place: str, allowed: set[int], problems: Problems) -> None:
    kind = one.get("type")
    if kind not in allowed:
        message = f'Value of field "type" must be one of {tuple(sorted(allowed))}.'
        problems.add(f"{place}.type", "UNION_TYPE_CHOICES", message)
        return
    if "custom_id" in one or kind in INPUTS:
        problems.length(f"{place}.custom_id", one.get("custom_id"), 1, 100)
    check = CHECKS.get(kind)
    if check is not None:
        check(one, place, problems)


def _check_row(one: dict, place: str, problems: Problems) -> None:
    children = one.get("components") or []
    problems.count(f"{place}.components", children, 1, 5)
    _check_children(children, place, {BUTTON, *SELECTS}, problems)
    if len(children) > 1 and any(child.get("type") in SELECTS for child in children):
        message = "The specified component exceeds the maximum width"
        problems.add(f"{place}.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)


def _check_children(children: list[dict], place: str, allowed: set[int], problems: Problems) -> None:
    for number, child in enumerate(children):
        _check_component(child, f"{place}.components.{number}", allowed, problems)


def _check_button(one: dict, place: str, problems: Problems) -> None:
    if one.get("style") not in range(1, 7):
        problems.add(f"{place}.style", "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4, 5, 6}.")
    problems.length(f"{place}.label", one.get("label") or "", 0, 80)
    if not (one.get("label") or one.get("emoji")):
        problems.add(place, "BUTTON_COMPONENT_INVALID", "A button needs a label or an emoji")
    if one.get("style") == LINK:
        problems.length(f"{place}.url", one.get("url"), 1, 512)
        if "custom_id" in one:
            message = "A custom id and url cannot both be specified"
            problems.add(f"{place}.custom_id", "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message)
    else:
        problems.length(f"{place}.custom_id", one.get("custom_id"), 1, 100)


def _check_select(one: dict, place: str, problems: Problems) -> None:
    problems.length(f"{place}.placeholder", one.get("placeholder") or "", 0, 150)
    at_least, at_most = one.get("min_values", 1), one.get("max_values", 1)
    if not 0 <= at_least <= at_most <= 25:
        problems.add(f"{place}.max_values", "BASE_TYPE_BAD_RANGE", "min_values and max_values do not fit.")
    if one["type"] == STRING_SELECT:
        _check_options(one, place, 1, 25, problems)


def _check_options(one: dict, place: str, at_least: int, at_most: int, problems: Problems) -> None:
    options = one.get("options") or []
    problems.count(f"{place}.options", options, at_least, at_most)
    for number, option in enumerate(options):
        problems.length(f"{place}.options.{number}.label", option.get("label"), 1, 100)
        problems.length(f"{place}.options.{number}.value", option.get("value"), 1, 100)
        problems.length(f"{place}.options.{number}.description", option.get("description") or "", 0, 100)
    values = Counter(option.get("value") for option in options)
    if any(times > 1 for times in values.values()):
        message = "The specified option value is already used"
        problems.add(f"{place}.options", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)


def _check_radio(one: dict, place: str, problems: Problems) -> None:
    _check_options(one, place, 2, 10, problems)


def _check_boxes(one: dict, place: str, problems: Problems) -> None:
    _check_options(one, place, 1, 10, problems)


def _check_text(one: dict, place: str, problems: Problems) -> None:
    problems.length(f"{place}.content", one.get("content"), 1, 4000)


def _check_section(one: dict, place: str, problems: Problems) -> None:
    children = one.get("components") or []
    problems.count(f"{place}.components", children, 1, 3)
    _check_children(children, place, {TEXT}, problems)
    _check_component(one.get("accessory") or {}, f"{place}.accessory", {BUTTON, THUMBNAIL}, problems)


def _check_container(one: dict, place: str, problems: Problems) -> None:
    children = one.get("components") or []
    problems.count(f"{place}.components", children, 1, 40)
    _check_children(children, place, IN_CONTAINER, problems)
    colour = one.get("accent_color")
    if colour is not None and not 0 <= colour <= 0xFFFFFF:
        problems.add(f"{place}.accent_color", "NUMBER_TYPE_MAX", "Must be 16777215 or less.")


def _check_gallery(one: dict, place: str, problems: Problems) -> None:
    problems.count(f"{place}.items", one.get("items") or [], 1, 10)


def _check_label(one: dict, place: str, problems: Problems) -> None:
    problems.length(f"{place}.label", one.get("label"), 1, 45)
    problems.length(f"{place}.description", one.get("description") or "", 0, 100)
    _check_component(one.get("component") or {}, f"{place}.component", INPUTS, problems)


def _check_text_input(one: dict, place: str, problems: Problems) -> None:
    problems.length(f"{place}.placeholder", one.get("placeholder") or "", 0, 100)
    at_least, at_most = one.get("min_length") or 0, one.get("max_length") or 4000
    if not 0 <= at_least <= at_most <= 4000:
        problems.add(f"{place}.max_length", "BASE_TYPE_BAD_RANGE", "min_length and max_length do not fit.")
    problems.length(f"{place}.value", one.get("value") or "", 0, at_most)
    if one.get("value") and len(one["value"]) < at_least:
        problems.add(f"{place}.value", "BASE_TYPE_MIN_LENGTH", f"Must be {at_least} or more in length.")


CHECKS = {
    ROW: _check_row,
    BUTTON: _check_button,
    TEXT_INPUT: _check_text_input,
    TEXT: _check_text,
    SECTION: _check_section,
    CONTAINER: _check_container,
    GALLERY: _check_gallery,
    LABEL: _check_label,
    RADIO_GROUP: _check_radio,
    CHECKBOX_GROUP: _check_boxes,
    **dict.fromkeys(SELECTS, _check_select),
}


def check_modal(data: dict) -> None:
    """Raise what Discord would say to a modal."""
    problems = Problems()
    problems.length("data.title", data.get("title"), 1, 45)
    problems.length("data.custom_id", data.get("custom_id"), 1, 100)
    components = data.get("components") or []
    problems.count("data.components", components, 1, 5)
    for number, one in enumerate(components):
        if one.get("type") == ROW:
            _check_children(one.get("components") or [], f"data.components.{number}", {TEXT_INPUT}, problems)
    others = [one for one in components if one.get("type") != ROW]
    check_components(others, "data.components", {LABEL, TEXT}, problems)
    problems.check()


def check_choices(choices: list[dict], option_type: int) -> None:
    """Raise what Discord would say to the choices that complete an option of a type (3: string)."""
    problems = Problems()
    problems.count("data.choices", choices, 0, 25)
    for number, choice in enumerate(choices):
        problems.length(f"data.choices.{number}.name", choice.get("name"), 1, 100)
        if option_type == 3:
            problems.length(f"data.choices.{number}.value", choice.get("value"), 1, 100)
        elif not isinstance(choice.get("value"), int | float):
            problems.add(f"data.choices.{number}.value", "NUMBER_TYPE_COERCE", "Value is not a number.")
    problems.check()
