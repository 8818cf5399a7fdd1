"""Changes of stories as they are saved: each act once, with who, what and why, and all copies told anew."""

import asyncio
from collections.abc import Sequence
from typing import Final

from bot.adding.intake import story_tokens
from bot.changes import Action, Change, StoryChange
from bot.curating.known_names import KnownNames
from bot.identity import derived_id
from bot.model import ChangeId, Interaction, Story
from bot.ports import Clock, Store

ATTEMPTS: Final = 5
"""How often an act looks again when somebody else was first."""


class StoryChanges:
    """Saves what one person does to stories, as one act."""

    def __init__(self, store: Store, names: KnownNames, clock: Clock) -> None:
        self._store = store
        self._names = names
        self._clock = clock

    async def save(
        self, interaction: Interaction, word: str, action: Action, reason: str, stories: Sequence[Story]
    ) -> None:
        """Save stories as an act makes them; the first names it. Raises `Conflict`.

        What somebody composes in the same moment is told anew, too, so every change retells.
        """
        first, actor = stories[0], interaction.actor
        change = Change(
            id=change_id(interaction, word, first, first.revision),
            workspace=first.workspace,
            at=self._clock(),
            actor=actor.name,
            actor_id=actor.id,
            action=action,
            reason=reason,
        )
        names = await self._names.of_stories(first.workspace)
        found_by = await asyncio.to_thread(lambda: [story_tokens(story, names) for story in stories])
        changes = [
            StoryChange(after=story, tokens=words, change=change, retells=True)
            for story, words in zip(stories, found_by, strict=True)
        ]
        await self._store.save_stories(changes)

    async def is_done(self, interaction: Interaction, word: str, story: Story, revision: int) -> bool:
        """Return whether an act on a story as it was at `revision` is done: it came a second time."""
        if not revision:
            return False
        return await self._store.change(change_id(interaction, word, story, revision + 1)) is not None


def change_id(interaction: Interaction, word: str, story: Story, revision: int) -> ChangeId:
    """Return the id of an act that makes a story's `revision`: the same, however often it arrives."""
    channel = interaction.channel
    place = (channel.platform, channel.workspace, channel.id, interaction.id, interaction.actor.id)
    return ChangeId(derived_id("moderation", *place, word, story.id, str(revision)))
