"""What people do on Discord, through the real client over real sockets."""

import asyncio
from datetime import timedelta

import pytest

from adapters.discord.answering import ACKNOWLEDGE_S
from bot.errors import StoreError
from bot.message import Message, paragraph
from bot.model import Channel, Post, WorkspaceId
from tests.discord_app import command_about, until, world
from tests.fakes.discord_permissions import Permission
from tests.fakes.discord_users import NoAnswer, NotShown

CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
EDIT_ANSWER = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"


@pytest.fixture
async def place(tmp_path):
    """Return a server on the pretend Discord, whose every request is looked at in the end."""
    async with world(tmp_path) as place:
        yield place
        assert place.server.violations == []


@pytest.fixture
async def bot(place):
    async with place.bot() as bot:
        yield bot


def named(channel):
    return Channel(platform="discord", workspace=WorkspaceId(str(channel.guild.id)), id=str(channel.id))


async def subscription(bot, place, channel=None):
    return await bot.engine.store.subscription(named(channel or place.channel))


def shared_in(channel):
    return [message for message in channel.messages if "Shared by" in message.text]


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
    id_ = answer.shown.buttons["why"]["custom_id"]
    assert await bot.engine.store.take("buttons", f"{place.guild.id} {id_}")

    pressed = await place.alice.press(answer.shown, "why")

    assert "too old" in pressed.text
    assert "Found for" in answer.text


# Digests.


async def test_a_manager_subscribes_the_channel_as_wished(place, bot):
    role, wire = place.guild.role("readers"), place.guild.announcement("wire")

    answer = await place.mika.command(
        wire,
        "ai-news-digest subscribe",
        times="09:00,18:00",
        days="weekdays",
        count=3,
        style="compact",
        language="both",
        zone="Asia/Tokyo",
        topics="kumo",
        mention=role,
        publish=True,
        quiet="22:00-07:00",
    )

    found = await subscription(bot, place, wire)
    assert "This channel is subscribed" in answer.text
    assert answer.ephemeral
    assert (found.story_count, found.style, found.topics, found.publish) == (3, "compact", ("kumo",), True)
    assert found.mention.target == str(role.id)
    assert [str(time) for time in found.times] == ["09:00:00", "18:00:00"]


async def test_every_subcommand_of_the_digest_does_what_it_says(place, bot):
    said = {}
    for name in ("show", "subscribe", "show", "preview", "change", "pause", "resume", "now", "remove"):
        options = {"count": 4} if name == "change" else {}
        said[name] = await place.mika.command(place.channel, f"ai-news-digest {name}", **options)

    told = {name: answer.text for name, answer in said.items()}
    assert "Up to 12 stories" in told["show"]
    assert "Preview" in told["preview"]
    assert "Up to 4 stories" in told["change"]
    assert "Paused" in told["pause"]
    assert "It goes on" in told["resume"]
    assert "nothing" in told["now"] or "Posted" in told["now"]
    assert "no digests any more" in told["remove"]
    assert all(answer.ephemeral for answer in said.values())


async def test_another_channel_can_be_chosen_and_its_buttons_stay_about_it(place, bot):
    other = place.guild.forum("ニュース", tags=["AI"])

    answer = await command_about(place.mika, other, place.channel, "ai-news-digest subscribe")

    assert "subscribed" in answer.text
    assert await subscription(bot, place) is None
    assert (await subscription(bot, place, other)).state == "active"


async def test_members_do_not_see_the_commands_of_moderators_and_are_refused_where_they_do(place, bot):
    with pytest.raises(NotShown):
        await place.alice.command(place.channel, "ai-news-digest subscribe")
    place.guild.allowed_commands["ai-news-digest"] = True

    answer = await place.alice.command(place.channel, "ai-news-digest subscribe")

    assert "moderators" in answer.text.lower()
    assert await subscription(bot, place) is None


