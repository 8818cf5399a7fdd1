"""Publishing: what was kept of a draft goes into the store as one act, once however often it is tried."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.adding.story_words import as_changed
from bot.changes import Change, Draft, Piece
from bot.contention import again_on_conflict
from bot.curating.known_names import KnownNames
from bot.identity import derived_id
from bot.model import (
    Actor,
    Article,
    ArticleId,
    ChangeId,
    Source,
    Status,
    Story,
    StoryId,
    Telling,
    Workspace,
)
from bot.moderating import queue_notices
from bot.ports import Clock, Store

_STEP = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What became of a draft: its stories as they stand now, those that are new, and those it merged into."""

    stories: Sequence[Story]
    new: frozenset[StoryId]
    merged: Sequence[Story]


class Publishing:
    """Saves the stories of drafts with the sources that they add to known ones."""

    def __init__(self, store: Store, names: KnownNames, clock: Clock) -> None:
        self._store = store
        self._names = names
        self._clock = clock

    async def publish(
        self, draft: Draft, actor: Actor, status: Status, workspace: Workspace | None
    ) -> Published:
        """Save a draft's kept pieces with a status, as one change. Raises `InvalidInput`.

        What is in the store already, of an earlier try or the same article, stays as it is. The desk of
        the `workspace` is told of stories that wait.
        """
        return await again_on_conflict(lambda: self._publish_once(draft, actor, status, workspace))

    async def _publish_once(
        self, draft: Draft, actor: Actor, status: Status, workspace: Workspace | None
    ) -> Published:
        now = self._clock()
        article = article_of(draft, now)
        cut = await asyncio.to_thread(stories_of, draft, article)
        stories = [replace(story, status=status) for story in cut]
        targets = list(dict.fromkeys(piece.like for piece in _merging(draft) if piece.like))
        known = await self._store.stored_stories([*(story.id for story in stories), *targets])
        new = [story for story in stories if story.id not in known]
        merged = with_source([known[id_] for id_ in targets if id_ in known], draft.source)
        if new or merged:
            change = _change(draft, actor, now, new, merged)
            changes = await as_changed((*new, *merged), change, self._names)
            notices = queue_notices.waiting(new, change, workspace)
            await self._store.save_stories(changes, article if new else None, notices)
        return Published(
            stories=[known.get(story.id, story) for story in stories],
            new=frozenset(story.id for story in new),
            merged=_as_they_are(targets, known, merged),
        )


def article_of(draft: Draft, now: datetime) -> Article:
    """Return the article of a draft; the same text in a workspace is the same article."""
    return Article(
        id=ArticleId(derived_id("article", draft.workspace, draft.text)),
        workspace=draft.workspace,
        text=draft.text,
        language=draft.language,
        source=draft.source,
        published_at=draft.published_at,
        added_at=now,
    )


def stories_of(draft: Draft, article: Article) -> list[Story]:
    """Return the stories that a draft adds, in the order of its pieces."""
    pieces = [piece for piece in draft.pieces if piece.kept and piece.treatment != "merge"]
    # Digests and lists show the newest first, then go by id: only their instants keep stories of one
    # article in order. They may not reach into the second before, or the day, which would be shown.
    latest = draft.published_at
    span = max(0, len(pieces) - 1) * _STEP
    if latest - span < latest.replace(microsecond=0):
        latest += span
    return [
        replace(
            _story_of(article, piece),
            published_at=latest - number * _STEP,
            updates=piece.like if piece.treatment == "update" else None,
        )
        for number, piece in enumerate(pieces)
    ]


def with_source(known: Sequence[Story], source: Source) -> list[Story]:
    """Return those of the stories that a source is new to, with it as a further one."""
    return [
        replace(story, also=(*story.also, source), revision=story.revision + 1)
        for story in known
        if source not in (story.source, *story.also)
    ]


def _merging(draft: Draft) -> list[Piece]:
    return [piece for piece in draft.pieces if piece.kept and piece.treatment == "merge"]


def _story_of(article: Article, piece: Piece) -> Story:
    """Return a piece of an article as a story; its id tells the text, whatever it is called."""
    body = article.text[piece.span.start : piece.span.end]
    return Story(
        id=StoryId(derived_id("story", article.id, str(piece.span.start), body)),
        workspace=article.workspace,
        tellings=(Telling(language=article.language, title=piece.title, summary=piece.summary, body=body),),
        source=article.source,
        published_at=article.published_at,
        added_at=article.added_at,
        topics=piece.topics,
        article_id=article.id,
        span=piece.span,
    )


def _change(
    draft: Draft, actor: Actor, now: datetime, new: Sequence[Story], merged: Sequence[Story]
) -> Change:
    """Return the act of publishing a draft, by an id that is the same at every try that changes the same."""
    began = str(int(draft.made_at.timestamp() * 1_000))
    states = [f"{story.id}.{story.revision}" for story in (*new, *merged)]
    return Change(
        id=ChangeId(derived_id("publish", draft.id, began, *states)),
        workspace=draft.workspace,
        at=now,
        actor=actor.name,
        actor_id=actor.id,
        action="suggest" if draft.suggested else "add" if new else "merge",
    )


def _as_they_are(
    ids: Sequence[StoryId], known: Mapping[StoryId, Story], changed: Sequence[Story]
) -> list[Story]:
    now = {**known, **{story.id: story for story in changed}}
    return [now[id_] for id_ in ids if id_ in now]
