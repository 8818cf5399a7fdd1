"""A test that hangs fails by its name, and nothing that it has left disturbs the run that goes on.

It is interrupted before `faulthandler_timeout`, so that its fixtures end what they began; so are these, when
they hang. Where even that hangs, or a test takes its worker with it, whoever runs the workers ends what is
left: a bot that lives on would talk to the server of a later test that has the same port.
"""

import faulthandler
import os
import shutil
import signal
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

OF_LIMIT = 0.8
OF_LIMIT_TO_END = 0.9
"""The parts of the limit after which a test is interrupted, and what its fixtures do at its end."""
AGAIN_S = 0.25
"""When an interruption that fell into the lap of another task is repeated."""
BEGUN = pytest.StashKey[float]()
SERVERS = "ai-news-postgresql-{worker}-"
"""How the folders of the PostgreSQL servers of a worker begin."""


def server_folder():
    """Return a new folder for a PostgreSQL server of this process."""
    return Path(tempfile.mkdtemp(prefix=SERVERS.format(worker=os.getpid())))


# A test in time.


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    item.stash[BEGUN] = time.monotonic()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    with _in_time(item, OF_LIMIT):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    with _in_time(item, OF_LIMIT):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item):
    if (left_s := _left_s(item, 1)) < float("inf"):  # pytest takes its watch off when a test fails
        faulthandler.dump_traceback_later(left_s, exit=True, file=sys.__stderr__)
    with _in_time(item, OF_LIMIT_TO_END):
        return (yield)


def _left_s(item, of_limit):
    limit_s = of_limit * float(item.config.getini("faulthandler_timeout") or "inf")
    return max(item.stash[BEGUN] + limit_s - time.monotonic(), 0.001)


@contextmanager
def _in_time(item, of_limit):
    def interrupt(number, frame):
        pytest.fail("this hangs: the time for a test is over")

    before = signal.signal(signal.SIGALRM, interrupt)
    left_s = _left_s(item, of_limit)
    if left_s < float("inf"):
        signal.setitimer(signal.ITIMER_REAL, left_s, AGAIN_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# What a worker leaves.


def pytest_configure(config):
    if hasattr(config, "workerinput"):
        os.setpgid(0, 0)  # whom it starts can be told apart from others when it is gone


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    worker = node.gateway._rinfo().pid
    with suppress(ProcessLookupError):
        os.killpg(worker, signal.SIGKILL)
    for folder in Path(tempfile.gettempdir()).glob(SERVERS.format(worker=worker) + "*"):
        with suppress(OSError, ValueError):
            os.kill(int((folder / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)
