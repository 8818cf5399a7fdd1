"""Who listens to Discord: of all processes on one database exactly one, which holds a lease for it.

The others post all the same, and take over when the lease runs out or is let go.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import discord

from adapters.discord.client import GatewayClient
from adapters.discord.posting.places import Place, place_told
from bot.errors import StoreError
from bot.model import Channel
from bot.ports import Clock, Store
from bot.settings import Shards

logger = logging.getLogger(__name__)

TOKEN_REFUSED: Final = 4004
"""Close code: the token was refused (Discord's documentation on opcodes and status codes)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayTerms:
    """How the gateway is held, in seconds."""

    lease_s: float = 30.0
    prolong_s: float = 10.0
    grace_s: float = 5.0
    """How long a stop waits for answers that were begun."""
    retry_s: float = 5.0
    longest_retry_s: float = 300.0
    """How soon a connection that failed is tried again: twice as late each time, up to the longest."""
    ready_s: float = 2.0
    """How long after the last server that the gateway told of it has told of all."""
    deaf_s: float = 120.0
    """How long a connection may be down, or be on its way, before that is told as trouble."""


USUAL: Final = GatewayTerms()

Make = Callable[[Callable[[], bool]], GatewayClient]


class _TokenRefused(Exception):
    """Discord does not know the token: nothing can be done before it is changed."""


class Gateway:
    """Listens while this process holds the lease of its shards."""

    def __init__(
        self,
        make: Make,
        token: str,
        store: Store,
        clock: Clock,
        shards: Shards | None,
        owner: str,
        terms: GatewayTerms = USUAL,
    ) -> None:
        self._make = make
        self._token = token
        self._store = store
        self._clock = clock
        self._terms = terms
        self._owner = owner
        self._lease = lease_name(shards)
        self._held_until = float("-inf")
        self._failure = ""
        self._client: GatewayClient | None = None

    @property
    def holds(self) -> bool:
        """Whether the lease is this process's now, by a clock that nobody sets."""
        return asyncio.get_running_loop().time() < self._held_until

    @property
    def is_listening(self) -> bool:
        """Whether this process hears what happens on Discord."""
        return self._client is not None and self._client.is_listening

    def trouble(self) -> str:
        """Return one line on why nobody listens here who should; nothing where all is well."""
        client = self._client
        if not self._failure and client is not None and client.deaf_s > self._terms.deaf_s:
            return f"the gateway has not been connected for {client.deaf_s:.0f} s; it is tried on"
        return self._failure

    def place(self, channel: Channel) -> Place | None:
        """Return the place that a channel is, as far as this process has just been told of it."""
        if self._client is None or not self._client.is_listening:
            return None
        guild = self._client.get_guild(int(channel.workspace))
        told = guild.get_channel_or_thread(int(channel.id)) if guild else None
        return place_told(told) if told else None

    async def run(self) -> None:
        """Listen whenever nobody else does, until cancelled, or until Discord refuses the token."""
        time = asyncio.get_running_loop().time
        wait_s = self._terms.retry_s
        try:
            while True:
                if not await self._hold():
                    await asyncio.sleep(self._terms.prolong_s)
                    continue
                begun = time()
                try:
                    await self._listen_while_held()
                except _TokenRefused:
                    self._failure = (
                        "Discord refuses the bot's token (AI_NEWS_DISCORD_TOKEN); nothing is done there"
                    )
                    logger.error("%s until the bot is started again with another", self._failure)
                    return
                except Exception as error:  # a loop logs and lives on
                    if time() - begun > self._terms.longest_retry_s:  # it was well until now
                        wait_s = self._terms.retry_s
                    failure = f"the gateway failed: {type(error).__name__}: {error}"
                    if failure != self._failure:
                        logger.error("Discord: %s; trying again in %g s", failure, wait_s)
                        logger.debug("the gateway failed", exc_info=True)
                    self._failure = failure
                    await asyncio.sleep(wait_s)
                    wait_s = min(2 * wait_s, self._terms.longest_retry_s)
                else:
                    wait_s = self._terms.retry_s
                    await asyncio.sleep(wait_s)
        finally:
            await self._let_go()

    async def _listen_while_held(self) -> None:
        """Listen until the connection ends for good or the lease is lost."""
        client = self._make(lambda: self.holds)
        listening = asyncio.create_task(self._listen(client))
        prolonging = asyncio.create_task(self._prolong())
        try:
            await asyncio.wait({listening, prolonging}, return_when=asyncio.FIRST_COMPLETED)
            if listening.done():
                await listening
            else:
                logger.warning("not listening to Discord any more: the lease is another's, or ran out")
        finally:
            self._client = None
            if self.holds:
                await client.finish(self._terms.grace_s)
            prolonging.cancel()
            listening.cancel()
            ending = asyncio.gather(prolonging, listening, return_exceptions=True)
            try:
                await asyncio.shield(ending)
            except asyncio.CancelledError:  # of this task: what is being closed is closed all the same
                await ending
                raise

    async def _listen(self, client: GatewayClient) -> None:
        """Listen, as long as the connection can be taken up again. Raises `_TokenRefused`."""
        async with client:
            try:
                await client.login(self._token)
                self._client, self._failure = client, ""
                await client.connect()
            except discord.LoginFailure as error:
                raise _TokenRefused from error
            except discord.HTTPException as error:
                if error.status == 401:
                    raise _TokenRefused from error
                raise
            except discord.ConnectionClosed as error:
                if error.code == TOKEN_REFUSED:
                    raise _TokenRefused from error
                raise

    async def _prolong(self) -> None:
        """Prolong the lease until it is lost."""
        while self.holds:
            await asyncio.sleep(self._terms.prolong_s)
            await self._hold()

    async def _hold(self) -> bool:
        """Take or prolong the lease; return whether it is ours."""
        asked_at = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self._terms.lease_s):
                held = await self._store.hold(self._lease, self._owner, self._clock(), self._terms.lease_s)
        except (StoreError, TimeoutError) as error:
            told = str(error) or "no answer from the database"
            logger.error("the lease of Discord's gateway cannot be prolonged: %s", told)
            return False
        self._held_until = asked_at + self._terms.lease_s if held else float("-inf")
        return held

    async def _let_go(self) -> None:
        """Let the next process listen at once."""
        self._held_until = float("-inf")
        with suppress(StoreError):
            await self._store.let_go(self._lease, self._owner)


def lease_name(shards: Shards | None) -> str:
    """Return the name of the lease for some shards, or for all."""
    return f"discord gateway {shards.first}-{shards.last}/{shards.count}" if shards else "discord gateway"
