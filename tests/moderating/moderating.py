"""Moderators at work in tests: what they type and fill in, and what they are answered."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

from bot.engine import Engine
from bot.form import Form
from bot.index import PostingsIndex
from bot.message import Buttons, Heading, Message, plain_text
from bot.model import WorkspaceId
from tests.factories import (
    NOW,
    make_actor,
    make_change,
    make_delivery,
    make_digest,
    make_interaction,
    make_message,
    make_story,
    make_subscription,
)
from tests.small_world import NAMES, WORLD

HOME, AWAY = WorkspaceId("home"), WorkspaceId("away")
NUMBERS = count(1)


async def open_newsroom(store, operators=frozenset({HOME}), clock=lambda: NOW):
    """Return an engine over a store with public stories, and a story of Ken's that waits at home."""
    engine = Engine(store, PostingsIndex(), NAMES, clock, operators=operators)
    await engine.save(WORLD, "seeds", "")
    await wait(store)
    return engine


async def wait(store, id_="waiting", workspace=HOME, who="ken", **over):
    story = make_story(id=id_, workspace=workspace, status="waiting", **over)
    await store.save_stories([make_change(story, actor=who, actor_id=who)])
    return story


def by(who="mika", role="moderator", workspace=HOME, id_=None, language="en", **over):
    """Return something that somebody did; each is another press unless its id is given."""
    actor = make_actor(id=who, name=who, role=role, workspace=workspace, language=language)
    interaction = make_interaction(id=id_ or f"press {next(NUMBERS)}", actor=actor, **over)
    return replace(interaction, channel=replace(interaction.channel, workspace=workspace))


async def story_of(store, id_):
    return (await store.stored_stories([id_]))[id_]


async def acts_on(store, id_):
    """Return who did what to a story, in order."""
    return [(revision.actor, revision.action) for revision in await store.revisions(id_)]


def text(reply):
    return reply.problem if isinstance(reply, Form) else plain_text(reply)


def buttons(reply):
    """Return what each button of a message types, by its label."""
    return {button.label: button.command for button in pressable(reply)}


def commands(reply):
    """Return what the buttons of a message type."""
    return {button.command for button in pressable(reply)}


def pressable(reply):
    assert isinstance(reply, Message), reply
    rows = [block for block in reply.blocks if isinstance(block, Buttons)]
    return [button for row in rows for button in row.buttons]


def filled(form, **over):
    """Return a form's values as they stand in it, some of them typed over."""
    assert isinstance(form, Form), form
    return {field.name: field.value for field in form.fields} | over


async def post(store, story_id):
    """Let a digest tell a story."""
    subscription = await store.add_subscription(make_subscription())
    revision = (await story_of(store, story_id)).revision
    message = make_message(
        blocks=(Heading("1. It", level=2, story_id=story_id),), told=((story_id, revision),)
    )
    digest = make_digest(story_ids=(story_id,))
    await store.publish(digest, [make_delivery(message=message)], subscription, NOW + timedelta(days=1))
