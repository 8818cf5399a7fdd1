"""What an asker reads: each view and depth in both languages, and no allegation without its denial."""

from dataclasses import replace

import pytest
import pytest_asyncio

from bot.commands import Ask, Newest, parse
from bot.engine import Engine
from bot.index import PostingsIndex
from bot.language import Names
from bot.lookup import Answer, AnswerSentence, Found, Match, Passage, Query
from bot.message import Buttons, Heading, Note, Paragraph, Quote, plain_text
from bot.model import Actor, Span, WorkspaceId
from bot.replies import OLD_DAYS, PAGE_SIZE, answer_message, help_message, newest_message
from bot.run import load_seeds
from bot.settings import PACKAGED_SEEDS
from bot.store import open_store
from tests.factories import NOW, make_claim, make_interaction, make_story, make_telling

CLAIM = make_claim(
    text="The robot sorted 900 parcels.", said_by="Kumo Robotics", doubted_by=("rival engineers",)
)
TELLING = make_telling(
    title="A robot sorts parcels",
    summary="Kumo Robotics showed a robot.",
    body="Kumo Robotics showed a robot on Monday.\n"
    "The robot sorted 900 parcels. It is blue.\n"
    "It sleeps at night.",
    claims=(CLAIM,),
)
STORY = make_story(tellings=(TELLING,))


def passage(text, *marked):
    """Return a passage in which the first place of each of these words is marked."""
    starts = [(text.index(word), word) for word in marked]
    return Passage(text=text, marks=tuple(Span(start=start, end=start + len(w)) for start, w in starts))


def make_found(**over):
    return Found(
        **{
            "story": STORY,
            "telling": TELLING,
            "score": 1.234,
            "matched": (Match(typed="robots", form="robot", how="word"),),
            "summary": passage(TELLING.summary, "robot"),
            "passage": passage(CLAIM.text, "robot", "parcels"),
            "passage_adds": True,
        }
        | over
    )


def make_answer(**over):
    query = Query(text="robots", language="en", concepts=())
    return Answer(**{"query": query, "sentence": None, "found": (make_found(),)} | over)


def reply(answer=None, language="en", more=False, **asked):
    ask = Ask(**{"query": "robots"} | asked)
    return answer_message(answer or make_answer(), ask, more, language)


def blocks_of(message, kind):
    return [block for block in message.blocks if isinstance(block, kind)]


def said(block):
    return "".join(run.text for run in block.runs)


def marked(block):
    return [run.text for run in block.runs if run.style == "mark"]


# Depths.


def test_low_tells_titles_and_who_claims_and_doubts():
    message = reply(depth="low")

    assert [block.text for block in blocks_of(message, Heading)] == [
        "Found for “robots”",
        "1. A robot sorts parcels",
    ]
    assert not blocks_of(message, Paragraph)
    assert not blocks_of(message, Quote)
    assert "doubted by rival engineers" in plain_text(message)


def test_medium_tells_the_summary_and_quotes_the_passage_that_adds_to_it():
    message = reply()

    (summary,), (quote,) = blocks_of(message, Paragraph), blocks_of(message, Quote)
    assert (said(summary), marked(summary)) == (TELLING.summary, ["robot"])
    assert (said(quote), marked(quote)) == (CLAIM.text, ["robot", "parcels"])


def test_passage_that_adds_nothing_to_the_summary_is_not_quoted():
    message = reply(make_answer(found=(make_found(passage_adds=False),)))

    assert not blocks_of(message, Quote)


def test_high_tells_the_whole_body_with_each_claims_parties_below_its_paragraph():
    message = reply(depth="high")

    told = [said(block) for block in message.blocks if isinstance(block, Paragraph | Note)]
    assert told[:4] == [
        "Kumo Robotics showed a robot on Monday.",
        "The robot sorted 900 parcels. It is blue.",
        "Claimed by Kumo Robotics · doubted by rival engineers",
        "It sleeps at night.",
    ]
    assert [marked(block) for block in blocks_of(message, Paragraph)] == [[], ["robot", "parcels"], []]


def test_claim_that_no_paragraph_tells_word_for_word_is_told_with_its_parties():
    telling = replace(TELLING, body="The robot sorted a lot.")

    message = reply(make_answer(found=(make_found(telling=telling),)), depth="high")

    assert f"{CLAIM.text} (Claimed by Kumo Robotics · doubted by rival engineers)" in plain_text(message)


