"""The index with its file: written in a thread, beside searches."""

import os
from datetime import UTC, datetime

import pytest

from bot.index import KeptIndex, kept
from bot.model import PUBLIC, IndexEntry, StoryId

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def entries(first, last):
    return [
        IndexEntry(
            number=number, story_id=StoryId(f"s{number}"), workspace=PUBLIC, published_at=NOW,
            tokens={"en": ("chess", f"w{number}")},
        )
        for number in range(first, last + 1)
    ]  # fmt: skip


def found(index, token):
    return {hit.story_id for hit in index.search([{token: 1.0}], PUBLIC, 10, NOW)}


@pytest.fixture(autouse=True)
def tail(monkeypatch):
    monkeypatch.setattr(kept, "TAIL", 3)


async def test_what_has_grown_long_goes_to_the_file(tmp_path):
    index = KeptIndex(tmp_path / "index")

    assert index.apply(entries(1, 3)) == 3
    await index.close()

    assert KeptIndex(tmp_path / "index").position == 3


async def test_while_the_file_is_written_searches_go_on_and_entries_come_again(tmp_path):
    index = KeptIndex(tmp_path / "index")
    index.apply(entries(1, 3))

    assert index.apply(entries(4, 4)) == 0
    assert index.position == 3
    assert found(index, "chess") == {"s1", "s2", "s3"}

    await index._keeping
    assert index.apply(entries(4, 4)) == 1
    assert found(index, "chess") == {"s1", "s2", "s3", "s4"}


async def test_closing_writes_the_rest(tmp_path):
    index = KeptIndex(tmp_path / "index")
    index.apply(entries(1, 1))

    await index.close()

    assert found(KeptIndex(tmp_path / "index"), "w1") == {"s1"}


async def test_closing_writes_nothing_where_nothing_is_new(tmp_path):
    await KeptIndex(tmp_path / "index").close()

    assert not (tmp_path / "index").exists()


async def test_the_index_does_without_a_file_that_cannot_be_written(tmp_path, caplog):
    index = KeptIndex(tmp_path / "nowhere" / "index")
    index.apply(entries(1, 3))
    await index._keeping

    assert "was not written" in caplog.text
    assert index.apply(entries(4, 4)) == 1
    assert found(index, "chess") == {"s1", "s2", "s3", "s4"}


async def test_what_a_killed_process_left_half_written_is_cleared_away(tmp_path):
    (tmp_path / ".index-k1ll3d").write_bytes(b"half")
    os.utime(tmp_path / ".index-k1ll3d", (0, 0))
    (tmp_path / ".index-wr1t1ng").write_bytes(b"half")  # by a process that is at it
    index = KeptIndex(tmp_path / "index")
    index.apply(entries(1, 1))

    await index.close()

    assert {file.name for file in tmp_path.iterdir()} == {"index", ".index-wr1t1ng"}
