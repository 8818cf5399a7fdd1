"""Many moderators at once, and one twice: no update is lost, nothing done twice, who was first is told."""

import asyncio
from collections import Counter

import pytest

from bot.engine import Engine
from bot.errors import Conflict
from bot.form import Form
from bot.index import PostingsIndex
from bot.model import PUBLIC
from bot.phrases import phrase
from bot.store import open_store
from tests.factories import NOW, make_telling
from tests.moderating.moderating import HOME, acts_on, by, filled, open_newsroom, story_of, text, wait
from tests.small_world import NAMES

MOD = "/ai-news-mod"
MODERATORS = 50
EDITORS = 20
STORIES = 10


@pytest.fixture
async def engine(store):
    return await open_newsroom(store)


async def test_of_fifty_moderators_on_one_queue_each_story_is_decided_once(engine, store, database_url):
    """Half of them work in another process's place: with a store and an index of their own."""
    ids = [f"w{number}" for number in range(STORIES)]
    for id_ in ids:
        await wait(store, id_, tellings=(make_telling(title=f"Story {id_}"),))
    other_store = await open_store(database_url)
    other = Engine(other_store, PostingsIndex(), NAMES, lambda: NOW, operators=frozenset({HOME}))

    async def work(number):
        at_work = (engine, other)[number % 2]
        told = []
        for step in range(STORIES):
            id_ = ids[(number + step) % STORIES]
            word = ("approve", "reject")[number // 2 % 2]
            typed = f"{MOD} {word} {id_} reason:because revision:1"
            told.append((id_, await at_work.reply(typed, by(f"m{number}"))))
        return told

    told = [one for each in await asyncio.gather(*map(work, range(MODERATORS))) for one in each]
    await other_store.close()

    decided = Counter()
    for id_ in ids:
        acts = await acts_on(store, id_)
        assert len(acts) == 2, acts
        who, act = acts[1]
        decided[id_] += 1
        story = await story_of(store, id_)
        assert (story.revision, story.status) == (2, "published" if act == "approve" else "retracted")
        done = {"approve": "Published", "reject": "Rejected"}[act]
        firsts = [text(reply) for one, reply in told if one == id_ and f"{done}: Story {id_}" in text(reply)]
        lates = [text(reply) for one, reply in told if one == id_ and f"{done} by {who}" in text(reply)]
        assert len(firsts) == 1
        assert len(lates) == MODERATORS - 1
    assert len(await store.changes([HOME], 1_000)) == 1 + 2 * STORIES
    assert await store.count_waiting(HOME) == 1


async def test_of_fifty_edits_at_once_one_counts_and_the_others_are_shown_it(engine, store):
    form = await engine.reply(f"{MOD} edit library", by())

    sent = await asyncio.gather(
        *(
            engine.submit(form.command, filled(form, title=f"Title {number}"), by(f"m{number}"))
            for number in range(MODERATORS)
        )
    )

    story = await story_of(store, "library")
    (winner,) = [number for number, reply in enumerate(sent) if not isinstance(reply, Form)]
    assert story.revision == 2
    assert story.tellings[0].title == f"Title {winner}"
    for number, reply in enumerate(sent):
        if number != winner:
            assert f"m{winner} changed this meanwhile" in reply.problem
            assert filled(reply)["title"] == f"Title {number}"
            assert reply.command.endswith("revision:2")


async def test_edits_of_many_who_look_again_are_all_made(engine, store):
    """Each changes a word of its own, and sends its form again until it counts: no word is lost."""
    body = "\n".join(f"Line {number}." for number in range(EDITORS))
    await engine.submit(f"{MOD} edit library", {"body": body}, by())

    async def edit(number):
        reply = await engine.reply(f"{MOD} edit library", by(f"m{number}"))
        while isinstance(reply, Form):
            now = (await story_of(store, "library")).tellings[0].body
            mine = now.replace(f"Line {number}.", f"Line {number} by m{number}.")
            values = filled(reply, body=mine)
            if f"revision:{(await story_of(store, 'library')).revision}" not in reply.command:
                reply = await engine.reply(f"{MOD} edit library", by(f"m{number}"))
                continue
            reply = await engine.submit(reply.command, values, by(f"m{number}"))

    await asyncio.gather(*map(edit, range(EDITORS)))

    lines = (await story_of(store, "library")).tellings[0].body.splitlines()
    assert lines == [f"Line {number} by m{number}." for number in range(EDITORS)]
    assert (await story_of(store, "library")).revision == 2 + EDITORS


async def test_the_second_of_two_editors_keeps_their_own_words_and_takes_the_others(engine, store):
    mine = await engine.reply(f"{MOD} edit library", by())
    theirs = await engine.reply(f"{MOD} edit library", by("rin"))
    await engine.submit(theirs.command, filled(theirs, summary="Rin's summary."), by("rin"))

    asked = await engine.submit(mine.command, filled(mine, title="Mika's title"), by())

    assert "rin changed this meanwhile. Summary:" in asked.problem
    assert "→ “Rin's summary.”" in asked.problem
    assert filled(asked)["title"] == "Mika's title"
    assert filled(asked)["summary"] == "Rin's summary."
    await engine.submit(asked.command, filled(asked), by())
    telling = (await story_of(store, "library")).tellings[0]
    assert (telling.title, telling.summary) == ("Mika's title", "Rin's summary.")


async def test_the_second_who_changes_the_same_words_does_so_knowingly(engine, store):
    mine = await engine.reply(f"{MOD} edit library", by())
    await engine.submit(mine.command, filled(mine, title="Rin's title"), by("rin"))

    asked = await engine.submit(mine.command, filled(mine, title="Mika's title"), by())
    assert filled(asked)["title"] == "Mika's title"
    assert (await story_of(store, "library")).tellings[0].title == "Rin's title"

    await engine.submit(asked.command, filled(asked), by())
    assert (await story_of(store, "library")).tellings[0].title == "Mika's title"


async def test_an_edit_that_others_overtake_each_time_comes_back_with_what_was_typed(
    engine, store, monkeypatch
):
    mine = await engine.reply(f"{MOD} edit library", by())

    async def overtaken(*asked):
        raise Conflict("somebody else was first")

    monkeypatch.setattr(store, "save_stories", overtaken)
    asked = await engine.submit(mine.command, filled(mine, title="Mika's title"), by())

    assert asked.problem == phrase("error.changed_meanwhile", "en")
    assert filled(asked)["title"] == "Mika's title"


@pytest.mark.parametrize(
    ("command", "values"),
    [
        (f"{MOD} edit library revision:1", {"title": "Once"}),
        (f"{MOD} correct library revision:1", {"title": "Once", "reason": "A word."}),
        (f"{MOD} facts library revision:1", {"source": "Once"}),
        (f"{MOD} retract library revision:1", {"reason": "It was made up."}),
        (f"{MOD} merge library revision:1", {"into": "arm"}),
        (f"{MOD} approve waiting revision:1", None),
        (f"{MOD} reject waiting reason:x revision:1", None),
    ],
)
async def test_a_form_or_button_that_arrives_again_is_done_once(engine, store, command, values):
    async def send(id_="the same press"):
        if values is None:
            return text(await engine.reply(command, by(id_=id_)))
        return text(await engine.submit(command, values, by(id_=id_)))

    first = await send()
    again = [await send(), *await asyncio.gather(*(send() for _ in range(5)))]

    assert set(again) == {first}
    id_ = command.split()[2]
    assert (await story_of(store, id_)).revision == 2
    assert len(await acts_on(store, id_)) == 2


async def test_copies_of_one_press_that_arrive_together_are_one(engine, store):
    sent = await asyncio.gather(
        *(engine.submit(f"{MOD} edit library revision:1", {"title": "Once"}, by(id_="one")) for _ in range(9))
    )

    assert len({text(reply) for reply in sent}) == 1
    assert len(await store.changes([PUBLIC], 100)) == 2


async def test_an_older_form_of_ones_own_is_no_accident_either(engine, store):
    form = await engine.reply(f"{MOD} retract library", by())
    await engine.submit(f"{MOD} edit library", {"title": "New"}, by("rin"))

    asked = await engine.submit(form.command, filled(form, reason="made up"), by())

    assert "rin changed this meanwhile. Title" in asked.problem
    assert phrase("storyform.sending_again", "en") in asked.problem
    assert filled(asked)["reason"] == "made up"
    await engine.submit(asked.command, filled(asked), by())
    assert (await story_of(store, "library")).status == "retracted"
