"""The channel: its page, its live posts, and what is typed, pressed and filled in there."""

import json
import secrets
from collections.abc import Mapping
from typing import Final

from aiohttp import web
from aiohttp_sse import sse_response
from markupsafe import Markup

from adapters.local.headers import HEADERS
from adapters.local.previews import discord, slack
from adapters.local.site import Site, channel_in, fields_of, file_of, id_from, id_in, number_in
from adapters.local.watching import place_of
from bot.adding import add_form
from bot.adding.add_form import MAX_ARTICLE_CHARACTERS
from bot.commands import Command, parse
from bot.errors import BotError, UserError
from bot.form import Form
from bot.message import Button, Buttons, Message, note, paragraph, plain_text
from bot.model import Channel, Delivery, DeliveryId, Interaction
from bot.moderating.commands import (
    AddStories,
    MergeStories,
    ModerateStory,
    ModeratorCommand,
    UndoChange,
)
from bot.phrases import phrase, phrase_error
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
        return await self._site.inside_page(
            request,
            "channel.html",
            channel.workspace,
            channel=channel,
            posts=posts[-count:],
            place=place_of(posts[-count:]),
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
                async for arrival in self._site.platform.changes(channel, after):
                    if arrival is None:
                        await stream.send("", event="gap")
                        break
                    await stream.send(self._post(request, arrival.post), id=arrival.place, event="post")
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
            return await self._reply(request, channel, typed, hint(typed, interaction))
        return await self._answered(request, typed, interaction, None)

    async def submit(self, request: web.Request) -> web.Response:
        """Take in a form that was filled in; it comes back where something in it is wrong."""
        channel = channel_in(request)
        fields = await fields_of(request, MAX_FORM_BYTES)
        interaction = await self._interaction(request, channel, fields)
        return await self._answered(request, fields.get("command", ""), interaction, fields)

    async def _interaction(
        self, request: web.Request, channel: Channel, fields: Mapping[str, str]
    ) -> Interaction:
        """Return what the viewer did; each button under one reply is something else."""
        id_ = f"{id_from(fields.get('id', ''))} {fields.get('command', '').strip()}"
        return await self._site.interaction(request, channel, id_)

    async def upload(self, request: web.Request) -> web.Response:
        """Return the form that an article is added with, filled with a file; a problem where it cannot be."""
        channel = channel_in(request)
        id_, name, data = await file_of(request, MAX_UPLOAD_BYTES)
        interaction = await self._site.interaction(request, channel, id_from(id_))
        reply = await self._site.engine.form_from_file(name, data, interaction)
        if isinstance(reply, Message):
            return web.json_response({"problem": plain_text(reply)}, status=422)
        return await self._reply(request, channel, add_form.COMMAND, reply)

    async def _answered(
        self, request: web.Request, typed: str, interaction: Interaction, values: Mapping[str, str] | None
    ) -> web.Response:
        engine, language, channel = self._site.engine, interaction.actor.language, interaction.channel
        command = None
        try:
            command = parse(typed)
            reply = await engine.perform(command, interaction, values)
        except UserError as error:
            refusal = Message((paragraph(phrase_error(error, language)),), language)
            return await self._reply(request, channel, typed, refusal, command, is_refused=True)
        except BotError as error:  # a database that fails now may work for the next question
            trouble = Message((note(str(error)),), language)
            return await self._reply(request, channel, typed, trouble, command, is_refused=True)
        return await self._reply(request, channel, typed, reply, command)

    async def _reply(
        self,
        request: web.Request,
        channel: Channel,
        typed: str,
        reply: Message | Form,
        command: Command | None = None,
        *,
        is_refused: bool = False,
    ) -> web.Response:
        id_ = secrets.token_hex(8)
        if isinstance(reply, Message):
            self._site.kept.keep(channel, id_, reply)
        html = self._site.renderer.page(
            "form.html" if isinstance(reply, Form) else "reply.html",
            self._site.viewer(request),
            id=id_,
            command=typed,
            reply=reply,
            channel=channel,
            previews=list(self._site.payloads),
            takes_file=isinstance(reply, Form) and isinstance(_parsed(reply.command), AddStories),
        )
        told = {
            "kind": "form" if isinstance(reply, Form) else "message",
            "html": html,
            # A page has room for answers side by side; moderators' views would be out of date.
            "in_place": isinstance(command, ModeratorCommand) and stays_in_place(command),
            "acted": isinstance(command, ModerateStory | MergeStories | UndoChange) and not is_refused,
            "refused": is_refused,
            "waiting": await self._site.waiting(request, channel.workspace),
        }
        return web.json_response(told)

    async def complete(self, request: web.Request) -> web.Response:
        """Return how the command may go on that is being typed."""
        actor = self._site.viewer(request).actor(channel_in(request).workspace)
        going = await self._site.engine.complete(request.query.get("text", "")[:1_000], actor)
        return web.json_response([{"value": choice.value, "label": choice.label} for choice in going])

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
