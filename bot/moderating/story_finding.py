"""Stories as moderators name them: by id, or by words; nobody learns of one that they may not see."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final, Literal

from bot.commands import MAX_QUERY_CHARACTERS
from bot.curating.known_names import KnownNames
from bot.errors import NotAllowed, NotFound
from bot.language import Names, tokens
from bot.lookup import Answer
from bot.model import PUBLIC, Actor, Interaction, Story, StoryId, WorkspaceId
from bot.moderating.queue_messages import MAX_FOUND
from bot.moderating.rights import may_change, sees
from bot.moderating.story_acts import Held
from bot.moderating.story_past import as_readers_know
from bot.phrases import phrase
from bot.ports import Store

Lookup = Callable[[str, Actor, int], Awaitable[Answer]]
"""Answers a question with so many stories, as members are answered."""

_Holding = Callable[[str, Sequence[Story], Names], list[Story]]
"""Returns which stories hold words."""

_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_WAITING: Final = 100
"""How many stories of a queue are looked through for words."""

_WITHDRAWN: Final = 100
"""How many of the stories that were retracted last are."""


class StoryFinding:
    """Finds stories for one who moderates."""

    def __init__(
        self, store: Store, names: KnownNames, operators: frozenset[WorkspaceId], lookup: Lookup
    ) -> None:
        self._store = store
        self._names = names
        self._operators = operators
        self._lookup = lookup

    async def named(self, named: str, actor: Actor) -> Story | None:
        """Return the story of an id; None where there is none that the actor may see."""
        if not _ID.fullmatch(named):
            return None
        story = (await self._store.stored_stories([StoryId(named)])).get(StoryId(named))
        return story if story is not None and sees(actor, story, self._operators) else None

    async def held(self, named: str, interaction: Interaction, *, to_change: bool = False) -> Held:
        """Return the story of an id, with what is needed to do something with it.

        Raises `NotFound`, and `NotAllowed` where it shall be changed by one who only sees it.
        """
        actor, platform = interaction.actor, interaction.channel.platform
        story = await self.named(named, actor)
        if story is None:
            raise NotFound("story_not_here")
        allowed = may_change(actor, story, self._operators)
        if to_change and not allowed:
            raise NotAllowed("public_story", story_id=story.id)
        revisions = await self._store.revisions(story.id)
        if not allowed:  # whoever works at public stories is known to those who do alone
            revisions = as_readers_know(revisions, phrase("history.operator", actor.language))
        return Held(
            story=story,
            revisions=revisions,
            actor=actor,
            workspace=await self._store.workspace(platform, actor.workspace),
            may_change=allowed,
            is_posted=await self._store.count_copies(story.id) > 0,
        )

    async def like(
        self, words: str, actor: Actor, *, to_change: bool = False, in_any_state: bool = False
    ) -> Sequence[Story]:
        """Return the stories that words find, those that wait first; without words the newest.

        Where they are looked for `in_any_state`, retracted ones that hold every word come last.
        Raises `NotFound` where they find none that the actor may see, or change.
        """
        words = words[:MAX_QUERY_CHARACTERS].strip()
        found = [*await self._waiting(words, actor), *await self._told(words, actor)]
        if to_change:
            found = [story for story in found if may_change(actor, story, self._operators)]
        if in_any_state and words:
            withdrawn = (await self._withdrawn(words, actor, _holding_all))[: MAX_FOUND // 2]
            found = [*found[: MAX_FOUND - len(withdrawn)], *withdrawn]
        if not found:
            raise NotFound("story_not_here")
        return found[:MAX_FOUND]

    async def withdrawn(self, words: str, actor: Actor) -> Sequence[Story]:
        """Return the retracted stories that hold some of the words, those with the most first.

        Of those alike, and without words, the last retracted comes first. Raises `NotFound` where there is
        none that the actor may change.
        """
        found = await self._withdrawn(words[:MAX_QUERY_CHARACTERS].strip(), actor, _holding)
        if not found:
            raise NotFound("retracted_not_found")
        return found[:MAX_FOUND]

    async def _withdrawn(self, words: str, actor: Actor, holding: _Holding) -> list[Story]:
        stories = await self._store.lately_withdrawn(self.queues_of(actor), _WITHDRAWN)
        if not words:
            return stories
        names = await self._names.of(actor.workspace)
        return await asyncio.to_thread(holding, words, stories, names)

    async def decided_on(self, act: Literal["unpin", "unhide"], words: str, actor: Actor) -> Sequence[Story]:
        """Return the stories that the actor's workspace has pinned or hidden, of which words hold some.

        Raises `NotFound` where there are none.
        """
        curation = await self._store.curation(actor.workspace)
        ids = curation.pinned if act == "unpin" else curation.hidden
        stories = (await self._store.stored_stories(ids)).values()
        told = [story for story in stories if sees(actor, story, self._operators)]
        names = await self._names.of(actor.workspace)
        found = await asyncio.to_thread(_holding, words, told, names) if words.strip() else told
        if not found:
            raise NotFound("story_not_here")
        return found[:MAX_FOUND]

    async def _told(self, words: str, actor: Actor) -> list[Story]:
        if not words:
            return await self._store.newest_stories(actor.workspace, MAX_FOUND)
        answered = await self._lookup(words, actor, MAX_FOUND)
        return [found.story for found in answered.found]

    async def _waiting(self, words: str, actor: Actor) -> list[Story]:
        stories: list[Story] = []
        for workspace in self.queues_of(actor):
            stories += await self._store.waiting_stories(workspace, _WAITING)
        if not words:
            return stories[: MAX_FOUND // 2]
        names = await self._names.of(actor.workspace)
        holding = await asyncio.to_thread(_holding, words, stories, names)
        return holding[: MAX_FOUND // 2]

    def queues_of(self, actor: Actor) -> Sequence[WorkspaceId]:
        """Return whose stories that readers do not see somebody decides on."""
        changes_public = actor.role == "operator" or actor.workspace in self._operators
        return (actor.workspace, PUBLIC) if changes_public else (actor.workspace,)


def _holding(words: str, stories: Sequence[Story], names: Names) -> list[Story]:
    """Return the stories whose titles or summaries hold some of the words, those with the most first."""
    sought = set(tokens(words, names))
    scored = []
    for story in stories:
        score = max(len(sought.intersection(tokens(text, names))) for text in _texts(story))
        scored.append((score, story))
    ranked = sorted(scored, key=lambda pair: pair[0], reverse=True)
    return [story for score, story in ranked if score]


def _holding_all(words: str, stories: Sequence[Story], names: Names) -> list[Story]:
    """Return the stories of which a title with its summary holds every word, in their order."""
    # What a word sounds like counts only beside the words that make it a name.
    sought = {token for token in tokens(words, names) if not token.startswith("~")}
    return [
        story
        for story in stories
        if sought and any(sought.issubset(tokens(text, names)) for text in _texts(story))
    ]


def _texts(story: Story) -> Iterator[str]:
    """Yield what a moderator knows a story by, in each of its languages."""
    yield from (f"{telling.title}\n{telling.summary}" for telling in story.tellings)
