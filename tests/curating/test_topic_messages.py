"""What is decided about topics, as a message: it fits every platform; buttons take one thing back each."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.showing.render import LIMITS as DISCORD
from adapters.discord.showing.render import render as discord
from adapters.slack.showing.render import LIMITS as SLACK
from adapters.slack.showing.render import render as slack
from bot.changes import Curation
from bot.commands import parse
from bot.curating.curated import overlaid
from bot.curating.topic_forms import filled_in, lacks, topic_form
from bot.curating.topic_messages import decisions, topics_message
from bot.curating.unknown_names import UnknownName
from bot.errors import InvalidInput
from bot.message import Buttons, plain_text, split
from bot.model import LANGUAGES
from bot.moderating.commands import CurateTopic, ShowTopics
from tests.factories import make_story, make_telling, make_topic
from tests.messages import any_text

KUMO = make_topic(id="kumo", names={"ja": "クモ", "en": "Kumo"}, aliases=())
HATO = make_topic(id="hato", names={"ja": "ハト", "en": "Hato"}, aliases=())
OWN = make_topic(id="own-grok", names={"ja": "グロック", "en": "Grok"}, aliases=())
DECIDED = Curation(
    workspace="home",
    topics=(OWN,),
    aliases={"kumo": ("Spider Works",)},
    joined={"hato": "kumo"},
    muted=("own-grok",),
)


def known(curation=DECIDED):
    return overlaid([KUMO, HATO], curation, counted=True)


def unknown(name="Qwen", title="A model"):
    return UnknownName(name=name, count=2, newest=make_story(tellings=(make_telling(title=title),)))


def commands(message):
    rows = [block for block in message.blocks if isinstance(block, Buttons)]
    return [parse(button.command) for row in rows for button in row.buttons]


def test_each_decision_has_a_button_that_takes_it_back():
    message = topics_message(DECIDED, [unknown()], known(), "en")

    text = plain_text(message)
    assert "“Spider Works” is another name for Kumo.\n" in text
    assert "Hato is joined with Kumo.\n" in text
    assert "Qwen · in 2 stories, the newest: A model" in text
    assert commands(message) == [
        CurateTopic(act="untopic", topic="own-grok"),
        CurateTopic(act="unalias", topic="kumo", name="Spider Works"),
        CurateTopic(act="part", topic="hato"),
        CurateTopic(act="unmute", topic="own-grok"),
        CurateTopic(act="topic", name="Qwen"),
        CurateTopic(act="alias", name="Qwen"),
    ]


def test_more_than_a_page_goes_on_on_the_next():
    names = [unknown(f"Qwen {number}") for number in range(6)]

    first, last = (topics_message(DECIDED, names, known(), "ja", page) for page in (1, 2))

    assert commands(first)[-1] == ShowTopics(page=2)
    assert commands(last)[-1] == ShowTopics(page=1)
    assert "Qwen 5" in plain_text(last)


@settings(max_examples=60, deadline=None)
@given(st.lists(any_text.filter(str.strip), min_size=5, max_size=5), any_text, st.sampled_from(LANGUAGES))
def test_a_page_is_one_message_on_every_platform(names, title, language):
    names = [name[:100] for name in names]
    curation = replace(DECIDED, aliases={"kumo": tuple(names)})
    shown = [unknown(name[:40], title[:1_000]) for name in names]

    for page in (1, 2):
        message = topics_message(curation, shown, known(), language, page, lead="x" * 300)
        assert len(split(message, DISCORD)) == len(split(message, SLACK)) == 1
        json.dumps(discord(message))
        json.dumps(slack(message))


def test_what_is_known_no_more_is_called_by_its_id():
    curation = Curation(workspace="home", muted=("gone",))

    (decision,) = decisions(curation, known(curation), "en")

    assert decision == ("gone is muted: digests leave it out.", "/ai-news-mod unmute gone")


# Forms


@pytest.mark.parametrize("act", ["topic", "untopic", "alias", "unalias", "join", "part", "mute", "unmute"])
def test_every_act_has_a_form_for_what_it_lacks(act):
    command = CurateTopic(act=act)
    assert lacks(command)

    form = topic_form(command, DECIDED, known(), "ja")

    assert parse(form.command) == command
    given = {field.name: field.choices[0].value if field.choices else "Qwen" for field in form.fields}
    assert not lacks(filled_in(parse(form.command), given))
    assert len(form.fields) <= 2


def test_topics_are_typed_where_there_are_more_than_a_select_menu_holds():
    many = [make_topic(id=f"t{n}", names={"ja": f"話題{n}", "en": f"Topic {n}"}) for n in range(26)]
    names = overlaid(many, DECIDED, counted=True)

    field, _ = topic_form(CurateTopic(act="join", topic="t3"), DECIDED, names, "en").fields

    assert (field.kind, field.value) == ("line", "t3")


def test_without_anything_to_choose_from_there_is_no_form():
    nothing = Curation(workspace="home")

    with pytest.raises(InvalidInput, match="topics_nothing"):
        topic_form(CurateTopic(act="part"), nothing, known(nothing), "en")
