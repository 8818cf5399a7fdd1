"""Slack's own client against the pretend Slack's Web API: what it refuses, limits, remembers and loses."""

import asyncio
import signal
import sys

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.server import SlackServer, serving
from tests.slack.doors import SECTION, many, plain, refused
from tests.waiting import PATIENCE_S


def button(**facts):
    return {"type": "button", "text": {"type": "plain_text", "text": "Go"}, **facts}


def actions(*elements):
    return [{"type": "actions", "elements": list(elements)}]


def rich(leaf):
    section = {"type": "rich_text_section", "elements": [leaf]}
    return [{"type": "rich_text", "elements": [section]}]


@pytest.mark.parametrize(
    ("blocks", "error"),
    [
        pytest.param(many(50), None, id="50 blocks"),
        pytest.param(many(51), "invalid_blocks", id="51 blocks"),
        pytest.param([{"type": "header", "text": plain(150)}], None, id="header of 150"),
        pytest.param([{"type": "header", "text": plain(151)}], "invalid_blocks", id="header of 151"),
        pytest.param([{"type": "section", "text": plain(3000)}], None, id="section of 3000"),
        pytest.param([{"type": "section", "text": plain(3001)}], "invalid_blocks", id="section of 3001"),
        pytest.param([{"type": "section", "text": plain(0)}], "invalid_blocks", id="empty text"),
        pytest.param(many(5, {"type": "section", "text": plain(2900)}), "msg_blocks_too_long", id="JSON"),
        pytest.param([{"type": "context", "elements": [plain(1)] * 10}], None, id="10 in context"),
        pytest.param([{"type": "context", "elements": [plain(1)] * 11}], "invalid_blocks", id="11 elements"),
        pytest.param(actions(*[button()] * 25), None, id="25 buttons"),
        pytest.param(actions(*[button()] * 26), "invalid_blocks", id="26 buttons"),
        pytest.param(actions(button(text=plain(76))), "invalid_blocks", id="label of 76"),
        pytest.param(actions(button(value="x" * 2000)), None, id="value of 2000"),
        pytest.param(actions(button(value="x" * 2001)), "invalid_blocks", id="value of 2001"),
        pytest.param(actions(button(action_id="a"), button(action_id="a")), "invalid_blocks", id="same ids"),
        pytest.param(many(2, {"type": "divider", "block_id": "b"}), "invalid_blocks", id="same block ids"),
        pytest.param([{"type": "marquee"}], "invalid_blocks", id="unknown block"),
        pytest.param(actions({"type": "slider"}), "invalid_blocks", id="unknown element"),
        pytest.param([{**SECTION, "colour": "red"}], "invalid_blocks", id="unknown field"),
        pytest.param({"type": "divider"}, "invalid_blocks_format", id="no list"),
        pytest.param(rich({"type": "channel", "channel_id": "C1"}), None, id="channel"),
        pytest.param(rich({"type": "usergroup", "usergroup_id": "S1"}), None, id="group"),
        pytest.param(rich({"type": "user", "user_id": "U1"}), None, id="user"),
        pytest.param(
            rich({"type": "date", "timestamp": 1, "format": "{date}", "fallback": "then"}), None, id="date"
        ),
        pytest.param(rich({"type": "date", "timestamp": "1", "format": "a"}), "invalid_blocks", id="no date"),
        pytest.param(rich({"type": "link", "url": "https://a.example", "text": "a"}), None, id="link"),
        pytest.param(rich({"type": "link", "url": "javascript:a"}), "invalid_blocks", id="bad link"),
        pytest.param(rich({"type": "text", "text": ""}), "invalid_blocks", id="empty leaf"),
        pytest.param(rich({"type": "blink", "text": "a"}), "invalid_blocks", id="unknown leaf"),
    ],
)  # fmt: skip
async def test_blocks_are_held_to_the_limits_of_messages(server, client, channel, blocks, error):
    call = client.api_call("chat.postMessage", json={"channel": channel.id, "text": "hi", "blocks": blocks})
    if error is None:
        await call
        assert server.violations == []
    else:
        assert (await refused(call))["error"] == error
        assert server.posted() == []
        assert server.violations


