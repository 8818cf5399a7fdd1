"""The pretend Discord: request bodies against Discord's own OpenAPI description, where that is at hand."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import jsonschema

from tests.fakes.discord_errors import Problems

FILE = Path(__file__).resolve().parents[3] / "shared/specs/discord-openapi.json"


@cache
def _description() -> dict | None:
    return json.loads(FILE.read_text("utf-8")) if FILE.exists() else None


@cache
def _validator(route: str) -> jsonschema.Draft202012Validator | None:
    """Return what checks the bodies of a route such as `POST /channels/{channel_id}/messages`."""
    description = _description()
    if description is None:
        return None
    method, _, path = route.partition(" ")
    operation = description["paths"].get(path, {}).get(method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return None
    schema = content["application/json"]["schema"]
    return jsonschema.Draft202012Validator({**schema, "components": description["components"]})


def check_schema(route: str, body: object) -> None:
    """Raise what Discord's description of a route does not allow in a body."""
    validator = _validator(route)
    error = validator and jsonschema.exceptions.best_match(validator.iter_errors(body))
    if error:
        problems = Problems()
        problems.add(".".join(map(str, error.absolute_path)) or "_", *_told(error))
        problems.check()


def _told(error: jsonschema.ValidationError) -> tuple[str, str]:
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