async def test_a_role_that_a_manager_names_may_do_what_moderators_do(place, bot):
    place.guild.allowed_commands |= {"ai-news-digest": True, "ai-news-mod": True}
    role = place.guild.role("editors")
    place.alice.roles.append(role)
    await until(lambda: bot.engine.workspaces.known("discord", WorkspaceId(str(place.guild.id))))

    refused = await place.alice.command(place.channel, "ai-news-mod setup", moderators=role)
    named = await place.mika.command(place.channel, "ai-news-mod setup", moderators=role)
    answer = await place.alice.command(place.channel, "ai-news-digest subscribe")

    assert str(role.id) not in refused.text
    assert "Integrations" not in refused.text
    assert str(role.id) in named.text
    assert "Server Settings → Integrations" in named.text
    assert "This channel is subscribed" in answer.text


async def test_a_role_that_nobody_is_notified_by_is_told_of(place, bot):
    silent, loud = place.guild.role("silent"), place.guild.role("loud", mentionable=True)

    begun = await place.mika.command(place.channel, "ai-news-digest subscribe", mention=silent)
    changed = await place.mika.command(place.channel, "ai-news-digest change", mention=loud)
    place.channel.allow(place.guild.bot, allow=Permission.MENTION_EVERYONE)
    allowed = await place.mika.command(place.channel, "ai-news-digest change", mention=silent)

    assert "notifies nobody" in begun.text
    assert "This channel is subscribed" in begun.text
    assert "notifies nobody" not in changed.text
    assert "notifies nobody" not in allowed.text


async def test_everyone_cannot_be_made_a_moderator(place, bot):
    answer = await place.mika.command(place.channel, "ai-news-mod setup", moderators=place.guild.everyone)

    assert "cannot be chosen here" in answer.text


async def test_what_the_bot_may_not_do_in_a_channel_is_said_before_it_is_subscribed(place, bot):
    place.channel.allow(place.guild.everyone, deny=Permission.SEND_MESSAGES | Permission.READ_MESSAGE_HISTORY)

    answer = await place.mika.command(place.channel, "ai-news-digest subscribe")

    assert "Send Messages, Read Message History" in answer.text
    assert f"<#{place.channel.id}>" in answer.text
    assert await subscription(bot, place) is None


async def test_a_forum_needs_other_permissions_called_by_their_own_names(place, bot):
    forum = place.guild.forum("ideas")
    forum.allow(place.guild.everyone, deny=Permission.SEND_MESSAGES | Permission.SEND_MESSAGES_IN_THREADS)

    answer = await command_about(place.mika, forum, place.channel, "ai-news-digest subscribe")

    assert "Create Posts, Send Messages in Threads" in answer.text


async def test_a_forum_that_needs_a_tag_is_not_subscribed_without(place, bot):
    forum = place.guild.forum("ideas", ["Daily", "Weekly"], requires_tag=True)

    async def told(name, **wishes):
        return (
            await command_about(place.mika, forum, place.channel, f"ai-news-digest {name}", **wishes)
        ).text

    assert "with tag: Daily, Weekly" in await told("subscribe")
    assert "with tag: Daily, Weekly" in await told("subscribe", tag="Monthly")
    assert "is subscribed" in await told("subscribe", tag="daily")
    assert "Changed" in await told("change", count=3)
    assert "with tag: Daily, Weekly" in await told("change", tag="off")


async def test_only_an_announcement_channel_is_asked_to_publish(place, bot):
    wire = place.guild.announcement("wire")

    refused = await place.mika.command(place.channel, "ai-news-digest subscribe", publish=True)
    taken = await command_about(place.mika, wire, place.channel, "ai-news-digest subscribe", publish=True)

    assert "Only what stands in an announcement channel" in refused.text
    assert await subscription(bot, place) is None
    assert "Channels that follow this one get its digests too" in taken.text


async def test_nobody_reads_or_changes_a_channel_that_they_do_not_see(place, bot):
    hidden = place.guild.text("secret")
    hidden.allow(place.mika.roles[0], deny=Permission.VIEW_CHANNEL)

    answer = await command_about(place.mika, hidden, place.channel, "ai-news-digest show")

    assert "do not see that channel" in answer.text


# Adding stories.


