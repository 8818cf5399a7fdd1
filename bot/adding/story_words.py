"""Stories on their way into the store, with the words that lookups find each by in its workspace."""

import asyncio
from collections.abc import Sequence

from bot.changes import Change, StoryChange
from bot.curating.known_names import KnownNames
from bot.language import Names, tokens
from bot.model import Language, Story


async def as_changed(
    stories: Sequence[Story], change: Change, known: KnownNames, *, retells: bool = True
) -> list[StoryChange]:
    """Return stories as one change makes them, ready to be saved; those that were there before are told anew.

    Without `retells` what was posted stays as it is.
    """
    names = {owner: await known.of_stories(owner) for owner in {story.workspace for story in stories}}
    found_by = await asyncio.to_thread(
        lambda: [story_tokens(story, names[story.workspace]) for story in stories]
    )
    return [
        StoryChange(after=story, tokens=words, change=change, retells=retells and story.revision > 1)
        for story, words in zip(stories, found_by, strict=True)
    ]


def story_tokens(story: Story, names: Names) -> dict[Language, tuple[str, ...]]:
    """Return the tokens each telling of a story is found by; the title and the main topic count twice."""
    topics = [f"@{topic}" for topic in story.topics]
    return {
        telling.language: (
            *tokens(f"{telling.title}\n{telling.title}\n{telling.body}", names),
            *topics,
            *topics[:1],
        )
        for telling in story.tellings
    }
