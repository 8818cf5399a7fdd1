"""What the process opens and closes, and its ticks."""

import asyncio
import logging
import sys
from datetime import timedelta

import pytest

from bot import run
from bot.delivering.pace import Pace
from bot.errors import StoreError
from bot.language import Names, words
from bot.model import Actor, DraftId, WorkspaceId
from bot.run import SWITCH_S, Tick, database_lock, open_engine, sole_process, ticking, until_signalled
from bot.settings import Settings
from tests.command import ai_news
from tests.factories import make_channel, make_draft, make_story, make_workspace
from tests.fakes.platform import PretendPlatform
from tests.waiting import until

ACTOR = Actor(name="mika", workspace=WorkspaceId("home"), language="en")


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=str(tmp_path / "data"), language="en", time_zone="UTC")


async def found(engine, query="deepseek"):
    return [found.story.id for found in (await engine.answer(query, ACTOR)).found]


async def tellings(engine):
    ids = [entry.story_id for entry in await engine.store.index_entries(0, 1_000)]
    return sum(len(story.tellings) for story in (await engine.store.stored_stories(ids)).values())


async def test_seeds_are_loaded_once(settings):
    async with open_engine(settings):
        pass

    async with open_engine(settings) as engine:
        (revision,) = await engine.store.revisions("deepseek-cost")
        assert revision.actor == "seeds"


async def test_the_index_is_read_from_its_snapshot(settings):
    async with open_engine(settings) as engine:
        before = await found(engine)
    (snapshot,) = settings.data_dir.glob("*.index")
    written_at = snapshot.stat().st_mtime_ns

    async with open_engine(settings) as engine:
        assert await found(engine) == before
    assert snapshot.stat().st_mtime_ns == written_at


async def test_a_damaged_snapshot_is_made_anew(settings, caplog):
    async with open_engine(settings) as engine:
        before = await found(engine)
    (snapshot,) = settings.data_dir.glob("*.index")
    snapshot.write_bytes(b"damaged")

    async with open_engine(settings) as engine:
        assert await found(engine) == before
    assert "rebuilt" in caplog.text


async def test_the_snapshot_of_a_database_that_is_gone_is_not_believed(settings):
    async with open_engine(settings):
        pass
    for file in settings.data_dir.glob("ai-news.db*"):
        file.unlink()

    async with open_engine(settings.model_copy(update={"seeds_dir": None})) as engine:
        assert engine.index.document_count() == 0


async def test_after_a_restore_the_snapshot_that_is_ahead_is_not_believed(settings, tmp_path):
    async with open_engine(settings) as engine:
        seeds = await found(engine)
    backup = (settings.data_dir / "ai-news.db").read_bytes()
    async with open_engine(settings) as engine:
        await engine.save([make_story(id="later")], "test", "")

    (settings.data_dir / "ai-news.db").write_bytes(backup)

    async with open_engine(settings) as engine:
        assert await found(engine) == seeds
        await engine.save([make_story(id="other")], "test", "")
        assert engine.index.document_count() == await tellings(engine)


async def test_two_databases_in_one_folder_have_an_index_each(settings):
    other = settings.model_copy(
        update={"database_url": f"sqlite:///{settings.data_dir}/other.db", "seeds_dir": None}
    )
    async with open_engine(settings):
        pass
    async with open_engine(other) as engine:
        assert engine.index.document_count() == 0


async def test_what_is_due_is_posted_when_ticking_begins(settings):
    platform = PretendPlatform()
    async with open_engine(settings) as engine:
        await engine.subscribe(make_channel(), "en", "UTC")

        async with ticking(engine, [platform]) as ticks:
            assert platform.ledger
            assert sys.getswitchinterval() == pytest.approx(SWITCH_S)
            assert [tick.failure for tick in ticks] == ["" for _ in ticks]


class Crowded(PretendPlatform):
    name = "crowded"
    pace = Pace(per_second=20)


async def test_a_flood_on_one_platform_holds_up_no_digest_on_another(settings):
    crowded, quiet = Crowded(), PretendPlatform()
    async with open_engine(settings) as engine, ticking(engine, [crowded, quiet]):
        for number in range(200):
            await engine.subscribe(make_channel(platform="crowded", id=f"c{number}"), "en", "UTC")
        await until(lambda: crowded.ledger)

        await engine.subscribe(make_channel(), "en", "UTC")
        await until(lambda: quiet.ledger)

        assert len(crowded.ledger) < 200


