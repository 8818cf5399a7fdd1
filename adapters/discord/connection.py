"""Discord for the whole process: what posts and what listens, how both begin and how they end."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from adapters.discord.answering.interactions import Interactions
from adapters.discord.client import GatewayClient, point_at
from adapters.discord.gateway import USUAL, Gateway, GatewayTerms
from adapters.discord.guilds import Guilds
from adapters.discord.posting.platform import DiscordPlatform
from bot.engine import Engine
from bot.ports import Store
from bot.settings import Settings


class ConnectedPlatform(DiscordPlatform):
    """What posts to Discord, and tells of trouble with listening too."""

    def __init__(self, token: str, store: Store, gateway: Gateway) -> None:
        super().__init__(token, store, gateway.place)
        self.gateway = gateway

    async def trouble(self) -> str:
        """Return why nothing can be posted or nobody listens; nothing where all is well."""
        return await super().trouble() or self.gateway.trouble()


@asynccontextmanager
async def connect(
    settings: Settings, engine: Engine, token: str, terms: GatewayTerms = USUAL
) -> AsyncIterator[ConnectedPlatform]:
    """Yield what posts to Discord while the block runs; people there are answered meanwhile.

    Nothing is waited for and nothing is raised where Discord cannot be reached or refuses the token:
    `trouble` tells.
    """
    point_at(settings.discord_api_url)
    interactions, guilds = Interactions(engine, settings), Guilds(engine, settings)

    def make(holds: Callable[[], bool]) -> GatewayClient:
        return GatewayClient(
            engine.store,
            interactions,
            guilds,
            settings.discord_shards,
            elsewhere=settings.discord_api_url is not None,
            ready_s=terms.ready_s,
            holds=holds,
        )

    gateway = Gateway(
        make,
        token,
        engine.store,
        engine.clock,
        settings.discord_shards,
        owner_of(settings.database_url),
        terms,
    )
    platform = ConnectedPlatform(token, engine.store, gateway)
    tasks = [asyncio.create_task(gateway.run()), asyncio.create_task(guilds.run())]
    try:
        yield platform
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await platform.close()


def owner_of(database_url: str) -> str:
    """Return the name by which a process holds the gateway: its own, which no other has.

    On SQLite only one process may run (`bot.run.sole_process`), so that the one that is started after a
    crash is the owner still, and listens at once.
    """
    return "the only process" if database_url.startswith("sqlite:") else secrets.token_hex(8)
