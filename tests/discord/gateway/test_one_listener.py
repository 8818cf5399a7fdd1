"""Of all processes one listens to Discord."""

import asyncio
from dataclasses import replace

from bot.errors import StoreError
from tests.conftest import run_statements
from tests.discord.app import QUICK, SOON_OVER, world
from tests.discord.gateway.seen import known
from tests.waiting import until


async def test_a_second_process_stands_by_and_takes_over_when_the_first_stops(
    place, tmp_path, postgresql_url, caplog
):
    other = str(tmp_path / "other")
    async with (
        place.bot(database_url=postgresql_url) as holder,
        place.bot(database_url=postgresql_url, data_dir=other, ready=False) as standby,
    ):
        await place.alice.command(place.channel, "ai-news", query="kumo")
        assert place.server.gateway.identified == 1
        assert not standby.gateway.is_listening
        assert await standby.platform.trouble() == ""

        holder.gateway._store = Unreachable(holder.engine.store)
        await until(lambda: "cannot be prolonged" in caplog.text)  # so that no other attempt is under way
        holder.gateway._held_until = float("-inf")
        await until(lambda: not holder.gateway.is_listening)
        await run_statements(postgresql_url, "DELETE FROM leases")
        await until(lambda: standby.gateway.is_listening)
        answer = await place.alice.command(place.channel, "ai-news", query="kumo")

    assert "Found for" in answer.text
    assert place.server.gateway.identified == 2
    assert place.server.statuses[400] == 0


class Unreachable:
    """A store whose leases cannot be prolonged any more: what a process cut off from it sees."""

    def __init__(self, store):
        self._store = store

    async def hold(self, *_):
        raise StoreError("the database cannot be reached")

    def __getattr__(self, name):
        return getattr(self._store, name)


class Crashing(Unreachable):
    """A store that is left as it is at the end."""

    async def let_go(self, *_):
        raise StoreError("nobody is there any more")


async def test_the_lease_is_let_go_at_the_end(place, postgresql_url):
    for _ in range(2):
        async with place.bot(database_url=postgresql_url, terms=replace(QUICK, lease_s=3600.0)):
            pass

    assert place.server.gateway.identified == 2


async def test_on_sqlite_the_lease_of_a_bot_that_crashed_holds_up_nobody(place):
    for _ in range(2):
        async with place.bot(terms=replace(QUICK, lease_s=3600.0)) as bot:
            bot.gateway._store = Crashing(bot.engine.store)

    assert place.server.gateway.identified == 2


async def test_a_process_that_has_lost_the_lease_answers_nothing(place, caplog):
    async with place.bot(terms=replace(SOON_OVER, prolong_s=3600.0)) as bot:
        await until(lambda: not bot.gateway.holds)
        begun = place.alice.begin_command(place.channel, "ai-news", query="kumo")
        await until(lambda: "lease had run out" in caplog.text)

        assert begun.acknowledged_at is None


async def test_who_is_stopped_while_a_connection_that_was_lost_is_closed_stops(place, caplog, monkeypatch):
    closing, closed = asyncio.Event(), asyncio.Event()

    async def closes_slowly():
        closing.set()
        await closed.wait()

    monkeypatch.setattr("adapters.discord.client._still", closes_slowly)
    async with place.bot() as bot:
        bot.gateway._store = Unreachable(bot.engine.store)
        await until(lambda: "cannot be prolonged" in caplog.text)
        bot.gateway._held_until = float("-inf")
        await closing.wait()
        [running] = [one for one in asyncio.all_tasks() if one.get_coro().__qualname__ == "Gateway.run"]
        running.cancel()
        await asyncio.sleep(0)
        closed.set()
        await until(running.done)

        assert running.cancelled()


async def test_a_database_that_answers_nothing_for_a_while_leaves_nobody_deaf(place, caplog):
    async with place.bot(terms=SOON_OVER) as bot:
        hold = bot.engine.store.hold

        async def hangs(*_):
            await asyncio.sleep(3600)

        bot.engine.store.hold = hangs
        await until(lambda: "no answer from the database" in caplog.text)
        await until(lambda: not bot.gateway.is_listening)
        bot.engine.store.hold, bot.gateway._terms = hold, QUICK
        await until(lambda: bot.gateway.is_listening)
        answer = await place.alice.command(place.channel, "ai-news", query="kumo")

        assert "Found for" in answer.text


async def test_each_process_connects_its_range_of_shards(tmp_path):
    async with world(tmp_path, shards=2) as place:
        guilds = [place.server.guild(f"guild {number}", shard=(number, 2)) for number in (0, 1)]
        async with place.bot(discord_shards="1/2") as bot:
            assert place.server.gateway.shards_connected == {1}
            await until(lambda: known(bot, guilds[1]))
            assert await known(bot, guilds[0]) is None
            assert bot.gateway._lease == "discord gateway 1-1/2"