async def test_what_is_kept_no_longer_than_needed_is_let_go_while_ticking(settings):
    async with open_engine(settings) as engine:
        now, store = engine.clock(), engine.store
        for days, name in ((3, "long"), (1, "just")):
            await store.join(make_workspace(id=WorkspaceId(name)), None)
            await store.leave("local", WorkspaceId(name), now - timedelta(days=days), "signed out")
        await store.remember("yesterday", now - timedelta(hours=25))
        await store.remember("today", now - timedelta(hours=23))
        for days, name in ((8, "eight days"), (6, "six days")):
            await store.save_draft(make_draft(id=DraftId(name), made_at=now - timedelta(days=days)))
        for days, key in ((91, "three months"), (89, "less")):
            await store.keep("buttons", key, "/ai-news", fades=True)
            await store.fade(now - timedelta(days=days), now - timedelta(days=999))

        async with ticking(engine, [], retention=timedelta(days=2)) as ticks:
            assert [tick.failure for tick in ticks] == ["" for _ in ticks]

        assert await store.workspace("local", WorkspaceId("long")) is None
        assert await store.workspace("local", WorkspaceId("just")) is not None
        assert await store.remember("yesterday", now)
        assert not await store.remember("today", now)
        assert not await store.draft(DraftId("eight days"))
        assert await store.draft(DraftId("six days"))
        assert list(await store.shelf("buttons")) == ["less"]


async def test_a_failing_tick_is_logged_once_and_tried_again(caplog):
    failures = iter(
        [StoreError("the disk is full"), StoreError("the disk is full"), None, StoreError("again")]
    )

    async def work():
        if failure := next(failures):
            raise failure

    tick = Tick("deliver", 1, work)
    for _ in range(4):
        await tick.run()

    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 2
    assert "deliver" in errors[0]
    assert "the disk is full" in errors[0]


async def test_a_tick_tells_what_went_wrong_at_its_last_turn():
    failures = iter([None, StoreError("the disk is full"), None])

    async def work():
        if failure := next(failures):
            raise failure

    tick, told = Tick("deliver", 1, work), []
    for _ in range(3):
        await tick.run()
        told.append(tick.trouble())

    assert told == ["", "StoreError: the disk is full", ""]


async def test_a_tick_that_does_not_come_to_an_end_tells_so(monkeypatch):
    ends = asyncio.Event()
    tick = Tick("deliver", 1, ends.wait)
    turn = asyncio.create_task(tick.run())
    await asyncio.sleep(0)
    assert tick.trouble() == ""

    monkeypatch.setattr(run, "HANGS_S", -1.0)
    assert tick.trouble() == "at work for 0 s, which does not end"

    ends.set()
    await turn
    assert tick.trouble() == ""


def test_two_processes_never_run_on_one_sqlite_database(settings):
    with (
        sole_process(settings),
        pytest.raises(StoreError, match="another ai-news run"),
        sole_process(settings),
    ):
        pass

    with sole_process(settings):
        pass


def test_the_lock_of_a_database_is_for_one(settings):
    with database_lock(settings) as ours, database_lock(settings) as theirs:
        assert (ours, theirs) == (True, False)


async def test_what_is_imported_beside_a_running_bot_is_found_by_it(settings, tmp_path):
    line = b'{"id": "ferries", "title": "Ferries", "body": "Zeppelins replace the ferries."}'
    with sole_process(settings):
        async with open_engine(settings, checkpoints=True) as engine:
            done = await asyncio.to_thread(ai_news, tmp_path, "import", "-", stdin=line)

            assert done.stdout.startswith("1 added")
            assert await found(engine, "zeppelins") == ["ferries"]


async def test_the_dictionary_is_let_go_once_nothing_was_read_for_a_while():
    words.tokens("地震", Names(()))
    assert words._tokenizer.cache_info().currsize == 1

    words.release_unused()
    assert words._tokenizer.cache_info().currsize == 1

    words.release_unused()
    assert words._tokenizer.cache_info().currsize == 0


async def test_the_end_of_the_work_ends_the_wait():
    done = []

    async def work():
        done.append(True)

    await until_signalled(work())

    assert done


async def test_an_error_in_the_work_is_passed_on():
    async def work():
        raise StoreError("damaged")

    with pytest.raises(StoreError, match="damaged"):
        await until_signalled(work())
