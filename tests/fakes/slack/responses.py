"""Answers to what a member did: those given with the acknowledgement, and those to its response_url."""

import time
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.slack.checks import MAX_TEXT, ApiError, check_blocks, model_problems
from tests.fakes.slack.faults import answer_fault
from tests.fakes.slack.problems import Json, utf16
from tests.fakes.slack.state import Asked, Message

if TYPE_CHECKING:
    from tests.fakes.slack.server import SlackServer

MAX_USES = 5
KNOWN = {
    "text", "blocks", "attachments", "response_type", "replace_original", "delete_original", "thread_ts",
    "unfurl_links", "unfurl_media", "mrkdwn", "metadata", "parse", "link_names",
}  # fmt: skip
WITHOUT_WORDS = ("block_actions", "message_action", "shortcut", "view_closed")
"""Interactions whose acknowledgement says nothing: their answers go elsewhere."""
RESPONSES = "response_url"
"""What faults call posts to a response_url."""


async def respond(server: "SlackServer", request: web.Request) -> web.StreamResponse:
    """Take an answer that is posted to a response_url: five within half an hour."""
    fault = server.faults.next(RESPONSES)
    if fault and not fault.startswith("accept"):
        return await answer_fault(request, fault, web.Response(status=500))
    asked = server.asked.get(request.match_info["trigger"])
    try:
        if asked is None or asked.uses >= MAX_USES:
            raise ApiError("used_url")
        if time.monotonic() - asked.asked_at > server.response_life_s:
            raise ApiError("expired_url")
        try:
            said = await request.json()
        except ValueError as error:
            raise ApiError("invalid_payload") from error
        _say(server, asked, said)
        asked.uses += 1
    except ApiError as error:
        server.violations.append(f"response_url: {error.code} {' '.join(error.messages)}")
        status = 404 if error.code.endswith("_url") else 400
        return web.json_response(error.answer(), status=status)
    server.touch()
    answer = web.Response(text="ok")
    return await answer_fault(request, fault.removeprefix("accept, "), answer)


def take_acknowledgement(server: "SlackServer", asked: Asked) -> None:
    """Show what a bot said with its acknowledgement of a slash command; note where it may say nothing."""
    if asked.ack and asked.payload.get("type") in WITHOUT_WORDS:
        server.violations.append(f"acknowledgement of {asked.payload['type']}: says {asked.ack}")
    if asked.kind == "slash_commands" and asked.ack:
        try:
            _say(server, asked, asked.ack)
        except ApiError as error:
            problems = " ".join(error.messages)
            server.violations.append(f"acknowledgement of a command: {error.code} {problems}")


def _say(server: "SlackServer", asked: Asked, said: Any) -> None:
    """Let an answer stand, in the place of the original where it says so."""
    if not isinstance(said, dict):
        raise ApiError("invalid_payload")
    server.violations += [f"response: there is no field {name}" for name in sorted(said.keys() - KNOWN)]
    server.violations += [f"response: {problem}" for problem in model_problems(said)]
    original = asked.surface if isinstance(asked.surface, Message) else None
    if said.get("delete_original"):
        if original is not None:
            original.is_deleted = True
        return
    text, blocks = _content(said)
    if said.get("replace_original") and original is not None:
        original.edits.append((original.text, original.blocks))
        original.text, original.blocks = text, blocks
        asked.answers.append(original)
        return
    if asked.channel is None or asked.user is None or asked.channel.team.bot is None:
        raise ApiError("invalid_payload")
    for_all = said.get("response_type", "ephemeral") == "in_channel"
    message = Message(
        channel=asked.channel,
        ts="",
        user=asked.channel.team.bot.id,
        text=text,
        blocks=blocks,
        thread_ts=said.get("thread_ts"),
        only_for=None if for_all else asked.user.id,
        from_bot=True,
    )
    server.accept(message, asked=asked)


def _content(said: Json) -> tuple[str, list[Json]]:
    blocks = check_blocks(said.get("blocks"), "message")
    text = said.get("text") or ""
    if not text and not blocks:
        raise ApiError("no_text")
    if utf16(text) > MAX_TEXT:
        raise ApiError("msg_too_long")
    return text, blocks
