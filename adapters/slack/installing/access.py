"""Which token serves which workspace: the one in the settings, or those of the installations."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, Protocol

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.errors import (
    EXPIRED,
    NOT_GRANTED,
    REFUSED_TOKEN,
    REFUSED_TOKEN_S,
    SIGN_IN,
    SIGNED_OUT,
    Refused,
)
from adapters.slack.installing.cipher import WrongKey
from adapters.slack.installing.installations import Installations, Installed
from adapters.slack.installing.rotation import Rotation
from adapters.slack.web_api import ask
from bot.errors import BotError, ChannelLost, PostDelayed, PostFailed
from bot.model import WorkspaceId
from bot.ports import Clock
from bot.workspaces import Workspaces

logger = logging.getLogger(__name__)

PLATFORM: Final = "slack"

KNOWN_S: Final = 30.0
"""How long, in seconds, a token is used before the store is asked again whether it is still the one."""


TEAMS_A_PAGE: Final = 200


class Access(Protocol):
    """Gives the token for a workspace."""

    async def installed(self, team: str, enterprise: str = "") -> Installed:
        """Return the installation that serves a workspace, with a token that is good for a while.

        A workspace of which nothing is known uses the installation of its organisation, the `enterprise`.
        Raises `ChannelLost` where there is none, and `PostDelayed` where it cannot be told now.
        """
        ...

    async def another(self, team: str, token: str, code: str) -> Installed | None:
        """Return an installation with another token than the one that Slack refused with `code`, if any.

        Where the workspace has put the app out, it is remembered so. Raises `PostDelayed` where whoever runs
        the bot has to set another.
        """
        ...

    def works(self) -> None:
        """Take note that Slack took a token."""
        ...

    async def check(self, team: str) -> None:
        """Ask Slack whether a workspace still has the app, and remember it where it has put it out.

        What was said of that may be older than an installation since. Raises `PostFailed` where Slack
        cannot be asked.
        """
        ...

    def trouble(self) -> str:
        """Return one line on what is wrong with a token; nothing where all is well."""
        ...


async def serves(client: AsyncWebClient, installed: Installed, team: str) -> bool:
    """Return whether an installation still reaches a workspace: its token, if good, may be for others only.

    Raises `Refused` and `PostFailed`.
    """
    if installed.id != installed.enterprise or team == installed.id:
        await ask(client, "auth.test", token=installed.token)
        return True
    cursor = ""
    while True:
        page = await ask(client, "auth.teams.list", token=installed.token, cursor=cursor, limit=TEAMS_A_PAGE)
        if any(one.get("id") == team for one in page.get("teams") or ()):
            return True
        cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            return False


class SingleAccess:
    """The bot token in the settings, for the one workspace that it is of."""

    def __init__(self, token: str, client: AsyncWebClient, workspaces: Workspaces, clock: Clock) -> None:
        self._token = token
        self._client = client
        self._workspaces = workspaces
        self._clock = clock
        self._trouble = "Slack has not been reached yet"
        self._refused = ""
        """Slack's code for why it refuses the token."""
        self.home: Installed | None = None
        """Whose token it is, as soon as Slack has told."""
        self.address = ""
        """Where that workspace is, in a browser."""

    async def identify(self) -> Installed:
        """Ask Slack whose token it is. Raises `Refused` and `PostFailed`."""
        try:
            answer = await ask(self._client, "auth.test", token=self._token)
        except (Refused, PostFailed) as error:
            self._trouble = f"the bot token is not known to be good: {error}"
            raise
        for_all = bool(answer.get("is_enterprise_install"))
        self.home = Installed(
            id=str(answer.get("enterprise_id" if for_all else "team_id") or ""),
            enterprise=str(answer.get("enterprise_id") or ""),
            name=str(answer.get("team") or ""),
            bot_id=str(answer.get("bot_id") or ""),
            bot_user=str(answer.get("user_id") or ""),
            token=self._token,
            installed_at=self._clock(),
        )
        self.address = str(answer.get("url") or "")
        self._trouble = ""
        self.works()
        return self.home

    async def installed(self, team: str, enterprise: str = "") -> Installed:
        """Return whose token it is. Raises `ChannelLost` for any other workspace, or organisation."""
        home = self.home or await self._identified()
        in_organisation = home.id == home.enterprise and not enterprise
        if home.id not in (team, enterprise) and not in_organisation:
            raise ChannelLost("signed_out", "the bot token is another workspace's")
        return home

    async def _identified(self) -> Installed:
        try:
            return await self.identify()
        except Refused as refused:
            if refused.code in REFUSED_TOKEN:
                raise self._refuse(refused.code) from refused
            if refused.code in SIGN_IN:
                raise ChannelLost("signed_out", str(refused)) from refused
            raise PostDelayed(str(refused), refused.retry_after_s) from refused
        except PostFailed as failed:
            raise PostDelayed(str(failed), None) from failed

    async def another(self, team: str, token: str, code: str) -> None:
        """Return None, for there is no other token. Raises `PostDelayed` where one has to be set."""
        if code in REFUSED_TOKEN:
            raise self._refuse(code)
        if code in SIGNED_OUT:
            self._refused = code
        await self._workspaces.left(PLATFORM, WorkspaceId(team))

    def _refuse(self, code: str) -> PostDelayed:
        """Return what a refused token means for what was to be posted: no workspace's fault, so all waits."""
        is_news, self._refused = not self._refused, code
        if is_news:
            logger.error("%s", self.trouble())
        return PostDelayed(self.trouble(), REFUSED_TOKEN_S, everywhere=True)

    def works(self) -> None:
        """Take note that Slack took the token."""
        if self._refused:
            logger.info("Slack takes the bot token again")
        self._refused = ""

    async def check(self, team: str) -> None:
        """Ask Slack whether the token is still good for a workspace, and remember where it is not."""
        try:
            is_served = await serves(self._client, await self.identify(), team)
        except Refused as refused:
            if refused.code not in SIGN_IN:
                return
            is_served = False
        if not is_served:
            await self._workspaces.left(PLATFORM, WorkspaceId(team))

    def trouble(self) -> str:
        """Return what is wrong with the token."""
        if self._refused:
            return f"Slack refuses the bot token ({self._refused}); set AI_NEWS_SLACK_BOT_TOKEN"
        return self._trouble


