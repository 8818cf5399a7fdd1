"""Taking changes back: the values that were there return, and what others changed since stays as it is."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.auditing.undoing import (
    ChangedSince,
    curation_parts,
    curation_taken_back,
    story_parts,
    story_taken_back,
    touches,
)
from bot.changes import Curation, Revision
from bot.model import Remark, Source, Topic
from tests.factories import NOW, make_claim, make_story, make_telling

WORDS = st.sampled_from(["one", "two", "three"])
IDS = st.lists(st.sampled_from("abcd"), unique=True, max_size=3).map(tuple)


def make_revision(before, after, **over):
    return Revision(
        **{
            "story_id": after.id,
            "number": after.revision,
            "change_id": f"change {after.revision}",
            "at": NOW,
            "actor": "mika",
            "action": "edit",
            "reason": "",
            "before": before,
            "after": after,
        }
        | over
    )


@st.composite
def tellings(draw, language):
    claims = draw(st.sampled_from([(), (make_claim(),), (make_claim(denied_by=("A union",)),)]))
    title, summary, body = draw(WORDS), draw(WORDS), draw(WORDS)
    return make_telling(language=language, title=title, summary=summary, body=body, claims=claims)


@st.composite
def stories(draw):
    remark = Remark(kind="corrected", at=NOW, reason=draw(WORDS))
    told_in = draw(st.sampled_from([("ja",), ("en",), ("ja", "en"), ("en", "ja")]))
    sources = [Source(name=name, url=draw(st.none() | WORDS)) for name in draw(IDS)]
    return make_story(
        status=draw(st.sampled_from(["waiting", "published", "retracted"])),
        tellings=tuple(draw(tellings(language)) for language in told_in),
        source=Source(name=draw(WORDS)),
        published_at=NOW - timedelta(days=draw(st.integers(1, 3))),
        topics=draw(IDS),
        also=tuple(sources),
        updates=draw(st.none() | WORDS),
        remark=draw(st.none() | st.just(remark)),
    )


@st.composite
def curations(draw):
    topics = [Topic(id=id_, names={"ja": draw(WORDS), "en": id_}) for id_ in draw(IDS)]
    aliases = st.dictionaries(st.sampled_from("abc"), IDS.filter(bool), max_size=3)
    return Curation(
        workspace="home",
        hidden=draw(IDS),
        pinned=draw(IDS),
        muted=draw(IDS),
        topics=tuple(topics),
        aliases=draw(aliases),
        joined=draw(st.dictionaries(st.sampled_from("abcd"), st.sampled_from("xy"), max_size=3)),
    )


def mixed(draw, one, other):
    """Return a state in which some fields are those of one and some those of another."""
    fields = draw(st.sets(st.sampled_from(list(one.__dataclass_fields__))))
    return replace(one, **{name: getattr(other, name) for name in fields - {"id", "workspace", "revision"}})


@st.composite
def histories(draw, states):
    """Return what a thing was, one state after another, each with some fields changed."""
    held = [draw(states)]
    for _ in range(draw(st.integers(1, 6))):
        after = mixed(draw, held[-1], draw(states))
        held.append(replace(after, revision=held[-1].revision + 1))
    return held


def as_it_is(thing):
    return replace(thing, revision=1)


def revisions_of(history):
    return [make_revision(before, after) for before, after in pairwise(history)]


def undone(revision, now):
    return story_taken_back(revision, now, NOW, "a mistake")


def undone_or_refused(revision, now):
    """Return the story, or the part that was changed since."""
    try:
        return undone(revision, now), None
    except ChangedSince as refused:
        return None, refused.part


@settings(deadline=None)
@given(histories(stories()))
def test_changes_undone_in_reverse_order_give_the_first_story_again(history):
    now = history[-1]

    for revision in reversed(revisions_of(history)):
        now = undone(revision, now)

    assert as_it_is(now) == as_it_is(history[0])


@settings(deadline=None)
@given(st.data(), histories(stories()))
def test_in_any_order_a_change_is_taken_back_alone_or_refused_with_who_changed_it_since(data, history):
    revisions = revisions_of(history)
    made = list(revisions)
    now = history[-1]

    for revision in data.draw(st.permutations(revisions)):
        was, before, after = (story_parts(each) for each in (now, revision.before, revision.after))
        story, refused = undone_or_refused(revision, now)
        if refused:
            later = made[made.index(revision) + 1 :]
            assert any(touches(refused, story_parts(each.before), story_parts(each.after)) for each in later)
            continue
        parts = story_parts(story)
        for part in {*parts, *was}:
            source = before if touches(part, before, after) else was
            assert parts.get(part) == source.get(part)
        made.append(make_revision(now, story))
        now = story


@settings(deadline=None)
@given(st.data(), histories(stories()))
def test_undoing_an_undo_does_it_again(data, history):
    now = history[-1]
    story, refused = undone_or_refused(data.draw(st.sampled_from(revisions_of(history))), now)
    if refused:
        return

    again = undone(make_revision(now, story), story)

    assert as_it_is(again) == as_it_is(now)


@settings(deadline=None)
@given(histories(curations()))
def test_decisions_undone_in_reverse_order_give_the_first_ones_again(history):
    now = history[-1]

    for before, after in reversed(list(pairwise(history))):
        now = curation_taken_back(before, after, now)

    assert as_it_is(now) == as_it_is(history[0])


@settings(deadline=None)
@given(st.data(), histories(curations()))
def test_a_decision_is_taken_back_alone_or_refused(data, history):
    before, after = data.draw(st.sampled_from(list(pairwise(history))))
    now = history[-1]
    try:
        curation = curation_taken_back(before, after, now)
    except ChangedSince:
        return

    was, parts = curation_parts(now), curation_parts(curation)
    for part in {*parts, *was}:
        source = curation_parts(before) if touches(part, *map(curation_parts, (before, after))) else was
        assert parts.get(part) == source.get(part)


STORY = make_story()
ADDED = make_revision(None, STORY, action="add")


def test_a_story_that_was_added_is_withdrawn_with_the_reason_and_comes_back():
    edited = replace(STORY, topics=("robots",), revision=2)

    withdrawn = undone(ADDED, edited)

    assert (withdrawn.status, withdrawn.revision) == ("retracted", 3)
    assert withdrawn.remark == Remark(kind="retracted", at=NOW, reason="a mistake")
    assert as_it_is(undone(make_revision(edited, withdrawn), withdrawn)) == as_it_is(edited)


def test_without_a_reason_readers_are_told_none():
    assert story_taken_back(ADDED, STORY, NOW, "").remark is None


def test_a_story_that_was_withdrawn_already_stays_so():
    assert undone(ADDED, replace(STORY, status="retracted", revision=2)) is None


def test_a_story_that_another_went_into_is_not_withdrawn_before_they_are_parted():
    with pytest.raises(ChangedSince) as refused:
        undone(ADDED, replace(STORY, also=(Source(name="The Weekly Crate"),), revision=2))

    assert refused.value.part == ("also", "")


def test_titles_in_two_languages_are_taken_back_apart():
    both = replace(STORY, tellings=(make_telling(), make_telling(language="ja", title="ロボット")))
    english = replace(both, tellings=(make_telling(title="Robots"), both.tellings[1]), revision=2)
    japanese = replace(
        english, tellings=(english.tellings[0], replace(both.tellings[1], title="倉庫")), revision=3
    )

    story = undone(make_revision(both, english), japanese)

    assert [telling.title for telling in story.tellings] == [both.tellings[0].title, "倉庫"]


def test_two_stories_that_went_into_one_are_taken_out_in_any_order():
    first, second = Source(name="First"), Source(name="Second")
    one = replace(STORY, also=(first,), revision=2)
    two = replace(STORY, also=(first, second), revision=3)

    assert undone(make_revision(STORY, one), two).also == (second,)


def test_a_topic_that_got_another_name_since_is_not_taken_out_from_under_it():
    topic = Topic(id="own", names={"ja": "自社", "en": "Own"})
    nothing = Curation(workspace="home")
    made = replace(nothing, topics=(topic,))
    named = replace(made, aliases={"own": ("ours",)})

    with pytest.raises(ChangedSince) as refused:
        curation_taken_back(nothing, made, named)

    assert refused.value.part == ("aliases", "ours")


def test_an_alias_that_another_topic_got_since_is_not_given_back():
    before, after = (Curation(workspace="home", aliases=aliases) for aliases in ({"a": ("name",)}, {}))
    now = Curation(workspace="home", aliases={"b": ("name",)})

    with pytest.raises(ChangedSince):
        curation_taken_back(before, after, now)
