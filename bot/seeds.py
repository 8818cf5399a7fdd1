"""Seeds, pure: the text of a seed file becomes a story, the text of the topics file becomes topics."""

from datetime import datetime

from bot.model import Story, Topic


def read_story(file: str, text: str, added_at: datetime) -> Story:
    """Return the story of one seed file. Raises `InvalidSeed` with file, line and what to do."""
    raise NotImplementedError


def read_topics(file: str, text: str) -> tuple[Topic, ...]:
    """Return the topics of a topics file. Raises `InvalidSeed` with file, line and what to do."""
    raise NotImplementedError
