"""Who may do what: by role, by workspace, and by what the workspace has chosen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import PUBLIC, WorkspaceId
from bot.moderating.rights import goes_in_at_once, may_approve, may_change, may_moderate, sees
from tests.factories import make_actor, make_story, make_workspace

HOME, AWAY = WorkspaceId("home"), WorkspaceId("away")
ROLES = ("member", "moderator", "manager", "operator")
STATES = ("waiting", "published", "retracted")

ACTORS = st.builds(
    lambda role, workspace, id_: make_actor(role=role, workspace=workspace, id=id_),
    st.sampled_from(ROLES),
    st.sampled_from([HOME, AWAY]),
    st.sampled_from(["U1", "U2"]),
)
STORIES = st.builds(
    lambda workspace, status: make_story(workspace=workspace, status=status),
    st.sampled_from([HOME, AWAY, PUBLIC]),
    st.sampled_from(STATES),
)
OPERATORS = st.sampled_from([frozenset(), frozenset({HOME}), frozenset({AWAY})])
WORKSPACES = st.one_of(
    st.none(),
    st.sampled_from(["moderators", "managers", "nobody"]).map(lambda who: make_workspace(publishers=who)),
)


@pytest.mark.parametrize("role", ROLES[1:])
def test_moderators_change_what_is_their_workspaces_own(role):
    actor = make_actor(role=role)

    assert may_change(actor, make_story(workspace=HOME), frozenset())
    assert not may_change(actor, make_story(workspace=AWAY), frozenset({HOME}))


def test_public_stories_are_changed_from_the_operators_workspaces_only():
    story = make_story()

    assert may_change(make_actor(role="moderator"), story, frozenset({HOME}))
    assert may_change(make_actor(role="operator"), story, frozenset())
    assert not may_change(make_actor(role="manager"), story, frozenset({AWAY}))
    assert not may_change(make_actor(), story, frozenset({HOME}))


def test_what_a_workspace_hides_only_its_moderators_still_see():
    story = make_story()

    assert not sees(make_actor(), story, frozenset(), hidden={story.id})
    assert sees(make_actor(role="moderator"), story, frozenset(), hidden={story.id})


@pytest.mark.parametrize(
    ("publishers", "at_once"),
    [
        ("moderators", ["moderator", "manager", "operator"]),
        ("managers", ["manager", "operator"]),
        ("nobody", ["operator"]),
    ],
)
def test_a_workspace_chooses_whose_stories_go_in_at_once(publishers, at_once):
    workspace = make_workspace(publishers=publishers)

    assert [role for role in ROLES if goes_in_at_once(workspace, make_actor(role=role))] == at_once


def test_where_nobody_publishes_alone_a_second_moderator_approves():
    workspace = make_workspace(publishers="nobody")

    assert not may_approve(workspace, make_actor(role="manager", id="U1"), "U1")
    assert may_approve(workspace, make_actor(role="moderator", id="U2"), "U1")
    assert not may_approve(workspace, make_actor(id="U2"), "U1")


@given(ACTORS, STORIES, OPERATORS, WORKSPACES, st.booleans())
def test_nobody_gets_further_than_they_may(actor, story, operators, workspace, is_hidden):
    hidden = {story.id} if is_hidden else set()

    if may_change(actor, story, operators):
        assert may_moderate(actor)
        assert sees(actor, story, operators, hidden)
        assert story.workspace in (actor.workspace, PUBLIC)
    if story.workspace not in (actor.workspace, PUBLIC):
        assert not sees(actor, story, operators, hidden)
    if actor.role == "member":
        assert not goes_in_at_once(workspace, actor)
        assert not may_approve(workspace, actor, "U2")
        assert sees(actor, story, operators, hidden) <= (story.status == "published" and not is_hidden)
    if goes_in_at_once(workspace, actor):
        assert may_approve(workspace, actor, "U9")
