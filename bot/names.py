"""Names across scripts: aliases of topics found in a text, and names that sound alike.

Pure; the topics come from the caller.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.model import Topic, TopicId


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A topic found in a text: which, where (characters of the text as given), in which form."""

    topic_id: TopicId
    start: int
    end: int
    form: str


class Names:
    """The aliases of all topics, ready to be found in a text."""

    def __init__(self, topics: Sequence[Topic] = ()) -> None:
        self.topics = {topic.id: topic for topic in topics}

    def find(self, text: str) -> list[NameMatch]:
        """Return every alias in `text`, in order, the longest at each place; Latin ones at word boundaries only."""
        raise NotImplementedError
