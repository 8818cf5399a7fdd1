"""The client that listens to Discord: what the gateway tells goes to whom it concerns."""

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Final

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket, KeepAliveHandler
from discord.http import Route

from adapters.discord.answering.interactions import Interactions
from adapters.discord.guilds import Guilds
from adapters.discord.rest import without_voice
from adapters.discord.showing.commands import fingerprint, payload
from bot.errors import StoreError
from bot.ports import Store
from bot.settings import Shards

logger = logging.getLogger(__name__)

STILL_S: Final = 5.0
"""How long a thread that was told to stop may take for it, in seconds."""

LONGEST_WAIT_S: Final = 30.0
"""How long discord.py may wait for a rate limit before it gives up; the least that it takes."""

TELL_AGAIN_S: Final = 300.0
"""How soon Discord is told again of commands that it did not take."""

KEPT: Final = ("discord", "commands")
"""Where the store keeps which commands Discord was told of."""


def point_at(api_url: str | None) -> None:
    """Let every client of this process speak to another server than Discord's own."""
    if api_url is not None:
        Route.BASE = api_url.rstrip("/")


class GatewayClient(discord.AutoShardedClient):
    """Connects some shards or all, needs no privileged intent, and keeps no messages.

    `holds` says whether this process may still answer: what it hears after that is another's. `elsewhere`
    tells that it is not Discord itself that is spoken to. `ready_s` after the last server that the gateway
    told of, it has told of all.
    """

    def __init__(
        self,
        store: Store,
        interactions: Interactions,
        guilds: Guilds,
        shards: Shards | None,
        *,
        elsewhere: bool,
        ready_s: float,
        holds: Callable[[], bool],
    ) -> None:
        without_voice()
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            max_ratelimit_timeout=LONGEST_WAIT_S,
            guild_ready_timeout=ready_s,
        )
        if shards is not None:
            self.shard_ids = list(range(shards.first, shards.last + 1))
            self.shard_count = self._connection.shard_count = shards.count
        self._store = store
        self._interactions = interactions
        self._guilds = guilds
        self._elsewhere = elsewhere
        self._holds = holds
        self._at_work: set[asyncio.Task[None]] = set()
        self._telling: asyncio.Task[None] | None = None
        self._connected: set[int] = set()
        self._incomplete_since = asyncio.get_running_loop().time()

    @property
    def is_listening(self) -> bool:
        """Whether every shard is connected, as far as is known."""
        return len(self._connected) == len(self.shard_ids or range(self.shard_count or 1))

    @property
    def deaf_s(self) -> float:
        """For how long not every shard has been connected, in seconds."""
        return 0.0 if self.is_listening else asyncio.get_running_loop().time() - self._incomplete_since

    async def setup_hook(self) -> None:
        """Tell Discord of the commands, before anything is heard where that can be."""
        if self._elsewhere:
            # discord.py asks for the gateway's address only where it is not told how many shards there are.
            _, address, _ = await self.http.get_bot_gateway()
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(address)
        if not await self._tell_commands():
            self._telling = asyncio.create_task(self._tell_on())

    async def _tell_on(self) -> None:
        """Try to tell of the commands until that succeeds; those that Discord knows from before work on."""
        told = False
        while not told:
            await asyncio.sleep(TELL_AGAIN_S)
            told = await self._tell_commands()

    async def _tell_commands(self) -> bool:
        """Tell Discord of the commands where they changed; return whether it knows them now."""
        commands = payload()
        told = f"{self.application_id} {fingerprint(commands)}"
        try:
            if await self._store.kept(*KEPT) != told:
                await self.http.bulk_upsert_global_commands(self.application_id or 0, commands)
                await self._store.keep(*KEPT, told)
                logger.info("Discord was told of the commands")
        except (
            discord.HTTPException,
            discord.RateLimited,
            aiohttp.ClientError,
            OSError,
            StoreError,
        ) as error:
            logger.error("Discord was not told of the commands, trying in %g s: %s", TELL_AGAIN_S, error)
            return False
        return True

    async def close(self) -> None:
        """Close every connection."""
        if self._telling is not None:
            self._telling.cancel()
        await super().close()
        await _still()

    async def finish(self, grace_s: float) -> None:
        """Wait until what was begun is answered; after `grace_s` seconds the rest is given up."""
        if self._at_work:
            _, late = await asyncio.wait(self._at_work, timeout=grace_s)
            for task in late:
                task.cancel()

    def is_ours(self, guild_id: int) -> bool:
        """Return whether a server is one of those that this client's shards hear of."""
        count = self.shard_count or 1
        return (guild_id >> 22) % count in (self.shard_ids or range(count))

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Answer what somebody did."""
        if self.is_closed():
            return
        if not self._holds():
            logger.warning("interaction=%s came after the gateway's lease had run out", interaction.id)
            return
        task = asyncio.ensure_future(self._interactions.take(interaction))
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        await task

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Hear of a server that has the bot."""
        self._guilds.joined(guild)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Hear of a server that has the bot; Discord tells of new ones and of old ones alike."""
        self._guilds.joined(guild)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Hear of a server that put the bot out; one that is down for a while is not removed."""
        self._guilds.left(guild.id)

    async def on_ready(self) -> None:
        """Find out which servers put the bot out while nobody listened."""
        logger.info("listening to Discord, servers=%d shards=%s", len(self.guilds), self.shard_count)
        await self._guilds.compare({guild.id for guild in self.guilds}, self.is_ours)

    async def on_shard_ready(self, shard_id: int) -> None:
        """Hear that a shard is connected."""
        self._connected.add(shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Hear that a connection goes on that was interrupted."""
        self._connected.add(shard_id)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Hear that a connection was interrupted; discord.py takes it up again."""
        if self.is_listening:
            self._incomplete_since = asyncio.get_running_loop().time()
        self._connected.discard(shard_id)


async def _still() -> None:
    """Wait until no thread of discord.py's will ask anything of this loop, which may end next.

    Each of its connections has a thread that sends heartbeats. Closing one only tells its thread to stop, and
    one that was just being made is not closed.
    """
    loop = asyncio.get_running_loop()
    for thread in threading.enumerate():
        if isinstance(thread, KeepAliveHandler) and thread.ws.loop is loop:
            thread.stop()
            await asyncio.to_thread(thread.join, STILL_S)
