"""The pretend Discord: request bodies against Discord's own OpenAPI description, where that is at hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.exceptions import best_match
from jsonschema.validators import extend

from tests.fakes.discord.errors import Problems

FILE = Path(__file__).resolve().parents[4] / "shared/specs/discord-openapi.json"
UNIONS = {
    "oneOf": Draft202012Validator.VALIDATORS["oneOf"],
    "anyOf": Draft202012Validator.VALIDATORS["anyOf"],
}


@cache
def _description() -> dict | None:
    if not FILE.exists():
        return None
    description = json.loads(FILE.read_text("utf-8"))
    # The documentation says that these permissions are a string; the description knows only the number.
    for schema in description["components"]["schemas"].values():
        if permissions := schema.get("properties", {}).get("default_member_permissions"):
            permissions["type"] = ["integer", "string", "null"]
    return description


@cache
def _referred(reference: str) -> dict:
    """Return the part of the description that a reference names."""
    found = _description()
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def _reference(
    validator: Draft202012Validator, reference: str, body: object, schema: dict
) -> Iterator[ValidationError]:
    yield from validator.descend(body, _referred(reference))


def _union(
    keyword: str, validator: Draft202012Validator, choices: list, body: object, schema: dict
) -> Iterator[ValidationError]:
    """Try only what a component or option of this type can be: the usual way tries everything."""
    if isinstance(body, dict) and "type" in body:
        fitting = [choice for choice in choices if _can_be(choice, body["type"])]
        choices = fitting or choices
        if len(fitting) == 1:
            yield from validator.descend(body, fitting[0])
            return
    yield from UNIONS[keyword](validator, choices, body, schema)


def _can_be(choice: dict, kind: object) -> bool:
    """Return whether something of this `type` may be meant by a choice."""
    if "$ref" in choice:
        choice = _referred(choice["$ref"])
    taken = choice.get("properties", {}).get("type", {}).get("enum")
    return choice.get("type") != "null" and (taken is None or kind in taken)


Validator = extend(
    Draft202012Validator,
    {
        "$ref": _reference,
        "oneOf": lambda *about: _union("oneOf", *about),
        "anyOf": lambda *about: _union("anyOf", *about),
    },
)


@cache
def _schema(route: str) -> dict | None:
    """Return what the bodies of a route such as `POST /channels/{channel_id}/messages` are."""
    description = _description()
    if description is None:
        return None
    method, _, path = route.partition(" ")
    operation = description["paths"].get(path, {}).get(method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {})
    return content.get("application/json", {}).get("schema")


def check_schema(route: str, body: object) -> None:
    """Raise what Discord's description of a route does not allow in a body."""
    schema = _schema(route)
    error = best_match(Validator(schema).iter_errors(body)) if schema else None
    if error:
        problems = Problems()
        problems.add(".".join(map(str, error.absolute_path)) or "_", *_told(error))
        problems.check()


def _told(error: ValidationError) -> tuple[str, str]:
    """Return a fault with the code and words that Discord has for it."""
    match error.validator:
        case "maxLength" | "maxItems":
            return "BASE_TYPE_MAX_LENGTH", f"Must be {error.validator_value} or fewer in length."
        case "minLength" | "minItems":
            return "BASE_TYPE_BAD_LENGTH", f"Must be {error.validator_value} or more in length."
        case "required":
            return "BASE_TYPE_REQUIRED", f"This field is required: {error.message[:200]}"
        case kind:
            return f"DESCRIPTION_{str(kind).upper()}", error.message[:300]
