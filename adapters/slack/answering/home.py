"""App Home: what a workspace gets, published to whoever opens it, and again when it may have changed."""

import logging
from collections import OrderedDict
from dataclasses import replace
from typing import Final

from adapters.slack.answering.call import Call
from adapters.slack.answering.people import FAILURES, People, reason
from adapters.slack.installing.access import Access
from adapters.slack.showing.views import home_view
from bot.engine import Engine
from bot.errors import BotError
from bot.model import WorkspaceId

logger = logging.getLogger(__name__)

MAX_OPENERS: Final = 200
"""How many of those who opened Home last are remembered, over all workspaces."""

MAX_REFRESHED: Final = 10
"""For how many openers of a workspace Home is made anew when something was posted there."""


class Homes:
    """Home of every workspace."""

    def __init__(self, engine: Engine, people: People, access: Access) -> None:
        self._engine = engine
        self._people = people
        self._access = access
        self._openers: OrderedDict[tuple[str, str], Call] = OrderedDict()

    async def open(self, call: Call) -> None:
        """Publish Home to the one who opened it."""
        self._openers[call.team, call.user] = call
        self._openers.move_to_end((call.team, call.user))
        while len(self._openers) > MAX_OPENERS:
            self._openers.popitem(last=False)
        await self._publish(call)

    async def acted(self, call: Call) -> None:
        """Publish Home again to one who did something, if they opened it lately."""
        if opened := self._openers.get((call.team, call.user)):
            await self._refresh(replace(opened, client=call.client))

    async def posted(self, workspace: WorkspaceId) -> None:
        """Publish Home again to those of a workspace who opened it last: a digest was posted there.

        Raises `PostFailed` where there is no token for that.
        """
        opened = [call for (team, _), call in self._openers.items() if team == workspace]
        for call in opened[-MAX_REFRESHED:]:
            # The token with which it was opened may have ended since.
            call.client.token = (await self._access.installed(workspace)).token
            await self._refresh(call)

    async def _refresh(self, call: Call) -> None:
        try:
            await self._publish(call)
        except (*FAILURES, BotError) as error:
            logger.info("Home of %s/%s stays as it was: %s", call.team, call.user, reason(error))

    async def _publish(self, call: Call) -> None:
        interaction = await self._people.interaction(
            call.id, call.client, call.team, call.user, call.channel, call.name
        )
        message = await self._engine.home(interaction)
        await call.client.views_publish(user_id=call.user, view=home_view(message))
