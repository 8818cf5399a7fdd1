"""Looking things up on Discord, through the real client over real sockets."""

from datetime import timedelta

import pytest

from bot.message import Message, paragraph
from bot.model import Post, WorkspaceId
from tests.discord.app import world
from tests.discord.interactions.stands import named, shared_in
from tests.fakes.discord.permissions import Permission
from tests.waiting import until


# Looking things up.
async def test_an_answer_is_for_the_asker_alone_and_comes_at_once(place, bot):
    answer = await place.alice.command(place.channel, "ai-news", query="kumo")

    assert "Kumo Robotics shows a cheap arm" in answer.text
    assert answer.ephemeral
    assert not answer.deferred
    assert place.channel.messages == []


async def test_without_a_query_come_the_newest_stories(place, bot):
    answer = await place.alice.command(place.channel, "ai-news")

    assert "Newest stories" in answer.text


async def test_help_is_a_query(place, bot):
    answer = await place.alice.command(place.channel, "ai-news", query="help")

    assert "What I can do" in answer.text
    assert "**/ai-news-digest show**" in answer.text
    assert "**/ai-news-digest**" not in answer.text  # Discord takes no command without its subcommand


@pytest.mark.parametrize(
    ("locale", "server", "heading"),
    [
        ("ja", "en-US", "「kumo」"),
        ("en-GB", "ja", "Found for"),
        ("fr", "ja", "「kumo」"),
        ("fr", "de", "Found for"),
    ],
)
async def test_an_answer_is_in_the_readers_language_else_the_servers_else_the_bots(
    tmp_path, locale, server, heading
):
    async with world(tmp_path, locale=server) as place, place.bot():
        reader = place.guild.member("reader", locale=locale)

        answer = await reader.command(place.channel, "ai-news", query="kumo")

        assert heading in answer.text


async def test_depth_is_how_much_is_told(place, bot):
    low = await place.alice.command(place.channel, "ai-news", query="kumo", depth="low")
    high = await place.alice.command(place.channel, "ai-news", query="kumo", depth="high")

    assert "carries eggs" not in low.text
    assert "carries eggs" in high.text


# Buttons.
LONG_QUESTION = (
    "Kumo Robotics showed a cheap new arm that carries eggs without breaking them: what did it cost to build?"
)


async def test_a_press_under_ones_own_answer_changes_it_in_place(place, bot):
    answer = await place.alice.command(place.channel, "ai-news", query="kumo")

    why = await place.alice.press(answer.shown, "why")
    back = await place.alice.press(answer.shown, "answer")

    assert why.shown is back.shown is answer.shown
    assert answer.shown.edits[1]["components"] != answer.shown.edits[2]["components"]
    assert "Found for" in answer.text
    assert answer.followups == why.followups == []


async def test_a_press_under_a_public_message_is_answered_to_the_presser_alone(place):
    async with place.bot(posts=True):
        await place.alice.command(place.channel, "ai-news", query="kumo", visible=True)
        await until(lambda: shared_in(place.channel))
        (posted,) = shared_in(place.channel)

        why = await place.mika.press(posted, "why")

        assert why.response is not None
        assert why.ephemeral
        assert posted.edits[1:] == []


async def test_sharing_posts_the_answer_once_with_the_name_of_who_shared_it(place):
    async with place.bot(posts=True):
        answer = await place.alice.command(place.channel, "ai-news", query="kumo")
        shared = await place.alice.press(answer.shown, "share")
        again = await place.alice.press(answer.shown, "share")
        await until(lambda: shared_in(place.channel))

        assert "Shared with the channel." in shared.text
        assert "already" in again.text
        assert "Found for" in answer.text
        assert [message.text.count("Shared by alice") for message in shared_in(place.channel)] == [1]


