"""Stories made elsewhere come in, seeds and imports: saved with the tokens they are found by, once each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.adding.story_words import as_changed
from bot.changes import Change
from bot.contention import again_on_conflict
from bot.curating.known_names import KnownNames
from bot.errors import InvalidInput
from bot.identity import derived_id
from bot.model import ChangeId, Story
from bot.ports import Clock, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What loading stories did: how many were new, changed, or already as given."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


class Intake:
    """The way into one store for stories that nobody looks through."""

    def __init__(self, store: Store, names: KnownNames, clock: Clock) -> None:
        self.store = store
        self.names = names
        self.clock = clock

    async def save(self, stories: Sequence[Story], actor: str, reason: str) -> Saved:
        """Save stories made elsewhere (seeds, imports) under their ids; new ones are added, others edited.

        What is already as given stays untouched, so loading again changes nothing; neither does it
        undo what somebody else changed since. When an id comes twice, the last one counts. Raises
        `InvalidInput` when an id belongs to another workspace.
        """
        return await again_on_conflict(lambda: self._save_once(stories, actor, reason))

    async def _save_once(self, stories: Sequence[Story], actor: str, reason: str) -> Saved:
        by_id = {story.id: story for story in stories}
        stored = await self.store.stored_stories(list(by_id))
        changed = [
            story
            for story in by_id.values()
            if story.id not in stored
            or not (_is_same(story, stored[story.id]) or await self._was_given(story, actor))
        ]
        for story in changed:
            if story.id in stored and stored[story.id].workspace != story.workspace:
                raise InvalidInput("other_workspace", story_id=story.id)
        await self._save_changes(
            [self._next(story, stored.get(story.id)) for story in changed], actor, reason
        )
        added = sum(story.id not in stored for story in changed)
        return Saved(added=added, changed=len(changed) - added, unchanged=len(stories) - len(changed))

    async def _was_given(self, story: Story, actor: str) -> bool:
        """Whether a story is just as `actor` gave it last, so that it is others who changed it since."""
        given = [
            revision
            for revision in await self.store.revisions(story.id)
            if revision.actor == actor and not revision.actor_id
        ]
        return bool(given) and _is_same(story, given[-1].after)

    async def _save_changes(self, stories: Sequence[Story], actor: str, reason: str) -> None:
        if not stories:
            return
        is_new = all(story.revision == 1 for story in stories)
        told = [f"{story.id}.{story.revision}" for story in stories]
        change = Change(
            id=ChangeId(derived_id("change", "", *told)),
            workspace=stories[0].workspace,
            at=self.clock(),
            actor=actor,
            action="add" if is_new else "edit",
            reason=reason,
        )
        changes = await as_changed(stories, change, self.names, retells=False)
        await self.store.save_stories(changes)

    def _next(self, story: Story, stored: Story | None) -> Story:
        if stored is None:
            return replace(story, revision=1)
        return replace(_as_decided(story, stored), revision=stored.revision + 1)


def _is_same(story: Story, stored: Story) -> bool:
    """Whether a story is what the store has, but for what the store itself decides."""
    return replace(_as_decided(story, stored), revision=stored.revision) == stored


def _as_decided(story: Story, stored: Story) -> Story:
    """Return a story with what no file tells, but what became of it in the store."""
    return replace(
        story,
        added_at=stored.added_at,
        status=stored.status,
        remark=stored.remark,
        also=stored.also,
        updates=stored.updates,
    )
