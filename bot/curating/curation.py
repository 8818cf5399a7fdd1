"""What a workspace decides for itself, pure: which decisions make sense, and what comes of each.

Every function returns the curation as it is decided from then on, the same one where that is so already.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, Literal, TypeVar

from bot.changes import Curation
from bot.errors import InvalidInput
from bot.identity import derived_id
from bot.language import Names, every_name, language_of, normalise
from bot.lookup import says_little
from bot.model import Language, StoryId, Topic, TopicId
from bot.subscriptions.wishes import plain

MAX_PINNED: Final = 5
MAX_HIDDEN: Final = 500
MAX_TOPICS: Final = 100
MAX_ALIASES: Final = 20
"""Stories that a workspace pins and hides, topics it makes or decides about, further aliases of a topic."""

SHORTEST_NAME: Final = 2
LONGEST_NAME: Final = 100
"""Characters of a name; longer ones are not looked for in texts (`bot.language.Names`)."""

StoryDecision = Literal["pin", "unpin", "hide", "unhide"]

_T = TypeVar("_T")

_QUOTES: Final = str.maketrans(dict.fromkeys('"“”「」'))
"""What typed options are put in, and lose."""


# Stories


def with_story(
    act: StoryDecision, story_id: StoryId, curation: Curation, expired: Iterable[StoryId] = ()
) -> Curation:
    """Return the curation with a story pinned or hidden, or no more.

    What is hidden is pinned no more; pins that have `expired` give way to a new one. Raises `InvalidInput`
    where there are too many.
    """
    match act:
        case "pin":
            if story_id in curation.pinned:
                return curation
            gone = frozenset(expired)
            kept = tuple(pinned for pinned in curation.pinned if pinned not in gone)
            return replace(
                curation,
                pinned=_added(kept, story_id, MAX_PINNED, InvalidInput("pins_many", limit=MAX_PINNED)),
            )
        case "unpin":
            return replace(curation, pinned=_without(curation.pinned, story_id))
        case "hide":
            hidden = _added(
                curation.hidden, story_id, MAX_HIDDEN, InvalidInput("hidden_many", limit=MAX_HIDDEN)
            )
            return replace(curation, hidden=hidden, pinned=_without(curation.pinned, story_id))
        case "unhide":
            return replace(curation, hidden=_without(curation.hidden, story_id))


# Topics


def tidied(name: str) -> str:
    """Return a name as it is kept: without kinds and runs of spaces, and without quotes around it."""
    return " ".join(plain(name).translate(_QUOTES).split())


def with_topic(name: str, other: str, curation: Curation, names: Names) -> Curation:
    """Return the curation with a new topic of a name, `other` being what it is called in another script.

    Raises `InvalidInput` for a name that is another topic's, or none.
    """
    spellings = [tidied(name), *([tidied(other)] if other else [])]
    for spelling in spellings:
        check_name(spelling, names)
    shown: dict[Language, str] = {language_of(spelling): spelling for spelling in reversed(spellings)}
    topic_names: dict[Language, str] = {
        "ja": shown.get("ja", spellings[0]),
        "en": shown.get("en", spellings[0]),
    }
    aliases = tuple(spelling for spelling in spellings if spelling not in topic_names.values())
    # The prefix parts it from the ids that topics of the seeds have, now or later.
    key = TopicId(f"own-{derived_id('topic', curation.workspace, normalise(spellings[0]))[:8]}")
    topic = Topic(id=key, names=topic_names, aliases=aliases)
    return replace(curation, topics=_added(curation.topics, topic, MAX_TOPICS, _too_many_topics()))


def without_topic(topic: TopicId, curation: Curation) -> Curation:
    """Return the curation without a topic of its own, and without all that was decided about it.

    Raises `InvalidInput` for a topic that is not the workspace's own.
    """
    if topic not in {own.id for own in curation.topics}:
        raise InvalidInput("topic_not_own", field="topic")
    return replace(
        curation,
        topics=tuple(own for own in curation.topics if own.id != topic),
        aliases=_less(curation.aliases, topic),
        joined={key: into for key, into in curation.joined.items() if topic not in (key, into)},
        muted=_without(curation.muted, topic),
    )


def with_alias(topic: TopicId, name: str, curation: Curation, names: Names) -> Curation:
    """Return the curation with a further alias of a topic. Raises `InvalidInput`."""
    alias = tidied(name)
    if names.named(alias) == names.counted(topic):
        return curation
    check_name(alias, names)
    known = curation.aliases.get(topic, ())
    if not known and len(curation.aliases) >= MAX_TOPICS:
        raise _too_many_topics()
    aliases = _added(known, alias, MAX_ALIASES, InvalidInput("aliases_many", field="name", limit=MAX_ALIASES))
    return replace(curation, aliases={**curation.aliases, topic: aliases})


def without_alias(topic: TopicId, name: str, curation: Curation) -> Curation:
    """Return the curation without an alias that it has added. Raises `InvalidInput` for any other."""
    known = curation.aliases.get(topic, ())
    kept = tuple(alias for alias in known if normalise(alias) != normalise(tidied(name)))
    if kept == known:
        raise InvalidInput("alias_not_own", field="name", name=tidied(name)[:60])
    aliases = {**curation.aliases, topic: kept} if kept else _less(curation.aliases, topic)
    return replace(curation, aliases=aliases)


def with_joined(topic: TopicId, into: TopicId, curation: Curation, names: Names) -> Curation:
    """Return the curation with a topic that counts as another from now on. Raises `InvalidInput`."""
    if curation.joined.get(topic) == into:
        return curation
    if topic == into:
        raise InvalidInput("topic_joins_itself", field="into")
    if names.counted(into) == topic:
        raise InvalidInput("topic_joined_already", field="into")
    if topic not in curation.joined and len(curation.joined) >= MAX_TOPICS:
        raise _too_many_topics()
    return replace(curation, joined={**curation.joined, topic: into})


def parted(topic: TopicId, curation: Curation) -> Curation:
    """Return the curation with a topic that counts as itself again."""
    return replace(curation, joined=_less(curation.joined, topic))


def muted(topic: TopicId, curation: Curation) -> Curation:
    """Return the curation with a topic that digests leave out. Raises `InvalidInput`."""
    return replace(curation, muted=_added(curation.muted, topic, MAX_TOPICS, _too_many_topics()))


def unmuted(topic: TopicId, curation: Curation) -> Curation:
    """Return the curation with a topic that digests bring again."""
    return replace(curation, muted=_without(curation.muted, topic))


def check_name(name: str, names: Names) -> None:
    """Raise `InvalidInput` for a name that finds nothing, or too much, or is a topic's already."""
    if len(normalise(name).strip()) < SHORTEST_NAME or len(name) > LONGEST_NAME:
        raise InvalidInput("name_length", name=name[:60], limit=LONGEST_NAME)
    if not Names([Topic(id=TopicId("it"), names={}, aliases=(name,))]).find(name):
        raise InvalidInput("name_unfound", name=name[:60])
    _check_free(name, names)
    if says_little(name):
        raise InvalidInput("name_filler", name=name[:60])


