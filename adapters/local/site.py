"""What every page needs: the services behind it, who looks, and how what a request holds is read."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import urlsplit

from aiohttp import HttpVersion11, web
from aiohttp.http_exceptions import BadHttpMessage
from multidict import MultiDictProxy

from adapters.local.access import TRIES_S, Door, WrongTries, bearer_token
from adapters.local.places import HOME, WORKSPACES, channel_of, first_channel
from adapters.local.platform import LocalPlatform
from adapters.local.render import Renderer
from adapters.local.viewer import Viewer, viewer_of
from bot.engine import Engine
from bot.message import Message
from bot.model import Channel, Interaction, WorkspaceId
from bot.run import Tick
from bot.settings import Settings

SESSION_COOKIE: Final = "ai-news-session"
YEAR_S: Final = 365 * 24 * 3600

Payload = Mapping[str, object]
Payloads = Mapping[str, Callable[[Message], Sequence[Payload]]]
"""By platform: what it would be sent for a message, part by part."""

_NO_FORM: Final = (ValueError, LookupError, RuntimeError, AssertionError, BadHttpMessage)
"""What aiohttp raises for a body that is no form, or is in an encoding that does not exist."""

_ID: Final = re.compile(r"[0-9A-Za-z._:-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The page's own services, open while it is served."""

    engine: Engine
    platform: LocalPlatform
    renderer: Renderer
    door: Door
    settings: Settings
    payloads: Payloads
    trouble: Callable[[], Mapping[str, str]]
    """By name what is wrong with the bot's regular work, "" where it is well."""
    kept: "KeptReplies" = field(default_factory=lambda: KeptReplies())
    wrong_tries: WrongTries = field(default_factory=WrongTries)

    @classmethod
    def of(
        cls,
        engine: Engine,
        platform: LocalPlatform,
        settings: Settings,
        payloads: Payloads,
        ticks: Sequence[Tick] = (),
    ) -> Self:
        """Return the site that the settings describe; `ticks` tell how the bot's regular work fares."""
        return cls(
            engine=engine,
            platform=platform,
            renderer=Renderer(settings.time_zone),
            door=Door.of(settings, salt=engine.store.database_id),
            settings=settings,
            payloads=payloads,
            trouble=lambda: {tick.name: tick.trouble() for tick in ticks},
        )

    def viewer(self, request: web.Request) -> Viewer:
        """Return who looks, and how they want it."""
        session = request.cookies.get(SESSION_COOKIE, "") if self.door.password is not None else ""
        return viewer_of(
            request.cookies,
            request.query.get("language"),
            request.headers.get("Accept-Language", ""),
            self.settings.language,
            inside=self._lets_in(request),
            can_sign_in=self.door.password is not None,
            session=session,
        )

    def _lets_in(self, request: web.Request) -> bool:
        # A proxy that was set up in haste speaks HTTP/1.0 and passes nothing on of who asks: no browser does.
        if self.door.password is None and request.version < HttpVersion11:
            return False
        session = request.cookies.get(SESSION_COOKIE, "")
        return self.door.lets_in(request.headers, session, int(time.time()))

    def check_tries(self, request: web.Request) -> None:
        """Raise 429 where too many wrong passwords came from the same address."""
        if self.wrong_tries.too_many(self._remote(request), time.monotonic()):
            raise web.HTTPTooManyRequests(headers={"Retry-After": str(int(TRIES_S))})

    def count_wrong_try(self, request: web.Request) -> None:
        """Remember that a wrong password came."""
        self.wrong_tries.add(self._remote(request), time.monotonic())

    def check_bearer(self, request: web.Request) -> None:
        """Count a wrong password that a script sends, and raise 429 where there were too many."""
        token = bearer_token(request.headers)
        if token is not None and self.door.password is not None:
            self.check_tries(request)
            if not self.door.is_password(token):
                self.count_wrong_try(request)

    def _remote(self, request: web.Request) -> str:
        """Return the address that a request came from: behind our proxy the one that it names last."""
        forwarded = request.headers.get("X-Forwarded-For", "") if self.settings.web_url else ""
        return forwarded.rpartition(",")[2].strip() or request.remote or ""

    def page(self, request: web.Request, template: str, status: int = 200, **context: object) -> web.Response:
        """Return a page made from a template."""
        here = request.rel_url.without_query_params("language")
        back = here.raw_path_qs if request.method == "GET" else "/"
        text = self.renderer.page(template, self.viewer(request), path=here.raw_path, back=back, **context)
        return web.Response(text=text, content_type="text/html", status=status)

    async def inside_page(
        self, request: web.Request, template: str, workspace: WorkspaceId, **context: object
    ) -> web.Response:
        """Return a page within the frame that leads to channels and, who may go there, to the desk."""
        return self.page(
            request,
            template,
            status=200,
            workspace=workspace,
            workspaces=WORKSPACES.values(),
            waiting=await self.waiting(request, workspace),
            **context,
        )

    async def waiting(self, request: web.Request, workspace: WorkspaceId) -> int | None:
        """Return how many stories wait for the viewer's approval; None where they approve none."""
        if not self.viewer(request).moderates:
            return None
        interaction = await self.interaction(request, first_channel(workspace), "waiting")
        return (await self.engine.moderation.queue(interaction, 1, 0)).total

    async def interaction(self, request: web.Request, channel: Channel, id_: str) -> Interaction:
        """Return what the viewer did in a channel, named by `id_`."""
        known = await self.engine.workspaces.known(channel.platform, channel.workspace)
        return Interaction(
            id=id_,
            actor=self.viewer(request).actor(channel.workspace),
            channel=channel,
            limits=self.platform.limits,
            time_zone=known.time_zone if known else self.settings.time_zone,
        )

    def moderator(self, request: web.Request) -> Viewer:
        """Return the viewer, who moderates. Raises 403."""
        viewer = self.viewer(request)
        if not viewer.moderates:
            raise web.HTTPForbidden
        return viewer


