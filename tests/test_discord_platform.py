"""Posting to Discord, over real sockets to a pretend one that enforces its limits."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from discord.http import Route

from adapters.discord.buttons import command_of
from adapters.discord.platform import DiscordPlatform
from bot.errors import ChannelLost, PostDelayed, PostRejected, PostUncertain
from bot.message import Button, Buttons, Heading, Message, paragraph
from bot.model import Channel, WorkspaceId
from bot.run import utc_now
from bot.store import open_store
from tests.factories import make_channel, make_post, make_workspace
from tests.fakes.discord_permissions import Permission
from tests.fakes.discord_server import DiscordServer, serving

TODAY = Message((Heading("Today"), paragraph("One story.")), "en")
CREATE = "POST /channels/{channel_id}/messages"
OPEN = "POST /channels/{channel_id}/threads"
THREAD = "POST /channels/{channel_id}/messages/{message_id}/threads"
CROSSPOST = "POST /channels/{channel_id}/messages/{message_id}/crosspost"
EDIT = "PATCH /channels/{channel_id}/messages/{message_id}"
CHANNEL = "GET /channels/{channel_id}"
HISTORY = "GET /channels/{channel_id}/messages"


@pytest.fixture
async def store(sqlite_url):
    store = await open_store(sqlite_url)
    yield store
    await store.close()


@pytest.fixture
async def discord(monkeypatch):
    """Return a pretend Discord that is served."""
    server = DiscordServer()
    async with serving(server) as url:
        monkeypatch.setattr(Route, "BASE", url)
        yield server


@pytest.fixture
async def platform(discord, store):
    platform = DiscordPlatform(discord.token, store)
    yield platform
    await platform.close()


@pytest.fixture
def guild(discord):
    return discord.guild()


def post_to(channel, message=TODAY, key="digest.1", **over):
    """Return a post for a channel of the pretend Discord."""
    return make_post(channel=named(channel), message=message, key=key, **over)


def named(channel):
    return Channel(platform="discord", workspace=WorkspaceId(str(channel.guild.id)), id=str(channel.id))


def lately():
    return utc_now() - timedelta(seconds=1)


# Posting.


async def test_a_post_stands_in_its_channel_under_its_nonce(discord, platform, guild):
    news = guild.text("news")

    id_ = await platform.post(post_to(news))

    (message,) = discord.ledger
    assert (id_, message.nonce) == (str(message.id), "digest.1")
    assert message.channel is news
    assert message.text == "## Today\nOne story."
    assert discord.violations == []


async def test_the_same_post_again_stands_once(discord, platform, guild):
    news = guild.text("news")

    ids = [await platform.post(post_to(news)) for _ in range(2)]

    assert ids == [str(discord.ledger[0].id)] * 2
    assert len(discord.ledger) == 1


async def test_nobody_is_called_but_the_role_that_a_message_mentions(discord, platform, guild):
    news = guild.text("news")
    role, other = guild.role("readers", mentionable=True), guild.role("others", mentionable=True)
    text = paragraph(f"@everyone <@&{other.id}>")

    await platform.post(post_to(news, Message((text,), "en", mention=str(role.id))))

    assert discord.ledger[0].pings == {str(role.id)}


@pytest.mark.parametrize("mention", ["here", "1> @everyone <@1", ""])
async def test_a_mention_that_is_no_id_calls_nobody(discord, platform, guild, mention):
    await platform.post(post_to(guild.text("news"), replace(TODAY, mention=mention)))

    assert discord.ledger[0].pings == set()
    assert discord.ledger[0].text == "## Today\nOne story."


async def test_a_channel_of_another_server_gets_nothing(discord, platform, guild):
    foreign = discord.guild("other").text("news")
    channel = replace(named(foreign), workspace=WorkspaceId(str(guild.id)))

    with pytest.raises(ChannelLost, match="another server"):
        await platform.post(make_post(channel=channel))

    assert discord.ledger == []


@pytest.mark.parametrize("id_", ["", "news", "12", "1" * 25, "../@me"])
async def test_an_id_that_names_no_channel_is_lost(platform, guild, id_):
    channel = Channel(platform="discord", workspace=WorkspaceId(str(guild.id)), id=id_)

    with pytest.raises(ChannelLost) as caught:
        await platform.post(make_post(channel=channel))

    assert caught.value.why == "deleted"


async def test_a_channel_that_was_deleted_after_a_post_is_lost(platform, guild):
    news = guild.text("news")
    await platform.post(post_to(news))
    news.delete()

    with pytest.raises(ChannelLost) as caught:
        await platform.post(post_to(news, key="digest.2"))

    assert caught.value.why == "deleted"


async def test_a_permission_that_is_missing_is_named(platform, guild):
    news = guild.text("news")
    news.allow(guild.bot, deny=Permission.SEND_MESSAGES)

    with pytest.raises(ChannelLost, match="missing: Send Messages") as caught:
        await platform.post(post_to(news))

    assert caught.value.why == "no_permission"


async def test_a_permission_that_threads_need_is_named(platform, guild):
    news = guild.text("news")
    news.allow(guild.bot, deny=Permission.CREATE_PUBLIC_THREADS)
    opener = await platform.post(post_to(news))

    with pytest.raises(ChannelLost, match="missing: Create Public Threads"):
        await platform.post(post_to(news, below(2), "digest.2", opener=opener))


async def test_a_permission_is_called_in_a_forum_as_discord_calls_it_there(platform, guild):
    forum = guild.forum("forum")
    forum.allow(guild.bot, deny=Permission.SEND_MESSAGES)

    with pytest.raises(ChannelLost, match="missing: Create Posts"):
        await platform.post(post_to(forum))


async def test_a_channel_that_is_hidden_from_the_bot_is_lost(platform, guild):
    news = guild.text("news")
    news.allow(guild.everyone, deny=Permission.VIEW_CHANNEL)

    with pytest.raises(ChannelLost, match="cannot see") as caught:
        await platform.post(post_to(news))

    assert caught.value.why == "no_permission"


async def test_a_server_that_put_the_bot_out_has_signed_it_out(platform, guild):
    news = guild.text("news")
    guild.kick_bot()

    with pytest.raises(ChannelLost) as caught:
        await platform.post(post_to(news))

    assert caught.value.why == "signed_out"


async def test_a_message_that_was_posted_and_deleted_is_not_posted_again(discord, platform, guild):
    news = guild.text("news")
    await platform.post(post_to(news))
    news.messages[0].delete()

    with pytest.raises(PostRejected, match="deleted"):
        await platform.post(post_to(news))

    assert news.messages == []


# Threads, forums, announcements.


async def test_a_thread_is_a_channel_as_any_other(discord, platform, guild):
    news = guild.text("news")
    opener = await platform.post(post_to(news))
    await platform.post(post_to(news, replace(TODAY, in_thread=True), "digest.2", opener=opener))
    (thread,) = news.threads
    thread.archive()

    id_ = await platform.post(post_to(thread, key="other.1"))

    assert "/" not in id_
    assert thread.messages[-1].id == int(id_)
    assert await platform.find(post_to(thread, key="other.1"), lately()) == id_


async def test_a_locked_thread_that_cannot_be_opened_is_lost(discord, platform, guild):
    news = guild.text("news")
    opener = await platform.post(post_to(news))
    await platform.post(post_to(news, replace(TODAY, in_thread=True), "digest.2", opener=opener))
    (thread,) = news.threads
    thread.archive(locked=True)
    thread.owner = guild.owner

    with pytest.raises(ChannelLost) as caught:
        await platform.post(post_to(thread, key="other.1"))

    assert caught.value.why == "archived"


async def test_later_messages_stand_in_the_thread_of_the_first_in_order(discord, platform, guild):
    news = guild.text("news")
    opener = await platform.post(post_to(news))

    ids = [await platform.post(post_to(news, below(n), f"digest.{n}", opener=opener)) for n in range(2, 5)]

    (thread,) = news.threads
    assert thread.name == "Today"
    assert thread.texts == ["Story 2", "Story 3", "Story 4"]
    assert ids == [f"{thread.id}/{message.id}" for message in thread.messages]
    assert discord.asked[THREAD] == 1


async def test_a_thread_that_exists_already_is_used(discord, platform, store, guild):
    news = guild.text("news")
    opener = await platform.post(post_to(news))
    await platform.post(post_to(news, below(2), "digest.2", opener=opener))
    async with another(discord, store) as fresh:
        await fresh.post(post_to(news, below(3), "digest.3", opener=opener))

    assert [thread.texts for thread in news.threads] == [["Story 2", "Story 3"]]


async def test_nothing_follows_an_opener_that_was_deleted(discord, platform, guild):
    news = guild.text("news")
    opener = await platform.post(post_to(news))
    news.messages[0].delete()

    with pytest.raises(PostRejected, match="deleted"):
        await platform.post(post_to(news, below(2), "digest.2", opener=opener))


async def test_a_forum_gets_a_new_post_with_title_and_tag(discord, platform, guild):
    forum = guild.forum("news", ["Weekly", "Daily"])
    titled = replace(TODAY, blocks=(Heading("News " * 40), paragraph("One story.")), tag="daily")

    id_ = await platform.post(post_to(forum, titled))

    (thread,) = forum.threads
    assert thread.name.startswith("News News")
    assert len(thread.name) == 100
    assert [tag.name for tag in forum.tags if tag.id in thread.applied_tags] == ["Daily"]
    assert id_ == f"{thread.id}/{thread.messages[0].id}"


async def test_later_messages_stand_in_the_forums_post(platform, guild):
    forum = guild.forum("news")
    opener = await platform.post(post_to(forum))

    await platform.post(post_to(forum, below(2), "digest.2", opener=opener))
    await platform.post(post_to(forum, replace(below(3), in_thread=False), "digest.3", opener=opener))

    assert [thread.texts for thread in forum.threads] == [["## Today\nOne story.", "Story 2", "Story 3"]]


async def test_a_forum_without_the_tag_gets_its_post_all_the_same(platform, guild):
    forum = guild.forum("news", ["Weekly"])

    await platform.post(post_to(forum, replace(TODAY, tag="daily")))

    assert [thread.applied_tags for thread in forum.threads] == [[]]


@pytest.mark.parametrize(("tag", "number"), [("weekly", 1), ("gone since", 0), ("", 0)])
async def test_a_forum_that_wants_a_tag_gets_the_one_wished_for_or_any(platform, guild, tag, number):
    forum = guild.forum("news", ["Daily", "Weekly"], requires_tag=True)

    await platform.post(post_to(forum, replace(TODAY, tag=tag)))

    assert [thread.applied_tags for thread in forum.threads] == [[forum.tags[number].id]]


async def test_a_forum_that_wants_a_tag_and_has_none_says_so(platform, guild):
    forum = guild.forum("news", [], requires_tag=True)

    with pytest.raises(PostRejected, match="has none"):
        await platform.post(post_to(forum))


async def test_nothing_more_goes_into_a_forums_post_that_was_deleted(platform, guild):
    forum = guild.forum("news")
    opener = await platform.post(post_to(forum))
    forum.threads[0].delete()

    with pytest.raises(PostRejected, match="closed or gone") as caught:
        await platform.post(post_to(forum, below(2), "digest.2", opener=opener))

    assert not isinstance(caught.value, ChannelLost)


async def test_an_announcement_is_published_once(discord, platform, guild):
    news = guild.announcement("news")
    post = post_to(news, replace(TODAY, publish=True))

    id_ = await platform.post(post)
    assert await platform.find(post, lately()) == id_
    await platform.post(post)

    assert [message.crossposted for message in news.messages] == [True]
    assert discord.asked[CROSSPOST] == 1


@pytest.mark.parametrize("fault", ["500", "error 50013", "error 40033", "reset"])
async def test_an_announcement_stands_whatever_becomes_of_publishing(discord, platform, guild, fault):
    discord.faults.add(fault, fault, on=CROSSPOST)
    news = guild.announcement("news")

    id_ = await platform.post(post_to(news, replace(TODAY, publish=True)))

    assert [str(message.id) for message in news.messages] == [id_]


async def test_an_announcement_is_published_although_discord_was_in_trouble_for_a_moment(
    discord, platform, guild
):
    discord.faults.add("503", on=CROSSPOST)
    news = guild.announcement("news")

    await platform.post(post_to(news, replace(TODAY, publish=True)))

    assert [message.crossposted for message in news.messages] == [True]


async def test_an_announcement_is_published_when_the_limit_of_an_hour_lets_it(discord, platform, guild):
    discord.faults.add("429 huge", on=CROSSPOST)
    news = guild.announcement("news")
    post = post_to(news, replace(TODAY, publish=True))

    with pytest.raises(PostDelayed) as caught:
        await platform.post(post)
    found = await platform.find(post, lately())

    assert caught.value.retry_after_s == 86_400
    assert [str(message.id) for message in news.messages] == [found]
    assert [message.crossposted for message in news.messages] == [True]


async def test_an_announcement_that_was_found_is_published_then(discord, platform, guild):
    discord.faults.add("accept, reset")
    news = guild.announcement("news")
    post = post_to(news, replace(TODAY, publish=True))

    with pytest.raises(PostUncertain):
        await platform.post(post)
    await platform.find(post, lately())

    assert [message.crossposted for message in news.messages] == [True]


# What Discord answers.

LOST_ANSWERS = ["reset", "close", "500", "502", "503", "504", "520", "524", "truncated", "html"]


@pytest.mark.parametrize("fault", [f"accept, {fault}" for fault in LOST_ANSWERS])
async def test_a_post_whose_answer_is_lost_is_found_when_the_nonce_is_forgotten(
    discord, platform, guild, fault
):
    news = guild.text("news")
    discord.faults.add(fault)

    with pytest.raises(PostUncertain):
        await platform.post(post_to(news))
    discord.nonces.forget()

    assert await platform.find(post_to(news), lately()) == str(discord.ledger[0].id)
    assert discord.asked[CREATE] == 1


@pytest.mark.parametrize("fault", ["reset", "close", "500", "503", "html"])
async def test_a_post_that_never_came_is_in_doubt_and_not_found(discord, platform, guild, fault):
    news = guild.text("news")
    discord.faults.add(fault)

    with pytest.raises(PostUncertain):
        await platform.post(post_to(news))

    assert await platform.find(post_to(news), lately()) is None


@pytest.mark.parametrize(
    ("fault", "wait_s", "everywhere"),
    [
        ("429 route", 0.3, False),
        ("429 global", 0.3, True),
        ("429 shared", 0.3, False),
        ("429 zero", 0, False),
        ("429 huge", 86_400, False),
        ("429 no via", 1, True),
        ("429 html", 1, True),
        ("429 cloudflare", 600, True),
    ],
)
async def test_too_many_requests_are_told_and_not_waited_for(
    discord, platform, guild, fault, wait_s, everywhere
):
    discord.faults.add(fault)

    with pytest.raises(PostDelayed) as caught:
        await platform.post(post_to(guild.text("news")))

    assert caught.value.retry_after_s == max(wait_s, 1)
    assert caught.value.everywhere is everywhere
    assert discord.asked[CREATE] == 1


async def test_a_429_that_says_nothing_is_told_too(discord, platform, guild):
    discord.faults.add("429 missing")

    with pytest.raises(PostDelayed) as caught:
        await platform.post(post_to(guild.text("news")))

    assert caught.value.retry_after_s is None


async def test_a_refused_token_stops_all_requests_and_is_told(discord, platform, guild):
    news = guild.text("news")
    await platform.post(post_to(news))
    discord.revoke()
    asked = []
    for number in range(3):
        with pytest.raises(PostDelayed, match="token") as caught:
            await platform.post(post_to(news, key=f"other.{number}"))
        assert caught.value.everywhere
        asked.append(discord.asked.total())

    assert len(set(asked)) == 1
    assert "AI_NEWS_DISCORD_TOKEN" in await platform.trouble()


async def test_a_token_that_was_wrong_from_the_start_is_told(discord, store, guild):
    news = guild.text("news")
    discord.revoke()
    async with another(discord, store, token="wrong.token.here") as platform:
        with pytest.raises(PostDelayed, match="token"):
            await platform.post(post_to(news))

        assert "AI_NEWS_DISCORD_TOKEN" in await platform.trouble()


async def test_a_discord_that_cannot_be_reached_delays(monkeypatch, store):
    monkeypatch.setattr(Route, "BASE", "http://127.0.0.1:1")
    platform = DiscordPlatform("token", store)

    with pytest.raises(PostDelayed, match="reached"):
        await platform.post(make_post(channel=make_channel(platform="discord", workspace="1", id="2")))

    await platform.close()


async def test_a_workspace_that_is_no_id_of_discords_has_no_channels(platform):
    with pytest.raises(ChannelLost, match="not an id"):
        await platform.post(make_post(channel=make_channel(platform="discord", workspace="home", id="2")))


async def test_what_a_post_asks_for_beside_it_counts_too_so_that_no_request_is_refused(discord, store):
    discord.rates.scale = 1.0
    channels = [discord.guild().text("news") for _ in range(60)]
    async with another(discord, store) as platform:
        await asyncio.gather(*(platform.post(post_to(channel)) for channel in channels))

    assert discord.asked[CHANNEL] == discord.asked[CREATE] == 60
    assert discord.refused == 0


@pytest.mark.parametrize(
    ("fault", "wait_s"),
    [("429 huge", 86_400), ("429 cloudflare", 600), ("429 html", 1), ("503", 5), ("html", 5)],
)
async def test_a_sign_in_that_fails_holds_up_every_channel(discord, platform, guild, fault, wait_s):
    news = guild.text("news")
    discord.faults.add(fault, on="GET /users/@me")

    for _ in range(3):
        with pytest.raises(PostDelayed) as caught:
            await platform.post(post_to(news))
        assert caught.value.everywhere
        assert caught.value.retry_after_s == pytest.approx(wait_s, abs=1)

    assert discord.asked == {"GET /users/@me": 1}


async def test_a_sign_in_that_hangs_is_not_waited_for_by_each_in_turn(discord, platform, guild, monkeypatch):
    news = guild.text("news")
    monkeypatch.setattr("adapters.discord.rest.REQUEST_S", 0.2)
    discord.faults.add("hang", "hang", on="GET /users/@me")

    posts = (platform.post(post_to(news, key=f"digest.{n}")) for n in range(8))
    failures = await asyncio.gather(*posts, return_exceptions=True)

    assert {type(failure) for failure in failures} == {PostDelayed}
    assert discord.asked == {"GET /users/@me": 1}


async def test_nothing_is_posted_once_it_is_closed(discord, platform, guild):
    news = guild.text("news")
    await platform.post(post_to(news))
    await platform.close()

    with pytest.raises(PostDelayed, match="stopping"):
        await platform.post(post_to(news, key="digest.2"))


async def test_what_goes_wrong_before_the_post_leaves_no_doubt(discord, platform, guild):
    discord.faults.add("500", on="GET /channels/{channel_id}")

    with pytest.raises(PostDelayed):
        await platform.post(post_to(guild.text("news")))


# Finding.


async def test_only_the_bots_own_message_with_the_key_is_found(discord, platform, guild):
    news = guild.text("news")
    await platform.post(post_to(news, key="other.1"))
    discord.accept_from(guild.owner, news, "digest.1")

    assert await platform.find(post_to(news), lately()) is None


async def test_a_message_is_found_behind_many_others(discord, platform, guild):
    discord.rates.scale = 0.0001
    news = guild.text("news")
    for number in range(250):
        discord.accept_from(guild.owner, news, f"{number}")
    id_ = await platform.post(post_to(news))
    discord.nonces.forget()

    assert await platform.find(post_to(news), lately()) == id_
    assert discord.asked[HISTORY] == 3


async def test_a_history_that_may_not_be_read_is_not_taken_for_an_empty_one(discord, platform, guild):
    news = guild.text("news")
    news.allow(guild.bot, deny=Permission.READ_MESSAGE_HISTORY)
    discord.faults.add("accept, reset")
    with pytest.raises(PostUncertain):
        await platform.post(post_to(news))

    with pytest.raises(ChannelLost, match="missing: Read Message History"):
        await platform.find(post_to(news), lately())


async def test_a_history_that_cannot_be_read_now_is_no_answer(discord, platform, guild):
    discord.faults.add("503", on=HISTORY)

    with pytest.raises(PostDelayed):
        await platform.find(post_to(guild.text("news")), lately())


@pytest.mark.parametrize("archived", [False, True])
async def test_a_forums_post_whose_answer_is_lost_is_found(discord, platform, guild, archived):
    forum = guild.forum("news")
    await platform.post(post_to(forum, key="other.1"))
    discord.faults.add("accept, 500", on=OPEN)
    with pytest.raises(PostUncertain):
        await platform.post(post_to(forum))
    thread = forum.threads[1]
    if archived:
        thread.archive()

    assert await platform.find(post_to(forum), lately()) == f"{thread.id}/{thread.id}"
    assert await platform.find(post_to(forum, key="third.1"), lately()) is None
    assert len(forum.threads) == 2


async def test_a_message_in_a_thread_is_found_there(discord, platform, guild):
    news = guild.text("news")
    opener = await platform.post(post_to(news))
    later = post_to(news, below(2), "digest.2", opener=opener)
    assert await platform.find(later, lately()) is None
    discord.faults.add("accept, reset")
    with pytest.raises(PostUncertain):
        await platform.post(later)

    (thread,) = news.threads
    assert await platform.find(later, lately()) == f"{thread.id}/{thread.messages[0].id}"


# Editing.

CORRECTED = Message((Heading("Today, corrected"),), "en")


@pytest.mark.parametrize("kind", ["text", "announcement", "forum"])
async def test_a_message_is_edited_wherever_it_stands_and_found_afterwards(discord, platform, guild, kind):
    channel = getattr(guild, kind)("news")
    id_ = await platform.post(post_to(channel))

    for _ in range(2):
        await platform.edit(post_to(channel, replace(CORRECTED, mention="1")), id_)

    assert discord.ledger[0].text.endswith("## Today, corrected")
    assert all(edit["allowed_mentions"] == {"parse": []} for edit in discord.ledger[0].edits)
    discord.nonces.forget()
    assert await platform.find(post_to(channel), lately()) == id_


async def test_a_message_in_an_archived_thread_is_edited_too(platform, guild):
    forum = guild.forum("news")
    id_ = await platform.post(post_to(forum))
    forum.threads[0].archive()

    await platform.edit(post_to(forum, CORRECTED), id_)

    assert forum.threads[0].texts == ["## Today, corrected"]


async def test_a_message_that_is_gone_cannot_be_edited(platform, guild):
    news = guild.text("news")
    id_ = await platform.post(post_to(news))
    news.messages[0].delete()

    with pytest.raises(PostRejected, match="gone"):
        await platform.edit(post_to(news, CORRECTED), id_)


async def test_too_many_edits_of_an_old_message_wait(discord, platform, guild):
    news = guild.text("news")
    id_ = await platform.post(post_to(news))
    discord.faults.add("error 30046", on=EDIT)

    with pytest.raises(PostDelayed):
        await platform.edit(post_to(news, CORRECTED), id_)


# Where moderators are told things.


async def test_moderators_are_told_where_the_workspace_says(platform, store, guild):
    desk = guild.text("moderators")
    workspace = make_workspace(platform="discord", id=WorkspaceId(str(guild.id)), desk=str(desk.id))
    await store.join(workspace, None)

    assert await platform.desk(workspace.id) == named(desk)


async def test_moderators_are_told_in_the_system_channel_otherwise(platform, guild):
    guild.system_channel = guild.text("general")

    assert await platform.desk(WorkspaceId(str(guild.id))) == named(guild.system_channel)


async def test_moderators_are_not_told_where_the_bot_may_not_speak(platform, guild):
    guild.system_channel = guild.text("general")
    guild.system_channel.allow(guild.everyone, deny=Permission.SEND_MESSAGES)

    assert await platform.desk(WorkspaceId(str(guild.id))) is None


async def test_moderators_are_told_elsewhere_where_their_channel_is_gone(platform, store, guild):
    guild.system_channel, desk = guild.text("general"), guild.text("moderators")
    workspace = make_workspace(platform="discord", id=WorkspaceId(str(guild.id)), desk=str(desk.id))
    await store.join(workspace, None)
    desk.delete()

    assert await platform.desk(workspace.id) == named(guild.system_channel)


async def test_the_channel_of_moderators_stays_theirs_while_discord_cannot_tell(
    discord, platform, store, guild
):
    guild.system_channel, desk = guild.text("general"), guild.text("moderators")
    workspace = make_workspace(platform="discord", id=WorkspaceId(str(guild.id)), desk=str(desk.id))
    await store.join(workspace, None)
    discord.faults.add("503", on="GET /channels/{channel_id}")

    assert await platform.desk(workspace.id) == named(desk)


async def test_a_server_that_is_gone_has_no_desk(platform):
    assert await platform.desk(WorkspaceId("1")) is None


# Buttons.


async def test_a_long_command_of_a_posted_button_is_kept(discord, platform, store, guild):
    command = "/ai-news " + "robot " * 30
    message = Message((paragraph("Story"), Buttons((Button("Why", command),))), "en")

    await platform.post(post_to(guild.text("news"), message))

    custom_id = discord.ledger[0].buttons["Why"]["custom_id"]
    assert await command_of(store, custom_id, WorkspaceId(str(guild.id))) == (command, None)


def below(number):
    """Return a message for the thread of its opener."""
    return Message((paragraph(f"Story {number}"),), "en", in_thread=True)


@asynccontextmanager
async def another(discord, store, token=None):
    """Yield a platform that knows nothing yet."""
    platform = DiscordPlatform(token or discord.token, store)
    yield platform
    await platform.close()
