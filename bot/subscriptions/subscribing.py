"""A channel's subscription, by command: begun, shown, changed, paused, resumed, removed, posted at once."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from bot.commands import (
    ChangeSubscription,
    DigestCommand,
    PauseSubscription,
    PostNow,
    PreviewDigest,
    RemoveSubscription,
    ResumeSubscription,
    ShowSubscription,
    Subscribe,
)
from bot.curating.known_names import KnownNames
from bot.digests import Digests
from bot.errors import Conflict, InvalidInput, NotFound, UserError
from bot.form import Form
from bot.identity import derived_id
from bot.language import Names
from bot.message import Message, note
from bot.model import Channel, Interaction, Language, Occurrence, Subscription, SubscriptionId
from bot.moderating.rights import check_moderator
from bot.phrases import phrase
from bot.ports import Clock, Store
from bot.subscriptions import digest_form
from bot.subscriptions.terms import done_message, no_terms_message, terms_message
from bot.subscriptions.timetable import is_first, next_due
from bot.subscriptions.wishes import fulfil

SHELF: Final = "digest forms"
"""What the forms that were shown were made from."""


class Subscribing:
    """What members may see of their channel's subscription, and moderators do with it."""

    def __init__(self, store: Store, names: KnownNames, clock: Clock, digests: Digests) -> None:
        self._store = store
        self._names = names
        self._clock = clock
        self._digests = digests

    async def subscribe(self, channel: Channel, language: Language, time_zone: str) -> Subscription:
        """Subscribe a channel with the defaults, first due at once; a known channel keeps what it has."""
        return await self._store.add_subscription(self._default(channel, language, time_zone))

    async def reply(self, command: DigestCommand, interaction: Interaction) -> Message:
        """Do what a command asks; the reply tells the one who asked what is so now.

        Raises `UserError` for what cannot be done.
        """
        match command:
            case ShowSubscription():
                return await self._show(interaction)
            case PreviewDigest():
                return await self._preview(interaction)
        check_moderator(interaction.actor)
        if isinstance(command, Subscribe):
            return await self._begin(command, interaction)
        before = await self._store.subscription(interaction.channel)
        if before is None:
            raise NotFound("not_subscribed")
        if isinstance(command, PostNow):
            return await self._post_now(before, interaction)
        names = await self._names_here(interaction)
        after, lead = self._changed(before, command, names)
        if after != before:
            try:
                await self._store.change_subscription(before, after)
            except Conflict as error:
                raise InvalidInput("subscription_changed_meanwhile") from error
        return self._told(after, interaction, lead, names)

    async def form(self, interaction: Interaction) -> Message | Form:
        """Return the form with every setting of a channel's subscription, or what it gets.

        That is for members, who may not change it, and where a form has no room for so many fields.
        """
        actor = interaction.actor
        if actor.role == "member" or interaction.form_fields < digest_form.FIELDS:
            return await self._show(interaction)
        subscription = await self._subscription_or_default(interaction)
        return await self._form(subscription, interaction)

    async def fill_in(
        self, values: Mapping[str, str], interaction: Interaction, basis: str = ""
    ) -> Message | Form:
        """Subscribe a channel, or change its subscription, as a form says; it comes back with a problem.

        Only what differs from the form's `basis` is changed, where that is known: what somebody else changed
        meanwhile stays, and what both changed is a problem. Raises `NotAllowed` for members.
        """
        language = interaction.actor.language
        check_moderator(interaction.actor)
        known = await self._store.subscription(interaction.channel)
        before = known or self._default_of(interaction)
        names = await self._names_here(interaction)
        was = await self._basis(basis, interaction) or digest_form.typed(before)
        merge = digest_form.merged(values, was, before)
        if merge.conflicts:
            told = digest_form.conflict_told(merge, before, names, language)
            return await self._form(before, interaction, merge.values, told, merge.conflicts[0])
        try:
            wishes = digest_form.changes(merge.values, before, language)
            if known is None:
                return await self._begin(Subscribe(wishes=wishes), interaction)
            if not wishes:
                return self._told(known, interaction, "unchanged", names)
            return await self.reply(ChangeSubscription(wishes=wishes), interaction)
        except UserError as error:
            now = await self._store.subscription(interaction.channel) or before
            values = digest_form.merged(merge.values, digest_form.typed(before), now).values
            option = str(error.facts.get("option", ""))
            return await self._form(now, interaction, values, digest_form.problem(error, language), option)

    async def _form(
        self,
        subscription: Subscription,
        interaction: Interaction,
        values: Mapping[str, str] | None = None,
        problem: str = "",
        problem_field: str = "",
    ) -> Form:
        """Return the form; what it is made from is kept, so that it never takes back what others change."""
        workspace, language = interaction.actor.workspace, interaction.actor.language
        text = json.dumps(digest_form.typed(subscription), ensure_ascii=False)
        basis = derived_id("digest form", workspace, text)
        await self._store.keep(SHELF, basis, text, workspace, fades=True)
        names = await self._names_here(interaction)
        return digest_form.form(subscription, names, language, values, problem, problem_field, basis=basis)

    async def _basis(self, name: str, interaction: Interaction) -> Mapping[str, str] | None:
        """Return what a form of the workspace was made from; None where that is not known."""
        text = await self._store.kept(SHELF, name) if name else None
        if text is None or name != derived_id("digest form", interaction.actor.workspace, text):
            return None
        basis: dict[str, str] = json.loads(text)
        return basis

    def _changed(
        self,
        before: Subscription,
        command: ChangeSubscription | PauseSubscription | ResumeSubscription | RemoveSubscription,
        names: Names,
    ) -> tuple[Subscription, str]:
        """Return a subscription as a command makes it, and the phrase that tells so."""
        match command:
            case ChangeSubscription(wishes=wishes):
                if not wishes:
                    raise InvalidInput("change_what")
                return self._with_due_time(before, fulfil(wishes, before, names)), "changed"
            case PauseSubscription():
                if before.state == "paused" and not before.trouble:
                    return before, "paused_already"
                return replace(before, state="paused", trouble=""), "paused_now"
            case ResumeSubscription():
                if before.state == "active":
                    return before, "active_already"
                due_at = next_due(before, self._clock()).at
                return replace(before, state="active", trouble="", next_due_at=due_at), "resumed"
            case RemoveSubscription():
                return replace(before, state="removed", trouble=""), "removed"

    def _with_due_time(self, before: Subscription, after: Subscription) -> Subscription:
        """Return a subscription that is due by its new timetable; a first digest that is owed stays so."""
        now = self._clock()
        if _timetable(after) == _timetable(before) or (before.next_due_at <= now and is_first(before)):
            return after
        return replace(after, next_due_at=next_due(after, now).at)

    def _told(self, subscription: Subscription, interaction: Interaction, lead: str, names: Names) -> Message:
        language = interaction.actor.language
        sentence = phrase(f"subscription.lead_{lead}", language)
        if subscription.state == "removed":
            return done_message(sentence, language)
        return terms_message(subscription, names, self._clock(), language, sentence)

    async def _begin(self, command: Subscribe, interaction: Interaction) -> Message:
        known = await self._store.subscription(interaction.channel)
        names = await self._names_here(interaction)
        if known is not None:
            return self._told(known, interaction, "known", names)
        begun = fulfil(command.wishes, self._default_of(interaction), names)
        saved = await self._store.add_subscription(begun)
        is_ours = replace(saved, next_due_at=begun.next_due_at) == begun
        return self._told(saved, interaction, "begun" if is_ours else "known", names)

    async def _show(self, interaction: Interaction) -> Message:
        language = interaction.actor.language
        subscription = await self._store.subscription(interaction.channel)
        if subscription is None:
            return no_terms_message(language)
        names = await self._names_here(interaction)
        return terms_message(subscription, names, self._clock(), language)

    async def _preview(self, interaction: Interaction) -> Message:
        language = interaction.actor.language
        subscription = await self._subscription_or_default(interaction)
        message = await self._digests.preview(subscription)
        intro = note(phrase("subscription.preview", language))
        return replace(message, blocks=(intro, *message.blocks), mention=None)

    async def _post_now(self, subscription: Subscription, interaction: Interaction) -> Message:
        if subscription.state == "paused":
            raise InvalidInput("now_paused")
        turn = Occurrence(
            subscription_id=subscription.id,
            local_date=self._clock().astimezone(ZoneInfo(subscription.time_zone)).date(),
            slot=f"now {derived_id('now', interaction.id)}",
        )
        try:
            published = await self._digests.publish_now(subscription, turn, interaction.limits)
        except Conflict as error:
            raise InvalidInput("subscription_changed_meanwhile") from error
        key = {None: "now_already", False: "now_nothing", True: "now_done"}[published]
        language = interaction.actor.language
        return done_message(phrase(f"subscription.{key}", language), language)

    async def _names_here(self, interaction: Interaction) -> Names:
        return await self._names.of(interaction.channel.workspace)

    async def _subscription_or_default(self, interaction: Interaction) -> Subscription:
        return await self._store.subscription(interaction.channel) or self._default_of(interaction)

    def _default_of(self, interaction: Interaction) -> Subscription:
        return self._default(interaction.channel, interaction.actor.language, interaction.time_zone)

    def _default(self, channel: Channel, language: Language, time_zone: str) -> Subscription:
        return Subscription(
            id=SubscriptionId(derived_id("subscription", channel.platform, channel.workspace, channel.id)),
            channel=channel,
            languages=(language,),
            time_zone=time_zone,
            next_due_at=self._clock(),
        )


def _timetable(subscription: Subscription) -> tuple[object, ...]:
    return subscription.times, subscription.weekdays, subscription.cron, subscription.time_zone
