"""Slack's answers to what it refuses: each an error code, with the facts that go with it."""

import json
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from tests.fakes.slack.blocks import Surface, block_problems
from tests.fakes.slack.problems import Json, Problems, utf16

MAX_TEXT = 40_000
"""Characters of a posted text; what is more is cut off (chat.postMessage)."""
MAX_EDITED_TEXT = 4_000
"""Characters of an edited text; more is `msg_too_long` (chat.update)."""
MAX_BLOCKS_JSON = 13_200
"""Characters of a message's blocks as JSON (slackapi/bolt-js issue 2509)."""
MAX_METADATA_JSON = 8_000
MAX_VIEW_BYTES = 250_000


class ApiError(Exception):
    """An answer with `ok` false."""

    def __init__(self, code: str, *messages: str, **facts: Any) -> None:
        super().__init__(code, *messages)
        self.code = code
        self.messages = messages
        self.facts = facts

    def answer(self) -> Json:
        document: Json = {"ok": False, "error": self.code, **self.facts}
        if self.messages:
            document["response_metadata"] = {"messages": list(self.messages)}
        if self.code == "invalid_blocks":
            document["errors"] = [message.removeprefix("[ERROR] ") for message in self.messages]
        return document


def check_blocks(blocks: Any, surface: Surface, error: str = "invalid_blocks") -> list[Json]:
    """Return blocks as Slack keeps them, each with an id; raise what it would refuse them with."""
    if blocks is None:
        return []
    if not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    if problems := block_problems(blocks, surface):
        raise ApiError(error, *problems)
    if surface == "message" and utf16(json.dumps(blocks, ensure_ascii=False)) > MAX_BLOCKS_JSON:
        raise ApiError("msg_blocks_too_long")
    if sum(utf16(block["text"]) for block in blocks if block["type"] == "markdown") > 12_000:
        raise ApiError(error, "[ERROR] markdown blocks hold 12000 characters together")
    return [_named(number, block) for number, block in enumerate(blocks)]


def _named(number: int, block: Json) -> Json:
    """Return a block in which everything has an id; Slack makes up what is missing."""
    named = {"block_id": f"made-up-{number}", **block}
    if block["type"] == "actions":
        named["elements"] = [
            {"action_id": f"made-up-{place}", **element} for place, element in enumerate(block["elements"])
        ]
    for name in ("accessory", "element"):
        if name in block:
            named[name] = {"action_id": "made-up", **block[name]}
    return named


def check_metadata(metadata: Any) -> Json | None:
    """Return metadata; raise what Slack would refuse it with."""
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_payload"), dict):
        raise ApiError("invalid_metadata_format")
    if not isinstance(metadata.get("event_type"), str) or metadata.keys() - {"event_type", "event_payload"}:
        raise ApiError("invalid_metadata_schema")
    if len(json.dumps(metadata)) > MAX_METADATA_JSON:
        raise ApiError("metadata_too_large")
    return metadata


def check_view(view: Any, kind: str) -> Json:
    """Return a view as Slack keeps it; raise what it would refuse it with."""
    if not isinstance(view, dict):
        raise ApiError("invalid_arguments", "[ERROR] view must be an object [json-pointer:/view]")
    if len(json.dumps(view, ensure_ascii=False).encode()) > MAX_VIEW_BYTES:
        raise ApiError("view_too_large")
    problems = Problems()
    if view.get("type") != kind:
        problems.add(f"must be of type {kind}", "/view/type")
    common = {"callback_id", "external_id", "private_metadata", "blocks"}
    if kind == "modal":
        optional = common | {"submit", "close", "clear_on_close", "notify_on_close", "submit_disabled"}
        problems.keys(view, {"type", "title", "blocks"}, optional, "/view")
        _check_titles(problems, view)
    else:
        problems.keys(view, {"type", "blocks"}, common, "/view")
    for name, most in (("callback_id", 255), ("external_id", 255), ("private_metadata", 3000)):
        if name in view:
            problems.string(view[name], most, f"/view/{name}", least=0)
    if problems.messages:
        raise ApiError("invalid_arguments", *problems.messages)
    blocks = check_blocks(view["blocks"], "modal" if kind == "modal" else "home", "invalid_arguments")
    return {**view, "blocks": blocks}


def _check_titles(problems: Problems, view: Json) -> None:
    for name in ("title", "submit", "close"):
        if name in view:
            problems.plain(view[name], 24, f"/view/{name}")
    blocks = view.get("blocks")
    if "submit" not in view and isinstance(blocks, list):
        for block in blocks:
            if isinstance(block, dict) and block.get("type") == "input" and not block.get("dispatch_action"):
                problems.add("submit is required when an input block is within blocks", "/view/submit")
                return


def model_problems(document: Json) -> list[str]:
    """Return what slack_sdk's own models find wrong with a request's blocks or view."""
    problems = []
    try:
        blocks = document.get("blocks")
        for block in Block.parse_all(blocks if isinstance(blocks, list) else None):
            if block is None:
                problems.append("slack_sdk knows no such block")
            else:
                block.to_dict()
        if isinstance(document.get("view"), dict):
            View(**document["view"]).to_dict()
    except (SlackObjectFormationError, TypeError, AttributeError, KeyError, ValueError) as error:
        problems.append(f"slack_sdk: {error}")
    return problems