def check_names_come_back(now: Curation, after: Curation, names: Names) -> None:
    """Raise `InvalidInput` where `after` gives a topic a name that is another's by now.

    `names` are those of now. Undoing brings back names that were free when they were given.
    """
    for topic in after.topics:
        if topic not in now.topics:
            for name in every_name(topic):
                _check_free(name, names, topic.id)
    for topic_id, aliases in after.aliases.items():
        for alias in aliases:
            if alias not in now.aliases.get(topic_id, ()):
                _check_free(alias, names, topic_id)


def _check_free(name: str, names: Names, topic: TopicId | None = None) -> None:
    """Raise `InvalidInput` where a name is that of another topic."""
    owner = names.named(name)
    if owner is not None and owner != (topic and names.counted(topic)):
        called = dict.fromkeys(names.topics[owner].names.values())
        raise InvalidInput("name_taken", name=name[:60], topic=" / ".join(called))


def _too_many_topics() -> InvalidInput:
    return InvalidInput("topics_many", limit=MAX_TOPICS)


def _added(values: tuple[_T, ...], value: _T, limit: int, problem: InvalidInput) -> tuple[_T, ...]:
    if value in values:
        return values
    if len(values) >= limit:
        raise problem
    return (*values, value)


def _without(values: tuple[_T, ...], value: _T) -> tuple[_T, ...]:
    return tuple(each for each in values if each != value)


def _less(values: Mapping[TopicId, _T], topic: TopicId) -> dict[TopicId, _T]:
    return {key: value for key, value in values.items() if key != topic}
