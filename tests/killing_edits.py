"""What kills the bot while it corrects what it has posted; the verdict is the platform's own ledger."""

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from bot.model import Remark
from bot.store import open_store
from tests.factories import NOW, make_change
from tests.fakes.chat_server import ChatServer
from tests.fakes.run_bot import CHANNELS, POINTS
from tests.killing import STORIES, TITLES, Bots, settle_down, world
from tests.waiting import PATIENCE_S, until

EDIT_POINTS = [point for point in POINTS if point.endswith((" claim", " edit", " look", " settle"))]
"""Steps that every edit goes through; to look is one of those whose first attempt nobody saw the end of."""

CORRECTED = "It was corrected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """What the ledger says in the end: in how many channels each title stands, and edits of each message."""

    old: int
    new: int
    edits: tuple[int, ...]
    died: int


async def kill_edit_at(point: str, database: str, data: Path, replicas: int) -> Corrected:
    """Let every replica die at a point while it corrects what was posted, and come back, until all is so."""
    server = ChatServer()
    async with world(database, data, server) as bots:
        await bots.start()
        await settle_down(bots, database)
        await bots.end()
        bots.processes.clear()
        if point.endswith("look"):
            server.edit_faults.extend(["accept, 500"] * len(CHANNELS))
        await correct(database)
        await asyncio.gather(*(bots.start("--at", point) for _ in range(replicas)))
        await until(lambda: any(process.returncode is not None for process in bots.processes))
        await all_edited(bots, database)
    texts = [message.text for message in server.ledger]
    return Corrected(
        old=sum(TITLES[0] in text for text in texts),
        new=sum(CORRECTED in text for text in texts),
        edits=tuple(Counter(server.edited).values()),
        died=bots.died,
    )


async def correct(database: str) -> None:
    """Correct the first story as somebody beside the bots does."""
    story = STORIES[0]
    remark = Remark(kind="corrected", at=NOW, reason="It was wrong.")
    told = tuple(replace(telling, title=CORRECTED) for telling in story.tellings)
    store = await open_store(database, checkpoints=False)
    await store.save_stories(
        [
            make_change(
                replace(story, tellings=told, remark=remark, revision=2), action="correct", retells=True
            )
        ]
    )
    await store.close()


async def all_edited(bots: Bots, database: str) -> None:
    """Let the bots work, reviving the dead, until they owe no edit."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            await bots.revive()
            store = await open_store(database, checkpoints=False)
            try:
                edits = [one for one in await store.deliveries(None, 1_000) if one.kind == "edit"]
            finally:
                await store.close()
            if edits and all(edit.state == "posted" for edit in edits):
                return
            await asyncio.sleep(0.1)
