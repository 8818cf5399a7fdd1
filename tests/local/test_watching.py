"""What a watcher of a channel is not told again, and what it is told: posts and edits alike."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from adapters.local.watching import LATE_COMMIT, Known, place_of
from tests.factories import NOW, make_delivery

SECOND = timedelta(seconds=1)


def make_post(number, edited_s=None):
    edited_at = None if edited_s is None else NOW + edited_s * SECOND
    at = NOW + number * 2 * LATE_COMMIT
    return make_delivery(id=f"post-{number}", state="posted", settled_at=at, edited_at=edited_at)


def news(place, posts):
    """Return the ids of what whoever is at a place is told."""
    known = Known.upto(place, posts)
    return [post.id for post in posts if post not in known]


def test_whoever_knows_a_place_is_told_what_came_after():
    posts = [make_post(number) for number in range(4)]

    assert news(place_of(posts[:2]), posts) == ["post-2", "post-3"]
    assert news(place_of(posts), posts) == []


def test_an_edit_of_an_old_post_is_told():
    posts = [make_post(number) for number in range(4)]
    edited = [replace(posts[0], edited_at=NOW + timedelta(days=1)), *posts[1:]]

    assert news(place_of(posts), edited) == ["post-0"]


def test_edits_of_long_ago_are_not_told_again():
    posts = [make_post(0, edited_s=0), make_post(1), make_post(2, edited_s=2 * LATE_COMMIT.total_seconds())]

    # The newest may come again: another process may have committed one beside it.
    assert news(place_of(posts), posts) == ["post-2"]


def test_the_post_of_a_place_is_known_though_it_was_edited_since():
    (post,) = posts = [make_post(0)]
    known = Known.upto(place_of(posts), [replace(post, edited_at=NOW + timedelta(days=1))])

    assert known.has_any(posts)


@given(st.text(max_size=80) | st.from_regex(r"post-0@[0-9]{0,20}", fullmatch=True))
def test_a_place_may_be_any_text(place):
    posts = [make_post(0, edited_s=5), make_post(1)]

    assert set(news(place, posts)) <= {"post-0", "post-1"}


@given(st.lists(st.none() | st.integers(0, 10**9), max_size=20))
def test_what_is_read_later_is_told_from_any_place(edits):
    posts = [make_post(number, edited_s) for number, edited_s in enumerate(edits)]
    later = make_post(len(posts), edited_s=2 * 10**9)

    assert news(place_of(posts), [*posts, later])[-1:] == [later.id]
    known = Known()
    for post in posts:
        known.add(post)
    assert known.place == place_of(posts)
    assert all(post in known for post in posts)
