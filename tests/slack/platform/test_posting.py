"""Posting to Slack over real sockets: every answer that Slack may give."""

import pytest

from bot.delivering.outbox import Outbox
from bot.errors import ChannelLost, PostDelayed, PostRejected, PostUncertain
from bot.message import paragraph
from bot.model import Channel, WorkspaceId
from bot.run import utc_now
from tests.factories import make_message
from tests.fakes.slack.reading import text_of
from tests.fakes.slack.server import SlackServer
from tests.slack.platform.answers import TERMS, UNCLEAR, found, owe
from tests.slack.posting import posting


async def test_a_post_stands_with_its_key_and_unfurls_nothing(world):
    post = world.post(key="digest.1", message=make_message(blocks=(paragraph("Robots & <news>"),)))

    ts = await world.platform.post(post)

    [message] = world.standing()
    assert message.ts == ts
    assert message.metadata["event_type"] == "ai_news_delivery"
    assert message.metadata["event_payload"]["key"] == "digest.1"
    assert message.unfurls == (False, False)
    assert text_of(message) == "Robots & <news>"
    assert world.posted == [world.team.id]
    assert world.server.violations == []


async def test_a_later_part_stands_in_the_thread_only_where_the_message_says_so(world):
    opener = await world.platform.post(world.post(key="digest.1"))

    await world.platform.post(world.post(key="digest.2", opener=opener, message=make_message(in_thread=True)))
    await world.platform.post(world.post(key="digest.3", opener=opener))

    assert [message.thread_ts for message in world.standing()] == [None, opener, None]


async def test_a_part_whose_thread_is_gone_stands_in_the_channel(world):
    post = world.post(opener="1700000000.000001", message=make_message(in_thread=True))

    ts = await world.platform.post(post)

    assert [(message.ts, message.thread_ts) for message in world.standing()] == [(ts, None)]
    assert await found(world, post) == ts


async def test_blocks_that_are_refused_become_text_once(world, server):
    server.faults.add("invalid_blocks")

    await world.platform.post(world.post(message=make_message(blocks=(paragraph("Robots <here>"),))))

    [message] = world.standing()
    assert (message.blocks, message.text) == ([], "Robots &lt;here&gt;")


async def test_text_that_is_refused_too_is_rejected(world, server):
    server.faults.add("msg_blocks_too_long", "msg_too_long")

    with pytest.raises(PostRejected) as raised:
        await world.platform.post(world.post())

    assert not isinstance(raised.value, ChannelLost)
    assert len(server.calls) == 3  # auth.test among them
    assert world.standing() == []


@pytest.mark.parametrize("fault", UNCLEAR)
async def test_an_answer_that_is_lost_or_spoiled_is_unclear_and_is_found(world, server, fault):
    server.faults.add(fault)
    post = world.post()

    with pytest.raises(PostUncertain):
        await world.platform.post(post)

    [message] = world.standing()
    assert await found(world, post) == message.ts


@pytest.mark.parametrize(
    "fault", ["reset", "drop", "500", "503", "truncated", "html", "internal_error", "fatal_error", "new_code"]
)
async def test_a_failure_that_took_nothing_is_unclear_too(world, server, fault):
    server.faults.add(fault)
    post = world.post()

    with pytest.raises(PostUncertain):
        await world.platform.post(post)

    assert await found(world, post) is None
    assert [name for name, _ in server.calls].count("chat.postMessage") == 1


@pytest.mark.parametrize(
    ("fault", "wait_s"),
    [
        ("429 one", 1),
        ("429 zero", 0),
        ("429 huge", 99_999_999),
        ("429 missing", 60),
        ("429 html", 60),
        ("message_limit_exceeded", 4 * 3600),
        ("team_added_to_org", 3600),
    ],
)
async def test_a_request_to_slow_down_is_a_delay_for_as_long_as_it_says(world, server, fault, wait_s):
    server.faults.add(fault)

    with pytest.raises(PostDelayed) as raised:
        await world.platform.post(world.post())

    assert raised.value.retry_after_s == wait_s
    assert not raised.value.everywhere
    assert world.standing() == []


async def test_a_workspace_that_is_to_wait_is_not_asked_again_and_others_are(world, server):
    server.faults.add("429 huge")
    with pytest.raises(PostDelayed):
        await world.platform.post(world.post())
    asked = len(server.calls)

    with pytest.raises(PostDelayed) as raised:
        await world.platform.post(world.post(server.channel(world.team)))

    assert raised.value.retry_after_s == pytest.approx(99_999_999, abs=60)
    assert len(server.calls) == asked
    assert await found(world, world.post()) is None  # by another method, which may be called


