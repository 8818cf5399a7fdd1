"""Lexical cohesion, pure: where a sequence of bags of words changes its subject.

The cost of a partition is that of Utiyama and Isahara (A Statistical Model for Domain-Independent
Text Segmentation, ACL 2001): the words of each part are coded with the part's own frequencies,
Laplace-smoothed over the vocabulary, and each boundary has a price.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import inf, log

Bag = Counter[str]

WINDOW = 40
WINDOW_BAGS = 12
"""Tokens, and bags at most, on each side of a place that are compared to tell how much holds it together."""

LONGEST_PART = 150
SHORTEST_LIMIT = 20
MOST_STEPS = 6_000_000
"""Bags: no part is longer. The more words, the shorter the longest part, so that few more steps are taken."""


def likeness(left: Bag, right: Bag) -> float:
    """Return which share of the smaller bag the two have in common, from 0 to 1."""
    if not left or not right:
        return 0.0
    shared = sum(min(count, right[word]) for word, count in left.items() if word in right)
    return shared / min(left.total(), right.total())


def links(bags: Sequence[Bag]) -> list[float]:
    """Return for each bag how alike the `WINDOW` tokens before its start and those after it are."""
    return [likeness(_window(bags, at - 1, -1), _window(bags, at, 1)) for at in range(len(bags))]


def _window(bags: Sequence[Bag], at: int, step: int) -> Bag:
    window: Bag = Counter()
    size = 0
    for place in range(at, at + step * WINDOW_BAGS, step):
        if not 0 <= place < len(bags) or size >= WINDOW:
            break
        window.update(bags[place])
        size += bags[place].total()
    return window


def partition(bags: Sequence[Bag], prices: Sequence[float]) -> list[int]:
    """Return the starts of the parts of the cheapest partition; a part that starts at i costs `prices[i]`."""
    costs = [0.0] + [inf] * len(bags)
    starts = [0] * (len(bags) + 1)
    vocabulary = len({word for bag in bags for word in bag})
    longest = max(SHORTEST_LIMIT, min(LONGEST_PART, MOST_STEPS // (1 + sum(map(len, bags)))))
    saving = _savings(max((bag.total() for bag in bags), default=0) * longest)
    for start, price in enumerate(prices):
        counts: dict[str, int] = {}
        size, saved, base = 0, 0.0, costs[start] + price
        for end in range(start, min(len(bags), start + longest)):
            for word, count in bags[end].items():
                before = counts.get(word, 0)
                counts[word] = before + count
                size += count
                saved += saving[before + count] - saving[before]
            cost = base + size * log(size + vocabulary) - saved if size else base
            if cost < costs[end + 1]:
                costs[end + 1] = cost
                starts[end + 1] = start
    return _walked_back(starts)


def _savings(most: int) -> list[float]:
    """Return count x log(count + 1) for each count."""
    return [count * log(count + 1) for count in range(most + 1)]


def _walked_back(starts: Sequence[int]) -> list[int]:
    found = []
    at = len(starts) - 1
    while at > 0:
        at = starts[at]
        found.append(at)
    return found[::-1]


def joined(bags: Sequence[Bag], starts: Sequence[int], allowances: Sequence[float]) -> list[int]:
    """Return the starts that stay when neighbours too alike become one part.

    The part that begins at i is joined to the one before it when their likeness is above `allowances[i]`.
    """
    kept: list[int] = []
    current: Bag = Counter()
    for start, end in pairwise([*starts, len(bags)]):
        part: Bag = Counter()
        for bag in bags[start:end]:
            part.update(bag)
        if kept and likeness(current, part) > allowances[start]:
            current.update(part)
        else:
            kept.append(start)
            current = part
    return kept