class ManyAccess:
    """The tokens of every installation, each renewed before it ends."""

    def __init__(
        self,
        installations: Installations,
        rotation: Rotation,
        client: AsyncWebClient,
        workspaces: Workspaces,
        meet: Callable[[str, Installed], Awaitable[None]],
    ) -> None:
        """`meet` is told of each workspace that begins to use its organisation's installation."""
        self._meet = meet
        self._client = client
        self._installations = installations
        self._rotation = rotation
        self._workspaces = workspaces
        self._known: dict[str, tuple[float, Installed]] = {}
        self._looking: dict[str, asyncio.Task[None]] = {}

    async def installed(self, team: str, enterprise: str = "") -> Installed:
        """Return the installation that serves a workspace, as `Access` does."""
        read_at, installed = self._known.get(team, (0.0, None))
        if installed is None or self._rotation.is_due(installed):
            installed = await self._look(team, enterprise)
        elif asyncio.get_running_loop().time() - read_at > KNOWN_S and team not in self._looking:
            # Whatever waits for this may be an acknowledgement, which is not to wait for the database.
            task = asyncio.create_task(self._look_again(team))
            self._looking[team] = task
            task.add_done_callback(lambda _: self._looking.pop(team, None))
        if self._rotation.is_due(installed):
            installed = await self._rotation.renew(installed)
        self._rotation.well(installed)
        return installed

    async def _look(self, team: str, enterprise: str = "") -> Installed:
        installed = await self._read(team, enterprise)
        self._known[team] = (asyncio.get_running_loop().time(), installed)
        return installed

    async def _look_again(self, team: str) -> None:
        try:
            await self._look(team)
        except ChannelLost:
            self._known.pop(team, None)
        except BotError as error:
            logger.warning("whether %s still has the app cannot be told: %s", team, error)

    async def close(self) -> None:
        """Wait for what was begun."""
        await asyncio.gather(*self._looking.values())
        await self._rotation.close()

    async def _read(self, team: str, enterprise: str = "") -> Installed:
        try:
            installed = await self._installations.of(team)
            if installed is None and enterprise and await self._installations.belongs(team, enterprise):
                installed = await self._installations.of(team)
                if installed is not None:
                    await self._meet(team, installed)
        except WrongKey as error:
            raise PostDelayed(f"the token of {team} is {error}", None) from error
        if installed is None:
            raise ChannelLost("signed_out", "the app is not installed there")
        return installed

    async def another(self, team: str, token: str, code: str) -> Installed | None:
        """Return what has taken the token's place; a token that has ended is renewed.

        One that is refused is kept: its workspace may not have meant that, and can install the app again.
        """
        self._known.pop(team, None)
        try:
            installed = await self._read(team)
            if installed.token == token and code == EXPIRED and installed.refresh_token:
                # Whatever was thought of its end, Slack knows better.
                ended = replace(installed, expires_at=installed.installed_at)
                installed = await self._rotation.renew(ended)
        except PostFailed as failed:
            logger.warning("no token for %s: %s", team, failed)
            return None
        if installed.token != token:
            return installed
        if code in SIGNED_OUT:
            await self._forget(team, installed)
        elif code == NOT_GRANTED:
            await self._leave(team)
        return None

    async def check(self, team: str) -> None:
        """Ask Slack whether the installation of a workspace, or an organisation, still serves it."""
        self._known.pop(team, None)
        installed = await self._installations.of(team)
        if installed is None:
            await self._workspaces.left(PLATFORM, WorkspaceId(team))
            return
        try:
            if not await serves(self._client, installed, team):
                await self._leave(team)
        except Refused as refused:
            if refused.code in SIGN_IN:
                await self._forget(team, installed)

    async def _leave(self, team: str) -> None:
        """Forget that a workspace uses its organisation's installation, which others go on using."""
        await self._installations.drop(team)
        self._known.pop(team, None)
        await self._workspaces.left(PLATFORM, WorkspaceId(team))

    def works(self) -> None:
        """Do nothing: what is wrong with a token is so until another takes its place."""

    async def _forget(self, team: str, installed: Installed) -> None:
        """Forget an installation whose workspace, or organisation, has put the app out.

        One that was made while Slack was asked about the one before is kept.
        """
        newest = await self._installations.of(team)
        if newest is not None and newest.token != installed.token:
            return
        teams = await self._installations.teams_of(installed.id)
        await self._installations.drop(installed.id)
        for gone in {team, *teams}:
            self._known.pop(gone, None)
            await self._workspaces.left(PLATFORM, WorkspaceId(gone))

    def trouble(self) -> str:
        """Return why a token could not be renewed, if one could not."""
        return self._rotation.trouble()
