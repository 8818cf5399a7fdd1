"""The Bolt app: every payload is acknowledged before anything is done about it, and done once."""

import logging
import re
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.answering.answers import Answers
from adapters.slack.answering.call import (
    Call,
    action_value,
    command_call,
    home_call,
    message_call,
    press_call,
    shortcut_call,
    submission_call,
)
from adapters.slack.answering.home import Homes
from adapters.slack.answering.interactions import Interactions
from adapters.slack.answering.people import People
from adapters.slack.answering.work import Job, Work
from adapters.slack.installing.access import Access
from adapters.slack.showing.fields import ACTION, Json
from adapters.slack.showing.seal import Seal
from adapters.slack.showing.views import FORM, QUESTION, loading_view
from bot.engine import Engine
from bot.errors import ChannelLost, StoreError
from bot.ports import Clock
from bot.settings import Settings

logger = logging.getLogger(__name__)

COMMANDS: Final = ("/ai-news", "/ai-news-digest", "/ai-news-mod")
ADD_MESSAGE: Final = "add_message"
ASK: Final = "ask"
"""The `callback_id` of the message shortcut and of the global shortcut, as the manifest names them."""

TRIES_WHEN_CROWDED: Final = 3
"""How often a call is made again that Slack had no room for; each time after the wait that it asked for."""

_ANY: Final = re.compile("")
_MAX_SENT: Final = 200

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SlackApp:
    """The app with what belongs to it."""

    bolt: AsyncApp
    work: Work
    homes: Homes


def build_app(
    engine: Engine,
    settings: Settings,
    client: AsyncWebClient,
    access: Access,
    clock: Clock,
    register: Iterable[Callable[[AsyncApp], None]] = (),
) -> SlackApp:
    """Return the app.

    `access` gives the token of each workspace, `client` the session and the address of Slack. `register`
    adds listeners for events about the installation.
    """
    client = AsyncWebClient(
        base_url=client.base_url,
        timeout=client.timeout,
        session=client.session,
        # Whatever else goes wrong, Slack may have taken the call: it would be done twice.
        retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=TRIES_WHEN_CROWDED)],
    )
    bolt = AsyncApp(
        name="ai-news",
        logger=logging.getLogger("slack_bolt.ai-news"),
        # The listeners only acknowledge and begin work, so nothing is gained by answering beside them, and
        # the answer leaves at once: Bolt looks only every 10 ms for one that is given beside.
        process_before_response=True,
        # Where there is none, nobody can sign, and nothing that comes over HTTP is taken.
        signing_secret=settings.slack_signing_secret or secrets.token_hex(32),
        client=client,
        authorize=_authorizing(access),
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    seal = Seal(settings)
    people = People(engine.workspaces, settings, clock)
    answers = Answers(engine.store, seal)
    homes = Homes(engine, people, access)
    work = Work(engine.store, clock)
    listeners = Listeners(Interactions(engine, people, answers, homes, seal), people, work)
    for add in register:
        add(bolt)
    listeners.register(bolt)
    return SlackApp(bolt, work, homes)


def _authorizing(access: Access) -> Callable[..., Awaitable[AuthorizeResult]]:
    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        """Return who the bot is there, None where it is not installed. Raises `PostDelayed`."""
        team = team_id or enterprise_id or ""
        try:
            installed = await access.installed(team, enterprise_id or "")
        except ChannelLost as lost:
            logger.warning("nothing is done about what comes from %s: %s", team, lost)
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_id=installed.bot_id,
            bot_user_id=installed.bot_user,
            bot_token=installed.token,
        )

    # Bolt takes None for "not installed", although its type does not say so.
    return cast("Callable[..., Awaitable[AuthorizeResult]]", authorize)


