"""A disk that fills up while digests are composed and delivered: nothing is lost, nothing stands twice."""

import subprocess
from contextlib import suppress
from datetime import timedelta

import pytest

from bot.delivering.leases import LEASE_S, Terms
from bot.delivering.outbox import Outbox
from bot.engine import Engine
from bot.errors import StoreError
from bot.language import Names
from bot.store import open_store
from tests.delivering.delivering import deliver_due
from tests.factories import NOW, make_change, make_channel, make_story
from tests.fakes.brute_index import BruteIndex
from tests.fakes.platform import PretendPlatform

SIZE = "2m"


@pytest.fixture
def small_disk(tmp_path):
    """Return a folder on a file system of 2 MB of its own."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root can mount a small file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


class Disk:
    """Fills up and is freed again."""

    def __init__(self, folder):
        self._ballast = folder / "ballast"

    def fill(self):
        with suppress(OSError), self._ballast.open("ab", buffering=0) as ballast:
            while True:
                ballast.write(b"x" * 4096)

    def free(self):
        self._ballast.unlink()


class FillingPlatform(PretendPlatform):
    """Takes a message, and then the bot's disk is full."""

    def __init__(self, disk):
        super().__init__()
        self._disk = disk

    async def post(self, post):
        posted = await super().post(post)
        self._disk.fill()
        return posted


async def engine_on(folder):
    store = await open_store(f"sqlite:///{folder}/ai-news.db")
    await store.save_stories([make_change(make_story(id=f"story-{number}")) for number in range(3)])
    engine = Engine(store, BruteIndex(()), Names(()), lambda: NOW)
    await engine.subscribe(make_channel(), "en", "UTC")
    return engine


async def test_a_digest_that_cannot_be_kept_is_composed_once_there_is_room(small_disk):
    disk, platform = Disk(small_disk), PretendPlatform()
    engine = await engine_on(small_disk)
    limits = {platform.name: platform.limits}
    disk.fill()
    with pytest.raises(StoreError, match="the disk is full and nothing was changed"):
        await engine.compose_due(limits)
    disk.free()

    assert await engine.compose_due(limits) == 1
    await deliver_due(engine.store, {platform.name: platform}, lambda: NOW, "bot")

    keys = [key for _, key, _ in platform.ledger]
    assert len(keys) == len(set(keys)) >= 1
    await engine.store.close()


async def test_a_post_that_cannot_be_settled_is_found_and_not_repeated(small_disk):
    disk = Disk(small_disk)
    platform = FillingPlatform(disk)
    engine = await engine_on(small_disk)
    await engine.compose_due({platform.name: platform.limits})
    short = Terms(lease_s=0.5, settle_again_s=0.1)

    with pytest.raises(StoreError, match="the disk is full"):
        await Outbox(engine.store, platform, lambda: NOW, "bot", short).drain()
    disk.free()
    later = NOW + timedelta(seconds=LEASE_S)
    await Outbox(engine.store, platform, lambda: later, "bot").drain()

    keys = [key for _, key, _ in platform.ledger]
    assert len(keys) == len(set(keys)) == 1
    assert [post.state for post in await engine.store.posts(make_channel(), 10)] == ["posted"]
    await engine.store.close()
