"""Workspaces: they take the bot in and put it out, are told what to do next, and set what is theirs."""

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.delivering import notices
from bot.display import printable
from bot.errors import LOSSES, Conflict, InvalidInput, NotAllowed
from bot.message import Message
from bot.model import Channel, Interaction, Role, Workspace, WorkspaceId
from bot.moderating.commands import SetUp
from bot.moderating.rights import check_moderator
from bot.phrases import phrase
from bot.ports import Clock, Store
from bot.setup import setup_message, with_settings

logger = logging.getLogger(__name__)

_BATCH: Final = 50


class Workspaces:
    """The use cases about who has taken the bot in."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def joined(self, workspace: Workspace, welcome_in: Channel | None) -> bool:
        """Remember that a workspace has the bot; return whether that is news: it is new, or had put it out.

        Only then `welcome_in` is owed a message that tells the next steps. What was set before is kept.
        """
        workspace = replace(workspace, name=printable(workspace.name))
        known = await self.known(workspace.platform, workspace.id)
        welcome = None
        if welcome_in is not None:
            told = workspace if known is None else replace(known, joined_at=workspace.joined_at)
            welcome = notices.welcome(told, welcome_in, self._clock(), back=known is not None)
        return await self._store.join(workspace, welcome)

    async def left(self, platform: str, workspace: WorkspaceId) -> bool:
        """Remember that a workspace put the bot out, and stop its subscriptions; return whether that is news.

        All that belongs to it is kept until it is purged, in case that it comes back.
        """
        is_news = await self._store.leave(platform, workspace, self._clock(), LOSSES["signed_out"])
        if is_news:
            logger.warning(
                "%s/%s has put the bot out, so its subscriptions have stopped", platform, workspace
            )
        return is_news

    async def known(self, platform: str, workspace: WorkspaceId) -> Workspace | None:
        """Return a workspace with what it has set; one that put the bot out, too, until it is purged."""
        return await self._store.workspace(platform, workspace)

    async def purge(self, older_than: timedelta) -> int:
        """Forget all that belongs to workspaces that put the bot out longer ago; return how many."""
        before = self._clock() - older_than
        purged = 0
        while gone := await self._store.left_workspaces(before, _BATCH):
            for workspace in gone:
                try:
                    await self._store.purge(workspace)
                except Conflict:
                    continue  # it has just come back, or another process was first
                purged += 1
        return purged

    async def set_up(self, command: SetUp, interaction: Interaction) -> Message:
        """Change what a manager names, and return what the workspace has set. Raises `UserError`.

        A workspace that never told of itself, such as the page's own, is taken for one that has the bot.
        """
        actor, channel = interaction.actor, interaction.channel
        check_moderator(actor)
        if command.wishes and actor.role not in ("manager", "operator"):
            raise NotAllowed("managers_only")
        known = await self.known(channel.platform, channel.workspace)
        before = known or Workspace(
            platform=channel.platform,
            id=channel.workspace,
            name=channel.workspace,
            language=actor.language,
            time_zone=interaction.time_zone,
            joined_at=self._clock(),
        )
        if not command.wishes:
            return setup_message(before, actor.language)
        after = with_settings(before, command.wishes)
        try:
            if known is None:
                await self._store.join(before, None)
            await self._store.change_workspace(before, after)
        except Conflict as error:
            raise InvalidInput("settings_changed_meanwhile") from error
        return setup_message(after, actor.language, phrase("setup.lead_changed", actor.language))


def role_of(workspace: Workspace | None, ids: Iterable[str], *, manages: bool) -> Role:
    """Return what somebody may do whom the platform knows by `ids`: their own, their roles' and groups'.

    `manages` says whether the platform lets them manage the workspace.
    """
    if manages:
        return "manager"
    named = frozenset(workspace.moderators) if workspace else frozenset()
    return "member" if named.isdisjoint(ids) else "moderator"
