"""Who listens to Discord, how it goes on after trouble, and who takes the bot in or puts it out."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from bot.errors import StoreError
from bot.message import Heading, Message
from bot.model import Channel, WorkspaceId
from tests.discord_app import QUICK, until, world
from tests.factories import make_post, make_story, make_subscription, make_workspace
from tests.fakes.discord_permissions import Permission
from tests.fakes.discord_state import Tag

CHANNEL = "GET /channels/{channel_id}"
PATIENCE_S = 10.0
"""How long Discord waits where this is not about how soon."""
SYNC = "PUT /applications/{application_id}/commands"


@pytest.fixture
async def place(tmp_path):
    """Return a server on the pretend Discord, whose every request is looked at in the end."""
    async with world(tmp_path) as place:
        yield place
        assert place.server.violations == []


def workspace_of(guild):
    return WorkspaceId(str(guild.id))


async def known(bot, guild):
    return await bot.engine.workspaces.known("discord", workspace_of(guild))


# Commands.


async def test_commands_are_told_once_and_again_only_where_they_changed(place):
    for _ in range(2):
        async with place.bot():
            pass
    assert place.server.commands.syncs == 1

    async with place.bot(ready=False) as bot:
        await bot.engine.store.keep("discord", "commands", "others")
    async with place.bot():
        assert place.server.commands.syncs == 2


async def test_the_commands_stand_in_both_languages(place):
    async with place.bot():
        reader = place.guild.member("reader", locale="ja")

        assert reader.sees(place.channel, "AIニュースに追加", kind=3) is False
        assert place.mika.sees(place.channel, "AIニュースに追加", kind=3)
        assert place.alice.sees(place.channel, "ai-news")
        assert not place.alice.sees(place.channel, "ai-news-mod")


async def test_commands_that_are_refused_keep_nobody_from_listening_and_are_told_later(place, monkeypatch):
    monkeypatch.setattr("adapters.discord.client.TELL_AGAIN_S", 0.1)
    async with place.bot():
        pass
    async with place.bot() as bot:
        await bot.engine.store.keep("discord", "commands", "those of an older version")
    place.server.faults.add("error 30034", "503", on=SYNC)

    async with place.bot() as bot:
        answer = await place.alice.command(place.channel, "ai-news", query="kumo")
        await until(lambda: place.server.commands.syncs == 2)

        assert "Found for" in answer.text
        assert await bot.platform.trouble() == ""


async def test_no_privileged_intent_is_asked_for(place):
    async with place.bot():
        assert [session.intents for session in place.server.gateway.sessions] == [1]


# Trouble.


@pytest.mark.parametrize("close_code", [4000, None])
async def test_twenty_dropped_connections_leave_every_command_answered_once(place, close_code):
    place.server.interactions.to_answer_s = PATIENCE_S
    async with place.bot():
        answers = []
        for number in range(20):
            begun = place.alice.begin_command(place.channel, "ai-news", query="kumo")
            if number % 2:
                await asyncio.sleep(0.002)
            place.server.gateway.drop(close_code=close_code)
            answers.append(asyncio.create_task(place.alice.answered(begun)))
            await until(lambda: place.server.gateway.shards_connected == {0})
        answered = await asyncio.gather(*answers)

    assert all("Found for" in answer.text for answer in answered)
    assert all(answer.followups == [] for answer in answered)
    assert len([one for one in place.server.ledger if "Found for" in one.text]) == 20
    assert place.server.gateway.resumed >= 20
    assert place.server.gateway.identified == 1


@pytest.mark.parametrize("close_code", [4000, None])
async def test_twenty_dropped_connections_leave_every_change_made_once_and_every_share_shared_once(
    place, close_code
):
    place.server.interactions.to_answer_s = PATIENCE_S
    async with place.bot() as bot:
        await place.mika.command(place.channel, "ai-news-digest subscribe")
        await place.mika.command(place.channel, "ai-news-digest now")
        looked_up = [await place.alice.command(place.channel, "ai-news", query="kumo") for _ in range(20)]
        answers = {"now": [], "share": [], "change": []}
        for number, found in enumerate(looked_up, start=1):
            new = make_story(id=f"new-{number}", published_at=bot.engine.clock())
            await bot.engine.save([new], actor="tests", reason="it is news")
            now = place.mika.begin_command(place.channel, "ai-news-digest now")
            share = place.alice.begin_press(found.shown, "share")
            if number % 2:
                await asyncio.sleep(0.002)
            place.server.gateway.drop(close_code=close_code)
            # This one is told of when the connection is taken up again.
            change = place.mika.begin_command(place.channel, "ai-news-digest change", count=number + 1)
            answers["share"].append(await place.alice.answered(share))
            answers["now"].append(await place.mika.answered(now))
            answers["change"].append(await place.mika.answered(change))
            await until(lambda: place.server.gateway.shards_connected == {0})
        owed = await bot.engine.store.deliveries(None, 1_000)

    assert [one.text for one in answers["now"]] == ["-# Posted to the channel in a moment."] * 20
    assert [one.text for one in answers["share"]] == ["-# Shared with the channel."] * 20
    changed = [f"Up to {number} " in one.text for number, one in enumerate(answers["change"], start=2)]
    assert changed == [True] * 20
    assert all(one.followups == [] for answered in answers.values() for one in answered)
    assert Counter(delivery.kind for delivery in owed) == {"notice": 1, "digest": 21, "share": 20}
    assert place.server.statuses[400] == 0
    assert place.server.gateway.resumed >= 20


async def test_a_session_that_is_no_longer_valid_is_begun_anew(place):
    async with place.bot() as bot:
        place.server.gateway.invalidate()
        await until(lambda: place.server.gateway.identified == 2)
        await until(lambda: bot.gateway.is_listening)

        answer = await place.alice.command(place.channel, "ai-news", query="kumo")

    assert "Found for" in answer.text


async def test_a_token_that_is_refused_at_the_start_is_told_and_nothing_more_is_asked(place, caplog):
    async with place.bot(token="wrong", ready=False) as bot:
        await until(bot.platform.trouble)
        asked = sum(place.server.asked.values())
        await asyncio.sleep(0.3)

        assert "refuses the bot's token" in await bot.platform.trouble()
        assert "refuses the bot's token" in caplog.text
        assert sum(place.server.asked.values()) == asked
        assert place.server.statuses[401] == 1


async def test_a_token_that_is_refused_later_stops_discord_and_nothing_else(place, caplog):
    async with place.bot() as bot:
        place.server.revoke()
        await until(bot.platform.trouble)

        assert "refuses the bot's token" in bot.gateway.trouble()
        assert not bot.gateway.is_listening
        assert await bot.engine.trouble() == {"store": "", "index": ""}


async def test_discord_is_asked_again_where_it_cannot_be_reached_at_first(place, caplog):
    place.server.faults.add("503", "503", on="GET /users/@me")
    async with place.bot() as bot:
        answer = await place.alice.command(place.channel, "ai-news", query="kumo")

        assert "Found for" in answer.text
        assert await bot.platform.trouble() == ""
        assert caplog.text.count("trying again") == 1


async def test_a_connection_that_never_comes_about_is_told(place, monkeypatch):
    monkeypatch.setattr(place.server.gateway, "_identify", lambda *_: None)
    async with place.bot(ready=False, terms=replace(QUICK, deaf_s=0.2)) as bot:
        await until(bot.platform.trouble)

        assert "has not been connected for" in await bot.platform.trouble()


async def test_a_connection_that_failed_after_a_good_while_is_tried_again_soon(place, caplog):
    terms = replace(QUICK, retry_s=0.1, longest_retry_s=0.4)
    async with place.bot(terms=terms) as bot:
        for _ in range(3):
            await asyncio.sleep(0.5)
            place.server.gateway.drop(close_code=4012)
            await until(lambda: not bot.gateway.is_listening)
            await until(lambda: bot.gateway.is_listening)

    assert caplog.text.count("trying again in 0.1 s") == 3


async def test_every_shard_has_to_be_connected(tmp_path):
    async with world(tmp_path, shards=2) as place, place.bot(discord_shards="0-1/2") as bot:
        client = bot.gateway._client
        client.dispatch("shard_disconnect", 1)
        await until(lambda: not bot.gateway.is_listening)
        client.dispatch("shard_resumed", 0)
        await asyncio.sleep(0.05)
        assert not bot.gateway.is_listening
        client.dispatch("shard_ready", 1)  # anew, of which AutoShardedClient tells no `ready`
        await until(lambda: bot.gateway.is_listening)


# One process listens.


async def test_a_second_process_stands_by_and_takes_over_when_the_first_stops(
    place, tmp_path, postgresql_url
):
    async with place.bot(database_url=postgresql_url, ready=False) as holder:
        await until(lambda: holder.gateway.is_listening)
        async with place.bot(
            database_url=postgresql_url, data_dir=str(tmp_path / "other"), ready=False
        ) as standby:
            await place.alice.command(place.channel, "ai-news", query="kumo")
            assert place.server.gateway.identified == 1
            assert not standby.gateway.is_listening
            assert await standby.platform.trouble() == ""

            holder.gateway._store = Unreachable(holder.engine.store)
            await until(lambda: standby.gateway.is_listening)
            assert not holder.gateway.is_listening
            answer = await place.alice.command(place.channel, "ai-news", query="kumo")

    assert "Found for" in answer.text
    assert place.server.gateway.identified == 2
    assert place.server.statuses[400] == 0


class Unreachable:
    """A store whose leases cannot be prolonged any more: what a process cut off from it sees."""

    def __init__(self, store):
        self._store = store

    async def hold(self, *_):
        raise StoreError("the database cannot be reached")

    def __getattr__(self, name):
        return getattr(self._store, name)


class Crashing(Unreachable):
    """A store that is left as it is at the end."""

    async def let_go(self, *_):
        raise StoreError("nobody is there any more")


async def test_the_lease_is_let_go_at_the_end(place, postgresql_url):
    for _ in range(2):
        async with place.bot(database_url=postgresql_url, terms=replace(QUICK, lease_s=3600.0)):
            pass

    assert place.server.gateway.identified == 2


async def test_on_sqlite_the_lease_of_a_bot_that_crashed_holds_up_nobody(place):
    for _ in range(2):
        async with place.bot(terms=replace(QUICK, lease_s=3600.0)) as bot:
            bot.gateway._store = Crashing(bot.engine.store)

    assert place.server.gateway.identified == 2


async def test_a_process_that_has_lost_the_lease_answers_nothing(place, caplog):
    async with place.bot() as bot:
        bot.gateway._held_until = float("-inf")
        begun = place.alice.begin_command(place.channel, "ai-news", query="kumo")
        await until(lambda: "lease had run out" in caplog.text)

        assert begun.acknowledged_at is None


async def test_a_database_that_answers_nothing_for_a_while_leaves_nobody_deaf(place, caplog):
    async with place.bot() as bot:
        hold = bot.engine.store.hold

        async def hangs(*_):
            await asyncio.sleep(3600)

        bot.engine.store.hold = hangs
        await until(lambda: not bot.gateway.is_listening)
        bot.engine.store.hold = hold
        await until(lambda: bot.gateway.is_listening)
        answer = await place.alice.command(place.channel, "ai-news", query="kumo")

        assert "Found for" in answer.text
        assert "no answer from the database" in caplog.text


async def test_each_process_connects_its_range_of_shards(tmp_path):
    async with world(tmp_path, shards=2) as place:
        guilds = [place.server.guild(f"guild {number}", shard=(number, 2)) for number in (0, 1)]
        async with place.bot(discord_shards="1/2") as bot:
            assert place.server.gateway.shards_connected == {1}
            await until(lambda: known(bot, guilds[1]))
            assert await known(bot, guilds[0]) is None
            assert bot.gateway._lease == "discord gateway 1-1/2"


# What is known of channels.


async def test_who_listens_posts_without_asking_what_a_channel_is_and_the_others_ask(
    place, tmp_path, postgresql_url
):
    forum, wire = place.guild.forum("ideas", tags=["AI"], requires_tag=True), place.guild.announcement("wire")
    other = str(tmp_path / "other")
    async with (
        place.bot(database_url=postgresql_url) as bot,
        place.bot(database_url=postgresql_url, data_dir=other, ready=False) as standby,
    ):
        for key, poster in (("one", bot), ("two", standby)):
            for channel in (place.channel, forum, wire):
                await poster.platform.post(post_to(channel, key))
            assert place.server.asked[CHANNEL] == {"one": 0, "two": 3}[key]

    assert len(place.channel.messages) == 2
    assert [message.crossposted for message in wire.messages] == [True, True]
    assert [thread.applied_tags for thread in forum.threads] == [[forum.tags[0].id]] * 2


async def test_a_forum_whose_tags_change_gets_posts_with_the_new_ones(place):
    forum = place.guild.forum("ideas", tags=["old"])
    async with place.bot() as bot:
        await bot.platform.post(post_to(forum, "one"))
        forum.tags.append(Tag(place.server.new_id(), "AI"))
        forum.rename("news")
        await until(lambda: bot.gateway.place(named(forum)).tags.get("ai"))
        await bot.platform.post(post_to(forum, "two"))

    assert [thread.applied_tags for thread in forum.threads] == [[], [forum.tags[1].id]]


def post_to(channel, key):
    message = Message((Heading("Today"),), "en", tag="AI", publish=True)
    return make_post(channel=named(channel), message=message, key=f"{key}.{channel.id}"[:25])


def named(channel):
    return Channel(platform="discord", workspace=workspace_of(channel.guild), id=str(channel.id))


# Servers.


async def test_a_server_that_takes_the_bot_in_is_welcomed_once_in_its_language(tmp_path):
    async with world(tmp_path, locale="ja") as place, place.bot(posts=True) as bot:
        await until(lambda: place.channel.messages)
        new = place.server.guild("新しい町", locale="ja", permissions=None)
        talk = new.text("talk")
        new.invite_bot()
        await until(lambda: talk.messages)
        place.server.gateway.drop()
        await until(lambda: bot.gateway.is_listening)

        workspace = await known(bot, new)
        assert (workspace.name, workspace.language, workspace.time_zone) == ("新しい町", "ja", "Asia/Tokyo")
        assert len(talk.messages) == 1
        assert "配信" in talk.texts[0]


async def test_a_server_is_welcomed_where_the_bot_may_speak(place):
    place.channel.allow(place.guild.everyone, deny=Permission.SEND_MESSAGES)
    lounge = place.guild.text("lounge")
    async with place.bot(posts=True):
        await until(lambda: lounge.messages)

        assert place.channel.messages == []


async def test_a_server_is_not_welcomed_among_its_announcements(tmp_path):
    async with world(tmp_path) as place:
        guild = place.server.guild("Other", permissions=None)
        wire, talk = guild.announcement("announcements"), guild.text("talk")
        async with place.bot(posts=True):
            guild.invite_bot(Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
            await until(lambda: talk.messages)

            assert wire.messages == []


async def test_a_server_where_the_bot_has_long_been_is_not_welcomed(place):
    place.guild.bot.joined_at -= 7200
    async with place.bot(posts=True) as bot:
        await until(lambda: known(bot, place.guild))
        assert await bot.engine.store.deliveries(workspace_of(place.guild), 10) == []


async def test_a_server_that_puts_the_bot_out_is_left_and_its_digests_stop(place):
    async with place.bot() as bot:
        await place.mika.command(place.channel, "ai-news-digest subscribe")
        place.guild.kick_bot()
        await until(lambda: has_left(bot, place.guild))

        channel = Channel(platform="discord", workspace=workspace_of(place.guild), id=str(place.channel.id))
        assert (await bot.engine.store.subscription(channel)).state == "paused"


async def test_a_server_that_left_while_nobody_listened_is_found_out(place):
    async with place.bot() as bot:
        await until(lambda: known(bot, place.guild))
    place.guild.kick_bot()

    async with place.bot() as bot:
        await until(lambda: has_left(bot, place.guild))


async def test_a_workspace_that_is_no_id_of_discords_holds_up_no_comparing(place):
    odd = Channel(platform="discord", workspace=WorkspaceId("home"), id="1")
    async with place.bot() as bot:
        await until(lambda: known(bot, place.guild))
        await bot.engine.store.add_subscription(make_subscription(id="odd", channel=odd))
        await place.mika.command(place.channel, "ai-news-digest subscribe")
    place.guild.kick_bot()

    async with place.bot() as bot:
        await until(lambda: has_left(bot, place.guild))


async def test_servers_of_other_shards_are_not_taken_for_gone(tmp_path):
    async with world(tmp_path, shards=2) as place:
        elsewhere = place.server.guild("elsewhere", shard=(0, 2), permissions=None)
        here = place.server.guild("here", shard=(1, 2))
        gone = place.server.guild("gone", shard=(1, 2), permissions=None)
        async with place.bot(ready=False, token="wrong") as bot:  # it must not hear of anybody yet
            for guild in (elsewhere, gone):
                channel = Channel(platform="discord", workspace=workspace_of(guild), id="1")
                await bot.engine.store.add_subscription(make_subscription(id=str(guild.id), channel=channel))
                workspace = make_workspace(platform="discord", id=workspace_of(guild))
                await bot.engine.workspaces.joined(workspace, None)
        async with place.bot(discord_shards="1/2") as bot:
            await until(lambda: has_left(bot, gone))
            await until(lambda: known(bot, here))

            assert (await known(bot, elsewhere)).left_at is None


async def test_a_server_that_is_down_for_a_while_has_not_left(place):
    async with place.bot() as bot:
        await until(lambda: known(bot, place.guild))
        place.guild.fail()
        place.guild.recover()
        answer = await place.alice.command(place.channel, "ai-news", query="kumo")

        assert "Found for" in answer.text
        assert (await known(bot, place.guild)).left_at is None


async def has_left(bot, guild):
    workspace = await known(bot, guild)
    return workspace is not None and workspace.left_at is not None
