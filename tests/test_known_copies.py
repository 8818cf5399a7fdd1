"""Near-copies of many pieces: found in threads and in batches, each piece's own; on both databases."""

import threading

import pytest

from bot.adding.known_copies import BATCH, KnownCopies
from bot.curating.known_names import KnownNames
from bot.index import PostingsIndex
from bot.language import Names, tokens
from tests.adding.drafting import AWAY, HOME
from tests.factories import NOW, make_change, make_story, make_telling

NAMES = Names([])
MANY = 2 * BATCH + 10
TOWNS = ["".join(chr(ord("a") + (number // 26**place) % 26) for place in range(4)) for number in range(MANY)]


class WatchedIndex(PostingsIndex):
    """Remembers which threads search it, and for how many words."""

    def __init__(self):
        super().__init__()
        self.threads = set()
        self.asked = []

    def search(self, query, *rest):
        self.threads.add(threading.get_ident())
        self.asked.append(len(query))
        return super().search(query, *rest)

    def frequency(self, *asked):
        self.threads.add(threading.get_ident())
        return super().frequency(*asked)


def news_of(town):
    return (
        f"The council of {town}ville voted on Tuesday to reopen the {town}bridge tram. Work on the "
        f"{town}line begins in May, and {town}son expects 4,000 passengers a day."
    )


@pytest.fixture
async def index(store):
    """Return an index that knows a story of every other town."""
    stories = [
        make_story(id=f"story-{town}", workspace=HOME, tellings=(make_telling(body=news_of(town)),))
        for town in TOWNS[::2]
    ]
    await store.save_stories(
        [make_change(one, tokens={"en": tokens(one.tellings[0].body, NAMES)}) for one in stories]
    )
    index = WatchedIndex()
    index.apply(await store.index_entries(0, MANY))
    return index


@pytest.fixture
def copies(store, index):
    async def follow():
        pass

    return KnownCopies(store, index, KnownNames(store, NAMES), lambda: NOW, follow)


async def test_each_piece_of_many_has_its_own_near_copy_or_none(copies):
    found = await copies.of([news_of(town) for town in TOWNS], HOME)

    assert found[::2] == [f"story-{town}" for town in TOWNS[::2]]
    # What is said of all towns alike is enough for a near-copy; which one is as good as any.
    assert all(found[1::2])
    assert await copies.of([news_of(TOWNS[0])], AWAY) == [None]
    assert await copies.of([], HOME) == []


async def test_the_event_loop_searches_nothing_and_the_store_is_read_once_for_a_batch(
    copies, index, store, monkeypatch
):
    reads = []

    async def stories(ids, workspace, read=store.stories):
        reads.append(ids)
        return await read(ids, workspace)

    monkeypatch.setattr(store, "stories", stories)
    await copies.of([news_of(town) for town in TOWNS], HOME)

    assert index.threads
    assert threading.get_ident() not in index.threads
    assert len(reads) == 3
    assert all(len(set(ids)) == len(ids) for ids in reads)


async def test_where_words_are_common_the_rarest_are_looked_for(copies, index, monkeypatch):
    await copies.of([news_of(TOWNS[0])], HOME)
    (everything,) = index.asked
    monkeypatch.setattr("bot.adding.known_copies._ROOM", 10)

    assert await copies.of([news_of(TOWNS[0])], HOME) == [f"story-{TOWNS[0]}"]
    assert index.asked[-1] == 8 < everything
