"""Messages as they read now: what was composed or posted before stories in it changed is told anew."""

from collections.abc import Sequence

from bot.delivering.copies import queued_in, retold, stories_in
from bot.message import Limits, Message
from bot.model import PUBLIC, StoryId, WorkspaceId
from bot.ports import Store


async def as_it_reads_now(store: Store, message: Message, workspace: WorkspaceId, limits: Limits) -> Message:
    """Return a message, in a channel of `workspace`, as its stories are now; the same where none changed."""
    ids = stories_in(message)
    if not ids:
        return message
    stories = await store.stored_stories(ids)
    into = [story.remark.into for story in stories.values() if story.remark and story.remark.into]
    named = await store.stored_stories(into)
    stories = {id_: story for id_, story in named.items() if story.workspace in (PUBLIC, workspace)} | stories
    past = {id_: await store.revisions(id_) for id_ in queued_in(message)}
    return retold(message, stories, await _hidden(store, list(stories), workspace), limits, past)


async def _hidden(store: Store, ids: Sequence[StoryId], workspace: WorkspaceId) -> frozenset[StoryId]:
    if workspace == PUBLIC:
        return frozenset()
    curation = await store.curation(workspace)
    return frozenset(ids).intersection(curation.hidden)
