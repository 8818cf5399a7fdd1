"""Stories in: articles are cut, stories are saved with the tokens they are found by, once each."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.adding.story_words import as_changed
from bot.changes import Change
from bot.contention import again_on_conflict
from bot.curating.known_names import KnownNames
from bot.errors import InvalidInput
from bot.identity import derived_id
from bot.language import language_of
from bot.model import (
    Actor,
    Article,
    ArticleId,
    ChangeId,
    Source,
    Story,
    StoryId,
    Telling,
    WorkspaceId,
)
from bot.ports import Clock, Store
from bot.segment import Segment, cut

MAX_ARTICLE_CHARACTERS = 500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What loading stories did: how many were new, changed, or already as given."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


class Intake:
    """The ways into one store."""

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
            [self._next(story, stored.get(story.id)) for story in changed], actor, "", reason
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

    async def add(
        self, text: str, source: Source, published_at: datetime | None, actor: Actor, workspace: WorkspaceId
    ) -> list[Story]:
        """Cut an article into stories and publish them; the same article again gives the same stories.

        Raises `InvalidInput` when the text is empty, too long, or has no story in it.
        """
        check_length(text)
        now = self.clock()
        article = Article(
            id=ArticleId(derived_id("article", workspace, text)),
            workspace=workspace,
            text=text,
            language=language_of(text),
            source=source,
            published_at=published_at or now,
            added_at=now,
        )
        names = await self.names.of_stories(workspace)
        segments = (await asyncio.to_thread(cut, text, names)).segments
        if not segments:
            raise InvalidInput("article_no_story")
        stories = [story_of(article, segment) for segment in segments]
        return await again_on_conflict(lambda: self._add_once(stories, article, actor))

    async def _add_once(self, stories: Sequence[Story], article: Article, actor: Actor) -> list[Story]:
        known = await self.store.stored_stories([story.id for story in stories])
        new = [story for story in stories if story.id not in known]
        await self._save_changes(new, actor.name, actor.id, "", article)
        return [known.get(story.id, story) for story in stories]

    async def _save_changes(
        self,
        stories: Sequence[Story],
        actor: str,
        actor_id: str,
        reason: str,
        article: Article | None = None,
    ) -> None:
        if not stories:
            return
        now = self.clock()
        is_new = all(story.revision == 1 for story in stories)
        told = [f"{story.id}.{story.revision}" for story in stories]
        change = Change(
            id=ChangeId(derived_id("change", actor_id, *told)),
            workspace=stories[0].workspace,
            at=now,
            actor=actor,
            actor_id=actor_id,
            action="add" if is_new else "edit",
            reason=reason,
        )
        changes = await as_changed(stories, change, self.names, retells=False)
        await self.store.save_stories(changes, article)

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


def check_length(text: str) -> None:
    """Raise `InvalidInput` for a text that is empty or longer than an article may be."""
    if not text.strip():
        raise InvalidInput("article_empty")
    if len(text) > MAX_ARTICLE_CHARACTERS:
        raise InvalidInput("article_too_long", limit=MAX_ARTICLE_CHARACTERS, length=len(text))


def story_of(article: Article, segment: Segment) -> Story:
    """Return a story of an article; its id tells the text, whatever it is called."""
    body = article.text[segment.span.start : segment.span.end]
    return Story(
        id=StoryId(derived_id("story", article.id, str(segment.span.start), body)),
        workspace=article.workspace,
        tellings=(
            Telling(language=article.language, title=segment.title, summary=segment.summary, body=body),
        ),
        source=article.source,
        published_at=article.published_at,
        added_at=article.added_at,
        topics=segment.topics,
        article_id=article.id,
        span=segment.span,
    )
