"""Messages that tell stories in every way that is ever posted, with changes that may come over them."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st

from adapters.discord.showing.render import LIMITS as DISCORD
from adapters.slack.showing.render import LIMITS as SLACK
from bot.briefing import digest_parts, split_parts
from bot.commands import Ask
from bot.language import Names
from bot.lookup import Answer, AnswerSentence, Found, Match, Passage, Query, claim_made
from bot.message import split
from bot.model import Claim, Remark, Source
from bot.replies import answer_message
from tests.factories import NOW, make_story, make_subscription, make_telling

LIMITS = {"discord": DISCORD, "slack": SLACK}
DAY = date(2026, 3, 2)
LATER = NOW + timedelta(days=3)

words = st.text("abc 、。あ漢*_<>&\n[](", max_size=30)
lengths = st.sampled_from([0, 1, 3, 40, 120])


@st.composite
def telling_lists(draw, number):
    """Return a story's tellings, in which every sentence bears a mark of its own."""
    tellings = []
    for language in draw(st.sampled_from([["en"], ["ja"], ["ja", "en"], ["en", "ja"]])):
        marks = {name: f"{name}-{number}-{language}" for name in ("title", "summary", "body", "claim", "foe")}
        extra, times = draw(words), draw(lengths)
        long = f"{extra} " * times
        claim = Claim(text=f"{marks['claim']} it is.", said_by="Kumo", denied_by=(marks["foe"],))
        body = f"{marks['body']} {long}.\n{claim.text} And more."
        telling = make_telling(
            language=language,
            title=f"{marks['title']} {extra}",
            summary=f"{marks['summary']} {long}.",
            body=body,
            claims=(claim,) if draw(st.booleans()) else (),
        )
        tellings.append(telling)
    return tuple(tellings)


@st.composite
def story_lists(draw, most=7):
    """Return a few stories, such as a digest has."""
    count = draw(st.integers(1, most))
    return [
        make_story(
            id=f"s{number}",
            tellings=draw(telling_lists(number)),
            source=Source(name="The Daily Crate", url="https://crate.example/robot"),
            also=draw(st.sampled_from([(), (Source(name="Another", url="https://another.example/"),)])),
            revision=draw(st.integers(1, 3)),
        )
        for number in range(count)
    ]


def digest(stories, style, languages, limits):
    subscription = make_subscription(style=style, languages=languages)
    return split_parts(digest_parts(stories, 2, Names(()), subscription, DAY), limits)


def answer(stories, view, depth, language, limits, *, page=1):
    """Return a shared answer, with the sentence that answers where it has one."""
    found = []
    for story in stories[:5]:
        telling = story.telling(language)
        sentence = telling.body.splitlines()[-1]
        found.append(
            Found(
                story=story,
                telling=telling,
                score=1.0,
                matched=(Match(typed="robots", form="robot", how="word"),),
                summary=Passage(text=telling.summary, marks=()),
                passage=Passage(text=sentence, marks=()),
                passage_adds=True,
            )
        )
    said = found[0].passage.text
    answered = AnswerSentence(
        story_id=stories[0].id,
        passage=Passage(text=said, marks=()),
        claim=claim_made(said, found[0].telling.claims),
    )
    query = Query(text="robots", language=language, concepts=())
    ask = Ask(query="robots", view=view, depth=depth, page=page, visible=True)
    message = answer_message(
        Answer(query=query, sentence=answered, found=tuple(found)), ask, True, language, shared_by="Mika"
    )
    return split(message, limits)


digests = st.builds(
    lambda style, languages: ("digest", style, languages),
    st.sampled_from(["full", "compact", "thread"]),
    st.sampled_from([("ja",), ("en",), ("ja", "en"), ("en", "ja")]),
)
answers = st.builds(
    lambda view, depth, language: ("answer", view, depth, language),
    st.sampled_from(["answer", "why", "sources"]),
    st.sampled_from(["low", "medium", "high"]),
    st.sampled_from(["ja", "en"]),
)


def told_as(way, stories, limits):
    """Return the messages that tell stories in a way that `digests` or `answers` gave."""
    kind, *how = way
    return digest(stories, *how, limits) if kind == "digest" else answer(stories, *how, limits)


# Changes.


def corrected(story, reason="The number was wrong.", **over):
    remark = Remark(kind="corrected", at=LATER, reason=reason)
    tellings = tuple(
        replace(telling, title=f"NEW {telling.language}", summary="NEW summary.", body="NEW body.", claims=())
        for telling in story.tellings
    )
    return replace(story, **{"tellings": tellings, "remark": remark, "revision": story.revision + 1} | over)


def retracted(story, reason="It never happened."):
    remark = Remark(kind="retracted", at=LATER, reason=reason)
    return replace(story, status="retracted", remark=remark, revision=story.revision + 1)


def merged(story, into):
    remark = Remark(kind="merged", at=LATER, reason="", into=into.id)
    return replace(story, status="retracted", remark=remark, revision=story.revision + 1)


def restored(story, after):
    return replace(story, revision=after.revision + 1)


INTO = make_story(
    id="into", tellings=(make_telling(title="Into this"), make_telling(language="ja", title="これへ"))
)
