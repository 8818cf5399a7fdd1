"""Undoing what would give a topic a name that another has by now: refused as giving it the name would be."""

import pytest

from bot.engine import Engine
from bot.index import PostingsIndex
from bot.language import Names
from bot.message import plain_text
from bot.model import Topic
from tests.factories import NOW, make_actor, make_interaction

ROBOTS = Topic(id="robots", names={"ja": "ロボット", "en": "Robots"})


class Moderator:
    """Somebody who types commands."""

    def __init__(self, engine):
        self.engine = engine
        self.asked = 0

    async def says(self, text):
        self.asked += 1
        actor = make_actor(id="u1", name="Mika", role="moderator")
        return plain_text(
            await self.engine.reply(
                f"/ai-news-mod {text}", make_interaction(id=f"i{self.asked}", actor=actor)
            )
        )


@pytest.fixture
def mika(store):
    return Moderator(Engine(store, PostingsIndex(), Names([ROBOTS]), lambda: NOW))


@pytest.mark.parametrize(
    ("given", "taken", "since"),
    [
        ("alias Robots name:Kawabe", "unalias Robots name:Kawabe", "topic Kawabe"),
        ("alias Robots name:Kawabe", "unalias Robots name:Kawabe", "topic Mills name:KAWABE"),
        ("topic Kawabe name:カワベ", "untopic Kawabe", "alias Robots name:カワベ"),
        ("topic Kawabe", "untopic Kawabe", "topic Mills name:kawabe"),
    ],
)
async def test_a_name_that_another_topic_has_by_now_does_not_come_back(mika, store, given, taken, since):
    await mika.says(given)
    await mika.says(taken)
    change = (await store.changes(["home"], 1))[0].id
    await mika.says(since)
    before = await store.curation("home")

    said = await mika.says(f"undo {change}")

    assert "is a name of" in said
    assert "already" in said
    assert await store.curation("home") == before
    assert (await store.change(change)).undone_by is None


async def test_a_name_comes_back_to_its_topic_where_nobody_else_has_it(mika, store):
    await mika.says("alias Robots name:Kawabe")
    before = await store.curation("home")
    await mika.says("unalias Robots name:Kawabe")
    await mika.says("alias Robots name:KAWABE")
    await mika.says("topic Mills")

    change = (await store.changes(["home"], 3))[-1].id
    said = await mika.says(f"undo {change}")

    assert "Mika undid" in said
    assert set(before.aliases["robots"]) < set((await store.curation("home")).aliases["robots"])