class KeptReplies:
    """The newest replies, for another look at them in their channel; older ones are forgotten."""

    LIMIT: Final = 200

    def __init__(self) -> None:
        self._messages: dict[tuple[Channel, str], Message] = {}

    def keep(self, channel: Channel, id_: str, message: Message) -> None:
        """Keep a reply under its id."""
        self._messages[channel, id_] = message
        while len(self._messages) > self.LIMIT:
            del self._messages[next(iter(self._messages))]

    def get(self, channel: Channel, id_: str) -> Message | None:
        """Return a reply that is still kept."""
        return self._messages.get((channel, id_))


def channel_in(request: web.Request) -> Channel:
    """Return the channel that the address names. Raises 404."""
    channel = channel_of(request.match_info["workspace"], request.match_info["channel"])
    if channel is None:
        raise web.HTTPNotFound
    return channel


def workspace_in(request: web.Request) -> WorkspaceId:
    """Return the workspace that the address names. Raises 404."""
    workspace = WorkspaceId(request.match_info["workspace"])
    if workspace not in WORKSPACES:
        raise web.HTTPNotFound
    return workspace


def back_to(request: web.Request, workspace: WorkspaceId) -> str:
    """Return the address of the channel that the reader came from, else of the workspace's first."""
    came_from = urlsplit(request.headers.get("Referer", "")).path.split("/")
    home = WORKSPACES.get(workspace, HOME)
    if came_from[:2] == ["", "c"] and len(came_from) == 4 and channel_of(came_from[2], came_from[3]):
        return "/".join(came_from)
    return f"/c/{home.id}/{home.channels[0]}"


def id_in(request: web.Request) -> str:
    """Return the id that the address names. Raises 404 for what can be none."""
    id_ = request.match_info["id"]
    if not _ID.fullmatch(id_):
        raise web.HTTPNotFound
    return id_


def number_in(request: web.Request, name: str, default: int, highest: int) -> int:
    """Return a number of the address's query, between 1 and `highest`; the default where it is none."""
    text = request.query.get(name, "")
    return min(max(int(text), 1), highest) if text.isdecimal() and len(text) < 6 else default


async def fields_of(request: web.Request, max_bytes: int) -> dict[str, str]:
    """Return the fields of a form that was sent, files left out, several of one name with commas between.

    Raises 400 and 413.
    """
    sent = await _sent(request, max_bytes)
    texts = {name: [value for value in sent.getall(name) if isinstance(value, str)] for name in sent}
    return {name: ",".join(filter(None, values)) for name, values in texts.items() if values}


async def file_of(request: web.Request, max_bytes: int) -> tuple[str, str, bytes]:
    """Return the id that was sent beside a file, the file's name and its bytes. Raises 400 and 413."""
    sent = await _sent(request, max_bytes)
    file, id_ = sent.get("file"), sent.get("id")
    if not isinstance(file, web.FileField) or not isinstance(id_, str):
        raise web.HTTPBadRequest
    with file.file as opened:
        return id_, file.filename, opened.read()


async def _sent(
    request: web.Request, max_bytes: int
) -> MultiDictProxy[str | bytes | bytearray | web.FileField]:
    if (request.charset or "utf-8").lower() != "utf-8":
        raise web.HTTPBadRequest
    try:
        return await request.clone(client_max_size=max_bytes).post()
    except _NO_FORM as error:
        raise web.HTTPBadRequest from error


def id_from(text: str) -> str:
    """Return an id that a page sent. Raises 400 for what can be none."""
    if not _ID.fullmatch(text):
        raise web.HTTPBadRequest
    return text
