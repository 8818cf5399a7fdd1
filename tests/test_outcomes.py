"""What is told of an article that went in, where it has more stories than anybody reads in one message."""

import pytest

from bot.adding.outcomes import MOST_NAMED, published_message
from bot.adding.publishing import Published
from bot.message import plain_text
from bot.model import Source
from tests.factories import NOW, make_story, make_telling


def many(count, **over):
    return [
        make_story(id=f"s{number}", tellings=(make_telling(title=f"Robot no. {number}."),), **over)
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize(
    ("count", "more"), [(MOST_NAMED, None), (MOST_NAMED + 1, "And one more."), (2_000, "And 1950 more.")]
)
def test_of_very_many_stories_the_first_are_named_and_the_others_counted(count, more):
    stories = many(count)
    published = Published(stories=stories, new=frozenset(story.id for story in stories), merged=[])

    told = plain_text(published_message(published, [], NOW, "en"))

    assert f"Added {count} stories" in told
    assert told.count("Robot no. ") == MOST_NAMED
    assert [line for line in told.splitlines() if line.startswith("And ")] == ([more] if more else [])


def test_of_very_many_stories_with_a_further_source_the_first_are_named():
    merged = many(MOST_NAMED + 7, also=(Source(name="Kawabe Post"),))

    told = plain_text(published_message(Published(stories=[], new=frozenset(), merged=merged), [], NOW, "en"))

    assert told.count("as a further source") == MOST_NAMED
    assert told.endswith("And 7 more.")
