"""Digests as a workspace's moderators decide: pinned, hidden, muted and joined; on both databases."""

from datetime import timedelta

import pytest

from bot import digests
from bot.engine import Engine
from bot.index import PostingsIndex
from bot.language import Names
from bot.message import Heading, Limits, plain_text
from bot.model import Mention, StoryId, WorkspaceId
from tests.factories import (
    NOW,
    make_actor,
    make_channel,
    make_interaction,
    make_story,
    make_subscription,
    make_telling,
    make_topic,
)

HOME, AWAY = WorkspaceId("home"), WorkspaceId("away")
LIMITS = {"local": Limits(characters=20_000, block_characters=2_000, blocks=400)}
TURNS = (NOW, NOW + timedelta(hours=9), NOW + timedelta(hours=33))
"""When the digests of a subscription that begins at `NOW` are due."""

TOPICS = [
    make_topic(id=key, names={"ja": key, "en": key.title()}, aliases=()) for key in ("kumo", "hato", "tora")
]


class Clock:
    now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def engine(store, clock):
    return Engine(store, PostingsIndex(), Names(TOPICS), clock)


def told(title, hours=1.0, **over):
    telling = make_telling(title=title, summary="S.", body="B.")
    published_at = NOW - timedelta(hours=hours)
    return make_story(id=StoryId(title), tellings=(telling,), published_at=published_at, **over)


async def decide(engine, *commands):
    for command in commands:
        actor = make_actor(role="moderator", id="U1")
        await engine.reply(f"/ai-news-mod {command}", make_interaction(actor=actor))


def ordered(workspace=HOME, **over):
    channel = make_channel(workspace=workspace)
    return make_subscription(id=f"{workspace}", channel=channel, languages=("en",), **over)


async def previewed(engine, **over):
    return titles_of(await engine.preview(ordered(**over)))


def titles_of(message):
    return [
        block.text.partition(" ")[2]
        for block in message.blocks
        if isinstance(block, Heading) and block.level == 2
    ]


async def test_a_pinned_story_leads_and_is_never_cut_by_the_count(engine):
    await engine.save([told(f"s{n}", hours=n) for n in range(6)], "s", "")
    await decide(engine, "pin s5", "pin s4")

    assert await previewed(engine, story_count=3) == ["s5", "s4", "s0"]
    assert await previewed(engine, story_count=1) == ["s5", "s4"]
    assert await previewed(engine, story_count=3, workspace=AWAY) == ["s0", "s1", "s2"]


async def test_a_pinned_story_leads_only_what_the_channel_asks_for(engine):
    await engine.save([told("kumo", topics=("kumo",)), told("hato", topics=("hato",))], "s", "")
    await decide(engine, "pin hato")

    assert await previewed(engine, topics=("kumo",)) == ["kumo"]


async def test_a_pinned_story_goes_to_a_channel_once(engine, store, clock):
    await engine.save([told("new", 1), told("pinned", 9)], "s", "")
    await decide(engine, "pin pinned")
    await store.add_subscription(ordered(story_count=1))

    for clock.now in TURNS:
        await engine.compose_due(LIMITS)

    owed = await store.deliveries(HOME, 10)
    assert [titles_of(each.message) for each in reversed(owed)] == [["pinned"], ["new"]]


async def test_a_pinned_story_leads_though_many_are_newer_until_it_is_too_old(engine, clock, monkeypatch):
    monkeypatch.setattr(digests, "FRESH", 3)
    await engine.save([told(f"s{n}", hours=n) for n in range(6)], "s", "")
    await decide(engine, "pin s5")

    assert await previewed(engine, story_count=2) == ["s5", "s0"]

    clock.now = NOW + timedelta(days=31)
    assert (await previewed(engine, story_count=2))[0] == "s0"


