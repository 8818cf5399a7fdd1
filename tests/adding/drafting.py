"""A moderator and a draft in tests: what stands before them, and what they press and fill in."""

from dataclasses import replace
from pathlib import Path

from bot.adding.add_form import COMMAND
from bot.form import Form
from bot.language import Names
from bot.message import Buttons, Heading, Message, plain_text
from bot.model import TopicId, WorkspaceId
from tests.factories import (
    make_actor,
    make_change,
    make_interaction,
    make_story,
    make_telling,
    make_topic,
)

HOME, AWAY = WorkspaceId("home"), WorkspaceId("away")
MIKA = make_actor(id="U1", role="moderator")
NAMES = Names([make_topic(id=TopicId("komugi"), names={"ja": "コムギ", "en": "Komugi"})])
ARTICLES = sorted((Path(__file__).parents[3] / "shared" / "article").glob("*.txt"))
TRAM = """The council of Kawabe voted on Tuesday to reopen the old tram line. Work on the line begins in May.
The council expects 4,000 passengers a day."""
BREAD = """The bakery chain Komugi recalled its rye bread. The bread may hold pieces of metal.
Komugi says that nobody was hurt in any of its forty shops."""
MUSEUM = """The museum of Nagisa opened a hall about whales. Entry to the hall is free on Sundays.
Its largest skeleton is thirty metres long."""
ARTICLE = f"First, {TRAM[0].lower()}{TRAM[1:]}\n\nIn other news, {BREAD}\n\nElsewhere, {MUSEUM}\n"
FILLED_IN = {"text": ARTICLE, "source": "Kawabe Post", "date": "2026-03-01"}


def moderating(**over):
    return make_interaction(actor=replace(MIKA, **over), form_fields=20)


def labels(message):
    rows = [block.buttons for block in message.blocks if isinstance(block, Buttons)]
    return {button.label: button.command for row in rows for button in row}


def titles(message):
    return [block.text for block in message.blocks if isinstance(block, Heading) and block.level == 2]


def story_ids(message):
    return [block.story_id for block in message.blocks if isinstance(block, Heading) and block.level == 2]


async def published(engine, values, interaction):
    """Fill in the form, and publish what it is cut into; return what the moderator is told."""
    told = await engine.submit(COMMAND, values, interaction)
    button = labels(told).get("Publish") if isinstance(told, Message) else None
    return await engine.reply(button, interaction) if button else told


class Desk:
    """One moderator at work: what stands before them, and what they press next."""

    def __init__(self, engine, interaction):
        self.engine = engine
        self.interaction = interaction
        self.shown = None

    async def add(self, **values):
        self.shown = await self.engine.submit(COMMAND, FILLED_IN | values, self.interaction)
        return self

    async def press(self, *names):
        for name in names:
            self.shown = await self.engine.reply(labels(self.shown)[name], self.interaction)
        return self

    async def fill_in(self, **values):
        assert isinstance(self.shown, Form)
        self.shown = await self.engine.submit(self.shown.command, values, self.interaction)
        return self

    @property
    def text(self):
        return plain_text(self.shown)


async def known_story(store, text, **over):
    story = make_story(
        **{"workspace": HOME, "tellings": (make_telling(title="It is known", body=text),)} | over
    )
    await store.save_stories([make_change(story, tokens={"en": tuple(text.lower().split())})])
    return story
