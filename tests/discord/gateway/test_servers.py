"""Servers that take the bot in or put it out, and what is known of their channels."""

from bot.message import Heading, Message
from bot.model import Channel, WorkspaceId
from tests.discord.app import world
from tests.discord.gateway.seen import CHANNEL, known, workspace_of
from tests.factories import make_post, make_subscription, make_workspace
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.state import Tag
from tests.waiting import until


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
        await until(lambda: all(bot.gateway.place(named(one)) for one in (place.channel, forum, wire)))
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
