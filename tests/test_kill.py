"""Real processes killed at every step: each digest stands in each channel once, says the platform itself.

The one case that no program can see has a test of its own:
`test_a_platform_that_forgets_keys_and_shows_no_history_may_show_one_repeat`.
"""

import asyncio
import shutil
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests import killing, troubles
from tests.conftest import new_database
from tests.fakes.run_bot import CHANNELS
from tests.killing import KILL_POINTS, Verdict, kill_at, kill_at_random
from tests.killing_edits import EDIT_POINTS, Corrected, kill_edit_at

AT_ONCE = 6
"""Rounds side by side: most of each is waiting for a lease to end."""

SEEDS = range(3)


class Rounds:
    """Rounds that run side by side, each on a database of its own of one engine."""

    def __init__(self, engine, server, template):
        self.engine, self._server, self._template = engine, server, template
        self.replicas = 1 if engine == "sqlite" else 3
        self._free = asyncio.Semaphore(AT_ONCE if engine == "sqlite" else AT_ONCE // 2)

    async def only(self, round_, *arguments):
        """Return what a round returns."""
        data = Path(tempfile.mkdtemp(prefix="ai-news-kill-"))
        try:
            async with self._free, AsyncExitStack() as stack:
                url = f"sqlite:///{data / 'ai-news.db'}"
                if self.engine == "postgresql":
                    url = await stack.enter_async_context(new_database(self._server, self._template))
                return await round_(*arguments, url, data, self.replicas)
        finally:
            shutil.rmtree(data, ignore_errors=True)

    async def all(self, rounds):
        """Return each round's result by its name, or how it failed."""
        played = (self.only(*round_) for round_ in rounds.values())
        results = await asyncio.gather(*played, return_exceptions=True)
        return dict(zip(rounds, results, strict=True))


KILLS = {point: (kill_at, point) for point in KILL_POINTS} | {
    f"at random, seed {seed}": (kill_at_random, seed) for seed in SEEDS
}

EDITS = {f"edit: {point}": (kill_edit_at, point) for point in EDIT_POINTS}

TROUBLES = {
    trouble.__name__: (trouble,)
    for trouble in (
        troubles.asleep_before_a_post,
        troubles.locked_database,
        troubles.lost_answers,
        troubles.storm,
    )
}


@pytest.fixture(params=["sqlite", "postgresql"])
def rounds(request):
    """Return one engine's rounds, to be played."""
    if request.param == "sqlite":
        return Rounds("sqlite", "", "")
    get = request.getfixturevalue
    return Rounds("postgresql", get("postgresql_server"), get("postgresql_template"))


async def test_a_kill_loses_and_repeats_nothing(rounds):
    """It also leaves a table in `var/`."""
    results = await rounds.all(KILLS)

    folder = killing.ROOT / "var"
    folder.mkdir(exist_ok=True)
    (folder / f"kill-{rounds.engine}.md").write_text(killing.table(results))
    assert len(KILL_POINTS) >= 12
    assert not_so(results, lambda found: found == Verdict(lost=0, doubled=0, died=max(found.died, 1))) == {}


async def test_a_kill_leaves_every_copy_corrected_once(rounds):
    results = await rounds.all(EDITS)

    once = (1,) * len(CHANNELS)
    assert (
        not_so(
            results,
            lambda found: found == Corrected(old=0, new=len(CHANNELS), edits=once, died=max(found.died, 1)),
        )
        == {}
    )


async def test_a_trouble_loses_and_repeats_nothing(rounds):
    results = await rounds.all(TROUBLES)

    assert not_so(results, lambda found: found == Verdict(lost=0, doubled=0, died=0)) == {}


def not_so(results, sound):
    """Return the results that are errors or not as they should be."""
    return {
        name: found for name, found in results.items() if isinstance(found, Exception) or not sound(found)
    }


async def test_a_replica_that_wakes_past_its_lease_asks_for_nothing(rounds):
    found, sleeper_asked = await rounds.only(troubles.asleep_with_claims)

    assert found == Verdict(lost=0, doubled=0, died=0)
    assert not sleeper_asked


async def test_a_lost_channel_is_told_of_once_and_gets_what_it_is_owed_when_it_comes_back(rounds):
    found, lost_meanwhile, notices = await rounds.only(troubles.lost_channel)

    assert lost_meanwhile == len(killing.TITLES)
    assert notices == 1
    assert found == Verdict(lost=0, doubled=0, died=0)


async def test_a_platform_that_forgets_keys_and_shows_no_history_may_show_one_repeat(rounds):
    """Accepted, the answer lost, and no way to find it: the README's promise says the same."""
    found = await rounds.only(troubles.forgetful)

    assert found.lost == 0
    assert found.doubled <= 1
