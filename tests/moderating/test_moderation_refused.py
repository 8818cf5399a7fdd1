"""Who may not, learns nothing: a story of another workspace is answered as one that does not exist."""

import asyncio
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.chronicle import EVERYTHING
from bot.engine import Engine
from bot.errors import NotFound
from bot.form import Form
from bot.index import PostingsIndex
from bot.language import Names
from bot.message import Message
from bot.model import LANGUAGES, PUBLIC
from bot.moderating.commands import STORY_ACTS, typed
from bot.phrases import phrase
from bot.store import open_store
from tests.factories import NOW, make_act, make_change, make_story, make_workspace
from tests.moderating.moderating import (
    AWAY,
    HOME,
    acts_on,
    buttons,
    by,
    open_newsroom,
    post,
    story_of,
    text,
    wait,
)

MOD = "/ai-news-mod"
OURS, THEIRS, NOBODYS = "ours", "theirs", "nobodys"
ANY = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)

COMMANDS = [
    *(lambda id_, act=act: typed(act, id_) for act in STORY_ACTS),
    *(lambda id_, act=act: typed(act, id_, reason="x", revision=1) for act in STORY_ACTS),
    *(lambda id_, part=part: typed("story", id_, part=part) for part in ("story", "history", "copies")),
    lambda id_: typed("merge", id_),
    lambda id_: typed("merge", id_, into=OURS, revision=1),
    lambda id_: typed("merge", OURS, into=id_),
    lambda id_: typed("merge", PUBLIC, into=id_),
    lambda id_: typed("log", story=id_),
    lambda id_: typed("undo", f"{id_}.1"),
    lambda id_: typed("draft", id_, act="publish"),
]
"""Every command that names a story, a change or a draft, as buttons and people type it."""

VALUES = {
    "title": "Mine now",
    "summary": "Mine.",
    "body": "All mine.",
    "source": "Me",
    "date": "2025-02-01",
    "topics": "",
    "reason": "x",
    "into": THEIRS,
}


async def open_house(store):
    """Return an engine over stories of two workspaces, in every state, that hold the same words."""
    engine = Engine(store, PostingsIndex(), Names([]), lambda: NOW, operators=frozenset())
    for workspace in (HOME, AWAY):
        await store.join(make_workspace(id=workspace), None)
    states = ("published", "waiting", "retracted")
    await store.save_stories(
        [
            make_change(make_story(id=id_, workspace=workspace, status=status))
            for workspace, name in ((HOME, OURS), (AWAY, THEIRS), (PUBLIC, "public"))
            for id_, status in zip((name, f"{name}-waiting", f"{name}-retracted"), states, strict=True)
        ]
    )
    await engine.follow_store()
    return engine


async def held(store):
    """Return all that moderation keeps."""
    ids = [f"{name}{state}" for name in (OURS, THEIRS, "public") for state in ("", "-waiting", "-retracted")]
    return (
        await store.stored_stories(ids),
        await store.changes([HOME, AWAY, PUBLIC], 100, which=EVERYTHING),
        [await store.curation(workspace) for workspace in (HOME, AWAY)],
        await store.deliveries(None, 100),
    )


@pytest.mark.parametrize("state", ["", "-waiting", "-retracted"])
async def test_a_story_elsewhere_is_answered_as_one_that_does_not_exist(store, state):
    engine = await open_house(store)
    before = await held(store)

    async def told(make, id_, role):
        replies = [
            await engine.reply(make(id_), by(role=role, id_="press")),
            await engine.submit(make(id_), VALUES | {"into": id_}, by(role=role, id_="press")),
        ]
        return [repr(reply).replace(id_, "ID") for reply in replies]

    for make in COMMANDS:
        for role in ("moderator", "manager", "operator"):
            foreign = await told(make, f"{THEIRS}{state}", role)
            assert foreign == await told(make, f"{NOBODYS}{state}", role)

    assert await held(store) == before


async def test_members_are_told_in_one_line_that_they_may_not(store):
    engine = await open_house(store)
    before = await held(store)

    for make, language in product(COMMANDS, LANGUAGES):
        member = by("nao", role="member", language=language)
        sentence = phrase("error.moderators_only", language)
        assert text(await engine.reply(f"{MOD} queue", member)) == sentence
        for id_ in (OURS, "ours-waiting", THEIRS, NOBODYS, "public"):
            assert text(await engine.reply(make(id_), member)) == sentence
            assert text(await engine.submit(make(id_), VALUES, member)) == sentence

    assert await held(store) == before


@pytest.mark.parametrize("state", ["-waiting", "-retracted"])
async def test_a_public_story_that_is_not_told_is_the_operators_alone(store, state):
    engine = await open_house(store)

    said = text(await engine.reply(f"{MOD} story public{state}", by(role="manager")))

    assert said == phrase("error.story_not_here", "en")


