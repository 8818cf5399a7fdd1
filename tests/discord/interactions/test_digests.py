"""Digests that people subscribe and change on Discord."""

import pytest

from bot.model import WorkspaceId
from tests.discord.app import command_about
from tests.discord.interactions.stands import subscription
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.users import NotShown
from tests.waiting import until


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

    refused = await place.alice.command(place.channel, "ai-news-mod setup", moderators=f"<@&{role.id}>")
    named = await place.mika.command(place.channel, "ai-news-mod setup", moderators=f"<@&{role.id}>")
    answer = await place.alice.command(place.channel, "ai-news-digest subscribe")

    assert str(role.id) not in refused.text
    assert "Integrations" not in refused.text
    assert f"@{role.name}" in named.text
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
    everyone = f"<@&{place.guild.everyone.id}>"

    answer = await place.mika.command(place.channel, "ai-news-mod setup", moderators=everyone)

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
