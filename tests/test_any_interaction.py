"""Whatever is typed, pressed or filled in is met with a message or a form, on both databases."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adding.add_form import COMMAND
from bot.commands import WISHES
from bot.engine import Engine
from bot.form import Form
from bot.index import PostingsIndex
from bot.language import Names
from bot.message import Message
from bot.model import LANGUAGES
from bot.phrases import phrase
from bot.store import open_store
from bot.subscriptions import digest_form
from tests.factories import NOW, make_actor, make_interaction, make_story

PIECES = st.sampled_from(
    [
        "/ai-news",
        "/ai-news-mod add",
        "/ai-news-mod setup",
        "moderators:<@&1>,<!subteam^S2|@x>",
        "desk:<#7>",
        "language:ja",
        "/ai-news-digest",
        "/ai-news-digest preview",
        "/ai-news-digest subscribe",
        "/ai-news-digest change",
        "/ai-news-digest now",
        "times:09:00",
        "keywords:「倉庫」",
        'cron:"0 9 * * 1"',
        "zone:tokyo",
        "robots",
        "parcels",
        "倉庫。",
        "First, a tram line opened.",
        "depth:high",
        "view:why",
        "page:2",
        "visible:yes",
        "visible:no",
        "https://kawabe.example/",
        "2025-02-01",
        "\0",
        "\ud800",
        "\u202e",
        "\n\n",
        "\x1b[31m",
        "{query}",
        "'; DROP TABLE stories; --",
    ]
)
TEXT = st.one_of(st.text(max_size=120), st.lists(PIECES, max_size=10).map(" ".join))
ROLES = st.sampled_from(["member", "moderator", "manager", "operator"])
INTERACTIONS = st.builds(
    lambda id_, name, role, language: make_interaction(
        id=id_, actor=make_actor(name=name, role=role, language=language)
    ),
    TEXT,
    st.one_of(st.just("Mika"), st.text(max_size=20)),
    ROLES,
    st.sampled_from(LANGUAGES),
)
ANY = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@asynccontextmanager
async def opened(url):
    store = await open_store(url)
    engine = Engine(store, PostingsIndex(), Names([]), lambda: NOW)
    await engine.save([make_story()], "seeds", "")
    yield engine
    await store.close()


@ANY
@given(command=st.one_of(TEXT, TEXT.map("/ai-news parcels {} visible:yes".format)), interaction=INTERACTIONS)
def test_any_text_is_a_command(database_url, command, interaction):
    async def reply():
        async with opened(database_url) as engine:
            return await engine.reply(command, interaction)

    assert isinstance(asyncio.run(reply()), Message | Form)


@ANY
@given(
    command=st.one_of(st.just(COMMAND), st.just(digest_form.COMMAND), TEXT),
    values=st.dictionaries(
        st.one_of(st.sampled_from(["text", "source", "url", "date", *WISHES]), TEXT), TEXT
    ),
    interaction=INTERACTIONS,
)
def test_any_text_may_be_filled_in(database_url, command, values, interaction):
    async def submit():
        async with opened(database_url) as engine:
            return await engine.submit(command, values, interaction)

    assert isinstance(asyncio.run(submit()), Message | Form)


@pytest.mark.parametrize("disturbing", ["\0", "\ud800", "\u202e", "\x1b"])
@pytest.mark.parametrize("place", ["name", "query"])
async def test_a_share_is_kept_without_what_cannot_be_shown(database_url, disturbing, place):
    name = f"Mi{disturbing}ka" if place == "name" else "Mika"
    query = f"parcels {disturbing}x" if place == "query" else "parcels"

    async with opened(database_url) as engine:
        await engine.reply(f"/ai-news {query} visible:yes", make_interaction(actor=make_actor(name=name)))
        deliveries = await engine.store.deliveries(None, 10)

    assert len(deliveries) == 1


@ANY
@given(text=TEXT, author=TEXT, link=st.one_of(st.none(), TEXT), interaction=INTERACTIONS)
def test_any_message_may_be_added(database_url, text, author, link, interaction):
    async def fill_in_and_send():
        async with opened(database_url) as engine:
            filled = await engine.form_from_message(text, author, link, NOW, interaction)
            if isinstance(filled, Form):
                values = {field.name: field.value for field in filled.fields}
                return filled, await engine.submit(filled.command, values, interaction)
            return filled, filled

    filled, sent = asyncio.run(fill_in_and_send())

    if isinstance(filled, Form):
        assert all(len(field.value) <= field.max_length for field in filled.fields)
        # What was filled in for them may be no article, but nothing else in it is wrong.
        language = interaction.actor.language
        problems = {phrase(f"error.{key}", language) for key in ("article_empty", "article_no_story")}
        if not any(map(str.isprintable, "".join(f"{author}{interaction.actor.name}".split()))):
            problems.add(phrase("error.form_source", language))
        assert isinstance(sent, Message) or sent.problem in problems
    else:
        assert interaction.actor.role == "member"
