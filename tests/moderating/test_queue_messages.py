"""Every view of a moderator's is one message within the limits of both platforms, whatever it tells."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.showing.render import LIMITS as DISCORD
from adapters.slack.showing.render import LIMITS as SLACK
from bot.changes import Copy, Curation, Revision
from bot.commands import parse
from bot.message import Button, Buttons, Heading, Message, paragraph, plain_text, split
from bot.model import LANGUAGES, Claim, Source, StoryId
from bot.moderating.commands import typed
from bot.moderating.queue_messages import (
    MAX_FOUND,
    PAGE_SIZE,
    QueuePage,
    Waiting,
    choice_message,
    queue_message,
)
from bot.moderating.queue_notices import STORIES, waiting
from bot.moderating.story_acts import Held, acts_on
from bot.moderating.story_card import ACTS, Card, CopyCount, card_message, copy_state, count_copies
from bot.moderating.story_history import COPIES, REVISIONS, copies_message, history_message
from bot.phrases import phrase
from tests.factories import (
    NOW,
    make_act,
    make_actor,
    make_channel,
    make_delivery,
    make_story,
    make_telling,
    make_workspace,
)

LONG = ("*" * 1_200, "_[x](y)" * 200, "漢字。" * 400, "a b " * 300, "<&>" * 400, "👩‍👩‍👧" * 150)
HOSTILE = st.one_of(st.text(max_size=60), st.sampled_from(LONG))
PLATFORMS = st.sampled_from([DISCORD, SLACK])
FEW = settings(max_examples=60, deadline=None)


@st.composite
def stories(draw, status=None):
    texts = [draw(HOSTILE) for _ in range(5)]
    claim = Claim(text=texts[0] or "-", said_by=texts[1], denied_by=(texts[2],) * 3)
    telling = make_telling(title=texts[3], summary=texts[4], body=texts[0], claims=(claim,) * 3)
    return make_story(
        id=StoryId("s" * 20),
        status=status or draw(st.sampled_from(["waiting", "published", "retracted"])),
        tellings=(telling, replace(telling, language="ja")),
        source=Source(name=texts[1] or "-"),
        also=(Source(name=texts[2] or "-"),) * 3,
    )


def revision(story, number=1, action="add", reason="", who="Mika", before=None):
    return Revision(
        story_id=story.id,
        number=number,
        change_id=f"c{number}",
        at=NOW,
        actor=who,
        action=action,
        reason=reason,
        before=before,
        after=story,
    )


def check(message, limits):
    assert len(split(message, limits)) == 1
    rows = [block for block in message.blocks if isinstance(block, Buttons)]
    for button in (button for row in rows for button in row.buttons):
        assert parse(button.command)
        assert len(button.command) <= 100
        assert 0 < len(button.label) <= 75


@FEW
@given(stories("waiting"), HOSTILE, HOSTILE, PLATFORMS, st.sampled_from(LANGUAGES), st.integers(1, PAGE_SIZE))
def test_a_page_of_the_queue_is_one_message(story, who, lead, limits, language, count):
    entry = Waiting(story=story, began=revision(story, who=who), may_approve=True, may_reject=True)
    queue = QueuePage(waiting=[entry] * count, page=2, total=99)

    check(queue_message(queue, language, limits, [paragraph(lead[:200]), paragraph(lead[:300])]), limits)


@FEW
@given(stories(), HOSTILE, HOSTILE, PLATFORMS, st.sampled_from(LANGUAGES))
def test_a_card_with_every_button_is_one_message(story, reason, lead, limits, language):
    past = [revision(story), revision(story, 2, "retract", reason[:300], before=make_story())]
    copies = CopyCount(posted=9, corrected=8, correcting=5, stuck=6, to_come=7)
    card = Card(story=story, telling=story.tellings[0], revisions=past, copies=copies, acts=ACTS)

    check(card_message(card, language, limits, lead), limits)


@pytest.mark.parametrize("text", ["It rains. ", "*"])
@pytest.mark.parametrize("limits", [DISCORD, SLACK])
def test_a_card_never_cuts_who_denies_what_the_story_alleges(text, limits):
    claim = Claim(
        text="Kumo sold umbrellas that leak. " * 20, said_by="Ada " * 9, denied_by=("Quay Umbrellas",)
    )
    telling = make_telling(summary=text * 900, body=text * 2_000, claims=(claim,))
    story = make_story(tellings=(telling,))
    card = Card(story=story, telling=telling, revisions=[revision(story)], copies=CopyCount(), acts=ACTS)

    message = card_message(card, "en", limits, lead=text * 600)

    check(message, limits)
    told = [plain_text(Message((block,), "en")) for block in message.blocks]
    (beside,) = (text for text in told if "Kumo sold" in text)
    assert phrase("story.denied", "en", who="Quay Umbrellas") in beside


@FEW
@given(stories(), stories(), HOSTILE, PLATFORMS, st.sampled_from(LANGUAGES))
def test_a_page_of_history_is_one_message(story, before, reason, limits, language):
    past = [revision(story, n, "edit", reason[:300], reason, before) for n in range(1, 20)]

    message = history_message(story, past, 2, language, "Asia/Tokyo", limits)

    check(message, limits)
    assert plain_text(message).count(" UTC") == 0
    assert len([1 for block in message.blocks if block.kind == "paragraph"]) == REVISIONS


def copy(state="posted", edit=None, error="", **over):
    delivery = make_delivery(state=state, settled_at=NOW, **over)
    edited = edit and replace(delivery, id="edit", kind="edit", state=edit, error=error)
    return Copy(delivery=delivery, edit=edited)


@FEW
@given(HOSTILE, PLATFORMS, st.sampled_from(LANGUAGES), st.sampled_from(["home", "away"]))
def test_a_page_of_copies_is_one_message(error, limits, language, workspace):
    told = [
        copy(channel=make_channel(id="c" * 20, workspace=workspace), edit="failed", error=error)
        for _ in range(COPIES)
    ]

    address = f"https://crate.example/{'c' * 100}"
    addresses = {one.delivery.id: address for one in told}

    message = copies_message(make_story(), told, {}, addresses, 2, True, "home", language, "UTC", limits)

    check(message, limits)


@FEW
@given(stories(), PLATFORMS, st.sampled_from(LANGUAGES))
def test_stories_to_choose_from_are_one_message(story, limits, language):
    def button(one):
        return Button(label="Open", command=typed("story", one.id))

    check(choice_message([story] * (MAX_FOUND + 3), button, language), limits)


@FEW
@given(st.lists(stories("waiting"), max_size=6), PLATFORMS, st.sampled_from(LANGUAGES))
def test_a_notice_is_within_the_limits_of_its_platform(told, limits, language):
    here = make_workspace(desk="D1", language=language)
    numbered = [replace(story, id=StoryId(f"s{number}")) for number, story in enumerate(told)]

    notices = waiting(numbered, make_act(), here)

    assert len(notices) == -(-len(told) // STORIES)
    for notice in notices:
        assert len(notice.id) <= 25
        check(notice.message, limits)


def test_a_flood_of_waiting_stories_is_counted_not_listed():
    told = [make_story(id=StoryId(f"s{number}"), status="waiting") for number in range(100)]

    notices = waiting(told, make_act(), make_workspace(desk="D1"))

    headings = [b for n in notices for b in n.message.blocks if isinstance(b, Heading) and b.story_id]
    assert len(headings) == 20
    assert "80 more stories wait." in plain_text(notices[-1].message)


@pytest.mark.parametrize("where", [None, make_workspace()])
def test_without_a_desk_of_its_own_nobody_is_told(where):
    assert waiting([make_story(status="waiting")], make_act(), where) == []


def test_only_what_waits_is_told():
    assert waiting([make_story()], make_act(), make_workspace(desk="D1")) == []


# Copies


def test_copies_are_counted_as_they_stand():
    told = [
        copy(),
        copy(edit="posted"),
        copy(edit="planned"),
        copy(edit="failed"),
        copy("planned"),
        copy("failed"),
        copy(kind="notice"),
    ]

    assert [copy_state(one) for one in told[:6]] == [
        *("posted", "corrected", "correcting", "stuck", "to_come", "failed"),
    ]
    assert count_copies(told) == CopyCount(posted=4, corrected=1, correcting=1, stuck=1, to_come=1)


# Acts


def held(status="published", role="moderator", brought_by="ken", publishers="moderators", **over):
    story = make_story(status=status, workspace="home")
    first = replace(revision(story), actor_id=brought_by)
    facts = {"may_change": True, "is_posted": False} | over
    return Held(
        story=story,
        revisions=[first],
        actor=make_actor(role=role, id="mika"),
        workspace=make_workspace(publishers=publishers),
        **facts,
    )


@pytest.mark.parametrize(
    ("one", "acts"),
    [
        (held("waiting"), {"approve", "reject", "edit", "facts", "merge"}),
        (held("waiting", publishers="managers"), {"edit", "facts"}),
        (held("waiting", publishers="managers", brought_by="mika"), {"edit", "facts", "reject"}),
        (held("waiting", publishers="nobody", brought_by="mika"), {"edit", "facts", "reject"}),
        (held("published"), {"edit", "facts", "retract", "merge", "pin"}),
        (held("published", is_posted=True), {"correct", "facts", "retract", "merge", "pin"}),
        (held("published", may_change=False), {"pin"}),
        (held("retracted"), {"restore"}),
    ],
)
def test_only_what_can_be_done_now_is_offered(one, acts):
    assert set(acts_on(one, Curation(workspace="home"))) == acts
