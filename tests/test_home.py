"""A workspace's own page: what its channels get and when, what is new, and who may manage it from there."""

from datetime import timedelta

import pytest

from adapters.slack.showing.views import VIEW_LIMITS
from bot.commands import parse
from bot.engine import Engine
from bot.home import MAX_SUBSCRIPTIONS, MAX_WAITING
from bot.index import PostingsIndex
from bot.language import Names
from bot.message import Buttons, Paragraph, plain_text, split
from bot.model import LANGUAGES, StoryId, WorkspaceId
from bot.phrases import phrase
from tests.factories import NOW, make_actor, make_channel, make_interaction, make_story, make_subscription
from tests.moderating.moderating import wait

AWAY = WorkspaceId("away")


@pytest.fixture
async def engine(store):
    engine = Engine(store, PostingsIndex(), Names([]), lambda: NOW)
    await engine.save([make_story(id=StoryId(f"s{number}")) for number in range(9)], "seeds", "")
    return engine


async def subscribe(engine, id_, **over):
    channel = make_channel(**{"id": id_, "platform": "slack"} | over.pop("place", {}))
    name = f"{channel.platform} {channel.workspace} {channel.id}"
    await engine.store.add_subscription(make_subscription(id=name, channel=channel, **over))


async def home(engine, role="moderator", language="en"):
    interaction = make_interaction(
        actor=make_actor(role=role, language=language), channel=make_channel(platform="slack", id="home")
    )
    return await engine.home(interaction)


def buttons(message):
    return [button for block in message.blocks if isinstance(block, Buttons) for button in block.buttons]


def runs(message):
    return [run for block in message.blocks if isinstance(block, Paragraph) for run in block.runs]


async def test_each_channel_is_told_with_its_terms_and_its_next_turn(engine):
    await subscribe(engine, "C1", time_zone="Asia/Tokyo", topics=("robots",))
    await subscribe(engine, "C2", cron="0 9 * * 1", time_zone="UTC")

    message = await home(engine)

    assert [run.text for run in runs(message) if run.channel] == ["#C1", "#C2"]
    # NOW is nine in Tokyo on a Monday, and the first turn there is tomorrow's.
    assert [run.at for run in runs(message) if run.at] == [NOW + timedelta(days=1), NOW + timedelta(hours=9)]
    text = plain_text(message)
    for told in ("Every day at 09:00 (Asia/Tokyo).", "about or mentions: robots", "0 9 * * 1"):
        assert told in text
    assert phrase("home.ask", "en") in text


async def test_what_stands_still_says_so(engine):
    await subscribe(engine, "C1", state="paused")
    await subscribe(engine, "C2", state="paused", trouble="the channel is gone")

    text = plain_text(await home(engine))

    assert "It is paused." in text
    assert "because nothing can be posted there: the channel is gone" in text


async def test_moderators_manage_each_channel_from_there(engine):
    await subscribe(engine, "C1")
    await subscribe(engine, "C2", state="paused")

    for role in ("moderator", "manager", "operator"):
        assert [(button.command, button.channel) for button in buttons(await home(engine, role))] == [
            ("/ai-news-digest show", "C1"),
            ("/ai-news-digest pause", "C1"),
            ("/ai-news-digest now", "C1"),
            ("/ai-news-digest show", "C2"),
            ("/ai-news-digest resume", "C2"),
        ]
    assert all(parse(button.command) for button in buttons(await home(engine)))


async def test_members_only_see(engine):
    await subscribe(engine, "C1")

    assert [button.command for button in buttons(await home(engine, "member"))] == ["/ai-news-digest show"]


async def test_what_is_elsewhere_is_not_told(engine):
    await subscribe(engine, "C1", place={"workspace": AWAY})
    await subscribe(engine, "C2", place={"platform": "discord"})
    await engine.save([make_story(id=StoryId("secret"), workspace=AWAY, published_at=NOW)], "seeds", "")

    message = await home(engine)

    assert phrase("home.none", "en") in plain_text(message)
    assert not any(run.channel for run in runs(message))
    assert "secret" not in {getattr(block, "story_id", None) for block in message.blocks}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_with_many_channels_the_page_stays_short_and_counts_the_rest(engine, language):
    for number in range(MAX_SUBSCRIPTIONS + 3):
        await subscribe(engine, f"C{number:02}")

    message = await home(engine, language=language)

    assert len(message.blocks) <= 50
    assert phrase("home.more", language, count=3) in plain_text(message)
    assert len([run for run in runs(message) if run.channel]) == MAX_SUBSCRIPTIONS


async def test_in_an_empty_house_the_way_in_is_told(store):
    engine = Engine(store, PostingsIndex(), Names([]), lambda: NOW)

    text = plain_text(await home(engine, "member"))

    assert "/ai-news-digest subscribe" in text
    assert phrase("newest.nothing", "en") in text


@pytest.mark.parametrize("role", ["moderator", "manager"])
async def test_what_waits_leads_the_home_of_those_who_decide(engine, role):
    await subscribe(engine, "C1")
    for number in range(MAX_WAITING + 2):
        await wait(engine.store, f"w{number}")

    message = await home(engine, role)

    assert plain_text(message).startswith("5 stories wait for approval")
    assert phrase("queue.more", "en", count=2) in plain_text(message)
    commands = [button.command for button in buttons(message)]
    assert commands[:4] == [
        *(f"/ai-news-mod {word} w0 revision:1" for word in ("approve", "edit", "reject")),
        "/ai-news-mod story w0",
    ]
    assert "/ai-news-mod queue" in commands
    assert phrase("queue.more", "en", count=2) not in plain_text(await home(engine, "member"))
    assert "waits" not in plain_text(await home(engine, "member"))


async def test_a_full_home_is_still_one_view(engine):
    for number in range(MAX_SUBSCRIPTIONS + 3):
        await subscribe(engine, f"C{number:02}")
    for number in range(MAX_WAITING + 2):
        await wait(engine.store, f"w{number}")

    message = await home(engine)

    assert len(split(message, VIEW_LIMITS)) == 1
    assert phrase("home.more", "en", count=7) in plain_text(message)
