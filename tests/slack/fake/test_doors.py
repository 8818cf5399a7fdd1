"""Slack's real libraries against the pretend Slack, over real sockets."""

import asyncio

import aiohttp
import pytest

from tests.fakes.slack.payloads import command_asked
from tests.fakes.slack.reading import labels_of, text_of
from tests.slack.doors import DOORS, SECTION, at_http, connected

BUTTONS = {
    "type": "actions",
    "elements": [
        {
            "type": "button",
            "action_id": "why",
            "text": {"type": "plain_text", "text": "Why?"},
            "value": "why 1",
        },
    ],
}


@DOORS
async def test_a_command_is_acknowledged_and_answered_at_its_response_url(server, app, team, channel, door):
    @app.command("/ai-news")
    async def answer(ack, command, respond):
        await ack()
        await respond(f"you asked for {command['text']}", response_type="ephemeral")

    mika = server.member(team, "Mika")
    async with door(server, app):
        asked = await mika.command(channel, "/ai-news", "deepseek")
        assert asked.acknowledged_ms < 3000
        await server.until(lambda: asked.answers)

    assert asked.text == "you asked for deepseek"
    assert mika.sees == asked.answers
    assert server.posted(channel) == []
    assert server.violations == []


@DOORS
async def test_an_answer_may_come_with_the_acknowledgement_for_all_to_see(server, app, team, channel, door):
    @app.command("/ai-news")
    async def answer(ack):
        await ack(text="here it is", response_type="in_channel")

    mika = server.member(team, "Mika")
    async with door(server, app):
        asked = await mika.command(channel, "/ai-news")

    assert [text_of(message) for message in server.posted(channel)] == ["here it is"]
    assert asked.answers == server.posted(channel)


async def test_an_envelope_that_is_not_acknowledged_goes_to_another_connection(server, app, team, channel):
    server.deadline_s = 1.0

    @app.command("/ai-news")
    async def answer(ack):
        if len(server.socket.connections[0].envelopes) + len(server.socket.connections[1].envelopes) == 1:
            await asyncio.sleep(1.5)
        await ack()

    mika = server.member(team, "Mika")
    async with connected(server, app, count=2):
        asked = await mika.command(channel, "/ai-news", "deepseek")
        await server.until(lambda: asked.attempts == 2)
        envelopes = [envelope for one in server.socket.connections for envelope in one.envelopes]

    assert asked.acknowledged_ms is None
    assert len({envelope["envelope_id"] for envelope in envelopes}) == 1
    assert sorted(envelope.get("retry_attempt", 0) for envelope in envelopes) == [0, 1]
    assert all(len(one.envelopes) == 1 for one in server.socket.connections)


async def test_a_lost_connection_does_not_lose_an_envelope(server, app, team, channel):
    @app.command("/ai-news")
    async def answer(ack, respond):
        if not server.socket.connections[0].is_leaving and server.socket.opened == 1:
            await server.socket.drop()
            return
        await ack()

    mika = server.member(team, "Mika")
    async with connected(server, app, ping_s=1.0):
        asked = await mika.command(channel, "/ai-news")
        await server.until(lambda: asked.attempts == 2 and server.socket.opened >= 2)


@pytest.mark.parametrize("ending", ["refresh", "polite", "cut"])
async def test_a_connection_that_ends_is_made_anew_by_the_client(server, app, team, channel, ending):
    @app.command("/ai-news")
    async def answer(ack):
        await ack(text="here")

    mika = server.member(team, "Mika")
    async with connected(server, app, ping_s=1.0):
        if ending == "refresh":
            await server.socket.refresh()
        else:
            await server.socket.drop(politely=ending == "polite")
        await server.until(lambda: server.socket.opened >= 2 and len(server.socket.connections) == 1)
        asked = await mika.command(channel, "/ai-news")

    assert asked.text == "here"


async def test_an_event_that_is_not_acknowledged_is_told_three_times_more(server, app, team, channel):
    server.deadline_s, server.speed = 1.0, 10_000
    heard, over = [], asyncio.Event()

    @app.middleware
    async def never(req):
        heard.append(req.headers.get("x-slack-retry-num"))
        await over.wait()

    mika = server.member(team, "Mika")
    async with at_http(server, app):
        asked = await mika.mention(channel, "deepseek")
        await server.until(lambda: len(heard) == 4)
        over.set()

    assert asked.acknowledged_ms is None
    assert heard == [None, ["1"], ["2"], ["3"]]


