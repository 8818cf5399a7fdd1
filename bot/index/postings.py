"""Posting lists: for each token the documents it stands in, and how often.

A posting is one 32-bit number, the document above the count, so that a sorted list of them is
sorted by document.
"""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import partial, reduce
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.index.documents import Numbers
from bot.index.snapshot import Section, Snapshot
from bot.index.strings import Packer, Strings, decoded, encoded

PostingList = NDArray[np.uint32]

Entry = tuple[bytes, PostingList]
"""A term, as UTF-8, with its postings."""

MAX_COUNT: Final = 63
"""A token that stands in a document more often counts this often: BM25 is all but saturated there."""

_COUNT_BITS: Final = 6  # which leaves 26 for the document: 67 million
_SHIFT: Final = np.uint32(_COUNT_BITS)
_COUNT: Final = np.uint32(MAX_COUNT)

_TERM: Final = itemgetter(0)
_BATCH_POSTINGS: Final = 1_000_000
_BATCH_TERMS: Final = 50_000


class Postings:
    """The lists of the snapshot, mapped from its file, and what was added since, in memory."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._old_terms = Strings(snapshot, "term")
        self._old_ends = snapshot.array("posting_ends", np.int64).data
        self._old = snapshot.array("postings", np.uint32)
        self._new: defaultdict[str, array[int]] = defaultdict(partial(array, "I"))
        self._new_in_use = Lock()
        """An array cannot grow while another thread copies it."""
        self._sorted_tokens: list[str] = []

    def add(self, document: int, counts: Mapping[str, int]) -> None:
        """Add a document, whose number is higher than all before it."""
        posting = document << _COUNT_BITS
        with self._new_in_use:
            for token, count in counts.items():
                self._new[token].append(posting | min(count, MAX_COUNT))

    def of(self, token: str) -> PostingList:
        """Return a token's postings, rising; those of replaced and of private documents are among them.

        Tokens with a line break in between are counted where all of them stand.
        """
        first, *others = (self._of(part) for part in token.split("\n"))
        return reduce(_in_both, others, first)

    def _of(self, token: str) -> PostingList:
        place = self._old_terms.find(encoded(token))
        old = self._old[:0] if place is None else self._old_list(place)
        return np.concatenate([old, self._new_list(token)]) if token in self._new else old

    def beginning_with(self, prefix: str) -> Iterator[tuple[str, PostingList]]:
        """Yield the tokens that begin with `prefix` with their postings, in code point order."""
        found = _merged(self._old_from(encoded(prefix)), self._new_from(prefix))
        return ((decoded(term), postings) for term, postings in found)

    def sections(self, renumbered: NDArray[np.intp]) -> Iterator[Section]:
        """Yield the lists for a snapshot, under new document numbers; those without one (-1) fall away."""
        terms = Packer()
        ends = [np.zeros(1, np.int64)]
        for batch in self._batches():
            lengths, postings = _renumbered([postings for _, postings in batch], renumbered)
            kept = np.flatnonzero(lengths)
            for place in kept:
                terms.append(batch[place][0])
            ends.append(ends[-1][-1] + np.cumsum(lengths[kept]))
            yield "postings", postings
        yield "posting_ends", np.concatenate(ends)[1:]
        yield from terms.sections("term")

    def _batches(self) -> Iterator[list[Entry]]:
        """Yield all terms in order with their lists, several at a time, so that arrays do the work."""
        batch: list[Entry] = []
        size = 0
        for term, postings in self._all():
            batch.append((term, postings))
            size += len(postings)
            if size >= _BATCH_POSTINGS or len(batch) >= _BATCH_TERMS:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _all(self) -> Iterator[Entry]:
        old = ((term, self._old_list(place)) for place, term in enumerate(self._old_terms))
        new = (self._new_entry(token) for token in sorted(self._new))
        return _merged(old, new)

    def _old_list(self, place: int) -> PostingList:
        return self._old[self._old_ends[place - 1] if place else 0 : self._old_ends[place]]

    def _new_entry(self, token: str) -> Entry:
        return encoded(token), self._new_list(token)

    def _new_list(self, token: str) -> PostingList:
        with self._new_in_use:
            return np.array(self._new[token], np.uint32)

    def _old_from(self, prefix: bytes) -> Iterator[Entry]:
        for place in range(bisect_left(self._old_terms, prefix), len(self._old_terms)):
            term = self._old_terms[place]
            if not term.startswith(prefix):
                return
            yield term, self._old_list(place)

    def _new_from(self, prefix: str) -> Iterator[Entry]:
        known = self._sorted_tokens
        if len(known) < len(self._new):
            known.extend(islice(self._new, len(known), None))  # a dict keeps the order of insertion
            known.sort()
        for place in range(bisect_left(known, prefix), len(known)):
            if not known[place].startswith(prefix):
                return
            yield self._new_entry(known[place])


def _merged(old: Iterator[Entry], new: Iterator[Entry]) -> Iterator[Entry]:
    """Yield the terms of two sorted rows in order, each with its old postings before its new ones."""
    for term, entries in groupby(merge(old, new, key=_TERM), key=_TERM):
        yield term, np.concatenate([postings for _, postings in entries])


def _in_both(one: PostingList, other: PostingList) -> PostingList:
    """Return postings for the documents that both lists have, with the smaller count."""
    _, places, others = np.intersect1d(
        documents_of(one), documents_of(other), assume_unique=True, return_indices=True
    )
    return np.minimum(one[places], other[others])


def documents_of(postings: PostingList) -> Numbers:
    """Return the documents of a posting list, rising."""
    return postings >> _SHIFT


def occurrences(documents: Numbers, postings: PostingList) -> tuple[NDArray[np.intp], NDArray[np.uint32]]:
    """Return the places in `documents` (rising) of those that a list has, and how often it has each.

    The shorter of the two is looked up in the longer.
    """
    if len(documents) < len(postings):
        found = np.searchsorted(postings, documents << _SHIFT)
        found[found == len(postings)] = 0
        places = np.flatnonzero(postings[found] >> _SHIFT == documents)
        return places, postings[found[places]] & _COUNT
    numbers = documents_of(postings)
    places = np.searchsorted(documents, numbers)
    places[places == len(documents)] = 0
    same = documents[places] == numbers
    return places[same], postings[same] & _COUNT


def _renumbered(
    lists: list[PostingList], renumbered: NDArray[np.intp]
) -> tuple[NDArray[np.intp], PostingList]:
    """Return the lengths of the lists, and the lists end to end, with new document numbers."""
    postings = np.concatenate(lists)
    places = np.repeat(np.arange(len(lists)), [len(postings) for postings in lists])
    numbers = renumbered.take(documents_of(postings), mode="clip")
    living = numbers >= 0
    # One sort brings the lists and the documents in them into order: place, document, count.
    keys = (places << 32 | numbers << _COUNT_BITS | postings & MAX_COUNT)[living]
    keys.sort()
    return np.bincount(keys >> 32, minlength=len(lists)), keys.astype(np.uint32)
