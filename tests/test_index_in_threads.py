"""Threads search the index while another changes it: nothing is mixed up, nothing raises."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from bot.index import PostingsIndex
from bot.model import PUBLIC, IndexEntry, StoryId, WorkspaceId
from tests.factories import NOW

OURS, THEIRS = WorkspaceId("ours"), WorkspaceId("theirs")
ROUNDS = 3_000


def entry(number, story_id, word, workspace=PUBLIC):
    return IndexEntry(
        number=number,
        story_id=StoryId(story_id),
        workspace=workspace,
        published_at=NOW,
        tokens={"en": (word, "news", *(f"{word}{extra}" for extra in range(5)))},
    )


@pytest.fixture
def index():
    index = PostingsIndex()
    index.apply([entry(number, f"{number}-first", "first") for number in range(1, 600)])
    return index


def searched(index, stop):
    """Search until told to stop; return what was wrong with what was found."""
    wrong = []
    while not stop.is_set():
        for word in ("first", "later"):
            hits = index.search([{word: 1.0}], OURS, 10, NOW)
            wrong += [hit for hit in hits if not hit.story_id.endswith(word)]
        if not index.search([{"first": 1.0}, {"news": 1.0}], OURS, 10, NOW):
            wrong.append("nothing")
        index.frequency("news", OURS)
    return wrong


def applying(index, tmp_path):
    for number in range(600, 600 + ROUNDS):
        owner = THEIRS if number % 3 == 0 else PUBLIC
        name = "secret" if owner is THEIRS else "later"
        index.apply([entry(number, f"{number % 50}-{name}", name, owner)])


def writing(index, tmp_path):
    for number in range(600, 700):
        index.apply([entry(number, f"0-{number}-later", "later")])
        index.save(tmp_path / "index")


@pytest.mark.parametrize("changing", [applying, writing])
def test_searches_in_threads_find_whole_stories_while_the_index_changes(index, tmp_path, changing):
    stop = Event()
    with ThreadPoolExecutor(3) as threads:
        searches = [threads.submit(searched, index, stop) for _ in range(3)]
        try:
            changing(index, tmp_path)
        finally:
            stop.set()

    assert [search.result() for search in searches] == [[], [], []]
    assert index.search([{"later": 1.0}], OURS, 1, NOW)