async def test_an_archived_or_deleted_channel_is_lost_until_it_comes_back(world, server):
    server.archive(world.news)
    with pytest.raises(ChannelLost) as raised:
        await world.platform.post(world.post())
    assert raised.value.why == "archived"

    server.unarchive(world.news)
    await world.platform.post(world.post())

    server.delete_channel(world.news)
    with pytest.raises(ChannelLost) as raised:
        await world.platform.post(world.post())
    assert raised.value.why == "deleted"
    with pytest.raises(ChannelLost):
        await found(world, world.post())


async def test_another_workspaces_channel_is_not_there(world, server):
    foreign = server.channel(server.team("Other"))

    with pytest.raises(ChannelLost) as raised:
        await world.platform.post(
            world.post(channel=Channel(platform="slack", workspace=WorkspaceId(world.team.id), id=foreign.id))
        )

    assert raised.value.why == "deleted"
    assert world.standing(foreign) == []


async def test_a_public_channel_is_joined_to_post_and_to_look(world, server):
    token = server.tokens[world.team.bot_token]
    token.scopes = tuple(scope for scope in token.scopes if scope != "chat:write.public")
    place = server.channel(world.team, "open", bot=False)

    ts = await world.platform.post(world.post(place))
    server.remove_bot(place)

    assert await found(world, world.post(place)) == ts
    assert world.team.bot.id in place.members


async def test_a_channel_that_cannot_be_joined_is_lost(world, server):
    token = server.tokens[world.team.bot_token]
    token.scopes = tuple(
        scope for scope in token.scopes if scope not in ("chat:write.public", "channels:join")
    )

    with pytest.raises(ChannelLost) as raised:
        await world.platform.post(world.post(server.channel(world.team, bot=False)))

    assert raised.value.why == "no_permission"


@pytest.mark.parametrize("fault", ["429 one", "500", "reset", "internal_error"])
async def test_a_channel_that_cannot_be_joined_just_now_is_not_lost(world, server, fault):
    token = server.tokens[world.team.bot_token]
    token.scopes = tuple(scope for scope in token.scopes if scope != "chat:write.public")
    place = server.channel(world.team, bot=False)
    server.faults.add(fault, method="conversations.join")

    with pytest.raises(PostDelayed):
        await world.platform.post(world.post(place))

    world.platform._turns._held.clear()  # the second is over
    await world.platform.post(world.post(place))
    assert len(world.standing(place)) == 1


async def test_a_channel_where_only_some_may_post_is_lost(world):
    world.news.refusal = "restricted_action"

    with pytest.raises(ChannelLost) as raised:
        await world.platform.post(world.post())

    assert raised.value.why == "no_permission"


async def test_a_token_that_was_revoked_loses_the_workspace(world, server):
    await world.platform.post(world.post())
    server.revoke_tokens(world.team)

    with pytest.raises(ChannelLost) as raised:
        await world.platform.post(world.post())

    assert raised.value.why == "signed_out"
    assert "token_revoked" in await world.platform.trouble()


@pytest.mark.parametrize("code", ["invalid_auth", "not_authed", "token_expired"])
async def test_a_refused_token_delays_everything_stops_nothing_and_is_told_once(world, server, caplog, code):
    await owe(world, world.news)
    server.tokens[world.team.bot_token].state = code

    for _ in range(2):
        with pytest.raises(PostDelayed) as raised:
            await world.platform.post(world.post())
        with pytest.raises(PostDelayed):
            await found(world, world.post())

    assert (raised.value.retry_after_s, raised.value.everywhere) == (300, True)
    trouble = await world.platform.trouble()
    assert code in trouble
    assert "AI_NEWS_SLACK_BOT_TOKEN" in trouble
    assert caplog.messages.count(trouble) == 1
    await Outbox(world.store, world.platform, utc_now, "one", TERMS).drain()
    assert (await world.store.subscription(world.channel())).state == "active"

    server.tokens[world.team.bot_token].state = "valid"
    await world.platform.post(world.post())
    assert await world.platform.trouble() == ""


async def test_slack_that_cannot_be_reached_took_nothing(sqlite_url):
    server = SlackServer()
    async with posting(sqlite_url, server) as world:
        await world.platform.post(world.post())
        elsewhere = world.platform.client_of
        world.platform.client_of = lambda token: _unreachable(elsewhere(token))

        with pytest.raises(PostDelayed) as raised:
            await world.platform.post(world.post())
        with pytest.raises(PostDelayed):
            await found(world, world.post())

    assert raised.value.retry_after_s is None


def _unreachable(client):
    client.base_url = "http://127.0.0.1:9/api/"
    return client
