"""What moderators are told when a channel can no longer be posted to, pure."""

from datetime import datetime

from bot.errors import ChannelLost
from bot.identity import derived_id
from bot.message import Heading, Message, paragraph
from bot.model import Channel, Delivery, Subscription, opening_id
from bot.phrases import phrase


def lost_channel(subscription: Subscription, error: ChannelLost, desk: Channel, now: datetime) -> Delivery:
    """Return the notice that a subscription's channel was lost, owed to the moderators' `desk`."""
    language = subscription.languages[0]
    name = subscription.channel.id
    message = Message(
        (
            Heading(phrase("notice.lost_heading", language, channel=name)),
            paragraph(phrase(f"notice.lost_{error.why}", language, channel=name)),
            paragraph(phrase("notice.lost_kept", language)),
        ),
        language,
    )
    series = derived_id("lost", subscription.id, now.isoformat())
    return Delivery(
        id=opening_id(series),
        kind="notice",
        series=series,
        part=1,
        channel=desk,
        message=message,
        due_at=now,
    )