@ANY
@given(
    word=st.sampled_from(["story", "merge", *STORY_ACTS]),
    named=st.one_of(st.text(max_size=30), st.sampled_from([THEIRS, "theirs-waiting", "warehouse", "*"])),
    options=st.dictionaries(
        st.sampled_from(["reason", "into", "language", "revision", "page", "part"]),
        st.one_of(st.text(max_size=12), st.sampled_from(["1", "2", "en", "ja", THEIRS, "history"])),
    ),
    values=st.dictionaries(st.sampled_from(list(VALUES)), st.text(max_size=30)),
    role=st.sampled_from(["member", "moderator", "manager", "operator"]),
)
def test_whatever_is_typed_pressed_or_sent_touches_nothing_elsewhere(
    database_url, word, named, options, values, role
):
    command = " ".join((MOD, word, named, *(f'{name}:"{value}"' for name, value in options.items())))

    async def forge():
        store = await open_store(database_url)
        try:
            if not await store.stored_stories([THEIRS]):
                await open_house(store)
            engine = Engine(store, PostingsIndex(), Names([]), lambda: NOW, operators=frozenset())
            theirs = ["theirs", "theirs-waiting", "theirs-retracted", "public", "public-waiting"]
            before = await store.stored_stories(theirs)
            replies = [
                await engine.reply(command, by(role=role)),
                await engine.submit(command, values, by(role=role)),
            ]
            assert await store.stored_stories(theirs) == before
            return replies
        finally:
            await store.close()

    for reply in asyncio.run(forge()):
        assert isinstance(reply, Message | Form)
        assert AWAY not in repr(reply)


# Who publishes


async def test_where_managers_publish_moderators_read_so(store):
    engine = await open_newsroom(store)
    await store.join(make_workspace(publishers="managers"), None)

    refused = await engine.reply(f"{MOD} approve waiting", by())
    assert text(refused) == phrase("error.approve_managers", "en")
    assert text(await engine.reply(f"{MOD} reject waiting reason:x", by())) == text(refused)

    offered = buttons(await engine.reply(f"{MOD} queue", by()))
    assert list(offered) == [phrase("act.edit", "en"), phrase("act.open", "en")]

    await engine.reply(f"{MOD} approve waiting", by("rin", role="manager"))
    assert await acts_on(store, "waiting") == [("ken", "add"), ("rin", "approve")]


async def test_where_nobody_publishes_alone_whoever_brought_it_in_may_only_take_it_back(store):
    engine = await open_newsroom(store)
    await store.join(make_workspace(publishers="nobody"), None)
    await wait(store, "second")

    refused = await engine.reply(f"{MOD} approve waiting", by("ken", role="manager"))
    assert text(refused) == phrase("error.approve_second", "en")

    own = await engine.reply(f"{MOD} queue", by("ken"))
    assert [label for label in buttons(own) if label == phrase("act.reject", "en")]
    await engine.reply(f"{MOD} reject waiting reason:mistake", by("ken"))
    await engine.reply(f"{MOD} approve second", by("mika"))
    assert (await story_of(store, "waiting")).status == "retracted"
    assert (await story_of(store, "second")).status == "published"


async def test_what_a_workspace_hides_is_not_told_to_its_members_by_any_way(store):
    engine = await open_newsroom(store)
    before = await store.curation(HOME)
    act = make_act(workspace=HOME, action="hide")
    await store.save_curation(act, before, replace(before, hidden=("library",)))

    with pytest.raises(NotFound):
        await engine.story("library", HOME)
    assert (await engine.story("library", AWAY)).story.id == "library"
    assert "A library" in text(await engine.reply(f"{MOD} story library", by()))


# Public stories, as other workspaces see them


async def test_who_works_at_a_public_story_and_how_is_not_told_elsewhere(store):
    engine = await open_newsroom(store, operators=frozenset({AWAY}))
    await wait(store, "secret", workspace=PUBLIC, who="olga")
    olga = {"who": "olga", "workspace": AWAY}
    values = {"title": "A draft of a title", "reason": "not yours"}
    await engine.submit(typed("edit", "secret"), values, by(**olga))
    await engine.submit(typed("edit", "secret"), {"title": "A title"}, by(**olga))
    await engine.reply(typed("approve", "secret"), by(**olga))
    await engine.submit(typed("facts", "secret"), {"topics": "", "reason": "not yours"}, by(**olga))
    await post(store, "secret")
    await engine.submit(typed("correct", "secret"), {"title": "Its title", "reason": "wrong"}, by(**olga))

    for part in ("story", "history", "copies"):
        told = repr(await engine.reply(typed("story", "secret", part=part), by()))
        assert not any(word in told for word in ("olga", AWAY, "A draft", "not yours"))
        assert ("wrong" in told) == (part != "copies")
    assert "olga" in repr(await engine.reply(typed("story", "secret", part="history"), by(**olga)))


async def test_a_story_that_is_told_no_more_is_not_named_to_those_who_had_decided_about_it(store):
    engine = await open_newsroom(store, operators=frozenset({AWAY}))
    for act in ("pin", "hide"):
        await engine.reply(typed(act, "library", reason="x"), by())
    assert "A library lends" in text(await engine.reply(f"{MOD} log", by()))

    await engine.reply(typed("retract", "library", reason="wrong"), by("olga", workspace=AWAY))

    for command in ("log", "log story:library", "unhide library", "unpin library", "story library"):
        assert "A library lends" not in text(await engine.reply(f"{MOD} {command}", by()))
