"""What comes twice, late, in the wrong order or from somebody else: refused or done once."""

import asyncio
import time

import aiohttp
import pytest

from tests.fakes.slack.reading import text_of
from tests.slack.app import TRANSPORTS, slack_world


@pytest.fixture(params=TRANSPORTS)
async def world(request, tmp_path):
    async with slack_world(tmp_path, request.param) as world:
        yield world


@pytest.fixture
async def over_http(tmp_path):
    async with slack_world(tmp_path, "http") as world:
        yield world


async def again(world, asked):
    await world.server.tell_again(asked)
    await world.idle()


async def test_a_command_that_is_delivered_twice_is_answered_once(world):
    mika = world.member()
    asked = await world.done(await mika.command(world.channel, "/ai-news", "kumo visible:yes"))

    await again(world, asked)

    assert len(asked.answers) == 1
    assert len(await world.engine.store.deliveries(None, 10)) == 1


async def test_a_press_that_is_delivered_twice_is_done_once(world):
    mika = world.member()
    first = await world.done(await mika.command(world.channel, "/ai-news", "kumo"))
    pressed = await world.done(await mika.press(first.answers[0], "why"))

    await again(world, pressed)

    assert pressed.uses == 1


async def test_a_mention_that_is_told_again_is_answered_once(world):
    mika = world.member()
    asked = await world.done(await mika.mention(world.channel, "kumo"))

    await again(world, asked)
    await again(world, asked)

    assert len(world.server.posted(world.channel)) == 1


async def test_a_message_that_several_events_tell_of_is_answered_once(world):
    mika = world.member()
    asked = await world.done(await mika.dm("kumo"))
    event = asked.payload["event"]

    for _ in range(2):
        await world.server.emit(world.team, event, "message.im", user=mika.user).settled.wait()
    await world.idle()

    assert len(world.server.posted()) == 1


async def test_what_was_done_before_a_restart_is_not_done_again(world):
    mika = world.member()
    asked = await world.done(await mika.mention(world.channel, "kumo"))

    await world.restart()
    await again(world, asked)

    assert len(world.server.posted(world.channel)) == 1


async def test_two_deliveries_at_the_same_time_are_one(world):
    mika = world.member()
    direct = world.server.direct_channel(world.team, mika.id)
    event = {
        "type": "message",
        "channel": direct.id,
        "channel_type": "im",
        "user": mika.id,
        "text": "kumo",
        "ts": "1700000000.000100",
    }

    told = [world.server.emit(world.team, event, "message.im", user=mika.user) for _ in range(5)]
    await asyncio.gather(*(asked.settled.wait() for asked in told))
    await world.idle()

    assert len(world.server.posted(direct)) == 1


async def test_events_out_of_order_are_each_answered_for_what_they_say(world):
    mika = world.member()
    direct = world.server.direct_channel(world.team, mika.id)
    common = {"type": "message", "channel": direct.id, "channel_type": "im", "user": mika.id}
    for at, text in (("1700000002.000100", "harbor"), ("1700000001.000100", "umbrellas")):
        event = {**common, "ts": at, "text": text}
        await world.server.emit(world.team, event, "message.im", user=mika.user).settled.wait()
        await world.idle()

    later, earlier = world.server.posted(direct)

    assert "ハーバー銀行" in text_of(later)
    assert "library" in text_of(earlier)


async def test_requests_with_a_wrong_missing_or_old_signature_are_refused(over_http):
    world = over_http
    mika = world.member()
    asked = await world.done(await mika.command(world.channel, "/ai-news", "kumo"))
    asked.payload["trigger_id"] = "another"

    for signature in ("wrong", "missing", "old", "early"):
        sent = await world.server.http.send(asked, signature)

        assert sent.status == 401, signature
    await world.idle()

    assert len(asked.answers) == 1


