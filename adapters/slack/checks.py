"""What `ai-news doctor` looks at for Slack, and what it says to do: settings, tokens, scopes, channels."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.errors import EXPIRED, Refused
from adapters.slack.installing.cipher import Cipher
from adapters.slack.installing.installations import Installations, Installed
from adapters.slack.mode import Mode, mode_of
from adapters.slack.scopes import SCOPES
from adapters.slack.web_api import ask, ask_whole, client_of, open_session
from bot.errors import InvalidSettings, PostFailed
from bot.model import Subscription
from bot.ports import Clock, Store
from bot.settings import Settings

State = Literal["ok", "warning", "broken"]

MAX_NAMED = 10
"""How many channels are named one by one where something is wrong with them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one thing."""

    name: str
    state: State
    finding: str


async def findings(settings: Settings, store: Store, clock: Clock) -> AsyncIterator[Finding]:
    """Yield what is found, one thing after the other; nothing where no setting speaks of Slack."""
    try:
        mode = mode_of(settings)
    except InvalidSettings as error:
        for line in str(error).splitlines():
            yield Finding("slack", "broken", line)
        return
    if mode is None:
        return
    yield _way(settings, mode)
    async with open_session() as session:
        client = client_of(settings, session)
        if mode.socket:
            yield await _app_token(client, settings.slack_app_token or "")
        try:
            found = await _installations(settings, mode, store, clock)
        except InvalidSettings as error:
            yield Finding("slack", "broken", str(error))
            return
        if not found:
            yield Finding("slack", "warning", f"installed nowhere yet; open {mode.installs_at}/slack/install")
        for installed in found:
            async for finding in _workspace(client, installed, store):
                yield finding


def _way(settings: Settings, mode: Mode) -> Finding:
    way = "Socket Mode" if mode.socket else "HTTP"
    if mode.socket and settings.slack_signing_secret is not None:
        spare = "AI_NEWS_SLACK_SIGNING_SECRET has no effect beside AI_NEWS_SLACK_APP_TOKEN; unset one of them"
        return Finding("slack", "warning", f"{way}; {spare}")
    if mode.many and settings.secret_key is None:
        return Finding(
            "slack", "warning", f"{way}; tokens are kept as they are, AI_NEWS_SECRET_KEY would encrypt them"
        )
    if not mode.socket and not (settings.web_url or "").startswith("https://"):
        return Finding(
            "slack",
            "warning",
            f"{way}, for which Slack needs the page's https:// address: set AI_NEWS_WEB_URL",
        )
    return Finding("slack", "ok", f"{way}, {'many workspaces' if mode.many else 'one workspace'}")


async def _app_token(client: AsyncWebClient, token: str) -> Finding:
    try:
        await ask(client, "apps.connections.open", app_token=token)
    except Refused as refused:
        advice = "it is the app-level token with connections:write, under Basic Information"
        return Finding("slack socket", "broken", f"AI_NEWS_SLACK_APP_TOKEN: {refused}; {advice}")
    except PostFailed as error:
        return Finding("slack socket", "broken", str(error))
    return Finding("slack socket", "ok", "the app-level token opens a connection")


async def _installations(settings: Settings, mode: Mode, store: Store, clock: Clock) -> list[Installed]:
    if mode.many:
        return await Installations(store, Cipher(settings.secret_key), clock).all()
    return [Installed(id="", token=settings.slack_bot_token or "", installed_at=clock())]


async def _workspace(client: AsyncWebClient, installed: Installed, store: Store) -> AsyncIterator[Finding]:
    """Yield what is found of one workspace: its token, its scopes, its channels."""
    try:
        answer, headers = await ask_whole(client, "auth.test", token=installed.token)
    except Refused as refused:
        yield _refused_token(installed, refused)
        return
    except PostFailed as error:
        yield Finding("slack token", "broken", str(error))
        return
    name = str(answer.get("team") or installed.name)
    yield Finding("slack token", "ok", f"{name}, as {answer.get('user')}")
    yield _scopes(name, headers.get("x-oauth-scopes", ""))
    team = str(answer.get("team_id") or installed.id)
    subscriptions = [
        one
        for one in await store.subscriptions(None, 100_000)
        if one.channel.platform == "slack" and one.channel.workspace == team
    ]
    yield await _channels(client, installed.token, name, subscriptions)


def _refused_token(installed: Installed, refused: Refused) -> Finding:
    if not installed.id:
        advice = "copy it again from OAuth & Permissions"
        return Finding("slack token", "broken", f"AI_NEWS_SLACK_BOT_TOKEN: {refused}; {advice}")
    name = installed.name or installed.id
    if refused.code == EXPIRED and installed.refresh_token:
        return Finding("slack token", "ok", f"{name}: has ended; the bot renews it when it needs it")
    return Finding("slack token", "broken", f"{name}: {refused}; install the app there again")


def _scopes(name: str, granted: str) -> Finding:
    missing = sorted(SCOPES.keys() - {scope.strip() for scope in granted.split(",")})
    if not missing:
        return Finding("slack scopes", "ok", f"{name}: all {len(SCOPES)} are granted")
    reasons = "; ".join(f"{scope} ({SCOPES[scope]})" for scope in missing)
    return Finding(
        "slack scopes",
        "broken",
        f"{name}: missing {reasons}; add them under OAuth & Permissions and install the app again",
    )


async def _channels(
    client: AsyncWebClient, token: str, name: str, subscriptions: Sequence[Subscription]
) -> Finding:
    """Return in which of a workspace's subscribed channels the bot cannot be."""
    problems: list[str] = []
    for subscription in subscriptions:
        try:
            problem = await _channel_problem(client, token, subscription)
        except Refused as crowded:
            problems.append(f"Slack shows no more of them for now ({crowded}); look again in a minute")
            break
        if problem:
            problems.append(problem)
        if len(problems) >= MAX_NAMED:
            problems.append("and perhaps more")
            break
    if problems:
        return Finding("slack channels", "warning", f"{name}: {'; '.join(problems)}")
    return Finding("slack channels", "ok", f"{name}: in every one of {len(subscriptions)} that get digests")


async def _channel_problem(client: AsyncWebClient, token: str, subscription: Subscription) -> str:
    """Return what is wrong with a channel, or nothing. Raises `Refused` where Slack asks to slow down."""
    channel = subscription.channel.id
    if subscription.trouble:
        return f"{channel} gets nothing: {subscription.trouble}; then type /ai-news-digest resume there"
    if channel.startswith("D"):
        return ""
    try:
        answer = await ask(client, "conversations.info", token=token, channel=channel)
    except Refused as refused:
        if refused.code == "ratelimited":
            raise
        return f"{channel} is not shown ({refused}); invite the bot there"
    except PostFailed as error:
        return f"{channel}: {error}"
    found = answer.get("channel") or {}
    shown = f"#{found.get('name') or channel}"
    if found.get("is_archived"):
        return f"{shown} is archived"
    if not found.get("is_member") and found.get("is_private"):
        return f"the bot is not in {shown}; invite it"
    return "" if found.get("is_member") else f"the bot is not in {shown}, which it joins at its next post"
