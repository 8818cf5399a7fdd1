"""Workspaces that take the app in and put it out, told to the engine."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from adapters.slack.answering.people import read_person
from adapters.slack.errors import Refused
from adapters.slack.installing.access import PLATFORM, Access
from adapters.slack.installing.installations import Installed
from adapters.slack.posting.addresses import keep_address
from adapters.slack.posting.platform import SlackPlatform
from adapters.slack.web_api import ask
from bot.errors import PostFailed
from bot.model import Channel, Workspace, WorkspaceId
from bot.ports import Clock
from bot.settings import Settings
from bot.workspaces import Workspaces

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Doorkeeper:
    """Tells the engine who has the app."""

    workspaces: Workspaces
    platform: SlackPlatform
    settings: Settings
    clock: Clock

    async def joined(self, installed: Installed) -> None:
        """Remember the workspace of an installation, and welcome who installed the app where it is new.

        Where it is back and nobody knows who installed it, its moderators' desk is told.
        An installation for a whole organisation has no workspace: each is met when it speaks.
        """
        team = WorkspaceId(installed.id)
        if not team or installed.id == installed.enterprise:
            return
        language, time_zone = self.settings.language, self.settings.time_zone
        known = await self.workspaces.known(PLATFORM, team)
        is_new = known is None or known.left_at is not None
        channel: Channel | None = None
        if is_new and known is not None:
            channel = await self.platform.desk(team)
        if is_new and installed.installer:
            try:
                channel = await self.platform.direct(team, installed.installer)
                client = self.platform.client_of(installed.token)
                answer = await ask(client, "users.info", user=installed.installer, include_locale=True)
                person = read_person(answer.get("user") or {}, team)
                language, time_zone = person.language or language, person.time_zone or time_zone
                told = await ask(client, "auth.test")
                await keep_address(self.platform.store, team, str(told.get("url") or ""))
            except (Refused, PostFailed) as error:
                logger.warning("who installed the app in %s is not told how it works: %s", team, error)
        workspace = new_workspace(team, installed.name, self.settings, self.clock())
        workspace = replace(workspace, language=language, time_zone=time_zone)
        await self.workspaces.joined(workspace, channel)


def new_workspace(team: str, name: str, settings: Settings, now: datetime) -> Workspace:
    """Return a workspace that has the app from `now` on, as it is before it has set anything."""
    return Workspace(
        platform=PLATFORM,
        id=WorkspaceId(team),
        name=name or team,
        language=settings.language,
        time_zone=settings.time_zone,
        joined_at=now,
    )


def hears_of_removal(access: Access) -> Callable[[AsyncApp], None]:
    """Return what registers the listeners for the app being removed from a workspace."""

    async def removed(ack: AsyncAck, body: dict[str, Any]) -> None:
        # What is not acknowledged is told again, so nothing is lost where Slack cannot be asked just now.
        await _check(access, body)
        await ack()

    async def revoked(ack: AsyncAck, body: dict[str, Any]) -> None:
        if (body.get("event") or {}).get("tokens", {}).get("bot"):
            await _check(access, body)
        await ack()

    async def withdrawn(ack: AsyncAck, event: dict[str, Any]) -> None:
        for team in event.get("team_ids") or ():
            await access.check(str(team))
        await ack()

    def register(app: AsyncApp) -> None:
        app.event("app_uninstalled")(removed)
        app.event("tokens_revoked")(revoked)
        app.event("team_access_revoked")(withdrawn)

    return register


async def _check(access: Access, body: dict[str, Any]) -> None:
    team = body.get("team_id") or body.get("enterprise_id") or ""
    await access.check(str(team))
