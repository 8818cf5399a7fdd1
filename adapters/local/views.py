"""What moderators work from, each on a page of its own: the queue, the log, the topics.

It is what the command of the same name answers in a channel, with the buttons at work; where it stands, they
put their answers.
"""

import secrets
from typing import Final, cast

from aiohttp import web

from adapters.local.places import first_channel
from adapters.local.site import Site, number_in, workspace_in
from bot.changes import Action
from bot.display import printable
from bot.message import Message
from bot.model import Channel
from bot.moderating.commands import ACTIONS, MAX_PAGE, ModeratorCommand, ShowLog, ShowQueue, ShowTopics

MAX_SOUGHT: Final = 200
"""How much of what is sought in the log is looked at, in characters."""


class ViewPages:
    """The handlers of these pages."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def queue(self, request: web.Request) -> web.Response:
        """Return the stories that wait for approval."""
        return await self._view(request, "queue", ShowQueue(page=_page(request)))

    async def log(self, request: web.Request) -> web.Response:
        """Return who changed what, as far as the address asks for it."""
        by, story = (_sought(request, name) for name in ("by", "story"))
        action: Action | None = next(
            (known for known in ACTIONS if known == request.query.get("action")), None
        )
        command = ShowLog(by=by, action=action, story=story, page=_page(request))
        return await self._view(request, "log", command, sought=command, actions=ACTIONS)

    async def topics(self, request: web.Request) -> web.Response:
        """Return what the workspace decided about topics, and the names that none knows."""
        return await self._view(request, "topics", ShowTopics(page=_page(request)))

    async def _view(
        self, request: web.Request, name: str, command: ModeratorCommand, **context: object
    ) -> web.Response:
        self._site.moderator(request)
        workspace = workspace_in(request)
        channel = first_channel(workspace)
        return await self._site.inside_page(
            request,
            "view.html",
            workspace,
            name=name,
            channel=channel,
            view=await shown(self._site, request, channel, command),
            id=secrets.token_hex(8),
            **context,
        )


async def shown(site: Site, request: web.Request, channel: Channel, command: ModeratorCommand) -> Message:
    """Return what a command that changes nothing answers; the reason why not where it does not."""
    interaction = await site.interaction(request, channel, secrets.token_hex(8))
    return cast("Message", await site.engine.reply(command, interaction))  # a form only asks what to change


def _sought(request: web.Request, name: str) -> str:
    return printable(request.query.get(name, ""))[:MAX_SOUGHT].strip()


def _page(request: web.Request) -> int:
    return number_in(request, "page", 1, MAX_PAGE)
