"""What `ai-news doctor` finds on Discord: the real command against a pretend Discord."""

import asyncio
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.discord.checks import problems_of, warnings_of
from adapters.discord.client import KEPT
from adapters.discord.invite import PERMISSIONS, invite_url
from adapters.discord.showing.commands import fingerprint, payload
from bot.model import SubscriptionId, WorkspaceId
from bot.settings import Shards
from bot.store import open_store
from tests.command import command_line, environment
from tests.factories import make_channel, make_subscription
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.server import DiscordServer, serving

TOKEN = "AAA.BBB.CCC"


async def doctor(home, url, token=TOKEN):
    """Run the command; return whether all is well and what it found on Discord."""
    process = await asyncio.create_subprocess_exec(
        *command_line("doctor", "--json"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=home,
        env=environment(home, AI_NEWS_DISCORD_TOKEN=token, AI_NEWS_DISCORD_API_URL=url),
    )
    output, errors = await process.communicate()
    assert errors == b""
    document = json.loads(output)
    assert process.returncode == (0 if document["healthy"] else 1)
    found = [(one["state"], one["finding"]) for one in document["checks"] if one["name"] == "Discord"]
    return document["healthy"], found


@pytest.fixture
async def home(tmp_path):
    (tmp_path / "data").mkdir()
    return tmp_path


async def subscribe(home, *channels, **over):
    store = await open_store(f"sqlite:///{home / 'data' / 'ai-news.db'}")
    for channel in channels:
        where = make_channel(
            platform="discord", workspace=WorkspaceId(str(channel.guild.id)), id=str(channel.id)
        )
        await store.add_subscription(
            make_subscription(id=SubscriptionId(str(channel.id)), channel=where, **over)
        )
    return store


async def test_doctor_prints_the_invite_link_and_what_to_do_next(home):
    server = DiscordServer(token=TOKEN)
    async with serving(server) as url:
        healthy, found = await doctor(home, url)

    assert healthy
    assert invite_url(server.bot.id) in found[0][1]
    assert [state for state, _ in found] == ["ok", "warning", "warning"]
    assert "ai-news-digest" in found[1][1]
    assert "no server" in found[2][1]
    assert server.violations == []


async def test_doctor_names_what_is_missing_in_each_channel(home):
    server = DiscordServer(token=TOKEN)
    guild = server.guild()
    well, mute, unread, gone = (guild.text(name) for name in ("well", "mute", "unread", "gone"))
    mute.allow(guild.bot, deny=Permission.SEND_MESSAGES)
    unread.allow(guild.bot, deny=Permission.READ_MESSAGE_HISTORY)
    store = await subscribe(home, well, mute, unread, gone)
    await store.keep(*KEPT, f"{server.bot.id} {fingerprint(payload())}")
    await store.close()
    server.commands.overwrite(payload(), None)
    gone.delete()
    async with serving(server) as url:
        healthy, found = await doctor(home, url)

    told = {text for _, text in found}
    assert healthy
    assert f"channel {mute.id}: missing: Send Messages" in told
    assert f"channel {unread.id}: missing: Read Message History" in told
    assert f"channel {gone.id}: the channel is gone" in told
    assert "4 commands are known to Discord" in told
    assert "1 of 4 subscribed channels can be posted to" in told


async def test_doctor_looks_at_what_threads_need(home):
    server = DiscordServer(token=TOKEN)
    news = server.guild().text("news")
    news.allow(news.guild.bot, deny=Permission.CREATE_PUBLIC_THREADS)
    await (await subscribe(home, news, style="thread")).close()
    async with serving(server) as url:
        _, found = await doctor(home, url)

    assert ("warning", f"channel {news.id}: missing: Create Public Threads") in found


async def test_doctor_looks_on_where_one_channel_cannot_be_looked_at(home):
    server = DiscordServer(token=TOKEN)
    guild = server.guild()
    first, second = guild.text("first"), guild.text("second")
    await (await subscribe(home, first, second)).close()
    server.faults.add("503", on="GET /channels/{channel_id}")
    async with serving(server) as url:
        healthy, found = await doctor(home, url)

    assert healthy
    assert found[-2][1].startswith(f"channel {first.id}: could not be looked at: Discord answered 503")
    assert found[-1] == ("ok", "1 of 2 subscribed channels can be posted to")


async def test_doctor_says_where_a_new_token_is_found(home):
    server = DiscordServer(token="another")
    async with serving(server) as url:
        healthy, found = await doctor(home, url)

    assert not healthy
    ((state, text),) = found
    assert state == "broken"
    assert "Reset Token" in text
    assert TOKEN not in text


async def test_doctor_says_that_discord_cannot_be_reached(home):
    healthy, ((state, text),) = await doctor(home, "http://127.0.0.1:1")

    assert (healthy, state) == (False, "broken")
    assert "cannot be reached" in text


APPLICATION = {"id": "1", "name": "AI news"}


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, []),
        ({"interactions_endpoint_url": None, "bot_require_code_grant": False}, []),
        ({"interactions_endpoint_url": "https://other.example/"}, ["Interactions Endpoint URL"]),
        ({"bot_require_code_grant": True}, ["Requires OAuth2 Code Grant"]),
    ],
)
def test_settings_of_the_application_that_stand_in_the_way_are_named(settings, told):
    problems = problems_of(APPLICATION | settings)

    assert len(problems) == len(told)
    assert all(name in problem for name, problem in zip(told, problems, strict=True))


GATEWAY = {"shards": 2, "session_start_limit": {"remaining": 1000, "reset_after": 7_200_000}}
FEW_LEFT = GATEWAY | {"session_start_limit": {"remaining": 3, "reset_after": 7_200_000}}


@pytest.mark.parametrize(
    ("gateway", "shards", "told"),
    [
        (GATEWAY, None, []),
        (GATEWAY, Shards(first=0, last=1, count=2), []),
        (GATEWAY, Shards(first=0, last=0, count=1), ["advises 2 shards"]),
        (FEW_LEFT, None, ["only 3 connections are left for the next 2.0 h"]),
    ],
)
def test_what_will_soon_be_a_problem_is_told(gateway, shards, told):
    warnings = warnings_of(gateway, shards)

    assert len(warnings) == len(told)
    assert all(words in warning for words, warning in zip(told, warnings, strict=True))


def test_the_invite_link_asks_for_what_posting_needs_and_nothing_more():
    query = parse_qs(urlsplit(invite_url("42")).query)

    assert query["client_id"] == ["42"]
    assert set(query["scope"][0].split()) == {"bot", "applications.commands"}
    assert query["permissions"] == [str(PERMISSIONS.value)]
    assert {name for name, granted in PERMISSIONS if granted} == {
        "create_public_threads",
        "read_message_history",
        "read_messages",
        "send_messages",
        "send_messages_in_threads",
    }