@pytest.mark.parametrize(
    "body", ["{", "[1]", "null", "[" * 90_000, "payload=%5B1%5D", "payload=%7B", "1" * 5_000]
)
@pytest.mark.parametrize("signed", [{}, {"at": "soon"}, {"at": "²"}, {"signature": "v0=é"}])
async def test_what_nobody_signed_is_not_even_read(over_http, body, signed, caplog):
    headers = {
        "Content-Type": "application/json" if body[0] != "p" else "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": signed.get("at", str(int(time.time()))),
        "X-Slack-Signature": signed.get("signature", "v0=1"),
    }
    async with (
        aiohttp.ClientSession() as stranger,
        stranger.post(over_http.server.request_url, data=body, headers=headers) as answer,
    ):
        assert answer.status == 401

    assert [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")] == []


async def test_a_body_that_does_not_come_is_not_waited_for(over_http, monkeypatch, caplog):
    monkeypatch.setattr("adapters.slack.http.BODY_TIMEOUT_S", 0.1)

    async def slowly():
        yield b"{"
        await asyncio.sleep(5)
        yield b"}"

    async with (
        aiohttp.ClientSession() as stranger,
        stranger.post(over_http.server.request_url, data=slowly()) as answer,
    ):
        assert answer.status == 408
    assert [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")] == []


async def test_a_request_that_somebody_listened_in_on_is_not_done_again(over_http):
    world = over_http
    mika = world.member()
    asked = await world.done(await mika.command(world.channel, "/ai-news", "kumo visible:yes"))

    sent = await world.server.http.replay()
    await world.idle()

    assert sent.status == 200
    assert len(asked.answers) == 1


BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "another form": b"a=b",
    "a list": b"[1]",
    "a payload that is no JSON": b"payload=%7B",
    "an event of nothing": b'{"type": "event_callback", "event": {}}',
    "a press of nothing": b"payload=%7B%22type%22%3A%22block_actions%22%7D",
    "not UTF-8": b"\xff\xfe",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=list(BODIES))
async def test_a_signed_request_that_makes_no_sense_breaks_nothing(over_http, body):
    world = over_http
    http = world.server.http

    sent = await http.send_bytes(body, http.signed(body, "application/x-www-form-urlencoded"))

    assert sent.status < 600
    assert b"Traceback" not in sent.answer
    mika = world.member()
    asked = await world.done(await mika.command(world.channel, "/ai-news", "kumo"))
    assert "Kumo" in asked.text


async def test_without_a_signing_secret_nothing_over_http_is_believed(over_http):
    world = over_http
    await world.restart_with(slack_signing_secret=None)
    mika = world.member()
    world.server.signing_secret = ""

    asked = await mika.command(world.channel, "/ai-news", "kumo")
    await world.idle()

    assert asked.acknowledged_ms is None
    assert asked.answers == []


async def test_what_nobody_listens_to_is_acknowledged_and_changes_nothing(world):
    mika = world.member()
    world.server.bot_events.add("reaction_added")
    event = {"type": "reaction_added", "user": mika.id, "reaction": "eyes"}

    asked = world.server.emit(world.team, event, "reaction_added")
    await asked.settled.wait()
    shortcut = await mika.shortcut("of another version")
    await world.idle()

    assert asked.attempts == 1
    assert shortcut.acknowledged_ms is not None
    assert world.server.messages == []


async def test_what_comes_from_a_workspace_without_the_bot_is_not_answered(world, caplog):
    elsewhere = world.server.team("Elsewhere")
    mika = world.server.member(elsewhere, "Mika")
    channel = world.server.channel(elsewhere)

    asked = await mika.command(channel, "/ai-news", "kumo")
    await world.idle()

    assert "Kumo" not in asked.text
    assert "nothing is done about what comes from" in caplog.text


HOSTILE = (
    "<!channel> <!here> <@U1>",
    "*bold* _it_ `code` ~no~",
    ":smile:",
    "\u202e reversed \x07",
    "<script>",
    "&" * 400,
)


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_names_and_questions_call_nobody(world, name):
    mika = world.member(name)

    asked = await world.done(await mika.command(world.channel, "/ai-news", f"{name} visible:yes"[:480]))
    await world.done(await mika.mention(world.channel, name))

    shown = [*asked.answers, *world.server.posted(world.channel)]
    markup = [
        element["text"]
        for message in shown
        for block in message.blocks
        for element in block.get("elements", [])
        if element.get("type") == "mrkdwn"
    ]
    assert shown
    assert not any(sign in text for text in markup for sign in ("<!", "<@"))


async def test_where_an_answer_was_to_go_is_not_written_into_the_log(over_http, caplog):
    """Whoever knows a `response_url` can answer in the bot's name."""

    async def fail():
        raise aiohttp.ConnectionTimeoutError("Connection timeout to host https://hooks.slack.com/T1/secret")

    over_http.app.work.begin("command 1", fail, fail)
    await over_http.idle()

    assert "could not be answered: ConnectionTimeoutError" in caplog.text
    assert "secret" not in caplog.text
