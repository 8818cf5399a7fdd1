"""What an adapter makes of every answer that the pretend platform can give, over real HTTP."""

import pytest

from bot.errors import ChannelLost, PostDelayed, PostRejected, PostUncertain
from tests.factories import NOW, make_channel, make_post
from tests.fakes.chat_platform import ChatPlatform
from tests.fakes.chat_server import LOST, REFUSALS, ChatServer, serving

NEWS = make_channel(platform="chat")
UNCLEAR = [
    "accept, time out", "accept, reset", "accept, 500", "accept, 503", "accept, truncated", "accept, html",
]  # fmt: skip


@pytest.fixture
async def server():
    return ChatServer()


@pytest.fixture
async def platform(server):
    async with serving(server) as url:
        platform = ChatPlatform(url, timeout_s=3.0)
        yield platform
        await platform.close()


async def post(platform, key="key"):
    return await platform.post(make_post(channel=NEWS, key=key))


async def test_a_message_stands_once_for_its_key_as_long_as_keys_are_remembered(server, platform):
    assert await post(platform) == await post(platform) == "m1"
    server.remembers_keys = False
    assert await post(platform) == "m2"
    assert await platform.find(make_post(channel=NEWS), NOW) == "m1"
    server.shows_history = False
    assert await platform.find(make_post(channel=NEWS), NOW) is None


@pytest.mark.parametrize("fault", UNCLEAR)
async def test_an_answer_that_is_lost_or_spoiled_is_unclear_and_can_be_looked_up(server, platform, fault):
    server.faults.append(fault)

    with pytest.raises(PostUncertain):
        await post(platform)

    assert await platform.find(make_post(channel=NEWS), NOW) == "m1"


@pytest.mark.parametrize("fault", ["reset", "500"])
async def test_a_failure_that_took_nothing_is_unclear_too(server, platform, fault):
    server.faults.append(fault)

    with pytest.raises(PostUncertain):
        await post(platform)

    assert await platform.find(make_post(channel=NEWS), NOW) is None


async def test_an_answer_that_comes_twice_is_taken_once(server, platform):
    server.faults.append("accept, twice")

    assert await post(platform) == "m1"
    assert await post(platform, "next") == "m2"


@pytest.mark.parametrize(
    ("fault", "wait_s"),
    [
        ("429 everywhere", 0.4),
        ("429 route", 1),
        ("429 zero", 0),
        ("429 float", 0.25),
        ("429 huge", 1e300),
        ("429 missing", None),
        ("429 html", None),
    ],
)
async def test_a_request_to_slow_down_is_a_delay_for_as_long_as_it_says(server, platform, fault, wait_s):
    server.faults.append(fault)

    with pytest.raises(PostDelayed) as raised:
        await post(platform)

    assert raised.value.retry_after_s == wait_s
    assert raised.value.everywhere == (fault == "429 everywhere")
    assert fault in REFUSALS
    assert server.ledger == []


@pytest.mark.parametrize("why", LOST)
async def test_a_lost_channel_is_lost_until_it_comes_back(server, platform, why):
    server.lost["home/news"] = why
    with pytest.raises(ChannelLost) as raised:
        await post(platform)
    assert raised.value.why == why

    server.lost.clear()
    assert await post(platform) == "m1"


async def test_a_message_that_is_invalid_is_rejected_and_the_channel_is_not_lost(server, platform):
    server.faults.append("invalid")

    with pytest.raises(PostRejected) as raised:
        await post(platform)
    assert not isinstance(raised.value, ChannelLost)


async def test_a_platform_that_cannot_be_reached_took_nothing():
    platform = ChatPlatform("http://127.0.0.1:9")

    with pytest.raises(PostDelayed):
        await post(platform)
    with pytest.raises(PostDelayed):
        await platform.find(make_post(channel=NEWS), NOW)
    await platform.close()


async def test_the_limit_is_enforced(server, platform):
    server.limit, server.limit_s = 2, 60.0
    await post(platform, "one")
    await post(platform, "two")

    with pytest.raises(PostDelayed) as raised:
        await post(platform, "three")
    assert raised.value.everywhere
    assert server.refused == 1
