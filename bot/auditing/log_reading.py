"""The log as it is read: changes with what they were about, and what became of them."""

from collections.abc import Sequence

from bot.auditing.log_messages import NAMED, Entry, decided, decision_subjects, story_subjects
from bot.changes import Change
from bot.chronicle import LogFilter
from bot.language import Names
from bot.model import Language, Story, StoryId, WorkspaceId
from bot.ports import Store


class LogReading:
    """Reads the log for people; `names` tell what topics are called."""

    def __init__(self, store: Store, names: Names) -> None:
        self._store = store
        self._names = names

    async def entries(
        self,
        workspaces: Sequence[WorkspaceId],
        limit: int,
        which: LogFilter,
        language: Language,
        offset: int = 0,
    ) -> list[Entry]:
        """Return changes of some workspaces' logs with what became of them, the newest first."""
        changes = await self._store.changes(workspaces, limit, offset, which)
        return [await self.entry(change, language) for change in changes]

    async def entry(self, change: Change, language: Language) -> Entry:
        """Return a change with what became of it."""
        store = self._store
        subjects, more, story_id = await self._about(change, language)
        undoes, again = await self._undone(change)
        return Entry(
            change=change,
            subjects=subjects,
            more=more,
            story_id=story_id,
            undoes=undoes,
            again=again,
            undone_by=await store.change(change.undone_by) if change.undone_by else None,
            edits=await store.count_edits(change.id),
        )

    async def _undone(self, change: Change) -> tuple[Change | None, bool]:
        """Return what a change takes back in the end, and whether it does that again, as undoing an undo."""
        undone, again = None, True
        while change.undoes and (before := await self._store.change(change.undoes)):
            undone = change = before
            again = not again
        return undone, undone is not None and again

    async def _about(self, change: Change, language: Language) -> tuple[tuple[str, ...], int, StoryId | None]:
        """Return what a change was about: titles or names, how many more, and the story where it is one."""
        decision = await self._store.curation_change(change.id)
        if decision is not None:
            parts = decided(*decision)
            count = len(parts)
            ids = [StoryId(str(which)) for name, which in parts if name in ("hidden", "pinned")]
            stored = await self._store.stored_stories(ids)
            stories = {id_: story for id_, story in stored.items() if _is_known(story, change.workspace)}
            subjects = decision_subjects(parts, decision, stories, self._names, language)
        else:
            revisions = await self._store.revisions_of(change.id, NAMED)
            ids = [revision.story_id for revision in revisions]
            subjects = story_subjects(revisions, language)
            count = await self._store.count_revisions(change.id)
        return subjects[:NAMED], max(count - NAMED, 0), ids[0] if len(set(ids)) == 1 else None


def _is_known(story: Story, workspace: WorkspaceId) -> bool:
    """Whether a workspace's moderators know what a story is called that they decided about."""
    return story.status == "published" or story.workspace == workspace
