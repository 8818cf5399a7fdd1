"""What `ai-news doctor` looks at on Discord: token, application, commands, and every subscribed channel."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from adapters.discord.client import KEPT, point_at
from adapters.discord.errors import Refusal
from adapters.discord.invite import invite_url
from adapters.discord.posting.places import PLATFORM, Places
from adapters.discord.rest import Rest
from adapters.discord.showing.commands import fingerprint, payload
from bot.errors import ChannelLost, PostDelayed, PostFailed
from bot.model import Subscription
from bot.ports import Store
from bot.settings import Settings, Shards

LONGEST_S: Final = 30.0
"""How long all of it may take, in seconds."""

MOST_CHANNELS: Final = 100
PORTAL: Final = "https://discord.com/developers/applications"

State = Literal["ok", "warning", "broken"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one thing: whether that is well, and what to do where it is not."""

    state: State
    text: str


async def check_discord(settings: Settings, token: str, store: Store) -> AsyncIterator[Finding]:
    """Yield what is found, in at most half a minute."""
    point_at(settings.discord_api_url)
    rest = Rest(token)
    try:
        async with asyncio.timeout(LONGEST_S):
            async for finding in _findings(rest, store, settings.discord_shards):
                yield finding
    except TimeoutError:
        yield Finding("warning", f"Discord is slow: not all was looked at in {LONGEST_S:g} s")
    except (PostFailed, Refusal) as error:
        if rest.token_refused:
            advice = f"copy it again from the Bot page of your application, {PORTAL} (Reset Token)"
            yield Finding("broken", f"Discord refuses AI_NEWS_DISCORD_TOKEN; {advice}")
        else:
            yield Finding("broken", str(error))
    finally:
        await rest.close()


async def _findings(rest: Rest, store: Store, shards: Shards | None) -> AsyncIterator[Finding]:
    application = await rest.get("/applications/@me")
    name, id_ = application["name"], str(application["id"])
    yield Finding(
        "ok", f"signed in as {name}; no privileged intent is needed; invite it with {invite_url(id_)}"
    )
    for problem in problems_of(application):
        yield Finding("broken", problem)
    gateway = await rest.get("/gateway/bot")
    for warning in warnings_of(gateway, shards):
        yield Finding("warning", warning)
    yield await _commands(rest, store, id_)
    servers = await rest.get("/users/@me/guilds", {"limit": 1})
    if not servers:
        yield Finding("warning", "no server has taken the bot in yet; open the link above")
    async for finding in _channels(rest, store):
        yield finding


def problems_of(application: dict[str, Any]) -> list[str]:
    """Return what in an application's settings keeps the bot from working, and where that is changed."""
    problems = []
    page = f"{PORTAL}/{application['id']}"
    if address := application.get("interactions_endpoint_url"):
        problems.append(f"commands are sent to {address}; clear the Interactions Endpoint URL at {page}")
    if application.get("bot_require_code_grant"):
        problems.append(f"the invite link does not work; turn off Requires OAuth2 Code Grant at {page}/bot")
    return problems


def warnings_of(gateway: dict[str, Any], shards: Shards | None) -> list[str]:
    """Return what Discord says of the gateway that will soon be a problem."""
    warnings = []
    advised, limit = gateway["shards"], gateway["session_start_limit"]
    if shards is not None and shards.count < advised:
        warnings.append(f"Discord advises {advised} shards; AI_NEWS_DISCORD_SHARDS has {shards.count}")
    if limit["remaining"] < max(advised, 10):
        hours = limit["reset_after"] / 3_600_000
        warnings.append(f"only {limit['remaining']} connections are left for the next {hours:.1f} h")
    return warnings


async def _commands(rest: Rest, store: Store, application_id: str) -> Finding:
    wanted = payload()
    there = await rest.get("/applications/{application_id}/commands", application_id=application_id)
    known = {(one["type"], one["name"]) for one in there}
    missing = [str(one["name"]) for one in wanted if (one["type"], one["name"]) not in known]
    if missing:
        return Finding("warning", f"Discord does not have {', '.join(missing)} yet; `ai-news run` tells it")
    if await store.kept(*KEPT) != f"{application_id} {fingerprint(wanted)}":
        return Finding("warning", "Discord has other commands than this version; `ai-news run` tells it")
    return Finding("ok", f"{len(wanted)} commands are known to Discord")


async def _channels(rest: Rest, store: Store) -> AsyncIterator[Finding]:
    """Look at the channels that get digests."""
    known = await store.subscriptions(None, limit=MOST_CHANNELS * 10)
    subscribed = [one for one in known if one.channel.platform == PLATFORM and one.state == "active"]
    places, well = Places(rest), 0
    for subscription in subscribed[:MOST_CHANNELS]:
        if problem := await _lack(places, subscription):
            yield Finding("warning", f"channel {subscription.channel.id}: {problem}")
        else:
            well += 1
    if subscribed:
        yield Finding("ok", _counted(well, subscribed))


def _counted(well: int, subscribed: Sequence[Subscription]) -> str:
    looked_at = min(len(subscribed), MOST_CHANNELS)
    more = f"; the first {MOST_CHANNELS} were looked at" if len(subscribed) > MOST_CHANNELS else ""
    return f"{well} of {looked_at} subscribed channels can be posted to{more}"


async def _lack(places: Places, subscription: Subscription) -> str:
    """Return why a channel cannot be posted to; nothing where it can."""
    try:
        place = await places.of(subscription.channel)
        missing = await places.missing(place, with_threads=subscription.style == "thread")
    except ChannelLost as lost:
        return str(lost)
    except Refusal as refusal:
        if isinstance(refusal.failure, ChannelLost):
            return str(await places.explained(subscription.channel, refusal.failure))
        return str(refusal)
    except PostDelayed as delayed:
        if delayed.everywhere:
            raise
        return f"could not be looked at: {delayed}"
    return f"missing: {', '.join(missing)}" if missing else ""
