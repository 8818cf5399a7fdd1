"""Retracted stories are found by their words by those who may put them back, and by nobody else."""

import pytest

from bot.engine import Engine
from bot.index import PostingsIndex
from tests.factories import make_actor, make_telling
from tests.moderating.moderating import (
    AWAY,
    HOME,
    NAMES,
    NOW,
    buttons,
    by,
    open_newsroom,
    story_of,
    text,
    wait,
)

MOD = "/ai-news-mod"
RIN_AWAY = {"who": "ren", "role": "manager", "workspace": AWAY}


@pytest.fixture
async def engine(store):
    """Return an engine of a newsroom that has taken back two public stories, and rejected one of its own."""
    engine = await open_newsroom(store)
    await engine.reply(f"{MOD} retract library reason:x", by())
    await engine.reply(f"{MOD} retract arm reason:x", by())
    await engine.reply(f"{MOD} reject waiting reason:x", by())
    return engine


def found(reply):
    """Return what the buttons do to which story, in order."""
    return [" ".join(command.split()[1:3]) for command in buttons(reply).values()]


@pytest.mark.parametrize(
    ("words", "story"),
    [("umbrellas", "library"), ("UMBRELLA rain", "library"), ("クモ 安い腕", "arm"), ("parcels", "waiting")],
)
async def test_words_find_what_can_be_restored(engine, store, words, story):
    offered = await engine.reply(f"{MOD} restore {words}", by("rin"))

    assert found(offered) == [f"restore {story}"]
    assert "Not shown." in text(offered)
    await engine.reply(buttons(offered)["Restore"], by("rin"))
    assert (await story_of(store, story)).status != "retracted"
    assert "action:retract" in text(await engine.reply(f"{MOD} restore {words}", by("rin")))


async def test_those_that_hold_more_of_the_words_come_first_then_the_last_retracted(engine):
    def titles(reply):
        return [line[3:] for line in text(reply).splitlines() if line[:2] in ("1.", "2.", "3.")]

    robot, arm, library = (
        "A warehouse robot learns to sort parcels",
        "Kumo Robotics shows a cheap arm",
        "A library lends umbrellas",
    )
    assert titles(await engine.reply(f"{MOD} restore", by())) == [robot, arm, library]
    assert titles(await engine.reply(f"{MOD} restore umbrellas arm", by())) == [arm, library]
    assert titles(await engine.reply(f"{MOD} restore town umbrellas arm", by())) == [library, arm]


async def test_they_are_shown_with_their_past_by_their_words_and_in_the_log(engine):
    assert "Retracted by mika" in text(await engine.reply(f"{MOD} story umbrellas", by()))
    assert "retracted" in text(await engine.reply(f"{MOD} story umbrellas part:history", by()))
    assert "A library lends" in text(await engine.reply(f"{MOD} log story:umbrellas", by()))


async def test_one_that_shares_a_word_stands_in_nobody_s_way(engine):
    shown = text(await engine.reply(f"{MOD} story Harbor Bank town", by()))

    assert "ハーバー銀行" in shown
    assert "umbrellas" not in shown


@pytest.mark.parametrize("act", ["edit", "correct", "facts", "retract", "pin", "hide", "merge"])
async def test_nothing_else_is_offered_for_them(engine, act):
    assert "no such story" in text(await engine.reply(f"{MOD} {act} umbrellas", by()))


@pytest.mark.parametrize(
    "command", ["restore umbrellas", "restore", "story umbrellas", "log story:umbrellas"]
)
@pytest.mark.parametrize("who", [{"role": "member"}, RIN_AWAY])
async def test_nobody_else_learns_of_them(engine, store, command, who):
    bare = await open_newsroom_of_nothing(store)

    said = text(await engine.reply(f"{MOD} {command}", by(**who)))

    assert "library" not in said.lower()
    assert said == text(await bare.reply(f"{MOD} {command}", by(**who)))


async def open_newsroom_of_nothing(store):
    """Return an engine that finds nothing of what is told, over the same store."""
    return Engine(store, PostingsIndex(), NAMES, lambda: NOW, operators=frozenset({HOME}))


# While they are typed


async def labels(engine, typed, **who):
    actor = make_actor(**{"id": "mika", "role": "moderator", "workspace": HOME} | who)
    return [choice.label for choice in await engine.suggest("retracted", typed, actor)]


@pytest.mark.parametrize(
    ("typed", "language", "label"),
    [
        ("umb", "en", "Retracted · A library lends umbrellas · "),
        ("LIBRARY umbrella", "ja", "取り下げ済み｜A library lends umbrellas｜"),
        ("sort parc", "en", "Not shown · A warehouse robot learns to sort parcels · "),
    ],
)
async def test_they_are_offered_with_a_mark_to_whoever_restores(engine, typed, language, label):
    (offered,) = await labels(engine, typed, language=language)

    assert offered.startswith(label)


async def test_the_last_retracted_are_offered_first_and_only_what_can_be_restored(engine, store):
    await wait(store, "twin", tellings=(make_telling(title="Twins"),))
    await engine.reply(f"{MOD} approve twin", by())
    await wait(store, "other", tellings=(make_telling(title="Others"),))
    await engine.reply(f"{MOD} approve other", by())
    await engine.reply(f"{MOD} merge twin into:other", by())
    assert (await story_of(store, "twin")).status == "retracted"

    offered = await labels(engine, "")

    assert [label.split(" · ")[1] for label in offered] == [
        "A warehouse robot learns to sort parcels",
        "Kumo Robotics shows a cheap arm",
        "A library lends umbrellas",
    ]


@pytest.mark.parametrize("who", [{"role": "member"}, {"role": "manager", "workspace": AWAY}])
async def test_they_are_offered_to_nobody_else(engine, who):
    assert await labels(engine, "", **who) == []


async def test_a_typed_command_is_completed_with_them_where_it_restores(engine):
    async def values(text, **who):
        return [choice.value for choice in await engine.complete(text, by(**who).actor)]

    assert "library" in await values(f"{MOD} restore umb")
    assert "library" not in await values(f"{MOD} edit umb")
    assert "library" not in await values(f"{MOD} restore umb", role="member")
