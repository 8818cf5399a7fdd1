"""Digests owed to a channel of each kind on the pretend Discord, and what stands there in the end."""

from datetime import timedelta

from adapters.discord.posting.platform import DiscordPlatform
from bot.delivering.leases import Terms
from bot.delivering.outbox import Outbox
from bot.delivering.pace import Pace
from bot.message import Heading, Message, paragraph
from bot.model import Channel, SubscriptionId, WorkspaceId
from bot.run import utc_now
from tests.factories import make_change, make_delivery, make_digest, make_occurrence, make_subscription

ROUNDS = 80
STORIES = 3


class QuickPlatform(DiscordPlatform):
    """Discord as it is, at a pace that tests have time for."""

    pace = Pace()


class World:
    """Digests owed to a channel of each kind, and what stands there."""

    def __init__(self, server, store):
        self.server, self.store = server, store
        self.guild = server.guild()
        self.channels = {
            "text": self.guild.text("text"),
            "thread": self.guild.text("thread"),
            "forum": self.guild.forum("forum", ["daily"]),
            "announcement": self.guild.announcement("announcement"),
        }
        self.start = utc_now()

    async def owe(self, *kinds):
        """Owe a digest of three messages to channels."""
        await self.store.save_stories([make_change()])
        for kind in kinds:
            channel = named(self.channels[kind])
            subscription = make_subscription(
                id=SubscriptionId(kind), channel=channel, next_due_at=self.start, style="full"
            )
            await self.store.add_subscription(subscription)
            deliveries = [
                make_delivery(
                    id=f"{kind}.{part}",
                    series=kind,
                    part=part,
                    channel=channel,
                    message=story(kind, part),
                    due_at=self.start,
                )
                for part in range(1, STORIES + 1)
            ]
            occurrence = make_occurrence(subscription_id=subscription.id)
            digest = make_digest(id=kind, channel=channel, occurrence=occurrence)
            await self.store.publish(digest, deliveries, subscription, self.start + timedelta(days=900))

    async def deliver(self, platform, rounds=ROUNDS, *, forgets=True):
        """Let outboxes work, an hour and more between them, until all is settled."""
        for round_ in range(rounds):
            if forgets:
                self.server.nonces.forget()
            clock = self.start + timedelta(hours=2 * round_)
            outbox = Outbox(self.store, platform, lambda now=clock: now, f"owner {round_}", QUICK)
            await outbox.drain()
            if await self.is_settled():
                return

    async def is_settled(self):
        owed = await self.store.deliveries(None, 100)
        return all(delivery.state in ("posted", "failed") for delivery in owed)

    def standing(self, kind):
        """Return the texts of a channel, those of its threads after it."""
        channel = self.channels[kind]
        return [*channel.texts, *(text for thread in channel.threads for text in thread.texts)]

    async def states(self):
        return {delivery.id: delivery.state for delivery in await self.store.deliveries(None, 100)}


QUICK = Terms(first_retry_s=0.01)


def story(kind, part):
    blocks = (Heading(f"{kind} {part}"), paragraph("It is told."))
    return Message(
        blocks, "en", in_thread=kind == "thread" and part > 1, publish=kind == "announcement", tag="daily"
    )


def expected(kind):
    return [f"## {kind} {part}\nIt is told." for part in range(1, STORIES + 1)]


def named(channel):
    return Channel(platform="discord", workspace=WorkspaceId(str(channel.guild.id)), id=str(channel.id))


def assert_all_stands_once(here):
    for kind in here.channels:
        assert here.standing(kind) == expected(kind)
    assert len(here.channels["thread"].threads) == 1
    assert len(here.channels["forum"].threads) == 1
    assert here.server.violations == []
