"""What moderators look at: a story with its past and its copies, and the queue."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.adding.appearances import subscribed_here, where_blocks
from bot.identity import derived_id
from bot.message import Block, Message
from bot.model import Actor, Delivery, DeliveryId, Interaction, Language, Story, Workspace, opening_id
from bot.moderating.commands import ShowStory
from bot.moderating.queue_entry import decided_runs
from bot.moderating.queue_messages import PAGE_SIZE, QueuePage, Waiting, queue_message
from bot.moderating.rights import may_approve, may_reject
from bot.moderating.story_acts import Held, acts_on
from bot.moderating.story_card import Card, card_message, count_copies
from bot.moderating.story_finding import StoryFinding
from bot.moderating.story_history import COPIES, copies_message, history_message
from bot.moderating.story_past import brought_in, decided
from bot.phrases import phrase
from bot.ports import Platform, Store

_COUNTED: Final = 1_000
"""How many copies a card looks at, and how many subscriptions are asked which stories they want."""


class StoryViews:
    """Makes the messages that moderators work from."""

    def __init__(self, store: Store, finding: StoryFinding, platforms: Mapping[str, Platform]) -> None:
        self._store = store
        self._finding = finding
        self._platforms = platforms

    async def show(self, command: ShowStory, interaction: Interaction) -> Message:
        """Return what is asked of a story that is named by its id. Raises `NotFound`."""
        held = await self._finding.held(command.story, interaction)
        match command.part:
            case "story":
                return await self.card_of(held, interaction)
            case "history":
                zone, language = _zone(held.workspace, interaction), interaction.actor.language
                return history_message(
                    held.story, held.revisions, command.page, language, zone, interaction.limits
                )
            case "copies":
                return await self._copies(held, command.page, interaction)

    async def card(
        self, story: Story, interaction: Interaction, lead: str = "", language: Language | None = None
    ) -> Message:
        """Return a story as it is now, with what can be done; `language` is that of the telling shown."""
        held = await self._finding.held(story.id, interaction)
        return await self.card_of(held, interaction, lead, language)

    async def card_of(
        self,
        held: Held,
        interaction: Interaction,
        lead: str = "",
        language: Language | None = None,
        *,
        told_beside: bool = False,
    ) -> Message:
        """Return a story that is held, with what can be done, after a sentence that says what was done."""
        actor, story = interaction.actor, held.story
        where = None if held.may_change else actor.workspace
        copies = await self._store.copies(story.id, where, _COUNTED)
        card = Card(
            story=story,
            telling=story.telling(language or actor.language),
            revisions=held.revisions,
            copies=count_copies(copies),
            acts=acts_on(held, await self._store.curation(actor.workspace)),
            zone=_zone(held.workspace, interaction),
            told_beside=told_beside,
        )
        return card_message(card, actor.language, interaction.limits, lead)

    async def _copies(self, held: Held, page: int, interaction: Interaction) -> Message:
        actor, story = interaction.actor, held.story
        where = None if held.may_change else actor.workspace
        found = await self._store.copies(story.id, where, COPIES + 1, (page - 1) * COPIES)
        copies = found[:COPIES]
        edits = [copy.edit.id for copy in copies if copy.edit is not None and copy.edit.state == "failed"]
        instead: dict[DeliveryId, Delivery] = {}
        for edit in edits:
            reply = await self._store.delivery(opening_id(derived_id("instead", edit)))
            if reply is not None:
                instead[edit] = reply
        return copies_message(
            story,
            copies,
            instead,
            {copy.delivery.id: await self._address(copy.delivery) for copy in copies},
            page,
            len(found) > COPIES,
            actor.workspace,
            actor.language,
            _zone(held.workspace, interaction),
            interaction.limits,
        )

    async def _address(self, delivery: Delivery) -> str | None:
        """Return where a message is found, if it was posted and that is known."""
        platform = self._platforms.get(delivery.channel.platform)
        if platform is None or delivery.state != "posted" or not delivery.message_id:
            return None
        return await platform.address(delivery.channel, delivery.message_id)

    async def queue_page(self, interaction: Interaction, page: int, size: int = PAGE_SIZE) -> QueuePage:
        """Return a page of the stories that wait for somebody: their workspace's, then public ones."""
        actor, platform = interaction.actor, interaction.channel.platform
        workspace = await self._store.workspace(platform, actor.workspace)
        stories: list[Story] = []
        offset, total = (page - 1) * size, 0
        for owner in self._finding.queues_of(actor):
            count = await self._store.count_waiting(owner)
            if (room := size - len(stories)) > 0 and offset < total + count:
                stories += await self._store.waiting_stories(owner, room, max(0, offset - total))
            total += count
        return QueuePage(
            waiting=[await self._waiting(story, actor, workspace) for story in stories],
            page=page,
            total=total,
            zone=_zone(workspace, interaction),
        )

    async def queue(self, interaction: Interaction, page: int = 1, lead: Sequence[Block] = ()) -> Message:
        """Return a page of the queue, after what was done."""
        found = await self.queue_page(interaction, page)
        return queue_message(found, interaction.actor.language, interaction.limits, lead)

    async def where(self, story: Story, interaction: Interaction, now: datetime) -> list[Block]:
        """Return where a story that was just published appears in the workspace, and when."""
        channel, actor = interaction.channel, interaction.actor
        known = await self._store.subscriptions(channel.workspace, _COUNTED)
        return where_blocks([story], subscribed_here(known, channel), now, actor.language)

    async def _waiting(self, story: Story, actor: Actor, workspace: Workspace | None) -> Waiting:
        began = brought_in(await self._store.revisions(story.id))
        by = began.actor_id if began is not None else ""
        return Waiting(
            story=story,
            began=began,
            may_approve=may_approve(workspace, actor, by),
            may_reject=may_reject(workspace, actor, by),
        )


def decided_told(held: Held, interaction: Interaction) -> str:
    """Return who gave a story the state that it is in, for one who came too late."""
    last, zone = decided(held.revisions), _zone(held.workspace, interaction)
    return "".join(run.text for run in decided_runs(held.story, last, interaction.actor.language, zone))


def too_late(held: Held, interaction: Interaction) -> str:
    """Return that nothing was done with a story, and who gave it the state that it is in."""
    parts = (phrase("done.unchanged", interaction.actor.language), decided_told(held, interaction))
    return " ".join(filter(None, parts))


def _zone(workspace: Workspace | None, interaction: Interaction) -> str:
    """Return the time zone that a workspace has set, or that of its platform."""
    return workspace.time_zone if workspace is not None else interaction.time_zone
