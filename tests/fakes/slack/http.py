"""Slack over HTTP: signed requests to the bot's own address, as right and as wrong as they can be."""

import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

import aiohttp

from tests.fakes.slack.problems import Json
from tests.fakes.slack.state import Asked

if TYPE_CHECKING:
    from tests.fakes.slack.server import SlackServer

Signature = Literal["good", "wrong", "missing", "old", "early"]
AGES_S = {"old": 301, "early": -360}
"""Slack's libraries take signatures up to 300 s from their own clock, which goes on till they look at it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that was sent, with what the bot answered."""

    body: bytes
    headers: dict[str, str]
    status: int
    answer: bytes
    answer_headers: dict[str, str]

    def document(self) -> Json | None:
        """Return the answer as JSON; text counts as a message's; None where there is nothing."""
        if not self.answer:
            return None
        try:
            document = json.loads(self.answer)
        except ValueError:
            return {"text": self.answer.decode()}
        return document if isinstance(document, dict) else {"text": str(document)}


class SignedHttp:
    """The door of Slack that calls on bots."""

    def __init__(self, server: "SlackServer") -> None:
        self.sent: list[Sent] = []
        self._server = server
        self._session: aiohttp.ClientSession | None = None

    def body(self, asked: Asked) -> tuple[bytes, str]:
        """Return what is said of something, and its content type."""
        if asked.kind == "events_api":
            return json.dumps(asked.payload).encode(), "application/json"
        form = asked.payload if asked.kind == "slash_commands" else {"payload": json.dumps(asked.payload)}
        return urlencode(form).encode(), "application/x-www-form-urlencoded"

    def signed(self, body: bytes, content_type: str, signature: Signature = "good") -> dict[str, str]:
        """Return the headers of a request (Slack's page on verifying requests)."""
        at = str(int(time.time()) - AGES_S.get(signature, 0))
        secret = "another secret" if signature == "wrong" else self._server.signing_secret
        digest = hmac.new(secret.encode(), b"v0:" + at.encode() + b":" + body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": content_type}
        if signature != "missing":
            headers |= {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}"}
        return headers

    async def send(self, asked: Asked, signature: Signature = "good", **headers: str) -> Sent:
        """Tell the bot something once, signed so; return its answer."""
        body, content_type = self.body(asked)
        return await self.send_bytes(body, {**self.signed(body, content_type, signature), **headers})

    async def send_bytes(self, body: bytes, headers: dict[str, str]) -> Sent:
        """Send exactly this to the bot's address."""
        if self._session is None:
            self._session = aiohttp.ClientSession()
        url = self._server.request_url
        timeout = aiohttp.ClientTimeout(total=self._server.deadline_s)
        async with self._session.post(url, data=body, headers=headers, timeout=timeout) as response:
            answer = await response.read()
            sent = Sent(body, headers, response.status, answer, dict(response.headers))
        self.sent.append(sent)
        return sent

    async def replay(self, number: int = -1) -> Sent:
        """Send what was sent before once more, to the letter, as one who listened in would."""
        before = self.sent[number]
        return await self.send_bytes(before.body, before.headers)

    async def verify(self) -> Sent:
        """Ask whether the bot's address is a bot's, as Slack does when an operator enters it."""
        body = json.dumps({"type": "url_verification", "challenge": "a challenge", "token": "none"}).encode()
        return await self.send_bytes(body, self.signed(body, "application/json"))

    async def attempt(self, asked: Asked, attempt: int, reason: str) -> tuple[bool, Json | None, str]:
        """Tell the bot something; return whether it acknowledged, with what, or why not."""
        retry = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason} if attempt else {}
        try:
            sent = await self.send(asked, **retry)
        except TimeoutError:
            return False, None, "http_timeout"
        except aiohttp.ClientError:
            return False, None, "connection_failed"
        if 200 <= sent.status < 300:
            return True, sent.document(), ""
        stops = sent.answer_headers.get("x-slack-no-retry") == "1"
        return False, None, "no_retry" if stops else "http_error"

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
