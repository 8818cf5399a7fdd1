"""Digests that an earlier version posted: their titles have ids, the rest of their blocks have none."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivering.copies import reads_alike, retold, stories_in
from bot.delivering.older_copies import with_owners
from bot.message import Divider, Heading, plain_text
from tests.delivering.copies_told import LIMITS, corrected, digest, digests, retracted, story_lists

limits_of = st.sampled_from(list(LIMITS.values()))


def as_posted_then(message):
    """Return a digest as messages were: a continued story had nothing that tells of it."""
    blocks = [
        replace(block, manner=None)
        if isinstance(block, Heading)
        else block
        if isinstance(block, Divider)
        else replace(block, story_id=None)
        for block in message.blocks
    ]
    return replace(message, blocks=tuple(blocks), told=())


def older(stories, way, limits):
    """Return the messages of a digest of the past, as they were and as they would be now.

    Those that share a story with another are left out: nothing tells what the other has of it.
    """
    parts = digest(stories, *way[1:], limits)
    told = Counter(id_ for part in parts for id_ in stories_in(part))
    apart = len(parts) == 1 or max(told.values(), default=0) == 1
    return [(as_posted_then(part), part) for part in parts if apart and _begins_all(part)]


def _begins_all(part):
    heads = [block.story_id for block in part.blocks if isinstance(block, Heading) and block.story_id]
    return heads == stories_in(part)


@settings(deadline=None, max_examples=60)
@given(story_lists(), digests, limits_of)
def test_a_digest_of_the_past_reads_as_it_did_while_nothing_changes(stories, way, limits):
    now = {story.id: story for story in stories}
    for message, _ in older(stories, way, limits):
        assert reads_alike(retold(message, now, (), limits), message)


@settings(deadline=None, max_examples=60)
@given(story_lists(), digests, limits_of, st.data())
def test_what_changed_of_a_digest_of_the_past_is_told_anew_and_nothing_else(stories, way, limits, data):
    story = data.draw(st.sampled_from(stories))
    change = data.draw(st.sampled_from([retracted, corrected]))
    now = {one.id: one for one in stories} | {story.id: change(story)}

    for message, as_now in older(stories, way, limits):
        told = retold(message, now, (), limits)

        assert reads_alike(told, retold(as_now, now, (), limits))
        assert f"-{story.id[1:]}-" not in plain_text(told)


def test_a_message_that_tells_no_story_is_left_alone():
    (message,) = digest([], "full", ("en",), LIMITS["slack"])

    assert with_owners(message) is message