@pytest.mark.parametrize("signature", ["wrong", "old", "early", "missing"])
async def test_a_request_with_a_bad_signature_is_refused_by_the_library(
    server, app, team, channel, signature
):
    called = []

    @app.command("/ai-news")
    async def answer(ack):
        called.append(ack)

    mika = server.member(team, "Mika")

    async with at_http(server, app):
        sent = await server.http.send(command_asked(server, mika.user, channel, "/ai-news", ""), signature)

    assert sent.status == 401
    assert called == []


async def test_a_replay_within_five_minutes_passes_the_library(server, app, team, channel):
    called = []

    @app.command("/ai-news")
    async def answer(ack, command):
        called.append(command["trigger_id"])
        await ack()

    mika = server.member(team, "Mika")
    async with at_http(server, app):
        await mika.command(channel, "/ai-news")
        sent = await server.http.replay()

    assert sent.status == 200
    assert len(called) == 2
    assert len(set(called)) == 1


@DOORS
async def test_a_button_replaces_the_message_that_it_stands_on(server, app, client, team, channel, door):
    @app.action("why")
    async def answer(ack, respond, action):
        await ack()
        await respond(f"because {action['value']}", replace_original=True)

    posted = await client.chat_postMessage(channel=channel.id, text="Hello", blocks=[SECTION, BUTTONS])
    message = server.message(channel, posted["ts"])
    mika = server.member(team, "Mika")
    assert labels_of(message) == ["Why?"]
    async with door(server, app):
        asked = await mika.press(message, "Why?")
        await server.until(lambda: asked.answers)

    assert asked.answers == [message]
    assert (message.text, message.blocks) == ("because why 1", [])
    assert message.edits[0][0] == "Hello"


async def test_a_response_url_takes_five_answers_for_half_an_hour(server, app, team, channel):
    statuses = []

    @app.command("/ai-news")
    async def answer(ack, respond):
        await ack()
        statuses.extend([(await respond(f"answer {number}")).status_code for number in range(6)])

    mika = server.member(team, "Mika")
    async with at_http(server, app):
        asked = await mika.command(channel, "/ai-news")
        await server.until(lambda: len(statuses) == 6)
        assert statuses == [200] * 5 + [404]
        assert len(asked.answers) == len(mika.sees) == 5
        server.response_life_s = 0
        await mika.command(channel, "/ai-news")
        await server.until(lambda: len(statuses) == 12)

    assert statuses[6:] == [404] * 6


async def test_mentions_direct_messages_shortcuts_and_home_reach_the_bot(server, app, team, channel):
    heard = []

    @app.event("app_mention")
    async def mentioned(event, say):
        heard.append(event["text"])
        await say("you called", thread_ts=event["ts"])

    @app.event("message")
    async def written(event):
        heard.append(event["text"])

    @app.shortcut("add")
    async def shortcut(ack, shortcut):
        heard.append(shortcut["type"])
        await ack()

    @app.event("app_home_opened")
    async def home(event, client):
        view = {"type": "home", "blocks": [SECTION]}
        await client.views_publish(user_id=event["user"], view=view)

    mika = server.member(team, "Mika")
    async with connected(server, app):
        mention = await mika.mention(channel, "deepseek")
        await server.until(lambda: mention.answers)
        await mika.dm("openai")
        await mika.shortcut("add")
        await mika.message_shortcut("add", mention.answers[0])
        await mika.open_home()
        home_view = await server.until(lambda: mika.home)

    assert heard == [f"<@{team.bot.id}> deepseek", "openai", "shortcut", "message_action"]
    assert mention.answers[0].thread_ts == mention.payload["event"]["ts"]
    assert text_of(home_view) == "Hello"


async def test_an_address_is_verified_before_it_is_used(server, app):
    async with at_http(server, app):
        sent = await server.http.verify()

    assert sent.document() == {"challenge": "a challenge"}


async def test_what_a_member_cannot_see_cannot_be_pressed(server, app, client, team, channel):
    posted = await client.chat_postMessage(channel=channel.id, text="Hello", blocks=[SECTION, BUTTONS])
    message = server.message(channel, posted["ts"])
    await client.chat_delete(channel=channel.id, ts=message.ts)

    with pytest.raises(AssertionError, match="not there"):
        await server.member(team, "Mika").press(message, "Why?")