# The answer sentence.

SMALL_PRINT = "The Daily Crate · March 1, 2026 · Claimed by Kumo Robotics · doubted by rival engineers"
SENTENCE = AnswerSentence(story_id=STORY.id, passage=passage(CLAIM.text, "robot"), claim=CLAIM)


def test_answer_is_quoted_first_with_its_parties_and_not_twice():
    message = reply(make_answer(sentence=SENTENCE))

    assert isinstance(message.blocks[1], Quote)
    assert said(message.blocks[1]) == CLAIM.text
    assert said(message.blocks[2]) == SMALL_PRINT
    assert len(blocks_of(message, Quote)) == 1


def test_answer_that_is_part_of_a_claim_brings_who_makes_and_who_doubts_it():
    part = replace(SENTENCE, passage=passage("It sorted 900."))

    message = reply(make_answer(sentence=part))

    assert said(message.blocks[2]) == SMALL_PRINT


def test_answer_stands_on_the_first_page_only():
    message = reply(make_answer(sentence=SENTENCE), page=2)

    assert isinstance(message.blocks[1], Heading)
    assert message.blocks[1].text == f"{PAGE_SIZE + 1}. A robot sorts parcels"


# Views.


@pytest.mark.parametrize(
    ("match", "language", "reason"),
    [
        (Match(typed="Robot", form="robot", how="word"), "en", "“Robot” appears"),
        (Match(typed="robots", form="robot", how="word"), "en", "“robots” appears as “robot”"),
        (Match(typed="クモ社", form="Kumo", how="name"), "ja", "「クモ社」は「Kumo」と同じ名前です"),
        (Match(typed="クモ", form="Kumo", how="sound"), "ja", "「クモ」は「Kumo」と読みが近い名前です"),
    ],
)
def test_why_tells_which_form_matched_the_place_and_the_relevance(match, language, reason):
    message = reply(make_answer(found=(make_found(matched=(match,)),)), language, view="why")

    (told,) = blocks_of(message, Paragraph)
    lines = said(told).splitlines()
    assert lines[0] == reason
    assert "1.23" in lines[1]


def test_sources_link_each_source_and_tell_its_date_and_parties():
    message = reply(view="sources")

    (told,) = blocks_of(message, Note)
    assert [run.url for run in told.runs] == [STORY.source.url, None]
    assert said(told) == SMALL_PRINT
    assert "1. A robot sorts parcels" in plain_text(message)


# Buttons.


@pytest.mark.parametrize(
    ("asked", "labels"),
    [
        ({}, ["details", "why", "sources", "share"]),
        ({"depth": "high"}, ["why", "sources", "share"]),
        ({"view": "why"}, ["answer", "details", "sources", "share"]),
        ({"view": "sources"}, ["answer", "details", "why", "share"]),
        ({"visible": True}, ["details", "why", "sources"]),
    ],
)
def test_buttons_lead_to_the_other_views(asked, labels):
    (row,) = blocks_of(reply(**asked), Buttons)
    (with_more,) = blocks_of(reply(more=True, **asked), Buttons)

    assert [button.label for button in row.buttons] == labels
    assert [button.label for button in with_more.buttons] == ["more", *labels]


def test_a_later_page_leads_back_to_the_one_before():
    pages, views = blocks_of(reply(more=True, page=3), Buttons)

    assert [(button.label, parse(button.command).page) for button in pages.buttons] == [
        ("previous", 2),
        ("more", 4),
    ]
    assert [button.label for button in views.buttons] == ["details", "why", "sources", "share"]


@pytest.mark.parametrize("query", ["robots", "ロボット は?", '"view:why" robots'])
def test_buttons_type_commands_that_ask_the_same_again(query):
    (row,) = blocks_of(reply(query=query, depth="low", more=True), Buttons)

    asked = {button.label: parse(button.command) for button in row.buttons}
    assert asked["more"] == Ask(query=query, depth="low", page=2)
    assert asked["why"] == Ask(query=query, depth="low", view="why")
    assert asked["share"] == Ask(query=query, depth="low", visible=True)


