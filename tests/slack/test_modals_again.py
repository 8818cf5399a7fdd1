"""Modals that are sent twice, also to another process: done once, and shown again as they were."""

import pytest

from adapters.slack.answering.call import submission_call
from tests.fakes.slack.reading import text_of
from tests.fakes.slack.state import View
from tests.slack.app import TRANSPORTS, slack_world
from tests.slack.modals import elements, form

ARTICLE = """First, the council of Kawabe voted to reopen the old tram line. Work on the line begins in May.
The council expects 4,000 passengers a day.

In other news, the bakery chain Komugi recalled its rye bread. The bread may hold pieces of metal.
Komugi says that nobody was hurt.
"""


@pytest.fixture(params=TRANSPORTS)
async def world(request, tmp_path):
    async with slack_world(tmp_path, request.param) as world:
        yield world


async def test_a_modal_sent_twice_is_done_once(world):
    owner = world.member(is_owner=True)
    view = await form(world, owner, "/ai-news-mod", "add")
    asked = await world.done(await owner.submit(view, {"text.0": ARTICLE}))
    shown = text_of(view)

    again = await sent_again(world, asked, owner, view)

    assert again["response_action"] == "update"
    assert text_of(again["view"]) == text_of(view) == shown
    assert len([name for name, _ in world.server.calls if name == "views.update"]) == 2


@pytest.mark.parametrize("url", ["", "nonsense"])
async def test_a_modal_sent_again_to_another_process_shows_what_it_showed(world, url):
    owner = world.member(is_owner=True)
    view = await form(world, owner, "/ai-news-mod", "add")
    asked = await world.done(await owner.submit(view, {"text.0": ARTICLE, "url.0": url}))
    shown = view.content
    assert ("submit" in shown) == bool(url)  # a form with a problem

    await world.restart()
    await sent_again(world, asked, owner, view)

    assert text_of(view) == text_of(shown)
    assert elements(view) == elements(View(id="", user=view.user, content=shown, hash=""))


async def test_a_modal_sent_again_shows_what_went_wrong_in_another_process(world):
    owner = world.member(is_owner=True)
    view = await form(world, owner, "/ai-news-mod", "add")
    submit = world.engine.submit
    world.engine.submit = None
    asked = await world.done(await owner.submit(view, {"text.0": ARTICLE}))
    world.engine.submit = submit
    shown = view.content

    await world.restart()
    await sent_again(world, asked, owner, view)

    assert "did not work" in text_of(view)
    assert text_of(view) == text_of(shown)


async def test_a_modal_sent_again_for_a_process_that_died_says_that_it_was_taken_in(world, monkeypatch):
    monkeypatch.setattr("adapters.slack.answering.interactions.SHOWN_WITHIN_S", 0.5)
    owner = world.member(is_owner=True)
    view = await form(world, owner, "/ai-news-mod", "add")
    sent = submission_call({"view": {"id": view.id, "hash": view.hash}}, world.team.id, None)
    await world.engine.store.remember(f"slack {sent.key}", world.clock())

    await world.done(await owner.submit(view, {"text.0": ARTICLE}))

    assert "already been taken in" in text_of(view)


async def sent_again(world, asked, sender, view):
    """Let Slack send a modal again that was sent, and obey what the bot says; return that."""
    _, asked.ack, _ = await world.server._door().attempt(asked, 1, "timeout")
    sender._obey(asked, view)
    await world.idle()
    return asked.ack
