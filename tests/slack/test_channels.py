"""What becomes of channels that get digests: known at once, told once, and gone on with by itself."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Channel, WorkspaceId
from bot.run import utc_now
from tests.fakes.slack.server import SlackServer, serving
from tests.slack.app import TRANSPORTS
from tests.slack.connected import connected, many_settings


class Here:
    """The bot, installed in a workspace with a channel that gets digests and a desk."""

    def __init__(self, server, bot, team):
        self.server, self.bot, self.team = server, bot, team
        self.news = server.channel(team)

    def named(self, place):
        return Channel(platform="slack", workspace=WorkspaceId(self.team.id), id=place.id)

    async def subscribe(self, place):
        begun = await self.bot.engine.subscribe(self.named(place), "en", "UTC")
        turn = replace(begun, next_due_at=utc_now() + timedelta(days=1))
        await self.bot.engine.store.change_subscription(begun, turn)
        return turn

    async def now(self, place=None):
        """Return what a channel's subscription is when the bot has heard all."""
        await self.server.all_told()
        subscription = await self.bot.engine.store.subscription(self.named(place or self.news))
        return subscription.state, subscription.trouble.partition(" (")[0]

    async def told(self):
        """Return what the moderators are told of: the channel of each notice and its words."""
        await self.server.all_told()
        owed = await self.bot.engine.store.deliveries(WorkspaceId(self.team.id), 100)
        notices = [one for one in owed if one.series.startswith("lost") or "stopped" in str(one.message)]
        assert {one.channel.id for one in notices} <= {self.desk.id}
        return [str(one.message) for one in notices]

    def asked_slack(self):
        return [said for name, said in self.server.calls if name == "conversations.info"]


@pytest.fixture(params=TRANSPORTS)
async def here(request, sqlite_url):
    server = SlackServer()
    async with serving(server) as url:
        socket = {"slack_app_token": server.app_token, "slack_signing_secret": ""}
        settings = many_settings(server, url, **(socket if request.param == "socket" else {}))
        async with connected(server, settings, sqlite_url) as bot:
            team = server.team(installed=False)
            await server.member(team).install(f"{bot.page}slack/install")
            here = Here(server, bot, team)
            here.desk = server.channel(team, "desk")
            before = await bot.known(team.id)
            await bot.engine.store.change_workspace(before, replace(before, desk=here.desk.id))
            await here.subscribe(here.news)
            yield here
    assert server.violations == []


@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
@pytest.mark.parametrize(
    ("what", "trouble"),
    [
        ("archive", "the channel is archived"),
        ("delete_channel", "the channel is gone"),
        ("remove_bot", "the bot may not post there"),
    ],
)
async def test_a_channel_that_is_lost_stops_and_is_told_of_at_once_and_once(here, what, trouble, private):
    place = here.server.channel(here.team, "more", private=private)
    await here.subscribe(place)

    event = getattr(here.server, what)(place)

    assert await here.now(place) == ("paused", trouble)
    assert await here.now() == ("active", "")
    await here.server.tell_again(event)
    (told,) = await here.told()
    assert f"#{place.id}" in told


async def test_a_channel_that_is_unarchived_goes_on_with_its_next_turn_alone(here):
    here.server.archive(here.news)
    stopped = await here.now()

    here.server.unarchive(here.news)

    assert (stopped[0], await here.now()) == ("paused", ("active", ""))
    subscription = await here.bot.engine.store.subscription(here.named(here.news))
    assert subscription.next_due_at > utc_now()
    assert await here.bot.engine.compose_due({"slack": here.bot.platform.limits}) == 0


@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
async def test_a_bot_that_was_taken_out_comes_back_when_it_is_invited_and_not_before(here, private):
    place = here.server.channel(here.team, "more", private=private)
    await here.subscribe(place)
    here.server.remove_bot(place)
    await here.now(place)

    here.server.archive(place)
    await here.now(place)
    here.server.unarchive(place)
    assert await here.now(place) == ("paused", "the bot may not post there")

    here.server.invite_bot(place)
    assert await here.now(place) == ("active", "")


async def test_events_in_the_wrong_order_leave_things_as_they_are(here):
    archived = here.server.archive(here.news)
    await here.now()
    here.server.unarchive(here.news)
    await here.now()
    left = here.server.remove_bot(here.news)
    await here.now()
    here.server.invite_bot(here.news)
    await here.now()

    for late in (archived, left):
        await here.server.tell_again(late)

    assert await here.now() == ("active", "")
    assert len(await here.told()) == 2


async def test_what_somebody_paused_stays_paused(here):
    before = await here.bot.engine.store.subscription(here.named(here.news))
    await here.bot.engine.store.change_subscription(before, replace(before, state="paused"))

    here.server.archive(here.news)
    await here.now()
    here.server.unarchive(here.news)

    assert await here.now() == ("paused", "")
    assert await here.told() == []


async def test_other_channels_and_other_people_are_no_reason_to_ask_slack_anything(here):
    other = here.server.channel(here.team, "other")
    mika = here.server.member(here.team, "Ken")
    here.news.members.add(mika.id)
    here.server.archive(other)
    event = {"type": "member_left_channel", "user": mika.id, "channel": here.news.id, "channel_type": "C"}
    here.server.emit(here.team, event, "member_left_channel")

    assert await here.now() == ("active", "")
    assert here.asked_slack() == []


async def test_an_event_is_told_again_when_slack_cannot_be_asked(here):
    here.server.deadline_s, here.server.speed = 0.5, 60
    here.server.faults.add("503", method="conversations.info")

    here.server.delete_channel(here.news)

    assert await here.now() == ("paused", "the channel is gone")


async def test_home_shows_in_the_readers_language_why_a_channel_has_stopped(here):
    saki = here.server.member(here.team, "Saki", locale="ja-JP")
    here.server.archive(here.news)
    await here.now()

    await saki.open_home()

    home = await here.server.until(lambda: saki.home)
    assert "チャンネルがアーカイブされています" in str(home.content)
