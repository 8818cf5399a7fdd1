"""The channel: its page, its live posts, and what is typed, pressed and filled in there."""

import asyncio
import json
import secrets
from typing import Final

from aiohttp import web
from aiohttp_sse import sse_response
from markupsafe import Markup

from adapters.local.headers import HEADERS
from adapters.local.places import WORKSPACES
from adapters.local.previews import discord, slack
from adapters.local.site import Site, channel_in, fields_of, file_of, id_from, id_in, number_in
from bot import add_form
from bot.commands import Command, parse
from bot.completion import completion_of
from bot.errors import BotError, UserError
from bot.form import Form
from bot.intake import MAX_ARTICLE_CHARACTERS
from bot.message import Button, Buttons, Message, note, plain_text
from bot.model import Channel, Delivery, DeliveryId, Interaction
from bot.moderator_commands import AddStories, ModeratorCommand
from bot.phrases import phrase
from bot.reading.encoding import MAX_BYTES
from bot.showing import stays_in_place

HISTORY: Final = 20
MAX_HISTORY: Final = 200
"""How many posts the page opens with, and how many it shows at most."""

MAX_STREAMS: Final = 1_000
"""Streams of live posts that are open at once; each is a connection that stays."""

SEND_TIMEOUT_S: Final = 20.0
"""How long a stream may take nothing before it is closed; its page comes back and asks for what it missed."""

MAX_COMMAND_BYTES: Final = 64_000
MAX_FORM_BYTES: Final = MAX_ARTICLE_CHARACTERS * 4 + MAX_COMMAND_BYTES
MAX_UPLOAD_BYTES: Final = 2 * MAX_BYTES
"""More than a file may have, so that most who send a larger one read how large it may be."""

PREVIEWS: Final = {"discord": discord.preview, "slack": slack.preview}


