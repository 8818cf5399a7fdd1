"""Servers that take the bot in or put it out: remembered one after the other, welcomed once."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import discord

from adapters.discord.answering.asking import language_of
from adapters.discord.posting.addresses import is_id
from adapters.discord.posting.places import PLATFORM
from bot.engine import Engine
from bot.errors import StoreError
from bot.model import Channel, Workspace, WorkspaceId
from bot.settings import Settings

logger = logging.getLogger(__name__)

JUST_JOINED: Final = timedelta(hours=1)
"""How long after it joined the bot introduces itself; what it finds later was there before."""

AGAIN_S: Final = 30.0
"""How soon what the database refused is tried again."""


@dataclass(frozen=True, slots=True)
class _Joined:
    workspace: Workspace
    welcome_in: Channel | None


class Guilds:
    """Keeps the store's workspaces as the gateway tells of them, one change at a time and in order."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings
        self._changes: asyncio.Queue[_Joined | WorkspaceId] = asyncio.Queue()

    async def run(self) -> None:
        """Work off what was heard, until cancelled."""
        while True:
            change = await self._changes.get()
            while True:
                try:
                    await self._take(change)
                    break
                except StoreError as error:
                    logger.error(
                        "a server cannot be remembered yet, trying again in %g s: %s", AGAIN_S, error
                    )
                    await asyncio.sleep(AGAIN_S)
                except Exception:  # a loop logs and lives on
                    logger.exception("a server could not be remembered")
                    break

    def joined(self, guild: discord.Guild) -> None:
        """Hear of a server that has the bot: since now, or found again."""
        now = self._engine.clock()
        joined_at = guild.me.joined_at or now
        workspace = Workspace(
            platform=PLATFORM,
            id=WorkspaceId(str(guild.id)),
            name=guild.name,
            language=language_of(guild.preferred_locale.value, None, self._settings.language),
            time_zone=self._settings.time_zone,
            joined_at=joined_at,
        )
        welcome_in = welcome_channel(guild) if now - joined_at < JUST_JOINED else None
        self._changes.put_nowait(_Joined(workspace, welcome_in))

    def left(self, guild_id: int) -> None:
        """Hear of a server that put the bot out."""
        self._changes.put_nowait(WorkspaceId(str(guild_id)))

    async def compare(self, guild_ids: set[int], is_ours: Callable[[int], bool]) -> None:
        """Mark servers as left that are known and ours, and that the gateway did not tell of."""
        here = {str(id_) for id_ in guild_ids}
        for workspace in await self._engine.store.workspaces(PLATFORM):
            if workspace not in here and is_id(workspace) and is_ours(int(workspace)):
                self._changes.put_nowait(workspace)

    async def _take(self, change: _Joined | WorkspaceId) -> None:
        if isinstance(change, _Joined):
            if await self._engine.workspaces.joined(change.workspace, change.welcome_in):
                logger.info("server=%s has taken the bot in", change.workspace.id)
        elif await self._engine.workspaces.left(PLATFORM, change):
            logger.info("server=%s has put the bot out", change)


def welcome_channel(guild: discord.Guild) -> Channel | None:
    """Return where a server is welcomed: its system channel, or the first for talk where it may be."""
    first = [guild.system_channel] if guild.system_channel else []
    for_talk = [one for one in guild.text_channels if not one.is_news() and one != guild.rules_channel]
    for channel in (*first, *for_talk):
        may = channel.permissions_for(guild.me)
        if may.view_channel and may.send_messages:
            return Channel(platform=PLATFORM, workspace=WorkspaceId(str(guild.id)), id=str(channel.id))
    return None
