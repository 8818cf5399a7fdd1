"""Where answers go: to the asker alone, into a thread, or into a modal; split so that nothing is dropped."""

import json
import logging
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.slack.answering.call import Call
from adapters.slack.answering.people import FAILURES, reason
from adapters.slack.showing.fields import Json, holds
from adapters.slack.showing.render import LIMITS, render_answer
from adapters.slack.showing.seal import Carried, Seal
from adapters.slack.showing.views import form_view, message_view, parts_for_view, unsent_view
from bot.errors import StoreError
from bot.form import Form
from bot.message import Message, note, split
from bot.model import Language, WorkspaceId
from bot.phrases import phrase
from bot.ports import Store

logger = logging.getLogger(__name__)

RESPONSE_URL_USES: Final = 5
"""How often a `response_url` may be used, within 30 minutes (Slack's documentation on interactions)."""

MAX_SHOWN: Final = 200

MODALS: Final = "slack modals"
"""By workspace and person, the modal that they sent last, and what it shows since."""

Reply = Message | Form


def sentence(key: str, language: Language) -> Message:
    """Return one sentence as a message."""
    return Message((note(phrase(key, language)),), language)


class Answers:
    """Shows replies to the one who asked."""

    def __init__(self, store: Store, seal: Seal) -> None:
        self._store = store
        self._seal = seal
        self._shown: OrderedDict[str, Json] = OrderedDict()

    async def show(self, call: Call, reply: Reply, language: Language) -> None:
        """Show a reply where its asker expects it; a form in a modal, which is what forms need."""
        reply = _showable(reply)
        if call.view:
            await self.in_view(call, call.view, reply)
        elif isinstance(reply, Form):
            if await self.open(call, self.form(call, reply)) is None:
                await self.show(call, _unopened(reply, language), language)
        elif call.lasting and not call.response_url:
            await self._publicly(call, reply)
        else:
            await self._privately(call, reply)

    def form(self, call: Call, form: Form) -> Json:
        """Return a form as a modal that knows what it is about."""
        return form_view(form, self.sealed(call, form.command))

    def sealed(self, call: Call, command: str) -> str:
        """Return what a modal carries that the asker opens."""
        return self._seal.seal(Carried(command=command, channel=call.channel), call.team, call.user)

    async def open(self, call: Call, view: Json) -> str | None:
        """Open a modal and return its id; None where it is too late for that."""
        try:
            response = await call.client.views_open(trigger_id=call.trigger, view=view)
        except SlackApiError as error:
            logger.warning("a modal could not be opened for %s/%s: %s", call.team, call.user, reason(error))
            return None
        return str((response.get("view") or {}).get("id", ""))

    async def push(self, call: Call, view: Json) -> str | None:
        """Lay a modal on the one that is open and return its id; None where Slack takes none on it."""
        try:
            response = await call.client.views_push(trigger_id=call.trigger, view=view)
        except SlackApiError as error:
            logger.info("nothing lies on modal %s: %s", call.view, reason(error))
            return None
        return str((response.get("view") or {}).get("id", ""))

    async def in_view(self, call: Call, view: str, reply: Reply) -> None:
        """Put a reply into an open modal; what it does not hold, or all if it was closed, goes by message."""
        rest: list[Message] = []
        reply = _showable(reply)
        if isinstance(reply, Form):
            shown = self.form(call, reply)
        else:
            first, *rest = parts_for_view(reply)
            shown = message_view(first)
        if not await self._update(call, view, shown):
            rest = [] if isinstance(reply, Form) else [reply]
        for message in rest:
            await self._directly(call, message)

    async def put_back(self, call: Call, sent: Mapping[str, Any], language: Language) -> None:
        """Show a modal again as it was sent, where that failed: what was typed is not lost."""
        await self._update(call, call.view, unsent_view(sent, phrase("slack.failed", language)))

    async def _update(self, call: Call, view: str, shown: Json) -> bool:
        """Show something in an open modal; return whether it took that."""
        if call.sent:
            await self._remember(call, view, shown)
        return await self._show(call, view, shown)

    async def _remember(self, call: Call, view: str, shown: Json) -> None:
        """Let other processes know what a modal shows that was sent: they may be sent it again."""
        text = json.dumps([view, shown], ensure_ascii=False)
        try:
            await self._store.keep(MODALS, _sender(call), text, WorkspaceId(call.team), fades=True)
        except StoreError as error:  # which is what may be shown
            logger.warning("what modal %s shows is known to this process only: %s", view, error)

    async def show_again(self, call: Call) -> bool:
        """Show what came of a modal that was sent, to whichever process; return whether that is known yet."""
        kept = await self._store.kept(MODALS, _sender(call))
        view, shown = json.loads(kept) if kept else ("", {})
        if view != call.view:
            return False
        await self._show(call, view, shown)
        return True

    async def _show(self, call: Call, view: str, shown: Json) -> bool:
        self._shown[view] = shown
        while len(self._shown) > MAX_SHOWN:
            self._shown.popitem(last=False)
        try:
            await call.client.views_update(view_id=view, view=shown)
        except SlackApiError as error:
            logger.info("modal %s takes no answer: %s", view, reason(error))
            return False
        return True

    def shown_in(self, view: str) -> Json | None:
        """Return what was put into a modal last, if it was lately."""
        return self._shown.get(view)

    async def _privately(self, call: Call, message: Message) -> None:
        """Answer by the `response_url`, and beyond its uses by messages that only the asker sees."""
        for number, part in enumerate(split(message, LIMITS)):
            payload = render_answer(part)
            by_url = call.response_url and number < RESPONSE_URL_USES
            if not (by_url and await self._respond(call, payload, number == 0)):
                await self._ephemerally(call, payload)

    async def _respond(self, call: Call, payload: Json, first: bool) -> bool:
        """Answer by the `response_url`; return whether it took the answer, or may have."""
        body = payload | {
            "response_type": "in_channel" if call.lasting else "ephemeral",
            "replace_original": call.replaces and first,
        }
        if call.thread:
            body["thread_ts"] = call.thread
        webhook = AsyncWebhookClient(
            call.response_url,
            session=call.client.session,
            ssl=call.client.ssl,
            proxy=call.client.proxy,
            retry_handlers=call.client.retry_handlers,
        )
        try:
            response = await webhook.send_dict(body)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return False
        except (aiohttp.ClientError, TimeoutError) as error:
            logger.warning("a response_url may have taken an answer: %s", reason(error))
            return True
        if response.status_code != 200:
            logger.warning("a response_url answered HTTP %d: %s", response.status_code, response.body[:100])
        return not 400 <= response.status_code < 500

    async def _ephemerally(self, call: Call, payload: Json) -> None:
        """Post what only the asker sees; where the bot is not in the channel, directly to the asker."""
        thread: Json = {"thread_ts": call.thread} if call.thread else {}
        if not call.channel.startswith("D") and call.channel != call.user:
            try:
                to: Json = {"channel": call.channel, "user": call.user}
                await call.client.api_call("chat.postEphemeral", json=_posted(payload) | to | thread)
            except SlackApiError as error:
                logger.info("no private answer in %s/%s: %s", call.team, call.channel, reason(error))
            else:
                return
        await self._post(call, call.user, payload)

    async def _publicly(self, call: Call, message: Message) -> None:
        """Answer by messages, in the thread of what was asked where it stands in one."""
        thread: Json = {"thread_ts": call.thread} if call.thread else {}
        for part in split(message, LIMITS):
            await self._post(call, call.channel, render_answer(part) | thread)

    async def _directly(self, call: Call, message: Message) -> None:
        for part in split(message, LIMITS):
            await self._post(call, call.user, render_answer(part))

    async def _post(self, call: Call, channel: str, payload: Json) -> None:
        await call.client.api_call("chat.postMessage", json=payload | {"channel": channel})

    async def tell_failure(self, call: Call, language: Language) -> None:
        """Say that something went wrong, if Slack takes even that."""
        try:
            await self.show(call, sentence("slack.failed", language), language)
        except FAILURES as error:
            logger.warning("%s/%s could not be told of a failure: %s", call.team, call.user, reason(error))


def _showable(reply: Reply) -> Reply:
    """Return a reply, or what is said in place of a form with more text than a modal holds."""
    if isinstance(reply, Form) and not all(map(holds, reply.fields)):
        return sentence("slack.too_long", reply.language)
    return reply


def _unopened(form: Form, language: Language) -> Message:
    """Return what is said where a form can be opened no more: what is wrong, where it tells that."""
    if form.problem:
        return Message((note(form.problem),), language)
    return sentence("slack.too_late", language)


def _sender(call: Call) -> str:
    return f"{call.team} {call.user}"


def _posted(payload: Json) -> Json:
    """Return what chat.postEphemeral takes: nothing unfurls there, so it knows no such arguments."""
    return {name: payload[name] for name in ("text", "blocks")}
