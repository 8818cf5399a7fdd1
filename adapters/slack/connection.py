"""Slack connected: the platform that posts, the app that listens, over Socket Mode or HTTP."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.answering.app import build_app
from adapters.slack.answering.home import Homes
from adapters.slack.errors import SIGN_IN, Refused
from adapters.slack.http import build_web
from adapters.slack.installing.access import Access, ManyAccess, SingleAccess
from adapters.slack.installing.cipher import Cipher
from adapters.slack.installing.installations import Installations, Installed, States
from adapters.slack.installing.oauth import Installing, flow_of
from adapters.slack.installing.rotation import Rotation
from adapters.slack.mode import PREFIX, Mode
from adapters.slack.posting.addresses import keep_address
from adapters.slack.posting.channels import Channels
from adapters.slack.posting.platform import SlackPlatform
from adapters.slack.socket import socket_mode
from adapters.slack.web_api import client_of, open_session
from adapters.slack.welcome import Doorkeeper, hears_of_removal, new_workspace
from bot.engine import Engine
from bot.errors import InvalidSettings, PostFailed
from bot.model import WorkspaceId
from bot.settings import Settings

logger = logging.getLogger(__name__)

AGAIN_S: Final = 15.0
"""How soon Slack is asked again whose the bot token is, in seconds, where it could not be reached."""

REFRESH_S: Final = 5.0
"""How long after a post App Home is made anew, in seconds, for all that was posted meanwhile."""


@dataclass(frozen=True, slots=True)
class Connection:
    """The platform, and by the beginning of their paths the routes that come over HTTP."""

    platform: SlackPlatform
    routes: dict[str, web.Application]


@asynccontextmanager
async def connect(settings: Settings, engine: Engine, mode: Mode) -> AsyncIterator[Connection]:
    """Yield Slack while it is connected; `mode` is what `mode_of` returns for the settings.

    Raises `InvalidSettings` for a token that Slack refuses. Where Slack cannot be reached, the platform tells
    so as its trouble until it can.
    """
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session())
        client = client_of(settings, session)
        installations: Installations | None = None
        access: Access
        if mode.many:
            installations = Installations(engine.store, Cipher(settings.secret_key), engine.clock)
            access = _many_access(stack, settings, engine, client, installations)
        else:
            access = SingleAccess(settings.slack_bot_token or "", client, engine.workspaces, engine.clock)
        refreshing = Refreshing()
        troubles: list[Callable[[], str]] = []
        platform = SlackPlatform(
            store=engine.store,
            workspaces=engine.workspaces,
            access=access,
            client_of=lambda token: client_of(settings, session, token),
            posted=refreshing.mark,
            troubles=lambda: next(filter(None, (trouble() for trouble in troubles)), ""),
        )
        doorkeeper = Doorkeeper(engine.workspaces, platform, settings, engine.clock)
        if isinstance(access, SingleAccess):
            await _know_home(stack, access, doorkeeper)
        channels = Channels(engine.store, platform, engine.clock, refreshing.mark)
        app = build_app(
            engine,
            settings,
            client,
            access,
            engine.clock,
            register=[hears_of_removal(access), channels.register],
        )
        stack.push_async_callback(app.work.close)
        refreshing.begin(stack, app.homes)
        flow = None
        if installations is not None:
            for installed in await installations.all():
                await doorkeeper.joined(installed)
            await installations.seal_anew()
            flow = _flow(settings, engine, mode, client, installations, doorkeeper)
        if mode.socket:
            connection = await stack.enter_async_context(
                socket_mode(app.bolt, settings.slack_app_token or "")
            )
            troubles.append(connection.trouble)
        bolt, secret = None if mode.socket else app.bolt, settings.slack_signing_secret or ""
        routes = {PREFIX: build_web(bolt, secret, flow, settings.language)}
        yield Connection(platform, routes if flow is not None or not mode.socket else {})


def _many_access(
    stack: AsyncExitStack,
    settings: Settings,
    engine: Engine,
    client: AsyncWebClient,
    installations: Installations,
) -> ManyAccess:
    rotation = Rotation(
        engine.store,
        installations,
        client,
        settings.slack_client_id or "",
        settings.slack_client_secret or "",
        engine.clock,
    )

    async def meet(team: str, installed: Installed) -> None:
        workspace = new_workspace(team, f"{installed.name} {team}".strip(), settings, engine.clock())
        await engine.workspaces.joined(workspace, None)

    access = ManyAccess(installations, rotation, client, engine.workspaces, meet)
    stack.push_async_callback(access.close)
    return access


def _flow(
    settings: Settings,
    engine: Engine,
    mode: Mode,
    client: AsyncWebClient,
    installations: Installations,
    doorkeeper: Doorkeeper,
) -> AsyncOAuthFlow:
    states = States(engine.store, settings.slack_client_secret or "", engine.clock)
    installing = Installing(doorkeeper.joined, settings.language, engine.clock)
    return flow_of(settings, mode, client, installations, states, installing)


async def _know_home(stack: AsyncExitStack, access: SingleAccess, doorkeeper: Doorkeeper) -> None:
    """Learn whose the bot token is; in the background where Slack cannot be reached now."""
    try:
        await _meet_home(access, doorkeeper)
    except Refused as refused:
        if refused.code in SIGN_IN:
            raise InvalidSettings(
                f"AI_NEWS_SLACK_BOT_TOKEN: Slack refuses it ({refused.code}); copy the bot token again from "
                "OAuth & Permissions of the app's settings, after installing the app there"
            ) from refused
        logger.warning("Slack does not tell whose the bot token is: %s", refused)
    except PostFailed as failed:
        logger.warning("Slack cannot be reached yet: %s", failed)
    else:
        return
    _during(stack, asyncio.create_task(_keep_asking(access, doorkeeper)))


async def _meet_home(access: SingleAccess, doorkeeper: Doorkeeper) -> None:
    home = access.home or await access.identify()
    await doorkeeper.joined(home)
    if home.id != home.enterprise:
        await keep_address(doorkeeper.platform.store, WorkspaceId(home.id), access.address)


async def _keep_asking(access: SingleAccess, doorkeeper: Doorkeeper) -> None:
    while True:
        await asyncio.sleep(AGAIN_S)
        try:
            await _meet_home(access, doorkeeper)
        except (Refused, PostFailed) as error:
            logger.info("Slack does not tell yet whose the bot token is: %s", error)
        else:
            return


class Refreshing:
    """Makes App Home anew in workspaces that were posted to."""

    def __init__(self) -> None:
        self._marked: set[WorkspaceId] = set()
        self._stirred = asyncio.Event()

    def mark(self, workspace: WorkspaceId) -> None:
        """Let a workspace's Home be made anew soon."""
        self._marked.add(workspace)
        self._stirred.set()

    def begin(self, stack: AsyncExitStack, homes: Homes) -> None:
        """Do so until the stack closes."""
        _during(stack, asyncio.create_task(self._refresh(homes)))

    async def _refresh(self, homes: Homes) -> None:
        while True:
            await self._stirred.wait()
            await asyncio.sleep(REFRESH_S)
            self._stirred.clear()
            marked, self._marked = self._marked, set()
            for workspace in marked:
                try:
                    await homes.posted(workspace)
                except Exception:  # Home is made anew after the next post
                    logger.exception("Home of %s stays as it was", workspace)


def _during(stack: AsyncExitStack, task: asyncio.Task[None]) -> None:
    """End a task when the stack closes."""

    async def end() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(end)