class Listeners:
    """What Bolt calls: each method acknowledges a payload, and begins what is to be done."""

    def __init__(self, interactions: Interactions, people: People, work: Work) -> None:
        self._interactions = interactions
        self._people = people
        self._work = work
        self._sent: OrderedDict[str, None] = OrderedDict()

    def register(self, app: AsyncApp) -> None:
        """Register every listener; what nobody listens to is acknowledged, so that it is not sent again."""
        for name in COMMANDS:
            app.command(name)(self.command)
        app.action(re.compile(r"command-\d"))(self.press)
        app.options(re.compile(f"^{ACTION}"))(self.suggest)
        app.shortcut(ASK)(self.ask)
        app.shortcut(ADD_MESSAGE)(self.add_message)
        app.view(FORM)(self.submit)
        app.view(QUESTION)(self.submit)
        app.event("app_mention")(self.message)
        app.event("message")(self.message)
        app.event("app_home_opened")(self.home)
        for anything in (app.action, app.shortcut, app.view, app.event, app.options, app.command):
            anything(_ANY)(self.nothing)

    async def command(
        self, ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        """Take a slash command."""
        await ack()
        call = command_call(body, _team(context), client)
        name, text = str(body.get("command", "")), str(body.get("text", ""))
        self._begin(call, lambda: self._interactions.command(call, name, text))

    async def press(
        self, ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        """Take the press of a button."""
        await ack()
        call = press_call(body, _team(context), client)
        self._begin(call, lambda: self._interactions.press(call, action_value(body)))

    async def suggest(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """Answer with options: here the acknowledgement is the answer."""
        field = str(body.get("action_id", "")).removeprefix(ACTION)
        found: list[Json] = []
        try:
            found = await self._interactions.suggest(
                _team(context), context.user_id or "", field, str(body.get("value") or "")
            )
        except StoreError as error:
            logger.warning("nothing is suggested for %s: %s", field, error)
        await ack(options=found)

    async def ask(self, ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        """Take the global shortcut."""
        await ack()
        call = shortcut_call(body, _team(context), client)
        self._begin(call, lambda: self._interactions.open_question(call))

    async def add_message(
        self, ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        """Take the message shortcut."""
        await ack()
        call = shortcut_call(body, _team(context), client)
        message = body.get("message")
        shown = message if isinstance(message, Mapping) else {}
        self._begin(call, lambda: self._interactions.add_message(call, shown))

    async def submit(
        self, ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        """Take a modal that was sent. It stays open, for the answer or for what is wrong in it.

        One that lay on another one gives way to it.
        """
        call = submission_call(body, _team(context), client)
        language = self._people.language_hint(call.team, call.user)
        if call.key in self._sent:
            # Slack may have lost the first acknowledgement, and shows what this one says.
            await _taken(ack, call, self._interactions.shown_in(call) or loading_view(language))
            return
        self._sent[call.key] = None
        while len(self._sent) > _MAX_SENT:
            self._sent.popitem(last=False)
        await _taken(ack, call, loading_view(language))
        view = body["view"]
        is_question = view.get("callback_id") == QUESTION
        self._work.begin(
            call.key,
            lambda: self._interactions.submit(call, view, is_question),
            failed=lambda: self._interactions.unsent(call, view),
            again=lambda: self._interactions.sent_again(call),
        )

    async def message(
        self, ack: AsyncAck, body: Body, event: Body, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        """Take a mention of the bot, or a message to it alone; any other message is none of its business."""
        await ack()
        to_bot = event.get("type") == "app_mention" or event.get("channel_type") == "im"
        call = message_call(event, _team(context), client) if to_bot else None
        if call is not None:
            text, bot = str(event.get("text") or ""), context.bot_user_id or ""
            asking = call
            self._begin(asking, lambda: self._interactions.ask(asking, text, bot))

    async def home(
        self, ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        """Take the opening of App Home; its other tab shows messages."""
        await ack()
        if body.get("event", {}).get("tab", "home") == "home":
            call = home_call(body, _team(context), client)
            self._begin(call, lambda: self._interactions.open_home(call))

    async def nothing(self, ack: AsyncAck, body: Body) -> None:
        """Acknowledge what nothing is to be done about."""
        await ack()
        logger.debug("nothing is done about a payload of type %s", body.get("type"))

    def _begin(self, call: Call, job: Job) -> None:
        self._work.begin(call.key, job, lambda: self._interactions.failed(call))


async def _taken(ack: AsyncAck, call: Call, view: Json) -> None:
    """Acknowledge a modal that was sent: it shows `view`, or closes where it lay on another one."""
    if call.pushed:
        await ack()
    else:
        await ack(response_action="update", view=view)


def _team(context: AsyncBoltContext) -> str:
    return context.team_id or context.enterprise_id or ""
