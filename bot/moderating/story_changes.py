"""Changes of stories as they are saved: each act once, with who, what and why, and all copies told anew."""

from collections.abc import Sequence

from bot.adding.story_words import as_changed
from bot.changes import Action, Change
from bot.curating.known_names import KnownNames
from bot.identity import derived_id
from bot.model import ChangeId, Interaction, Story
from bot.ports import Clock, Store


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
        await self._store.save_stories(await as_changed(stories, change, self._names))

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
