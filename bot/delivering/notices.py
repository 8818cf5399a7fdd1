"""What a workspace is told unasked, pure: a welcome, and that a channel can no longer be posted to."""

from dataclasses import replace
from datetime import datetime

from bot.errors import ChannelLost
from bot.identity import derived_id
from bot.message import Block, Button, Buttons, Heading, Limits, Message, Paragraph, Run, paragraph, split
from bot.model import Channel, Delivery, Language, StoryId, Subscription, Workspace, delivery_id, opening_id
from bot.phrases import phrase, phrase_runs

_FIRST_STEPS = {
    "welcome.subscribe": "/ai-news-digest subscribe",
    "welcome.ask": "/ai-news deepseek",
    "welcome.help": "/ai-news help",
    "welcome.setup": "/ai-news-mod setup",
}
"""What a workspace that is new does first, each with the phrase that explains it."""


def lost_channel(subscription: Subscription, error: ChannelLost, desk: Channel, now: datetime) -> Delivery:
    """Return the notice that a subscription's channel was lost, owed to the moderators' `desk`."""
    language = subscription.languages[0]
    id_ = subscription.channel.id
    name = (Run(f"#{id_}", channel=id_),)
    kept = () if error.why == "deleted" else (paragraph(phrase("notice.lost_kept", language)),)
    message = Message(
        (
            Heading(phrase("notice.lost_heading", language)),
            Paragraph(phrase_runs(f"notice.lost_{error.why}", language, "channel", name)),
            *kept,
        ),
        language,
    )
    return _notice(derived_id("lost", subscription.id, now.isoformat()), desk, message, now)


def given_up(delivery: Delivery, reason: str, desk: Channel, now: datetime) -> Delivery:
    """Return the notice that a delivery was given up, owed to `desk`; another try has another notice."""
    language = delivery.message.language
    name = (Run(f"#{delivery.channel.id}", channel=delivery.channel.id),)
    message = Message(
        (
            Heading(phrase("notice.given_up_heading", language)),
            Paragraph(phrase_runs(f"notice.given_up_{delivery.kind}", language, "channel", name)),
            paragraph(phrase("notice.given_up_because", language, reason=reason)),
            paragraph(phrase("notice.given_up_retry", language, delivery_id=delivery.id)),
        ),
        language,
    )
    return _notice(derived_id("given up", delivery.id, str(delivery.attempt)), desk, message, now)


def uneditable(
    edit: Delivery, story_id: StoryId, reason: str, language: Language, desk: Channel, now: datetime
) -> Delivery:
    """Return the notice that a copy of a story could not be edited, owed to `desk` once for each change."""
    name = (Run(f"#{edit.channel.id}", channel=edit.channel.id),)
    message = Message(
        (
            Heading(phrase("notice.uneditable_heading", language)),
            Paragraph(phrase_runs("notice.uneditable", language, "channel", name)),
            paragraph(phrase("notice.uneditable_because", language, reason=reason)),
            paragraph(phrase("notice.uneditable_where", language, story_id=story_id)),
        ),
        language,
    )
    return _notice(
        derived_id("uneditable", edit.cause or edit.id, desk.platform, desk.workspace), desk, message, now
    )


def instead_of_edit(edit: Delivery, message: Message, limits: Limits, now: datetime) -> list[Delivery]:
    """Return what is owed to the place of a copy that could not be edited: what it would read."""
    series = derived_id("instead", edit.id)
    return [
        replace(
            _notice(series, edit.channel, part, now),
            id=delivery_id(series, number),
            part=number,
            target=edit.target,
        )
        for number, part in enumerate(split(message, limits), start=1)
    ]


def welcome(workspace: Workspace, channel: Channel, now: datetime, *, back: bool) -> Delivery:
    """Return what is owed to a workspace that takes the bot in, or takes it `back`: what to do next.

    It is the same delivery whenever the same joining is told of.
    """
    language = workspace.language
    kind = "back" if back else "new"
    blocks: list[Block] = [
        Heading(phrase(f"welcome.heading_{kind}", language)),
        paragraph(phrase(f"welcome.what_{kind}", language)),
    ]
    steps: list[Run] = []
    for key, command in _FIRST_STEPS.items():
        steps += [Run(command, style="strong"), Run(f" — {phrase(key, language)}\n")]
    buttons = [
        Button(label=phrase("welcome.button_subscribe", language), command="/ai-news-digest subscribe"),
        Button(label=phrase("welcome.button_ask", language), command="/ai-news deepseek"),
        Button(label=phrase("welcome.button_help", language), command="/ai-news help"),
    ]
    message = Message((*blocks, Paragraph(tuple(steps)), Buttons(tuple(buttons))), language)
    joining = (workspace.platform, workspace.id, workspace.joined_at.isoformat())
    return _notice(derived_id("welcome", *joining), channel, message, now)


def _notice(series: str, channel: Channel, message: Message, now: datetime) -> Delivery:
    return Delivery(
        id=opening_id(series),
        kind="notice",
        series=series,
        part=1,
        channel=channel,
        message=message,
        due_at=now,
    )
