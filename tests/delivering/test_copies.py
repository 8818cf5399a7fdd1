"""Posted copies told anew: what changed reads right in every way that stories are told, the rest stays."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivering.copies import HIDDEN, changed_stories, instead, outdated, reads_alike, retold, stories_in
from bot.message import Divider, Heading, Message, plain_text, split, story_of
from bot.model import Claim, Remark
from bot.phrases import phrase, phrase_date
from tests.delivering.copies_told import (
    INTO,
    LATER,
    LIMITS,
    answer,
    answers,
    corrected,
    digest,
    digests,
    merged,
    restored,
    retracted,
    story_lists,
    told_as,
)
from tests.factories import make_story, make_telling

ways = digests | answers
reasons = st.sampled_from(["Wrong.", "数字が違いました。", "The number was wrong. " * 14])
limits_of = st.sampled_from(list(LIMITS.values()))


def by_id(*stories):
    return {story.id: story for story in stories}


def anew(message, stories, limits, hidden=()):
    """Return a message told anew, which fits into one and is the same when it is told anew again."""
    after = retold(message, by_id(*stories), hidden, limits)

    assert len(split(after, limits)) == 1
    assert split(after, limits)[0].blocks == after.blocks != ()
    assert retold(after, by_id(*stories), hidden, limits) == after
    return after


def others(message, story):
    return [
        block for block in message.blocks if story_of(block) != story.id and not isinstance(block, Divider)
    ]


def titles(message, story):
    return [
        block.text for block in message.blocks if isinstance(block, Heading) and block.story_id == story.id
    ]


def assert_only_changed(before, after, story):
    """Hold that nothing else in a message has changed, and that the story has its number where it had one."""
    assert others(after, story) == others(before, story)
    numbers = [text.split()[0] for text in titles(before, story)[:1]]
    assert [text.split()[0] for text in titles(after, story)] == numbers
    assert replace(after, blocks=(), told=()) == replace(before, blocks=(), told=())


@settings(deadline=None, max_examples=60)
@given(story_lists(), ways, limits_of, st.data())
def test_nothing_changed_leaves_a_message_as_it_is(stories, way, limits, data):
    for message in told_as(way, stories, limits):
        assert retold(message, by_id(*stories), (), limits) is message


@settings(deadline=None, max_examples=60)
@given(story_lists(), ways, limits_of, reasons, st.data())
def test_a_corrected_story_reads_as_it_is_now(stories, way, limits, reason, data):
    story = data.draw(st.sampled_from(stories))
    after = corrected(story, reason)
    now = [after if one is story else one for one in stories]

    for message in told_as(way, stories, limits):
        told = anew(message, now, limits)

        assert_only_changed(message, told, story)
        assert f"-{story.id[1:]}-" not in plain_text(told)
        if titles(message, story):
            assert says_corrected(told, reason) or phrase("copy.changed", message.language) in plain_text(
                told
            )


def says_corrected(message, reason):
    """Return whether a message tells the new title, when it was corrected and why; a reason may be cut."""
    date = phrase_date(LATER.date(), message.language)
    said = phrase("remark.corrected", message.language, date=date, reason=reason[:50])
    return "NEW" in plain_text(message) and said.strip() in plain_text(message)


@settings(deadline=None, max_examples=60)
@given(story_lists(), ways, limits_of, reasons, st.data())
def test_of_a_story_that_is_told_no_more_nothing_is_left_but_why(stories, way, limits, reason, data):
    story = data.draw(st.sampled_from(stories))
    gone = data.draw(
        st.sampled_from(["retracted", "merged", "hidden", "rejected", "merged into nothing told"])
    )
    after = {
        "retracted": retracted(story, reason),
        "merged": merged(story, INTO),
        "hidden": story,
        "rejected": replace(retracted(story), remark=None),
        "merged into nothing told": merged(story, retracted(INTO)),
    }[gone]
    hidden = {story.id} if gone == "hidden" else set()
    into = retracted(INTO) if gone == "merged into nothing told" else INTO
    now = [*(after if one is story else one for one in stories), into]

    for message in told_as(way, stories, limits):
        told = anew(message, now, limits, hidden)

        assert_only_changed(message, told, story)
        assert f"-{story.id[1:]}-" not in plain_text(told)
        says = {
            "retracted": phrase("copy.retracted", message.language),
            "merged": phrase("copy.merged", message.language),
            "hidden": phrase("copy.hidden", message.language),
            "rejected": phrase("copy.withdrawn", message.language),
            "merged into nothing told": phrase("copy.merged", message.language),
        }[gone]
        if titles(message, story):
            assert says in plain_text(told)


@settings(deadline=None, max_examples=60)
@given(story_lists(), digests, limits_of, st.data())
def test_a_digest_whose_stories_are_restored_reads_as_it_did(stories, way, limits, data):
    changed = data.draw(st.lists(st.sampled_from(stories), unique_by=lambda story: story.id, min_size=1))
    change = data.draw(st.sampled_from([retracted, corrected, lambda story: merged(story, INTO)]))
    between = {story.id: change(story) for story in changed}
    now = [between.get(story.id, story) for story in stories]
    again = [restored(story, between[story.id]) if story in changed else story for story in stories]

    parts = told_as(way, stories, limits)
    for message in parts:
        whole = [*stories_in(message)]
        back = anew(anew(message, [*now, INTO], limits), [*again, INTO], limits)

        if all(goes_on_nowhere(id_, parts) for id_ in whole):
            assert reads_alike(back, message)


def goes_on_nowhere(story_id, parts):
    """Return whether no message goes on with a story that another begins."""
    return all(
        any(isinstance(block, Heading) and block.story_id == story_id for block in part.blocks)
        for part in parts
        if story_id in stories_in(part)
    )


@settings(deadline=None, max_examples=60)
@given(story_lists(), ways, limits_of, reasons)
def test_all_stories_of_a_message_corrected_at_once_still_fit_into_it(stories, way, limits, reason):
    now = [corrected(story, reason) for story in stories]

    for message in told_as(way, stories, limits):
        told = anew(message, now, limits)

        assert [bool(titles(told, story)) for story in stories] == [
            bool(titles(message, story)) for story in stories
        ]
        assert not any(f"-{number}-" in plain_text(told) for number in range(len(stories)))


@settings(deadline=None, max_examples=60)
@given(story_lists(), ways, limits_of, st.data())
def test_changes_told_one_after_another_read_as_those_told_at_once(stories, way, limits, data):
    first, last = data.draw(st.sampled_from(stories)), data.draw(st.sampled_from(stories))
    once = {story.id: story for story in stories} | {first.id: corrected(first)}
    twice = once | {last.id: retracted(once[last.id])}

    for message in told_as(way, stories, limits):
        step = retold(message, once, (), limits)
        assert reads_alike(retold(step, twice, (), limits), retold(message, twice, (), limits))


# What follows has an example each.


@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
@pytest.mark.parametrize("way", [("digest", "full", ("ja", "en")), ("answer", "answer", "high", "en")])
def test_of_an_ordinary_message_a_change_is_told_with_its_date_and_its_whole_reason(way, limits):
    stories, reason = three(), "The number was wrong. " * 13
    change = corrected(stories[0], reason)
    for after, kind in ((change, "corrected"), (retracted(stories[0], reason), "retracted")):
        (message,) = told_as(way, stories, limits)
        told = plain_text(anew(message, [after, *stories[1:]], limits))
        date = phrase_date(LATER.date(), message.language)

        assert phrase(f"remark.{kind}", message.language, date=date, reason=reason).strip() in told


def one_of(parts, story):
    return next(part for part in parts if titles(part, story))


def three(**over):
    return [
        make_story(id=f"s{n}", tellings=(make_telling(title=f"Story {n}", **over),), revision=2)
        for n in range(3)
    ]


def test_a_correction_that_has_no_room_is_told_shorter_and_whole_again_when_there_is_room():
    stories = three(summary="It is told in full. " * 50)
    (message,) = digest(stories, "full", ("en",), LIMITS["discord"])
    longer = corrected(stories[1], "why " * 70)
    longer = replace(longer, tellings=(replace(stories[1].tellings[0], summary="Longer. " * 200),))
    shorter = replace(longer, tellings=(replace(stories[1].tellings[0], summary="Short again."),), revision=4)

    told = anew(message, [stories[0], longer, stories[2]], LIMITS["discord"])
    assert "2. Story 1" in plain_text(told)
    assert "Longer" not in plain_text(told)
    assert others(told, stories[1]) == others(message, stories[1])

    again = anew(told, [stories[0], shorter, stories[2]], LIMITS["discord"])
    assert "Short again." in plain_text(again)


def test_a_story_shortened_for_another_is_told_in_full_again_when_that_is_restored():
    stories = three(summary="It is told in full. " * 50)
    (message,) = digest(stories, "full", ("en",), LIMITS["discord"])
    long = [
        replace(
            corrected(story, "why " * 70), tellings=(replace(story.tellings[0], summary="Longer. " * 160),)
        )
        for story in stories[:2]
    ]
    told = anew(message, [*long, stories[2]], LIMITS["discord"])
    back = replace(stories[0], revision=4)

    again = anew(told, [back, restored(stories[1], long[1]), stories[2]], LIMITS["discord"])

    assert reads_alike(again, message)


def test_a_story_that_goes_on_in_the_next_message_is_told_whole_in_the_first():
    stories = three(body="One sentence of it. " * 600)
    parts = answer(stories, "answer", "high", "en", LIMITS["discord"])
    assert sum(stories[0].id in stories_in(part) for part in parts) > 1
    now = [corrected(stories[0]), *stories[1:]]

    told = [anew(part, now, LIMITS["discord"]) for part in parts]

    assert "NEW body." in plain_text(one_of(told, stories[0]))
    above = phrase("copy.above", "en")
    going_on = [part for part in told if stories[0].id in stories_in(part) and not titles(part, stories[0])]
    assert going_on
    assert all(plain_text(part).count(above) == 1 for part in going_on)


def test_a_title_in_two_pieces_is_told_once():
    stories = three()
    stories[0] = replace(
        stories[0], tellings=(replace(stories[0].tellings[0], title="A title without an end " * 120),)
    )
    parts = digest(stories, "full", ("en",), LIMITS["discord"])
    now = [corrected(stories[0]), *stories[1:]]

    told = [anew(part, now, LIMITS["discord"]) for part in parts]

    assert "without an end" not in "".join(map(plain_text, told))
    assert all(len(titles(part, stories[0])) <= 1 for part in told)


def sentence_of(message):
    return plain_text(message).splitlines()[2].strip()


def test_the_sentence_that_answers_stays_while_its_story_has_it_and_says_who_denies_it_now():
    stories = three(body="It rains.\nThe robot sorted 900 parcels.")
    (message,) = answer(stories, "answer", "medium", "en", LIMITS["slack"])
    denied = Claim(text="The robot sorted 900 parcels.", said_by="Kumo", denied_by=("the postmen",))
    telling = replace(stories[0].tellings[0], claims=(denied,))
    now = [corrected(stories[0], tellings=(telling,)), *stories[1:]]

    told = anew(message, now, LIMITS["slack"])

    assert sentence_of(told) == sentence_of(message) == "The robot sorted 900 parcels."
    assert "denied by the postmen" in plain_text(told).splitlines()[3]


def test_the_sentence_that_answers_goes_with_its_story_also_where_that_is_told_in_the_next_message():
    stories = three(body="It rains.\nThe robot sorted 900 parcels.")
    (message,) = answer(stories, "answer", "medium", "en", LIMITS["slack"])
    first = next(i for i, block in enumerate(message.blocks) if isinstance(block, Divider))
    alone = replace(message, blocks=message.blocks[:first])
    same = corrected(stories[0], tellings=stories[0].tellings)

    gone = anew(alone, [retracted(stories[0]), *stories[1:]], LIMITS["slack"])
    kept = anew(alone, [same, *stories[1:]], LIMITS["slack"])

    assert plain_text(gone) == plain_text(Message(message.blocks[:1], "en"))
    assert sentence_of(kept) == "The robot sorted 900 parcels."
    assert phrase("copy.above", "en") not in plain_text(kept)


def test_a_list_of_sources_keeps_its_links():
    stories = three()
    (message,) = answer(stories, "sources", "medium", "en", LIMITS["slack"])

    told = anew(message, [corrected(stories[0]), *stories[1:]], LIMITS["slack"])
    back = anew(told, [restored(stories[0], corrected(stories[0])), *stories[1:]], LIMITS["slack"])

    (note,) = [block for block in told.blocks if story_of(block) == "s0" and not isinstance(block, Heading)][
        1:
    ]
    assert [run.url for run in note.runs if run.url] == ["https://crate.example/robot"]
    assert reads_alike(back, message)


def test_what_names_the_story_that_another_went_into_follows_that():
    stories = three()
    (message,) = digest(stories, "full", ("en",), LIMITS["slack"])
    now = [merged(stories[0], INTO), *stories[1:]]
    told = anew(message, [*now, INTO], LIMITS["slack"])
    assert "Into this" in plain_text(told)

    gone = retracted(INTO)
    assert outdated(told, by_id(*now, gone), ()) == ["s0"]
    assert "Into this" not in plain_text(anew(told, [*now, gone], LIMITS["slack"]))
    assert "Into this" not in plain_text(anew(told, [*now, INTO], LIMITS["slack"], {INTO.id}))
    assert "Into this" not in plain_text(anew(message, now, LIMITS["slack"]))


def test_a_hidden_story_comes_back_when_it_is_shown_again():
    stories = three()
    (message,) = digest(stories, "compact", ("ja",), LIMITS["slack"])

    hidden = anew(message, stories, LIMITS["slack"], {"s1"})
    assert dict(hidden.told)["s1"] == HIDDEN
    assert "Story 1" not in plain_text(hidden)
    assert reads_alike(anew(hidden, stories, LIMITS["slack"]), message)


@pytest.mark.parametrize("remark", [None, Remark(kind="corrected", at=LATER, reason="Wrong.")])
def test_a_story_that_waits_again_is_not_told(remark):
    stories = three()
    (message,) = digest(stories, "full", ("en",), LIMITS["slack"])
    waiting = replace(stories[0], status="waiting", remark=remark, revision=3)

    told = plain_text(anew(message, [waiting, *stories[1:]], LIMITS["slack"]))

    assert phrase("copy.withdrawn", "en") in told
    assert "Wrong." not in told


def test_what_is_posted_instead_tells_only_what_changed_and_can_be_told_anew_itself():
    stories = three()
    (message,) = digest(stories, "full", ("en",), LIMITS["slack"])
    now = [stories[0], corrected(stories[1]), stories[2]]
    after = anew(message, now, LIMITS["slack"])

    reply = instead(message, after)

    assert changed_stories(message, after) == ["s1"] == stories_in(reply)
    assert plain_text(reply).startswith(phrase("copy.instead", "en"))
    assert reply.told == (("s1", 3),)
    assert retold(reply, by_id(*now), (), LIMITS["slack"]) is reply
    assert instead(message, message) is None


def test_the_title_that_a_merged_story_went_into_stands_with_who_denies_it():
    claim = Claim(text="Kumo lies", said_by="Ada", denied_by=("Kumo",))
    into = replace(INTO, tellings=(make_telling(title="Ada: Kumo lies", claims=(claim,)),))
    story = make_story(id="gone")

    (message,) = digest([story], "full", ("en",), LIMITS["discord"])

    after = anew(message, [merged(story, into), into], LIMITS["discord"])

    assert "Ada: Kumo lies" in plain_text(after)
    assert phrase("story.denied", "en", who="Kumo") in plain_text(after)