@pytest.mark.parametrize("view", ["answer", "why", "sources"])
def test_headings_name_the_stories_they_open(view):
    headings = blocks_of(reply(view=view), Heading)

    assert [heading.story_id for heading in headings if heading.level == 2] == [STORY.id]
    assert [heading.story_id for heading in headings if heading.level == 1] == [None]


# Honest absence, honest age.


def test_nothing_found_names_the_nearest_and_offers_no_button():
    message = reply(make_answer(found=(), nearest=("Kumo Robotics", "Harbor")))

    assert plain_text(message).strip() == "Nothing found for “robots”. Nearest names: Kumo Robotics, Harbor"


def test_page_after_the_last_says_so():
    message = reply(make_answer(found=()), page=3)

    assert plain_text(message).strip() == "There are no more stories for “robots”."


@pytest.mark.parametrize("view", ["answer", "why"])
def test_words_that_no_story_holds_are_named(view):
    message = reply(make_answer(missing=("quantum", "knitting")), view=view)

    assert "Not in any story: quantum, knitting" in plain_text(message)


@pytest.mark.parametrize(("days", "is_told"), [(None, False), (OLD_DAYS - 1, False), (OLD_DAYS, True)])
def test_age_is_told_where_even_the_newest_match_is_old(days, is_told):
    assert ("The newest match is" in plain_text(reply(make_answer(newest_age_days=days)))) is is_told


# Other replies.


def test_newest_stories_are_numbered_over_pages_and_buttons_lead_to_those_beside():
    message = newest_message([STORY], 2, True, "en")

    assert "6. A robot sorts parcels" in plain_text(message)
    (row,) = blocks_of(message, Buttons)
    assert [parse(button.command) for button in row.buttons] == [Newest(page=1), Newest(page=3)]


def test_no_story_yet_is_said():
    assert "There are no stories yet." in plain_text(newest_message([], 1, False, "en"))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_help_explains_every_command(language):
    text = plain_text(help_message(language, moderates=True))

    query = {"ja": " 言葉や質問", "en": " QUERY"}[language]
    assert all(
        f"/ai-news{rest} — " in text for rest in (query, "", " help", "-digest preview", "-digest show")
    )


def test_members_are_helped_with_what_they_can_do():
    text = plain_text(help_message("en", moderates=False))

    assert "/ai-news-digest show — " in text
    assert "/ai-news-mod" not in text
    assert "moderators" not in text.replace("suggest an article to the moderators", "")


# No allegation without its denial, from the question to the message.

ALLEGED = {"ja": "性的虐待", "en": "abuse"}
DENIED = {"ja": "否定：アルトマン家", "en": "denied by the Altman family"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(tmp_path_factory):
    store = await open_store(f"sqlite:///{tmp_path_factory.mktemp('replies')}/ai-news.db")
    seeds = load_seeds(PACKAGED_SEEDS, NOW)
    engine = Engine(store, PostingsIndex(), Names(seeds.topics), lambda: NOW)
    await engine.save(seeds.stories, "seeds", "")
    yield engine
    await store.close()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("options", ["depth:low", "", "depth:high", "view:why", "view:sources"])
@pytest.mark.parametrize(
    ("query", "language"),
    [
        ("訴訟", "ja"),
        ("性的虐待", "ja"),
        ("アルトマンの妹は何を訴えた？", "ja"),
        ("賠償額はいくら？", "ja"),
        ("lawsuit", "en"),
        ("Did Altman abuse his sister?", "en"),
        ("how much damages does Ann Altman seek?", "en"),
    ],
)
async def test_allegation_is_never_told_without_its_denial(engine, query, language, options):
    actor = Actor(name="reader", workspace=WorkspaceId("home"), language=language)

    message = await engine.reply(f"/ai-news {query} {options}", make_interaction(actor=actor))

    telling = [story for story in stories_in(message) if ALLEGED[language] in story]
    assert telling
    assert all(DENIED[language] in story for story in telling)


def stories_in(message):
    """Return the text of each story's blocks, and of what stands before them but the asker's own words."""
    texts = [""]
    for block in message.blocks[1:]:
        if isinstance(block, Heading):
            texts.append(block.text)
        elif isinstance(block, Paragraph) and block.runs[0].style == "strong":
            texts.append(said(block))
        elif isinstance(block, Paragraph | Quote | Note):
            texts[-1] += "\n" + said(block)
    return texts