async def test_posting_is_refused_with_the_code_of_its_reason(server, client, team, channel):
    server.limits.message_burst = 100

    async def post(**facts):
        return (await refused(client.chat_postMessage(**{"channel": channel.id, "text": "hi", **facts})))[
            "error"
        ]

    assert await post(channel="C1") == "channel_not_found"
    assert await post(channel=server.channel(team, private=True, bot=False).id) == "channel_not_found"
    assert await post(channel=server.channel(server.team("Other")).id) == "channel_not_found"
    assert await post(text=" ".strip() or None, attachments=[]) == "no_text"
    assert (
        await post(metadata={"event_type": "a", "event_payload": {"d": "x" * 9000}}) == "metadata_too_large"
    )
    assert await post(metadata={"event_payload": {}}) == "invalid_metadata_schema"
    assert await post(markdown_text="hi") == "markdown_text_conflict"
    team.refusal = "message_limit_exceeded"
    assert await post() == "message_limit_exceeded"
    team.refusal = ""
    channel.refusal = "restricted_action"
    assert await post() == "restricted_action"
    server.archive(channel)
    channel.refusal = ""
    assert await post() == "is_archived"
    server.unarchive(channel)
    server.remove_bot(channel)
    server.tokens[team.bot_token].scopes = ("chat:write",)
    assert await post() == "not_in_channel"
    server.delete_channel(channel)
    assert await post() == "channel_not_found"
    server.tokens[team.bot_token].scopes = ()
    refusal = await refused(client.chat_postMessage(channel=channel.id, text="hi"))
    assert (refusal["error"], refusal["needed"]) == ("missing_scope", "chat:write")
    assert server.messages == []


async def test_tokens_are_refused_with_the_code_of_their_state(server, client, url, team):
    async def error(token=team.bot_token):
        return (await refused(AsyncWebClient(token=token, base_url=url).auth_test()))["error"]

    answer = await client.auth_test()
    assert answer["team_id"] == team.id
    assert "chat:write" in answer.headers["x-oauth-scopes"]
    assert await error("xoxb-nobody") == "invalid_auth"
    assert await error(server.app_token) == "not_allowed_token_type"
    assert await error("") == "not_authed"
    opened = await refused(client.apps_connections_open(app_token=team.bot_token))
    assert opened["error"] == "not_allowed_token_type"
    server.revoke_tokens(team)
    assert await error() == "token_revoked"
    server.uninstall(team)
    assert await error() == "account_inactive"


async def test_history_shows_metadata_to_those_who_ask_and_pages(server, client, team, channel):
    metadata = {"event_type": "ai_news", "event_payload": {"key": "one"}}
    first = await client.chat_postMessage(channel=channel.id, text="one", metadata=metadata)
    for text in ("two", "three"):
        await client.chat_postMessage(channel=channel.id, text=text)
    await client.chat_postMessage(channel=channel.id, text="reply", thread_ts=first["ts"])

    page = await client.conversations_history(channel=channel.id, limit=2, include_all_metadata=True)
    assert [message["text"] for message in page["messages"]] == ["three", "two"]
    assert page["has_more"]
    cursor = page["response_metadata"]["next_cursor"]
    rest = await client.conversations_history(channel=channel.id, cursor=cursor, include_all_metadata=True)
    assert [message["metadata"] for message in rest["messages"]] == [metadata]
    assert rest["messages"][0]["reply_count"] == 1
    bare = await client.conversations_history(channel=channel.id, latest=first["ts"], inclusive=True)
    assert [message["metadata"] for message in bare["messages"]] == [{"event_type": "ai_news"}]
    since = await client.conversations_history(channel=channel.id, oldest=first["ts"])
    assert [message["text"] for message in since["messages"]] == ["three", "two"]
    thread = await client.conversations_replies(channel=channel.id, ts=first["ts"])
    assert [message["text"] for message in thread["messages"]] == ["one", "reply"]
    server.remove_bot(channel)
    assert (await refused(client.conversations_history(channel=channel.id)))["error"] == "not_in_channel"
    assert server.violations == []


