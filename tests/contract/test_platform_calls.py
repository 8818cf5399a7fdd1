"""Whom posts call, on every platform that can: whom the message mentions, and nobody else."""

import re

import pytest
from discord.http import Route

from adapters.discord.posting.platform import DiscordPlatform
from bot.message import Button, Buttons, Heading, Message, Note, Paragraph, Quote, Run
from bot.store import open_store
from tests.factories import make_channel, make_post
from tests.fakes.discord.messages import pinged
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.server import DiscordServer
from tests.fakes.discord.server import serving as serving_discord
from tests.fakes.slack.server import SlackServer
from tests.slack.posting import posting


@pytest.fixture(params=["discord", "slack"])
async def place(request, sqlite_url, monkeypatch):
    """Return a platform, a channel, a person and a group there, and what tells whom the last post calls."""
    if request.param == "slack":
        server = SlackServer()
        async with posting(sqlite_url, server) as world:
            await world.platform.access.identify()
            mika = server.user(world.team, "mika")
            group = server.usergroup(world.team, "editors", mika)
            yield world.platform, world.channel(), (mika.id, group.id), lambda: on_slack(world.standing()[-1])
        return
    server = DiscordServer()
    guild = server.guild()
    news, mika, group = guild.text("news"), guild.member("mika"), guild.role("editors", mentionable=True)
    guild.bot.roles[0].change(Permission(~0))
    async with serving_discord(server) as url:
        monkeypatch.setattr(Route, "BASE", url)
        store = await open_store(sqlite_url)
        platform = DiscordPlatform(server.token, store)
        channel = make_channel(platform="discord", workspace=str(guild.id), id=str(news.id))
        people = (str(mika.user.id), str(group.id))
        yield platform, channel, people, lambda: on_discord(news.messages[-1])
        await platform.close()
        await store.close()


def on_discord(message):
    return pinged(message, message.edits[-1].get("allowed_mentions"))


def on_slack(message):
    """Return whom a message of Slack calls: by elements, or by markup where that is read."""
    called = set()
    pending = list(message.blocks)
    while pending:
        element = pending.pop()
        called |= {element[name] for name in ("user_id", "usergroup_id", "range") if name in element}
        if element.get("type") == "mrkdwn":
            called |= markup(element["text"])
        for value in element.values():
            pending += [value] if isinstance(value, dict) else []
            pending += [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
    return called | markup(message.text)


def markup(text):
    return {found[1] for found in re.finditer(r"<(?:[@!]|!subteam\^)([^>|]+)", text)}


def naming(people, mention=None):
    """Return a message that has people in it wherever something can be."""
    person, group = people
    hostile = f"<@{person}> <@!{person}> <@&{group}> <!subteam^{group}> <!channel> <!here> @everyone @here"
    runs = (Run(person, who=person), Run(" "), Run(group, who=group, style="strong"), Run(hostile))
    return Message(
        (
            Heading(hostile),
            Heading(hostile, level=2, url="https://crate.example/"),
            Paragraph(runs),
            Quote(runs),
            Note((*runs, Run(hostile, url=f"https://crate.example/<@{person}>"))),
            Buttons((Button(hostile[:40], f"/ai-news {hostile}"),)),
        ),
        "en",
        mention=mention,
    )


async def test_a_post_calls_nobody_whatever_stands_in_it(place):
    platform, channel, people, called = place

    id_ = await platform.post(make_post(channel=channel, message=naming(people)))
    posted = called()
    await platform.edit(make_post(channel=channel, message=naming(people[::-1])), id_)

    assert (posted, called()) == (set(), set())


async def test_a_post_calls_whom_its_message_mentions_alone(place):
    platform, channel, people, called = place

    await platform.post(make_post(channel=channel, message=naming(people, mention=people[1])))

    assert called() == {people[1]}
