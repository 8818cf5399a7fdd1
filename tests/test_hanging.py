"""Tests that hang, in a run of their own."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
HANGING = """
import asyncio, os, signal, subprocess, time
from pathlib import Path

import pytest

from tests.hanging import server_folder

HERE = Path(__file__).parent

@pytest.fixture
def child():
    sleeper = subprocess.Popen(["sleep", "600"])
    HERE.joinpath(f"{sleeper.pid}.left").touch()
    yield
    sleeper.kill()
    sleeper.wait()

async def test_that_awaits(child):
    await asyncio.Event().wait()

@pytest.fixture
async def task_that_is_lost():
    yield
    lost = asyncio.create_task(asyncio.sleep(0))
    asyncio.get_running_loop()._ready.clear()  # as an interruption between taking it and running it does
    await lost

async def test_that_cannot_end(task_that_is_lost):
    await asyncio.Event().wait()

async def test_that_asks_again_and_again(child):
    while True:
        await asyncio.sleep(0)

def test_that_waits(child):
    subprocess.run(["sleep", "600"])

def test_that_cannot_be_interrupted(child):
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    time.sleep(600)

def test_that_takes_its_worker_with_it(child):
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)  # as PostgreSQL obeys it, even of a run in the background
    server = subprocess.Popen(["sleep", "600"], start_new_session=True)  # as PostgreSQL is started
    (server_folder() / "postmaster.pid").write_text(f"{server.pid}\\n/somewhere\\n")
    HERE.joinpath(f"{server.pid}.left").touch()
    os._exit(1)

def test_that_ends_well():
    pass
"""


def lives(process):
    """Return whether a process has not ended, even if nobody asked yet how (proc(5): state Z)."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def test_those_that_hang_fail_by_their_names_and_leave_nothing(tmp_path):
    (tmp_path / "test_it.py").write_text(HANGING)
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "-p", "tests.hanging"),
            *("-n", "3", "-q", "-o", "faulthandler_timeout=10", str(tmp_path)),
        ],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    left = [path.stem for path in tmp_path.glob("*.left")]
    servers = list(tmp_path.glob("ai-news-postgresql-*"))
    told = re.findall(r"^FAILED \S*?test_that_(\w+)", run.stdout, re.MULTILINE)
    assert sorted(told) == [
        "asks_again_and_again",
        "awaits",
        "cannot_be_interrupted",
        "cannot_end",
        "takes_its_worker_with_it",
        "waits",
    ], run.stdout + run.stderr
    assert "6 failed, 1 passed" in run.stdout
    assert len(left) == 6
    while any(map(lives, left)):  # what was killed may take its time; what was not hangs here
        time.sleep(0.05)
    assert servers == []