ARTICLE = (
    "Harbor robots learn to swim\n\nThe harbor's robots learned to swim on Monday. They carry parcels "
    "between the ships now, and the harbor master says that none was lost."
)


async def test_a_moderator_fills_in_the_form_and_the_stories_are_found(place, bot):
    opened = await place.mika.command(place.channel, "ai-news-mod add")
    told = await place.mika.submit(opened, text=ARTICLE, source="The Quay")
    found = await place.alice.command(place.channel, "ai-news", query="swim")

    assert opened.modal["title"] == "Add an article"
    assert "Added one story" in told.text
    assert told.ephemeral
    assert "swim" in found.text


async def test_a_form_with_a_problem_can_be_opened_again_with_nothing_lost_also_after_a_restart(place):
    async with place.bot():
        opened = await place.mika.command(place.channel, "ai-news-mod add")
        refused = await place.mika.submit(opened, text=ARTICLE, source="The Quay", date="yesterday-ish")
        assert "What you filled in is kept" in refused.text

    async with place.bot() as bot:
        again = await place.mika.press(refused.shown, "Open the form")
        assert again.modal is not None
        kept = await place.mika.submit(again, date="2026-03-01")

        assert "Added one story" in kept.text
        assert await bot.engine.store.shelf("forms") == {}


async def test_a_form_that_was_sent_cannot_be_opened_again(place, bot):
    opened = await place.mika.command(place.channel, "ai-news-mod add")
    refused = await place.mika.submit(opened, text=ARTICLE, date="yesterday-ish")
    again = await place.mika.press(refused.shown, "Open the form")
    await place.mika.submit(again, date="2026-03-01")

    late = await place.mika.press(refused.shown, "Open the form")

    assert late.modal is None
    assert "too old" in late.text


async def test_a_message_is_added_from_its_menu_with_its_text_and_link(place, bot):
    said = place.alice.say(place.channel, f"{ARTICLE}\nhttps://quay.example/swim")

    opened = await place.mika.use_on_message("Add to AI news", said)
    told = await place.mika.submit(opened)

    values = {
        one["component"]["custom_id"]: one["component"].get("value") for one in opened.modal["components"]
    }
    assert values["text"].startswith("Harbor robots learn to swim")
    assert values["url"] == "https://quay.example/swim"
    assert "Added one story" in told.text


async def test_a_member_is_not_given_the_form_for_a_message(place, bot):
    place.guild.allowed_commands["Add to AI news"] = True
    said = place.mika.say(place.channel, ARTICLE)

    answer = await place.alice.use_on_message("Add to AI news", said)

    assert answer.modal is None
    assert "moderators" in answer.text.lower()


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


# When things go wrong.


async def test_a_command_that_comes_from_no_server_is_told_where_the_bot_works(place, bot):
    begun = place.alice.begin_command(place.channel, "ai-news", query="kumo")
    alone = place.server.interactions.begin(2, begun.data, place.alice, place.channel)
    message = alone.payload()
    user = message.pop("member")["user"]
    for name in ("guild", "guild_id", "guild_locale"):
        del message[name]
    message |= {"user": user, "channel": {"id": message["channel_id"], "type": 1, "recipients": []}}
    alone.token = message["token"] = "direct"
    place.server.gateway.dispatch("INTERACTION_CREATE", message)
    await place.alice.answered(alone)

    assert "I work in servers" in alone.text


async def test_what_takes_long_is_acknowledged_first_and_then_answered(place, bot):
    engine, reply = bot.engine, bot.engine.reply

    async def slowly(asked, interaction):
        await asyncio.sleep(ACKNOWLEDGE_S + 0.2)
        return await reply(asked, interaction)

    engine.reply = slowly
    answer = await place.alice.command(place.channel, "ai-news", query="kumo")
    why = await place.alice.press(answer.shown, "why")

    assert answer.deferred
    assert answer.ephemeral
    assert why.deferred
    assert why.shown is answer.shown
    assert "Why this answer" in answer.text