async def test_an_app_that_is_sold_outside_the_marketplace_reads_history_once_a_minute(
    server, client, channel
):
    server.limits.commercial = True
    server.limits.message_burst = 20
    server.limits.clock = lambda: 0.0
    for number in range(16):
        await client.chat_postMessage(channel=channel.id, text=str(number))

    page = await client.conversations_history(channel=channel.id, limit=200)
    assert len(page["messages"]) == 15
    refusal = await refused(client.conversations_history(channel=channel.id))
    assert refusal.status_code == 429
    assert int(refusal.headers["Retry-After"]) > 50


async def test_a_channel_takes_a_burst_and_then_a_message_a_second(server, client, team, channel):
    seconds = 0.0
    server.limits.clock = lambda: seconds
    for number in range(5):
        await client.chat_postMessage(channel=channel.id, text=str(number))

    refusal = await refused(client.chat_postMessage(channel=channel.id, text="six"))
    assert (refusal.status_code, refusal["error"]) == (429, "ratelimited")
    assert refusal.headers["Retry-After"] == "1"
    assert server.refused == 1
    await client.chat_postMessage(channel=server.channel(team, "other").id, text="six")
    assert len(server.posted()) == 6
    seconds = 1.0
    await client.chat_postMessage(channel=channel.id, text="six")
    assert (await refused(client.chat_postMessage(channel=channel.id, text="seven"))).status_code == 429


async def test_limits_can_run_faster():
    server = SlackServer(speed=10_000)
    async with serving(server) as url:
        team = server.team()
        channel = server.channel(team)
        client = AsyncWebClient(token=team.bot_token, base_url=url)
        for number in range(20):
            await client.chat_postMessage(channel=channel.id, text=str(number))

    assert server.refused == 0


@pytest.mark.parametrize(
    ("fault", "stands"),
    [
        ("500", 0),
        ("503", 0),
        ("html", 0),
        ("reset", 0),
        ("drop", 0),
        ("internal_error", 0),
        ("429 zero", 0),
        ("429 huge", 0),
        ("429 missing", 0),
        ("429 html", 0),
        ("accept, 500", 1),
        ("accept, 503", 1),
        ("accept, truncated", 1),
        ("accept, html", 1),
        ("accept, reset", 1),
        ("accept, drop", 1),
        ("accept, hang", 1),
        ("accept, internal_error", 1),
        ("accept, fatal_error", 1),
    ],
)
async def test_a_fault_is_used_up_and_takes_the_message_or_not(
    server, client, url, team, channel, fault, stands
):
    server.faults.add(fault)
    patience_s = 2.0 if fault.endswith("hang") else PATIENCE_S
    hasty = AsyncWebClient(token=team.bot_token, base_url=url, retry_handlers=[], timeout=patience_s)

    with pytest.raises(Exception):  # noqa: B017, PT011 -- each its own, as the library has it
        await hasty.chat_postMessage(channel=channel.id, text="one")
    assert len(server.posted()) == stands
    assert server.refused == fault.startswith("429")

    await client.chat_postMessage(channel=channel.id, text="two")
    assert len(server.posted()) == stands + 1


POST = """
import asyncio, sys
from slack_sdk.web.async_client import AsyncWebClient
url, token, *channels = sys.argv[1:]
client = AsyncWebClient(token=token, base_url=url)


async def post():
    await asyncio.gather(*(client.chat_postMessage(channel=one, text="from elsewhere") for one in channels))


asyncio.run(post())
"""


