"""Socket Mode: the connection comes back whatever ends it, and nothing is answered twice for that."""

import pytest

from adapters.slack.socket import socket_mode
from bot.errors import InvalidSettings
from tests.slack.app import slack_world


@pytest.fixture
async def world(tmp_path):
    """A bot that soon finds a connection gone, and leaves it to the library to make it anew."""
    async with slack_world(tmp_path, "socket", ping_s=1.0) as world:
        yield world


@pytest.fixture
async def hasty(tmp_path):
    """A bot that soon makes a connection anew by itself."""
    async with slack_world(tmp_path, "socket", ping_s=0.5, patience_s=1.0) as world:
        yield world


async def answered(world, member):
    asked = await world.done(await member.command(world.channel, "/ai-news", "kumo"))
    return len(asked.answers)


async def test_a_connection_that_slack_renews_loses_nothing(world):
    mika = world.member()

    await world.server.socket.refresh()

    assert await answered(world, mika) == 1
    assert world.server.socket.opened >= 2


@pytest.mark.parametrize("politely", [True, False])
async def test_a_connection_that_breaks_is_made_again(world, politely):
    mika = world.member()

    await world.server.socket.drop(politely=politely)

    assert await answered(world, mika) == 1
    assert world.connection.trouble() == ""


async def test_an_envelope_whose_acknowledgement_was_lost_is_answered_once(world):
    mika = world.member()
    asked = await world.done(await mika.command(world.channel, "/ai-news", "kumo"))

    await world.server.socket.refresh()
    await world.server.tell_again(asked)
    await world.idle()

    assert len(asked.answers) == 1


async def test_of_two_connections_one_answers(world):
    mika = world.member()
    async with socket_mode(world.app.bolt, world.server.app_token):
        await world.server.until(lambda: len(world.server.socket.connections) == 2)

        for _ in range(4):
            assert await answered(world, mika) == 1


async def test_a_refused_token_is_said_at_the_start(world):
    with pytest.raises(InvalidSettings, match="AI_NEWS_SLACK_APP_TOKEN"):
        async with socket_mode(world.app.bolt, "xapp-wrong"):
            pass


async def test_a_slack_that_cannot_be_reached_at_the_start_is_reached_later(world):
    world.server.faults.add("503", "503", method="apps.connections.open")
    before = world.server.socket.opened

    async with socket_mode(world.app.bolt, world.server.app_token, ping_s=0.5, patience_s=1.0) as connection:
        assert connection.trouble() != ""
        await world.server.until(lambda: world.server.socket.opened > before)
        await world.server.until(lambda: connection.trouble() == "")


@pytest.mark.parametrize(
    "fault", ["500", "503", "html", "truncated", "429 html", "429 zero", "internal_error", "reset"]
)
async def test_a_slack_that_is_away_for_a_while_is_connected_to_again(hasty, fault):
    mika = hasty.member()
    hasty.server.faults.always = fault
    await hasty.server.socket.drop(politely=False)
    await hasty.server.until(lambda: hasty.connection.trouble())

    hasty.server.faults.always = ""

    await hasty.server.until(lambda: not hasty.connection.trouble())
    assert await answered(hasty, mika) == 1