class ChannelPages:
    """The handlers of everything below a channel's address."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._streams = 0

    async def show(self, request: web.Request) -> web.Response:
        """Return the page: the newest posts, when the next comes, and where to type."""
        channel = channel_in(request)
        store = self._site.engine.store
        count = number_in(request, "count", HISTORY, MAX_HISTORY)
        posts = await store.posts(channel, count + 1)
        subscription = await store.subscription(channel)
        return self._site.page(
            request,
            "channel.html",
            channel=channel,
            workspaces=WORKSPACES.values(),
            posts=posts[-count:],
            earlier=min(count + HISTORY, MAX_HISTORY) if len(posts) > count < MAX_HISTORY else None,
            next_due_at=subscription.next_due_at if subscription else None,
            previews=list(self._site.payloads),
        )

    async def live(self, request: web.Request) -> web.StreamResponse:
        """Stream the posts that come after the one the page knows, as long as the page is open."""
        channel = channel_in(request)
        if self._streams >= MAX_STREAMS:
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "30"})
        self._streams += 1
        try:
            async with sse_response(request, headers=HEADERS, send_timeout=SEND_TIMEOUT_S) as stream:
                after = stream.last_event_id or request.query.get("after", "")
                async for post in self._site.platform.changes(channel, after):
                    if post is None:
                        await stream.send("", event="gap")
                        break
                    await stream.send(self._post(request, post), id=post.id, event="post")
        except (ConnectionResetError, TimeoutError):
            pass  # the page is gone, or takes nothing: it asks again when it comes back
        finally:
            self._streams -= 1
        return stream

    def _post(self, request: web.Request, post: Delivery) -> str:
        viewer = self._site.viewer(request)
        html = self._site.renderer.page(
            "post.html", viewer, post=post, channel=post.channel, previews=list(self._site.payloads)
        )
        return json.dumps({"id": f"post-{post.id}", "html": html})

    async def command(self, request: web.Request) -> web.Response:
        """Answer what was typed or pressed; only the one who asked sees it."""
        channel = channel_in(request)
        fields = await fields_of(request, MAX_COMMAND_BYTES)
        typed = fields.get("command", "").strip()
        interaction = await self._interaction(request, channel, fields)
        if not typed.startswith(("/", "\uff0f")):
            return self._reply(request, channel, typed, hint(typed, interaction))
        try:
            reply = await self._site.engine.reply(typed, interaction)
            return self._reply(request, channel, typed, reply)
        except BotError as error:  # a database that fails now may work for the next question
            trouble = Message((note(str(error)),), interaction.actor.language)
            return self._reply(request, channel, typed, trouble)

    async def submit(self, request: web.Request) -> web.Response:
        """Take in a form that was filled in; it comes back where something in it is wrong."""
        channel = channel_in(request)
        fields = await fields_of(request, MAX_FORM_BYTES)
        interaction = await self._interaction(request, channel, fields)
        command = fields.get("command", "")
        try:
            reply = await self._site.engine.submit(command, fields, interaction)
        except BotError as error:
            reply = Message((note(str(error)),), interaction.actor.language)
        return self._reply(request, channel, command, reply)

    async def upload(self, request: web.Request) -> web.Response:
        """Return the form that an article is added with, filled with a file; a problem where it cannot be."""
        channel = channel_in(request)
        id_, name, data = await file_of(request, MAX_UPLOAD_BYTES)
        interaction = await self._interaction(request, channel, {"id": id_, "command": add_form.COMMAND})
        reply = await asyncio.to_thread(self._site.engine.form_from_file, name, data, interaction)
        if isinstance(reply, Message):
            return web.json_response({"problem": plain_text(reply)}, status=422)
        return self._reply(request, channel, add_form.COMMAND, reply)

    async def _interaction(
        self, request: web.Request, channel: Channel, fields: dict[str, str]
    ) -> Interaction:
        workspace = await self._site.engine.workspaces.known(channel.platform, channel.workspace)
        return Interaction(
            id=f"{id_from(fields.get('id', ''))} {fields.get('command', '').strip()}",
            actor=self._site.viewer(request).actor(channel.workspace),
            channel=channel,
            limits=self._site.platform.limits,
            time_zone=workspace.time_zone if workspace else self._site.settings.time_zone,
        )

    def _reply(
        self, request: web.Request, channel: Channel, command: str, reply: Message | Form
    ) -> web.Response:
        id_ = secrets.token_hex(8)
        kind = "form" if isinstance(reply, Form) else "message"
        if isinstance(reply, Message):
            self._site.kept.keep(channel, id_, reply)
        html = self._site.renderer.page(
            "form.html" if isinstance(reply, Form) else "reply.html",
            self._site.viewer(request),
            id=id_,
            command=command,
            reply=reply,
            channel=channel,
            previews=list(self._site.payloads),
            takes_file=isinstance(reply, Form) and isinstance(_parsed(reply.command), AddStories),
        )
        asked = _parsed(command)
        # A page has room for answers side by side; moderators' views would be out of date.
        in_place = isinstance(asked, ModeratorCommand) and stays_in_place(asked)
        return web.json_response({"kind": kind, "html": html, "in_place": in_place})

    async def complete(self, request: web.Request) -> web.Response:
        """Return how the command may go on that is being typed."""
        channel_in(request)
        names = await self._site.engine.known.of(channel_in(request).workspace)
        return web.json_response(completion_of(names).of(request.query.get("text", "")[:1_000])[:8])

    async def look(self, request: web.Request) -> web.Response:
        """Return a post or a reply as another platform would show it. Raises 404 for what is not kept."""
        channel = channel_in(request)
        platform = request.match_info["platform"]
        payloads = self._site.payloads.get(platform)
        message = await self._message(channel, id_in(request))
        if message is None or payloads is None:
            raise web.HTTPNotFound
        parts: list[Markup] = [PREVIEWS[platform](payload) for payload in payloads(message)]
        return self._site.page(request, "preview.html", platform=platform, parts=parts)

    async def _message(self, channel: Channel, id_: str) -> Message | None:
        if kept := self._site.kept.get(channel, id_):
            return kept
        post = await self._site.engine.store.delivery(DeliveryId(id_))
        return post.message if post and post.channel == channel and post.state == "posted" else None


def _parsed(typed: str) -> Command | None:
    try:
        return parse(typed)
    except UserError:
        return None


def hint(typed: str, interaction: Interaction) -> Message:
    """Return what a line that is no command is met with: a button that looks it up."""
    language = interaction.actor.language
    shown = " ".join(typed.split())[:200]
    if not shown:
        return Message((note(phrase("error.not_a_command", language)),), language)
    ask = Button(label=phrase("page.ask", language, text=shown[:40]), command=f"/ai-news {shown}")
    return Message((note(phrase("page.hint", language)), Buttons((ask,))), language)