async def test_a_bot_in_another_process_dies_right_after_its_message_was_taken(server, url, team, channel):
    """The second of two that it sends at once may find it dead; who calls next dies then."""
    server.faults.add("accept, kill", "accept, kill")
    channels = channel.id, server.channel(team).id
    arguments = [sys.executable, "-c", POST, url, team.bot_token, *channels]

    codes = [await (await asyncio.create_subprocess_exec(*arguments)).wait() for _ in range(3)]

    assert codes == [-signal.SIGKILL, -signal.SIGKILL, 0]
    assert {message.text for message in server.posted()} == {"from elsewhere"}
    assert len(server.posted()) >= 4


async def test_an_edit_keeps_what_was_said_before_and_is_the_bots_own(server, client, team, channel):
    metadata = {"event_type": "ai_news", "event_payload": {"key": "one"}}
    posted = await client.chat_postMessage(
        channel=channel.id, text="one", blocks=[SECTION], metadata=metadata, unfurl_links=False
    )
    message = server.message(channel, posted["ts"])
    mine = server.member(team).say(channel, "mine")

    async def edit(ts=message.ts, **facts):
        return (await refused(client.chat_update(channel=channel.id, ts=ts, **facts)))["error"]

    await client.chat_update(channel=channel.id, ts=message.ts, text="two", blocks=[SECTION])
    await client.chat_update(channel=channel.id, ts=message.ts, text="three")
    assert (message.text, message.blocks, message.metadata) == ("three", [], metadata)
    assert [text for text, _ in message.edits] == ["one", "two"]
    assert await edit(mine.ts, text="yours") == "cant_update_message"
    assert await edit("1.000001", text="nothing") == "message_not_found"
    assert await edit(text="x" * 4001) == "msg_too_long"
    team.edit_window_s = 0
    assert await edit(text="late") == "edit_window_closed"
    await client.chat_delete(channel=channel.id, ts=message.ts)
    assert await edit(text="gone") == "message_not_found"
    assert server.posted() == []


async def test_people_groups_and_channels_are_shown_as_they_are(server, client, team, channel):
    mika = server.member(team, "Mika", locale="ja-JP", time_zone="Asia/Tokyo", is_admin=True)
    group = server.usergroup(team, "editors", mika.user)
    secret = server.channel(team, "secret", private=True)
    server.channel(team, "hidden", private=True, bot=False)

    user = (await client.users_info(user=mika.id, include_locale=True))["user"]
    assert (user["locale"], user["tz"], user["tz_offset"], user["is_admin"]) == (
        "ja-JP",
        "Asia/Tokyo",
        32_400,
        True,
    )
    assert (await client.usergroups_users_list(usergroup=group.id))["users"] == [mika.id]
    assert [one["handle"] for one in (await client.usergroups_list())["usergroups"]] == ["editors"]
    found = await client.conversations_list(types="public_channel,private_channel")
    assert [one["id"] for one in found["channels"]] == [channel.id, secret.id]
    assert (await client.conversations_info(channel=secret.id))["channel"]["is_private"]
    opened = await client.conversations_open(users=mika.id)
    direct = await client.chat_postMessage(channel=mika.id, text="psst")
    assert opened["channel"]["id"] == direct["channel"]
    assert (await refused(client.users_info(user="U1")))["error"] == "user_not_found"
    assert (await client.team_info())["team"]["domain"] == "acme"
    assert server.violations == []


async def test_an_ephemeral_message_is_seen_by_one_member_of_the_channel(server, client, team, channel):
    mika, other = server.member(team, "Mika"), server.member(team, "Other")

    async def whisper(user):
        return await client.chat_postEphemeral(channel=channel.id, user=user, text="psst")

    assert (await refused(whisper(mika.id)))["error"] == "user_not_in_channel"
    channel.members.add(mika.id)
    await whisper(mika.id)

    assert [message.text for message in mika.sees] == ["psst"]
    assert other.sees == []
    assert (await client.conversations_history(channel=channel.id))["messages"] == []