async def test_who_may_not_write_in_a_channel_cannot_have_the_bot_write_there(place, bot):
    answer = await place.alice.command(place.channel, "ai-news", query="kumo")
    place.channel.allow(place.guild.everyone, deny=Permission.SEND_MESSAGES)
    place.channel.allow(place.guild.bot, allow=Permission.SEND_MESSAGES)
    platform, opener = bot.platform, place.mika.say(place.channel, "About robots")
    message = Message((paragraph("Robots"),), "en", in_thread=True)
    here = named(place.channel)
    await platform.post(Post(channel=here, message=message, key="robots.2", opener=str(opener.id)))
    (thread,) = place.channel.threads

    pressed = await place.alice.press(answer.shown, "share")
    typed = await place.alice.command(place.channel, "ai-news", query="kumo", visible=True)
    in_thread = await place.alice.command(thread, "ai-news", query="kumo", visible=True)

    assert "may not write in this channel" in pressed.text
    assert "may not write in this channel" in typed.text
    assert "Shared with the channel" in in_thread.text


async def test_nothing_is_said_to_be_shared_where_the_bot_cannot_post(place, bot):
    place.channel.allow(place.guild.bot, deny=Permission.SEND_MESSAGES)

    answer = await place.alice.command(place.channel, "ai-news", query="kumo", visible=True)

    assert "cannot post" in answer.text
    assert "Send Messages" in answer.text


@pytest.mark.parametrize("query", ["kumo visible:yes", "kumo visi\x07ble:yes", "kumo vis\u202eible:yes"])
async def test_nothing_in_a_query_shares_it(place, bot, query):
    answer = await place.alice.command(place.channel, "ai-news", query=query)

    assert answer.ephemeral
    assert "Shared" not in answer.text


async def test_a_long_button_outlives_another_server_that_asked_the_same(place, bot):
    other = place.server.guild("Elsewhere")
    long = "kumo " * 30
    answer = await place.alice.command(place.channel, "ai-news", query=long)
    await other.member("bob").command(other.text("news"), "ai-news", query=long)
    await bot.engine.workspaces.left("discord", WorkspaceId(str(other.id)))
    await bot.engine.workspaces.purge(timedelta(days=-1))

    why = await place.alice.press(answer.shown, "why")

    assert "Why this answer" in why.text


async def test_a_long_button_works_after_a_restart(place):
    async with place.bot():
        answer = await place.alice.command(place.channel, "ai-news", query=LONG_QUESTION)
        assert len(answer.shown.buttons["why"]["custom_id"]) == 100

    async with place.bot():
        why = await place.alice.press(answer.shown, "why")

        assert "Why this answer" in why.text


async def test_a_button_that_nobody_knows_any_more_says_so(place, bot):
    answer = await place.alice.command(place.channel, "ai-news", query=LONG_QUESTION)
    assert len(answer.shown.buttons["why"]["custom_id"]) == 100
    now = bot.engine.clock()
    assert await bot.engine.store.fade(now, now + timedelta(days=1))

    pressed = await place.alice.press(answer.shown, "why")

    assert "too old" in pressed.text
    assert "Found for" in answer.text


# While it is typed.
async def test_topics_and_titles_are_offered_while_a_query_is_typed(place, bot):
    offered = await place.alice.autocomplete(place.channel, "ai-news", "query", "ク")
    titles = await place.alice.autocomplete(place.channel, "ai-news", "query", "umbrell")

    assert any("Kumo Robotics" in name for name, _ in offered)
    assert any("umbrella" in name for name, _ in titles)
    assert all(len(name) <= 100 and len(value) <= 100 for name, value in offered + titles)


@pytest.mark.parametrize(
    ("option", "typed", "value"),
    [("zone", "tok", "Asia/Tokyo"), ("topics", "kumo,har", "kumo,harbor"), ("days", "week", "weekdays")],
)
async def test_wishes_are_completed(place, bot, option, typed, value):
    offered = await place.mika.autocomplete(place.channel, "ai-news-digest subscribe", option, typed)

    assert value in [offer for _, offer in offered]


async def test_nothing_is_offered_where_the_database_fails(place, bot):
    await bot.engine.store.close()

    assert await place.alice.autocomplete(place.channel, "ai-news", "query", "kumo") == []
