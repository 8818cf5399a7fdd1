"""App Home: what a workspace gets, with buttons that work, and kept fresh."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from adapters.slack.connection import Refreshing
from bot.errors import StoreError
from bot.model import Channel, WorkspaceId
from tests.fakes.slack.reading import labels_of, text_of
from tests.slack.app import TRANSPORTS, slack_world


@pytest.fixture(params=TRANSPORTS)
async def world(request, tmp_path):
    async with slack_world(tmp_path, request.param) as world:
        yield world


async def subscribed(world, owner):
    await world.done(await owner.command(world.channel, "/ai-news-digest", "subscribe times:07:30"))


async def test_home_shows_what_the_workspace_gets_and_the_newest_stories(world):
    owner, mika = world.member("Olga", is_owner=True), world.member()
    await subscribed(world, owner)

    await world.done(await mika.open_home())

    told = text_of(mika.home)
    assert f"<#{world.channel.id}>" in told
    assert "7:30" in told
    assert "Kumo Robotics shows a cheap arm" in told
    assert len(mika.home.content["blocks"]) <= 100


async def test_home_is_in_the_language_of_whoever_opens_it(world):
    mika = world.member(locale="ja-JP")

    await world.done(await mika.open_home())

    assert "クモ・ロボティクス、安い腕を発表" in text_of(mika.home)


async def test_a_button_in_home_is_about_its_channel_and_home_shows_what_came_of_it(world):
    owner = world.member(is_owner=True)
    await subscribed(world, owner)
    await world.done(await owner.open_home())
    before = labels_of(owner.home)

    await world.done(await owner.press(owner.home, "pause"))

    channel = Channel(platform="slack", workspace=WorkspaceId(world.team.id), id=world.channel.id)
    assert (await world.engine.store.subscription(channel)).state == "paused"
    assert "paused" in text_of(owner.modal)
    assert "resume" in labels_of(owner.home)
    assert "resume" not in before


async def test_a_member_cannot_press_what_moderators_were_shown(world):
    owner, mika = world.member("Olga", is_owner=True), world.member()
    await subscribed(world, owner)
    await world.done(await owner.open_home())
    await world.done(await mika.open_home())
    assert "pause" not in labels_of(mika.home)
    mika.home.content = owner.home.content

    await world.done(await mika.press(mika.home, "pause"))

    assert "Only moderators" in text_of(mika.modal)


async def test_what_is_typed_in_a_channel_changes_the_home_that_is_open(world):
    owner = world.member(is_owner=True)
    await world.done(await owner.open_home())
    before = text_of(owner.home)

    await subscribed(world, owner)

    assert f"<#{world.channel.id}>" in text_of(owner.home)
    assert f"<#{world.channel.id}>" not in before


async def test_home_is_made_anew_for_those_who_opened_it_when_something_was_posted(world):
    mika, ken = world.member(), world.member("Ken")
    await world.done(await mika.open_home())
    await world.tell_story("Voltaic opens a shop", "Voltaic opens a shop.")

    await world.app.homes.posted(WorkspaceId(world.team.id))
    await world.app.homes.posted(WorkspaceId("T0000000999"))

    assert mika.home.versions == 2
    assert ken.home is None


async def test_home_that_cannot_be_published_stops_nothing(world):
    owner = world.member(is_owner=True)
    await world.done(await owner.open_home())
    del world.server.homes[owner.id]
    world.server.users[owner.id].team = world.server.team("Elsewhere")

    await world.app.homes.posted(WorkspaceId(world.team.id))

    assert owner.home is None


async def test_home_is_made_anew_with_the_token_of_today(world):
    mika = world.member()
    await world.done(await mika.open_home())
    for call in world.app.homes._openers.values():
        call.client.token = "xoxb-of-yesterday"

    await world.app.homes.posted(WorkspaceId(world.team.id))

    assert mika.home.versions == 2


async def test_a_command_is_not_called_a_failure_because_home_could_not_be_made_anew(world):
    owner = world.member(is_owner=True)
    await world.done(await owner.open_home())

    async def break_store(*_):
        raise StoreError("the database is away")

    world.engine.home = break_store
    asked = await world.done(await owner.command(world.channel, "/ai-news-digest", "subscribe"))

    assert len(asked.answers) == 1
    assert "did not work" not in text_of(asked.answers[0])


async def test_homes_are_made_anew_after_one_could_not_be(monkeypatch):
    monkeypatch.setattr("adapters.slack.connection.REFRESH_S", 0.01)
    tried, done = asyncio.Event(), asyncio.Event()

    class Homes:
        async def posted(self, workspace):
            if workspace == "T1":
                tried.set()
                raise StoreError("the database is away")
            done.set()

    refreshing = Refreshing()
    async with AsyncExitStack() as stack:
        refreshing.begin(stack, Homes())
        refreshing.mark(WorkspaceId("T1"))
        await tried.wait()
        refreshing.mark(WorkspaceId("T2"))
        await done.wait()


async def test_the_messages_tab_is_no_home(world):
    mika = world.member()
    event = {"type": "app_home_opened", "user": mika.id, "channel": "D1", "tab": "messages"}

    await world.server.emit(world.team, event, "app_home_opened", user=mika.user).settled.wait()
    await world.idle()

    assert mika.home is None