async def test_a_slow_database_is_acknowledged_in_time_wherever_it_is_asked(place, bot):
    known, keep = bot.engine.workspaces.known, bot.engine.store.keep

    async def slowly_known(*asked):
        await asyncio.sleep(ACKNOWLEDGE_S + 0.2)
        return await known(*asked)

    async def slowly_kept(*asked):
        await asyncio.sleep(ACKNOWLEDGE_S / 2)
        return await keep(*asked)

    bot.engine.workspaces.known = slowly_known
    answer = await place.alice.command(place.channel, "ai-news", query="kumo")
    form = await place.mika.command(place.channel, "ai-news-mod add")
    bot.engine.workspaces.known, bot.engine.store.keep = known, slowly_kept
    long = await place.alice.command(place.channel, "ai-news", query="kumo " * 30)

    assert answer.deferred
    assert answer.ephemeral
    assert "Found for" in answer.text
    assert form.deferred
    assert "The form is ready" in form.text
    assert (await place.mika.press(form.shown, "Open the form")).modal
    assert long.deferred
    assert "Found for" in long.text


async def test_an_answer_that_discord_refuses_is_excused(place, bot):
    answer = await place.alice.command(place.channel, "ai-news", query="kumo")

    place.server.faults.add("error 50013", "", "error 50013", on=CALLBACK)
    excused = await place.alice.command(place.channel, "ai-news", query="kumo")
    beside = await place.alice.press(answer.shown, "why")

    assert "cannot answer just now" in excused.text
    assert "cannot answer just now" in beside.response.text
    assert "Found for" in answer.text


async def test_an_answer_longer_than_a_message_follows_in_parts(place, bot):
    long = "\n\n".join(f"Robots number {n} went to the harbor and carried parcels. " * 20 for n in range(12))
    opened = await place.mika.command(place.channel, "ai-news-mod add")
    await place.mika.submit(opened, text=long[:4000])

    answer = await place.alice.command(place.channel, "ai-news", query="harbor robots", depth="high")
    await place.alice.sees_that(answer, lambda: bool(answer.followups))

    assert all(bool(message.flags & 64) for message in answer.followups)


async def test_a_database_that_fails_is_excused_and_the_next_answer_comes(place, bot):
    engine, known = bot.engine, bot.engine.workspaces.known

    async def fails(*_):
        raise StoreError("the disk is full")

    engine.workspaces.known = fails
    excused = await place.alice.command(place.channel, "ai-news", query="kumo")
    engine.workspaces.known = known
    answer = await place.alice.command(place.channel, "ai-news", query="kumo")

    assert "cannot answer just now" in excused.text
    assert "Found for" in answer.text


@pytest.mark.parametrize("code", [40060, 10062])
async def test_who_cannot_acknowledge_does_not_do_the_work(place, bot, caplog, code):
    place.server.faults.add(f"error {code}", on=CALLBACK)

    place.server.interactions.to_answer_s = 0.3
    with pytest.raises(NoAnswer):
        await place.mika.command(place.channel, "ai-news-digest subscribe")
    place.server.interactions.to_answer_s = 3.0
    answer = await place.mika.command(place.channel, "ai-news-digest show")

    assert f"code {code}" in caplog.text
    assert "no digest yet" in answer.text


@pytest.mark.parametrize("fault", ["reset", "accept, reset", "hang", "accept, hang"])
async def test_an_acknowledgement_whose_answer_is_lost_is_sent_again_and_the_work_done_once(
    place, bot, fault
):
    place.server.faults.add(fault, on=CALLBACK)

    answer = await place.mika.command(place.channel, "ai-news-digest subscribe")

    assert "This channel is subscribed" in answer.text
    assert (await subscription(bot, place)).state == "active"


async def test_an_interaction_that_is_told_twice_is_done_once(place, bot):
    begun = place.mika.begin_command(place.channel, "ai-news-digest subscribe")
    place.server.gateway.dispatch("INTERACTION_CREATE", begun.payload(), place.guild.id)
    await place.mika.answered(begun)
    await until(lambda: place.server.statuses[400] == 1)

    assert "This channel is subscribed. What is new" in begun.text
    assert begun.followups == []
