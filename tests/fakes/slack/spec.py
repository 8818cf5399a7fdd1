"""Requests held to Slack's own description of its Web API, where that file stands beside the repository.

The description is of 2021. Arguments that Slack added since are let pass by name; an argument that it calls
a string may be JSON of its own.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator

from tests.fakes.slack.problems import Json

PATH = Path(__file__).parents[4] / "shared" / "specs" / "slack-web-openapi-2021.json"
NEWER: dict[str, set[str]] = {
    "chat.postMessage": {"metadata", "markdown_text"},
    "chat.postEphemeral": {"markdown_text"},
    "chat.update": {"metadata", "markdown_text", "reply_broadcast", "file_ids"},
    "conversations.history": {"include_all_metadata"},
    "conversations.replies": {"include_all_metadata"},
    "conversations.open": {"prevent_creation"},
    "oauth.v2.access": {"grant_type", "refresh_token"},
    "apps.connections.open": set(),
}
EVERYWHERE = {"team_id"}
"""Slack's libraries send it with every call of an app that is installed in a whole organisation."""
NOT_REQUIRED = {("oauth.v2.access", "code"), ("views.open", "trigger_id"), ("views.push", "trigger_id")}
"""Required in 2021, no longer."""
NEWER_FIELDS = {"metadata", "app_id"}
"""Of messages."""
DOCUMENTS = {"attachments", "blocks", "metadata", "view"}
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool, str),
    "integer": (int, str),
    "number": (int, float, str),
}


@cache
def _document() -> Json:
    document: Json = json.loads(PATH.read_text("utf-8")) if PATH.exists() else {"paths": {}}
    return document


@cache
def description() -> Json:
    """Return the description's methods; none where the file is not there."""
    paths: Json = _document()["paths"]
    return {path.removeprefix("/"): next(iter(verbs.values())) for path, verbs in paths.items()}


def takes_json(method: str) -> bool:
    """Return whether a method reads a JSON body; Slack ignores one that it does not read."""
    known = description().get(method)
    return known is None or "application/json" in known["consumes"]


def request_problems(method: str, arguments: Json, *, is_json: bool) -> list[str]:
    """Return where a request differs from the description of its method."""
    known = description().get(method)
    if known is None:
        return [] if method in NEWER or not description() else [f"{method}: there is no such method"]
    problems = []
    if is_json and not takes_json(method):
        problems.append(f"{method}: reads no JSON body")
    parameters = {parameter["name"]: parameter for parameter in known["parameters"]}
    for name, value in arguments.items():
        if name in parameters:
            problems += _type_problems(method, name, value, parameters[name]["type"])
        elif name not in EVERYWHERE | NEWER.get(method, set()):
            problems.append(f"{method}: there is no argument {name}")
    for name, parameter in parameters.items():
        missing = parameter.get("required") and name not in arguments and name != "token"
        if missing and (method, name) not in NOT_REQUIRED:
            problems.append(f"{method}: {name} is missing")
    return problems


def answer_problems(method: str, answer: Json) -> list[str]:
    """Return where an answer differs from the description of its method's; newer fields are let pass."""
    schema = description()[method]["responses"]["200"]["schema"]
    validator = Draft4Validator({**schema, "definitions": _document()["definitions"]})
    problems = [problem.message for problem in validator.iter_errors(_without_newer(answer))]
    return [f"{method}: {problem}" for problem in problems]


def _without_newer(thing: Any) -> Any:
    if isinstance(thing, list):
        return [_without_newer(one) for one in thing]
    if not isinstance(thing, dict):
        return thing
    newer = NEWER_FIELDS if thing.get("type") == "message" else set()
    return {name: _without_newer(value) for name, value in thing.items() if name not in newer}


def _type_problems(method: str, name: str, value: Any, kind: str) -> list[str]:
    if name in DOCUMENTS and isinstance(value, list | dict):
        return []
    right = isinstance(value, TYPES[kind]) and not (isinstance(value, bool) and kind != "boolean")
    if right and kind == "boolean" and isinstance(value, str):
        right = value in ("0", "1", "true", "false")
    if name == "as_user" and isinstance(value, bool):
        return []
    return [] if right else [f"{method}: {name} is {value!r}, not of type {kind}"]
