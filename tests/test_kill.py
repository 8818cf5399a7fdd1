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

    async def play(self, round_, *arguments):
        """Return what a round returns, or how it failed."""
        data = Path(tempfile.mkdtemp(prefix="ai-news-kill-"))
        try:
            async with self._free, AsyncExitStack() as stack:
                url = f"sqlite:///{data / 'ai-news.db'}"
                if self.engine == "postgresql":
                    url = await stack.enter_async_context(new_database(self._server, self._template))
                return await round_(*arguments, url, data, self.replicas)
        except (Exception, AssertionError) as error:  # noqa: BLE001 -- told by the round's own test
            return error
        finally:
            shutil.rmtree(data, ignore_errors=True)

    async def all(self, rounds):
        """Return each round's result by its name."""
        results = await asyncio.gather(*(self.play(*round_) for round_ in rounds.values()))
        return dict(zip(rounds, results, strict=True))


ROUNDS = {point: (kill_at, point) for point in KILL_POINTS} | {
    f"at random, seed {seed}": (kill_at_random, seed) for seed in SEEDS
}

EDITS = {f"edit: {point}": (kill_edit_at, point) for point in EDIT_POINTS}

TROUBLES = {
    trouble.__name__: (trouble,)
    for trouble in (
        troubles.asleep_with_claims,
        troubles.asleep_before_a_post,
        troubles.locked_database,
        troubles.lost_answers,
        troubles.storm,
        troubles.lost_channel,
        troubles.forgetful,
    )
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def rounds(request):
    """Return one engine's rounds, to be played."""
    if request.param == "sqlite":
        return Rounds("sqlite", "", "")
    get = request.getfixturevalue
    return Rounds("postgresql", get("postgresql_server"), get("postgresql_template"))


@pytest.fixture(scope="module")
def played(rounds):
    """Return what became of every kill and trouble, and leave a table of the kills in `var/`."""
    results = asyncio.run(rounds.all(ROUNDS | EDITS | TROUBLES))
    folder = killing.ROOT / "var"
    folder.mkdir(exist_ok=True)
    kills = {name: results[name] for name in ROUNDS}
    (folder / f"kill-{rounds.engine}.md").write_text(killing.table(kills))
    return results


@pytest.mark.parametrize("name", ROUNDS)
def test_a_kill_loses_and_repeats_nothing(played, name):
    result = played[name]

    assert isinstance(result, Verdict), repr(result)
    assert result.died >= 1
    assert (result.lost, result.doubled) == (0, 0)
    assert len(KILL_POINTS) >= 12


@pytest.mark.parametrize("name", EDITS)
def test_a_kill_leaves_every_copy_corrected_once(played, name):
    result = played[name]

    assert isinstance(result, Corrected), repr(result)
    assert result.died >= 1
    assert (result.old, result.new, result.edits) == (0, len(CHANNELS), (1,) * len(CHANNELS))


def verdict_of(played, trouble):
    result = played[trouble.__name__]
    assert not isinstance(result, Exception), repr(result)
    return result


@pytest.mark.parametrize(
    "trouble",
    [
        troubles.asleep_before_a_post,
        troubles.locked_database,
        troubles.lost_answers,
        troubles.storm,
    ],
)
def test_a_trouble_loses_and_repeats_nothing(played, trouble):
    assert verdict_of(played, trouble) == Verdict(lost=0, doubled=0, died=0)


def test_a_replica_that_wakes_past_its_lease_asks_for_nothing(played):
    found, sleeper_asked = verdict_of(played, troubles.asleep_with_claims)

    assert found == Verdict(lost=0, doubled=0, died=0)
    assert not sleeper_asked


def test_a_lost_channel_is_told_of_once_and_gets_what_it_is_owed_when_it_comes_back(played):
    found, lost_meanwhile, notices = verdict_of(played, troubles.lost_channel)

    assert lost_meanwhile == len(killing.TITLES)
    assert notices == 1
    assert found == Verdict(lost=0, doubled=0, died=0)


def test_a_platform_that_forgets_keys_and_shows_no_history_may_show_one_repeat(played):
    """Accepted, the answer lost, and no way to find it: the README's promise says the same."""
    found = verdict_of(played, troubles.forgetful)

    assert found.lost == 0
    assert found.doubled <= 1
