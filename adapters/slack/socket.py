"""Socket Mode: the connection over which Slack tells what happened, made anew whenever it does not hold.

Any number of processes up to ten may connect at once (Slack's documentation on Socket Mode): each payload
goes to one of them, and one that comes again elsewhere is known from the store. So no lease is held.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from adapters.slack.answering.people import FAILURES, reason
from adapters.slack.errors import Refused
from adapters.slack.web_api import ask
from bot.errors import BotError, InvalidSettings

logger = logging.getLogger(__name__)

PING_S: Final = 5.0
PATIENCE_S: Final = 30.0
"""How long, in seconds, a connection may be gone before it is given up and another one is made. The library
tries one address again and again, and Slack's addresses are good for one connection and a short while."""

LONGEST_WAIT_S: Final = 60.0

_REFUSALS: Final = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "token_revoked",
        "account_inactive",
        "missing_scope",
        "not_allowed_token_type",
    }
)


class SocketMode:
    """The connection, kept up."""

    def __init__(self, app: AsyncApp, app_token: str, *, ping_s: float, patience_s: float) -> None:
        self._app = app
        self._app_token = app_token
        self._ping_s = ping_s
        self._patience_s = patience_s
        self._handler: AsyncSocketModeHandler | None = None
        self._trouble = "Socket Mode is not connected yet"

    def trouble(self) -> str:
        """Return one line on why Slack tells nothing now; nothing where all is well."""
        return self._trouble

    async def connect(self) -> None:
        """Connect. Raises `InvalidSettings` for a token that Slack refuses, else `FAILURES` or `BotError`."""
        await self.close()
        handler = AsyncSocketModeHandler(
            self._app, self._app_token, web_client=self._app.client, ping_interval=self._ping_s
        )
        self._handler = handler
        async with asyncio.timeout(self._patience_s):
            # The library would try a refused token for ever, and falls over answers that are none of Slack's.
            handler.client.wss_uri = await self._address()
            await handler.connect_async()  # type: ignore[no-untyped-call]
        self._trouble = ""

    async def _address(self) -> str:
        """Return where Slack waits for one connection."""
        try:
            answer = await ask(self._app.client, "apps.connections.open", app_token=self._app_token)
        except Refused as refused:
            if refused.code in _REFUSALS:
                raise InvalidSettings(
                    f"AI_NEWS_SLACK_APP_TOKEN: Slack refuses it ({refused.code}); it is the app-level token "
                    "with connections:write, under Basic Information of the app's settings"
                ) from refused
            raise
        return str(answer.get("url") or "")

    async def keep_up(self) -> None:
        """Make the connection anew whenever the library does not bring it back."""
        gone_s, wait_s = 0.0, self._ping_s
        while True:
            await asyncio.sleep(wait_s)
            if self._handler is not None and await self._handler.client.is_connected():
                gone_s, wait_s, self._trouble = 0.0, self._ping_s, ""
                continue
            gone_s += wait_s
            if gone_s < self._patience_s:
                continue
            try:
                await self.connect()
            except Exception as error:  # noqa: BLE001 -- whatever it was, Slack is to be heard again
                self._trouble = f"Socket Mode is not connected: {_why(error)}"
                logger.warning("%s; trying again in %g s", self._trouble, wait_s)
                wait_s = min(2 * wait_s, LONGEST_WAIT_S)
            else:
                gone_s, wait_s = 0.0, self._ping_s
                logger.info("Socket Mode is connected again")

    async def close(self) -> None:
        """Disconnect."""
        handler, self._handler = self._handler, None
        if handler is None:
            return
        client = handler.client
        ended = [client.message_processor, client.current_session_monitor, client.message_receiver]
        await handler.close_async()  # type: ignore[no-untyped-call]
        await asyncio.gather(*(task for task in ended if task is not None), return_exceptions=True)


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, BotError) else reason(error)


@asynccontextmanager
async def socket_mode(
    app: AsyncApp, app_token: str, *, ping_s: float = PING_S, patience_s: float = PATIENCE_S
) -> AsyncIterator[SocketMode]:
    """Keep a connection while the block runs. Raises `InvalidSettings` for a token that Slack refuses.

    Where Slack cannot be reached now, the block begins all the same, and `trouble` says so.
    """
    connection = SocketMode(app, app_token, ping_s=ping_s, patience_s=patience_s)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(connection.close)
        try:
            await connection.connect()
        except InvalidSettings:
            raise
        except (*FAILURES, BotError) as error:
            logger.warning("Slack cannot be reached yet: %s", _why(error))
        keeping = asyncio.create_task(connection.keep_up())
        stack.push_async_callback(_ended, keeping)
        yield connection


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
