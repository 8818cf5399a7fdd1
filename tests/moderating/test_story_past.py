"""What a story's revisions tell: who decided, what changed since, and where two texts begin to differ."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.changes import Revision
from bot.display import utf16_length
from bot.model import Remark, Source
from bot.moderating.story_past import (
    FieldChange,
    before_retraction,
    brought_in,
    decided,
    differences,
    excerpts,
    overwritten,
    story_at,
    was_shown,
)
from tests.factories import NOW, make_story, make_telling

TEXT = st.text(min_size=1, max_size=30)


def revisions(*states):
    """Return the history of a story that went through states, each with who made it so and by what act."""
    history = []
    before = None
    for number, (who, action, after) in enumerate(states, start=1):
        after = replace(after, revision=number)
        history.append(
            Revision(
                story_id=after.id,
                number=number,
                change_id=f"c{number}",
                at=NOW,
                actor=who,
                action=action,
                reason="",
                before=before,
                after=after,
            )
        )
        before = after
    return history


WAITING = make_story(status="waiting")
PUBLISHED = make_story()
RENAMED = make_story(tellings=(make_telling(title="Another title"),))
RETRACTED = replace(RENAMED, status="retracted", remark=Remark(kind="retracted", at=NOW, reason="wrong"))
PAST = revisions(
    ("ken", "add", WAITING),
    ("rin", "approve", PUBLISHED),
    ("aoi", "edit", RENAMED),
    ("mika", "retract", RETRACTED),
)


def test_the_past_tells_who_began_and_who_decided():
    assert brought_in(PAST).actor == "ken"
    assert [decided(PAST[:count]).actor for count in (1, 2, 3, 4)] == ["ken", "rin", "rin", "mika"]
    assert brought_in([]) is None
    assert decided([]) is None


def test_before_a_retraction_it_was_what_it_was():
    assert before_retraction(PAST) == PAST[2].after
    assert before_retraction(PAST[:3]) is None
    assert before_retraction(revisions(("x", "add", RETRACTED))) is None


def test_what_was_refused_was_never_shown():
    assert was_shown(PAST[3].after, PAST)
    assert not was_shown(RETRACTED, [PAST[0]])
    assert not was_shown(WAITING, PAST[:1])
    assert was_shown(PUBLISHED, PAST[:2])


def test_each_field_that_others_changed_names_who_changed_it_last():
    now = PAST[3].after
    base = story_at(2, now, PAST)

    told = {(one.change.field, one.who) for one in overwritten(base, now, PAST)}

    assert told == {("title", "aoi"), ("status", "mika"), ("remark", "mika")}
    assert story_at(9, now, PAST) is None
    assert story_at(0, now, PAST) == now


def test_every_field_that_differs_is_named():
    before = make_story()
    after = replace(
        before,
        tellings=(make_telling(language="ja"),),
        source=Source(name="Other"),
        also=(Source(name="Third", url="https://third.example/"),),
        topics=("robots",),
        updates="earlier",
        status="waiting",
        published_at=NOW,
        remark=Remark(kind="corrected", at=NOW, reason="a name"),
    )

    fields = [change.field for change in differences(before, after)]

    assert set(fields) == {
        *("title", "summary", "body", "source", "also", "topics", "updates", "status", "date", "remark"),
    }
    assert differences(before, before) == []


@given(TEXT, TEXT, TEXT, st.integers(min_value=8, max_value=60))
def test_an_excerpt_shows_where_texts_begin_to_differ(same, one, other, room):
    change = FieldChange(field="body", language="en", before=same * 5 + one, after=same * 5 + other)

    for text in excerpts(change, room):
        assert 0 < utf16_length(text) <= room