async def test_a_pinned_story_beyond_what_is_looked_through_goes_out_once_too(
    engine, store, clock, monkeypatch
):
    monkeypatch.setattr(digests, "FRESH", 2)
    await engine.save([told(f"s{n}", hours=n) for n in range(6)], "s", "")
    await decide(engine, "pin s5")
    await store.add_subscription(ordered(story_count=2))

    for clock.now in TURNS[:2]:
        await engine.compose_due(LIMITS)

    owed = await store.deliveries(HOME, 10)
    assert [titles_of(each.message) for each in reversed(owed)] == [["s5", "s0"], ["s1", "s2"]]


async def test_what_is_muted_or_hidden_stays_out_here_and_nowhere_else(engine):
    stories = [told("kumo", topics=("kumo",)), told("hato", topics=("hato", "kumo")), told("tora")]
    await engine.save([*stories, told("rest")], "s", "")
    await decide(engine, "mute kumo", "hide tora reason:x")

    assert await previewed(engine) == ["rest"]
    assert await previewed(engine, topics=("kumo",)) == []
    assert set(await previewed(engine, workspace=AWAY)) == {"kumo", "hato", "tora", "rest"}

    await decide(engine, "unmute kumo", "unhide tora")
    assert set(await previewed(engine)) == {"kumo", "hato", "tora", "rest"}


async def test_joined_topics_are_one_to_filters_labels_turns_and_mentions(engine):
    stories = [told("k", 1, topics=("kumo",)), told("h", 2, topics=("hato",)), told("t", 3, topics=("tora",))]
    await engine.save(stories, "s", "")
    await decide(engine, "join hato into:kumo")

    assert await previewed(engine, topics=("kumo",)) == ["k", "h"]
    assert await previewed(engine, topics=("hato",)) == ["k", "h"]
    assert await previewed(engine, without_topics=("hato",)) == ["t"]
    assert await previewed(engine, story_count=2) == ["k", "t"]
    text = plain_text(await engine.preview(ordered(topics=("hato",))))
    assert "Topics: Kumo\n" in text
    assert await previewed(engine, topics=("hato",), workspace=AWAY) == ["h"]
    await decide(engine, "mute hato")
    assert await previewed(engine) == ["t"]


async def test_a_mention_for_a_topic_calls_for_what_counts_as_it(engine, store):
    await engine.save([told("k", topics=("kumo",))], "s", "")
    await decide(engine, "join hato into:kumo")
    for workspace in (HOME, AWAY):
        await store.add_subscription(ordered(workspace, mention=Mention(target="7", topics=("hato",))))

    await engine.compose_due(LIMITS)

    assert [(await store.deliveries(each, 5))[0].message.mention for each in (HOME, AWAY)] == ["7", None]


async def test_two_workspaces_with_names_of_their_own_share_no_rendered_digest(engine, store):
    await engine.save([told("k", topics=("kumo",)), told("h", topics=("hato",))], "s", "")
    await decide(engine, "join hato into:kumo")
    for workspace in (HOME, AWAY):
        await store.add_subscription(ordered(workspace))

    await engine.compose_due(LIMITS)

    texts = [plain_text((await store.deliveries(each, 5))[0].message) for each in (HOME, AWAY)]
    assert "Topics: Kumo\n" in texts[0]
    assert "Hato" in texts[1]


async def test_what_the_next_digest_would_do_is_told_by_what_was_decided(engine, store):
    await engine.save([told(f"s{n}", n, topics=("kumo",)) for n in range(3)], "s", "")
    await decide(engine, "pin s2")
    await store.add_subscription(ordered(story_count=1))

    standings = {id_: await engine.standing(StoryId(id_), make_channel()) for id_ in ("s0", "s2")}
    assert {id_: standing.state for id_, standing in standings.items()} == {"s0": "left_out", "s2": "next"}

    await decide(engine, "mute kumo")
    assert (await engine.standing(StoryId("s2"), make_channel())).why == "muted"
    await decide(engine, "hide s2 reason:x")
    assert (await engine.standing(StoryId("s2"), make_channel())).why == "hidden"
