"""How fast digests are composed when 10,000 channels of 500 distinct settings are due at the same minute.

Prints one table: how many are composed and stored a second, and how many digests were rendered for them.
The peer is the rendering alone, for each channel by itself.
"""

import asyncio
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot import briefing, digests
from bot.choosing import choose
from bot.engine import Engine
from bot.index import KeptIndex
from bot.language import Names
from bot.message import Limits, Message
from bot.model import (
    Channel,
    Mention,
    Occurrence,
    Source,
    Story,
    StoryId,
    Subscription,
    SubscriptionId,
    Telling,
    WorkspaceId,
)
from bot.store import open_store

CHANNELS = 10_000
SETTINGS = 500
STORIES = 30
NOW = datetime(2026, 3, 2, tzinfo=UTC)
LIMITS = Limits(characters=4_000, block_characters=4_000, blocks=39)
LANGUAGES = (("ja",), ("en",), ("ja", "en"), ("en", "ja"))
LOOKS = (("full", ""), ("compact", ""), ("thread", ""), ("full", "42"), ("compact", "42"))


def stories() -> list[Story]:
    """Return news of the last days, each in both languages."""
    return [
        Story(
            id=StoryId(f"story-{number}"),
            tellings=(
                Telling(language="en", title=f"Robot {number}", summary="It sorts parcels. " * 4, body="It."),
                Telling(
                    language="ja", title=f"ロボット{number}", summary="荷物を仕分ける。" * 4, body="荷物。"
                ),
            ),
            source=Source(name="The Daily Crate"),
            published_at=NOW - timedelta(hours=number),
            added_at=NOW,
        )
        for number in range(STORIES)
    ]


def subscription(number: int) -> Subscription:
    """Return one of 10,000, with one of 500 settings."""
    setting = number % SETTINGS
    style, target = LOOKS[setting // 100]
    return Subscription(
        id=SubscriptionId(f"s{number}"),
        channel=Channel(platform="bench", workspace=WorkspaceId("home"), id=f"channel-{number}"),
        languages=LANGUAGES[setting // 25 % 4],
        story_count=1 + setting % 25,
        style=style,
        mention=Mention(target=target) if target else None,
        next_due_at=NOW,
    )


async def compose() -> tuple[float, int]:
    """Compose all that is due; return how many seconds that took, and how many digests were rendered."""
    rendered = 0
    parts_of = digests.parts_of

    def counted(*given: Any) -> list[Message]:
        nonlocal rendered
        rendered += 1
        return parts_of(*given)

    with tempfile.TemporaryDirectory() as folder:
        store = await open_store(f"sqlite:///{folder}/bench.db")
        engine = Engine(store, KeptIndex(Path(folder) / "index"), Names(()), lambda: NOW)
        await engine.save(stories(), "bench", "")
        for number in range(CHANNELS):
            await store.add_subscription(subscription(number))
        digests.parts_of = counted
        start = time.perf_counter()
        composed = await engine.compose_due({"bench": LIMITS})
        took_s = time.perf_counter() - start
        digests.parts_of = parts_of
        await store.close()
    assert composed == CHANNELS
    return took_s, rendered


def render_each() -> float:
    """Render a digest for each channel by itself, and nothing else; return how many seconds that took."""
    news, names = stories(), Names(())
    start = time.perf_counter()
    for number in range(CHANNELS):
        wished = subscription(number)
        turn = Occurrence(subscription_id=wished.id, local_date=NOW.date(), slot="09:00")
        told = choose(news, wished.story_count)
        chosen = digests.Chosen(stories=told, remaining=0, asked=wished, names=names)
        briefing.split_parts(digests.parts_of(chosen, turn), LIMITS)
    return time.perf_counter() - start


def main() -> None:
    """Measure, and print the table."""
    took_s, rendered = asyncio.run(compose())
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{f'{CHANNELS:,} digests of {SETTINGS} settings':40}{'seconds':>10}{'a second':>10}{'rendered':>10}"
    )
    print(f"{'composed and stored':40}{took_s:>10.1f}{CHANNELS / took_s:>10,.0f}{rendered:>10,}")
    peer_s = render_each()
    print(f"{'peer: each rendered, none stored':40}{peer_s:>10.1f}{CHANNELS / peer_s:>10,.0f}{CHANNELS:>10,}")
    print(f"memory {memory_mb:.0f} MB")


if __name__ == "__main__":
    main()