async def test_administrators_end_channels_and_the_bot_is_told(server, app, team, channel):
    heard = []

    @app.event("channel_archive")
    @app.event("channel_deleted")
    @app.event("member_left_channel")
    @app.event("channel_rename")
    async def event(event):
        heard.append((event["type"], event["channel"]))

    async with connected(server, app):
        server.remove_bot(channel)
        server.rename(channel, "olds")
        server.archive(channel)
        server.delete_channel(channel)
        await server.until(lambda: len(heard) == 4)

    renamed = {"id": channel.id, "name": "olds", "created": 1_700_000_000}
    assert dict(heard) == {
        "member_left_channel": channel.id,
        "channel_rename": renamed,
        "channel_archive": channel.id,
        "channel_deleted": channel.id,
    }


async def test_a_bot_hears_itself_and_edits_where_it_hears_messages(server, app, client, team):
    mika = server.member(team, "Mika")
    server.request_url = "http://127.0.0.1:9"
    direct = server.direct_channel(team, mika.id)

    posted = await client.chat_postMessage(channel=direct.id, text="one")
    await client.chat_update(channel=direct.id, ts=posted["ts"], text="two")

    said, changed = (asked.payload["event"] for asked in server.asked.values())
    assert (said["text"], said["bot_id"], said["channel_type"]) == ("one", team.bot_id, "im")
    assert changed["subtype"] == "message_changed"
    assert (changed["previous_message"]["text"], changed["message"]["text"]) == ("one", "two")


async def test_what_was_told_can_be_told_again(server, app, team, channel):
    called = []

    @app.command("/ai-news")
    async def answer(ack):
        called.append(1)
        await ack(text=f"answer {len(called)}")

    mika = server.member(team, "Mika")
    for door in (connected, at_http):
        async with door(server, app):
            asked = await mika.command(channel, "/ai-news")
            assert (await server.tell_again(asked))["text"] == f"answer {len(called)}"

    assert len(called) == 4


async def test_words_in_the_acknowledgement_of_a_press_are_written_down(server, app, client, team, channel):
    @app.action("why")
    async def answer(ack):
        await ack(text="these words reach nobody")

    posted = await client.chat_postMessage(channel=channel.id, text="Hello", blocks=[SECTION, BUTTONS])
    async with at_http(server, app):
        await server.member(team).press(server.message(channel, posted["ts"]), "Why?")

    assert ["block_actions" in violation for violation in server.violations] == [True]
    assert len(server.posted()) == 1


async def test_an_original_is_deleted_and_a_lost_answer_may_stand(server, app, client, team, channel):
    outcomes = []

    @app.action("why")
    async def answer(ack, respond):
        await ack()
        await respond(delete_original=True)

    @app.command("/ai-news")
    async def answer_twice(ack, respond):
        await ack()
        outcomes.extend([(await respond("here")).status_code for _ in range(2)])

    posted = await client.chat_postMessage(channel=channel.id, text="Hello", blocks=[SECTION, BUTTONS])
    message = server.message(channel, posted["ts"])
    mika = server.member(team, "Mika")
    server.faults.add("", "accept, 500", method="response_url")
    async with at_http(server, app):
        await mika.press(message, "Why?")
        await server.until(lambda: message.is_deleted)
        asked = await mika.command(channel, "/ai-news")
        await server.until(lambda: len(outcomes) == 2)

    assert outcomes == [500, 200]
    assert [text_of(answer) for answer in asked.answers] == ["here", "here"]


async def test_an_eleventh_connection_is_sent_away(server, client):
    server.limits.connection_burst = 11
    async with aiohttp.ClientSession() as session:
        sockets = []
        for _ in range(11):
            opened = await client.apps_connections_open(app_token=server.app_token)
            sockets.append(await session.ws_connect(opened["url"]))
        hellos = [await socket.receive_json() for socket in sockets]
        used = await session.get(opened["url"].replace("ws", "http", 1))

    assert [hello["type"] for hello in hellos] == ["hello"] * 10 + ["disconnect"]
    assert hellos[9]["num_connections"] == 10
    assert hellos[10]["reason"] == "too_many_websockets"
    assert used.status == 403
