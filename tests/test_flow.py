"""An article in, the posted digest out, on both databases, with the process dying between any two steps."""

from datetime import timedelta

import pytest

from bot.delivering.leases import LEASE_S
from bot.engine import Engine
from bot.index import PostingsIndex
from bot.language import Names
from bot.message import plain_text
from bot.model import Actor, Source, WorkspaceId
from tests.delivering.delivering import deliver_due
from tests.factories import NOW, make_channel, make_submission
from tests.fakes.platform import Killed, PretendPlatform

ARTICLE = """まず、川辺市議会は廃線になった路面電車の再開を決めた。工事は5月に始まる。

他のニュースとして、パン製造のこむぎ社はライ麦パンを回収すると発表した。金属片が混じった恐れがある。同社によれば、けが人はいない。
"""
EDITOR = Actor(name="editor", workspace=WorkspaceId("home"), language="ja", role="operator")


class Life:
    """One life of the bot's process: an engine of its own over the store that outlives it."""

    def __init__(self, store, platform, now):
        self.engine = Engine(store, PostingsIndex(), Names(), lambda: now)
        self.store, self.platform, self.now = store, platform, now

    async def add(self):
        article = make_submission(ARTICLE, source=Source(name="川辺新報"), for_everyone=True)
        await self.engine.add(article, EDITOR)

    async def subscribe(self):
        await self.engine.subscribe(make_channel(), "ja", "Asia/Tokyo")

    async def compose(self):
        await self.engine.compose_due({"local": self.platform.limits})

    async def deliver(self):
        while await deliver_due(self.store, {"local": self.platform}, lambda: self.now, f"bot at {self.now}"):
            pass

    async def live(self, until=4):
        for step in [self.add, self.subscribe, self.compose, self.deliver][:until]:
            await step()


def posted(platform):
    return "\n".join(plain_text(message) for _, _, message in platform.ledger)


async def test_an_article_becomes_the_posted_digest(store):
    platform = PretendPlatform()

    await Life(store, platform, NOW).live()

    text = posted(platform)
    assert "路面電車" in text
    assert "ライ麦パン" in text
    assert text.count("川辺新報") == 2


def titles(platform):
    return [
        b.text for _, _, message in platform.ledger for b in message.blocks if getattr(b, "level", 0) == 2
    ]


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
async def test_a_process_that_dies_between_two_steps_loses_and_repeats_nothing(store, steps):
    platform = PretendPlatform()
    await Life(store, platform, NOW).live(until=steps)

    await Life(store, platform, NOW + timedelta(hours=1)).live()
    await Life(store, platform, NOW + timedelta(hours=2)).live()

    assert len(titles(platform)) == 2
    assert len(set(titles(platform))) == 2


@pytest.mark.parametrize("fault", ["kill before", "kill after"])
async def test_a_process_that_dies_while_posting_loses_and_repeats_nothing(store, fault):
    platform = PretendPlatform(fault)
    with pytest.raises(Killed):
        await Life(store, platform, NOW).live()

    await Life(store, platform, NOW + timedelta(seconds=LEASE_S + 1)).live()

    assert len(titles(platform)) == 2
    assert len(set(titles(platform))) == 2


async def test_the_next_day_s_digest_holds_only_what_is_new(store):
    platform = PretendPlatform()
    await Life(store, platform, NOW).live()
    tomorrow = Life(store, platform, NOW + timedelta(days=1))
    article = "川辺川で珍しい白いカワウソが見つかった。専門家は突然変異とみている。"
    await tomorrow.engine.add(make_submission(article, for_everyone=True), EDITOR)

    await tomorrow.live()

    last = plain_text(platform.ledger[-1][2])
    assert "カワウソ" in last
    assert "路面電車" not in last
