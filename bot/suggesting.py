"""What may be meant by what is being typed: topics, titles, time zones, examples, as a list to pick from."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from itertools import chain
from typing import Final

from babel.dates import get_timezone_location

from bot.commands import without_options
from bot.curating.known_names import KnownNames
from bot.display import printable, truncated
from bot.errors import UserError
from bot.form import Choice
from bot.language import Names, normalise
from bot.lookup import read_query
from bot.model import (
    LANGUAGES,
    PUBLIC,
    Actor,
    Channel,
    Language,
    Story,
    Subscription,
    SubscriptionId,
    TopicId,
    WorkspaceId,
)
from bot.moderating.rights import reaches_everyone
from bot.moderating.story_past import is_merged
from bot.phrases import phrase, phrase_date
from bot.ports import Clock, Index, Store
from bot.subscriptions.choices import choices, topic_name
from bot.subscriptions.digest_form import typed as typed_settings
from bot.subscriptions.wishes import fulfil, zones

MAX_CHARACTERS: Final = 100
"""What a choice holds: Discord's limit for the name and the value of a choice (its API reference)."""

_TYPED: Final = 200
"""Characters that are looked at."""

_GOES_ON: Final = 8
"""How many ways a word that is being typed may go on are looked up."""

SUGGESTED_BY_ROLE: Final = frozenset({"story", "retracted"})
"""Fields for which moderators are suggested more than members."""

_WITHDRAWN: Final = 100
"""How many of the stories that were retracted last may be meant."""

_TOPIC_LISTS: Final = frozenset({"topics", "without", "mention-topics"})
_USUAL_ZONES: Final = (
    "Asia/Tokyo",
    "UTC",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "Europe/London",
    "Europe/Paris",
    "Europe/Berlin",
    "Asia/Seoul",
    "Asia/Shanghai",
    "Asia/Taipei",
    "Asia/Hong_Kong",
    "Asia/Singapore",
    "Asia/Kolkata",
    "Australia/Sydney",
    "America/Toronto",
    "America/Sao_Paulo",
)
_EXAMPLES: Final[Mapping[str, tuple[str, ...]]] = {
    "times": ("09:00", "08:00", "07:00", "12:00", "18:00", "21:00", "09:00,18:00", "08:00,12:00,18:00"),
    "days": ("daily", "weekdays", "weekends", "mon,wed,fri", "tue,thu", "mon"),
    "quiet": ("22:00-07:00", "23:00-08:00", "00:00-06:00", "18:00-09:00", "off"),
    "count": ("5", "8", "10", "12", "20", "30", "3", "1"),
}
_CHOSEN: Final = ("style", "language", "empty", "publish")


class Suggestions:
    """Suggests how what is typed into a field may go on."""

    def __init__(
        self,
        store: Store,
        index: Index,
        names: KnownNames,
        clock: Clock,
        operators: Container[WorkspaceId],
    ) -> None:
        self._store = store
        self._index = index
        self._names = names
        self._clock = clock
        self._operators = operators

    async def of(self, field: str, typed: str, actor: Actor, limit: int) -> list[Choice]:
        """Return at most `limit` choices for a field, the likeliest first; none for one that is not known.

        Labels and values have at most 100 characters, and no value comes twice.
        """
        typed = printable(typed)[:_TYPED]
        names = await self._names.of(actor.workspace)
        if field == "query":
            found: Iterable[Choice] = await self._queries(typed, actor, limit, names)
        elif field in _TOPIC_LISTS:
            found = _topics(names).completed(typed, actor.language)
        elif field == "topic":
            found = _topics(names).choices(typed, actor.language)
        elif field == "story":
            found = await self._references(typed, actor, limit, names)
        elif field == "retracted":
            found = await self._retracted(typed, actor)
        elif field == "zone":
            found = _zone_choices(typed, actor.language)
        else:
            found = _examples(field, typed, actor.language, names)
        return list(_usable(found))[:limit]

    async def _queries(self, typed: str, actor: Actor, limit: int, names: Names) -> list[Choice]:
        """Return topics and titles that the actor's workspace sees; half of each where there are both."""
        if typed.strip():
            topics = _topics(names).matching(typed)
            stories = await self._stories(typed, actor.workspace, limit, names)
        else:
            stories = await self._store.newest_stories(actor.workspace, limit)
            newest = map(names.counted, chain.from_iterable(story.topics for story in stories))
            topics = [topic for topic in dict.fromkeys(newest) if topic in names.topics]
        named = [_query(topic_name(topic, names, actor.language)) for topic in topics]
        titled = [_query(story.telling(actor.language).title) for story in stories]
        leading = max(limit // 2, limit - len(titled))
        return [*named[:leading], *titled, *named[leading:]]

    async def _references(self, typed: str, actor: Actor, limit: int, names: Names) -> list[Choice]:
        """Return stories that can be named by their ids; to moderators those that wait for them first."""
        found = (
            await self._stories(typed, actor.workspace, limit, names)
            if typed.strip()
            else await self._store.newest_stories(actor.workspace, limit)
        )
        waiting: list[Story] = []
        if actor.role != "member":
            sought = normalise(typed).strip()
            waiting = await self._store.waiting_stories(actor.workspace, limit)
            waiting = [story for story in waiting if sought in normalise(_titles(story))]
        return [_reference(story, actor.language) for story in (*waiting, *found)]

    async def _retracted(self, typed: str, actor: Actor) -> list[Choice]:
        """Return the stories that the actor could restore, the last retracted first; none for members."""
        if actor.role == "member":
            return []
        own = (actor.workspace,)
        workspaces = (*own, PUBLIC) if reaches_everyone(actor, self._operators) else own
        stories = await self._store.lately_withdrawn(workspaces, _WITHDRAWN)
        sought = normalise(typed).split()
        return [
            _reference(story, actor.language)
            for story in stories
            if not is_merged(story) and all(word in normalise(_titles(story)) for word in sought)
        ]

    async def _stories(self, typed: str, workspace: WorkspaceId, limit: int, names: Names) -> list[Story]:
        """Return the stories that are found by what is typed, its last word in any way that it may go on."""
        asked = read_query(typed, names, self._index, workspace)
        concepts: list[Mapping[str, float]] = [concept.tokens for concept in asked.concepts]
        hits = self._index.search(concepts, workspace, limit, self._clock())
        ids = [hit.story_id for hit in hits]
        last = normalise(typed).rpartition(" ")[2]
        if len(ids) < limit and last:
            longer = self._index.tokens_from(last, _GOES_ON, workspace)
            also = self._index.search([dict.fromkeys(longer, 1.0)], workspace, limit, self._clock())
            ids += [hit.story_id for hit in also]
        found = await self._store.stories(ids, workspace)
        return list(found.values())


def _titles(story: Story) -> str:
    return "\n".join(telling.title for telling in story.tellings)


def _reference(story: Story, language: Language) -> Choice:
    """Return a story as a choice: its id, called by its date and its title, and whether readers see it."""
    day = phrase_date(story.published_at.date(), language)
    parts = [story.telling(language).title, day]
    if story.status == "waiting":
        parts.insert(0, phrase("choice.story_waits", language))
    elif story.status == "retracted":
        told = story.remark is not None and story.remark.kind == "retracted"  # one that was refused never was
        parts.insert(0, phrase(f"choice.story_{'retracted' if told else 'unshown'}", language))
    *before, last = (" ".join(printable(part).split()) for part in parts)
    dot = phrase("story.dot", language)
    room = MAX_CHARACTERS - len(dot) - len(last)
    return Choice(value=story.id, label=f"{truncated(dot.join(before), room)}{dot}{last}")


class _Topics:
    """Topics by every spelling of their names."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._spellings = [
            (topic, [_spelling(name) for name in (topic, *names.names_of(topic))]) for topic in names.topics
        ]

    def matching(self, typed: str) -> list[TopicId]:
        """Return the topics with a name that begins with what is typed, then those with one that holds it."""
        sought = _spelling(typed)
        beginning = [id_ for id_, names in self._spellings if any(map(_begins(sought), names))]
        holding = [id_ for id_, names in self._spellings if any(sought in name for name in names)]
        return list(dict.fromkeys((*beginning, *holding)))

    def choices(self, typed: str, language: Language) -> Iterator[Choice]:
        """Yield the topics that may be meant by what is typed, one each."""
        for topic in self.matching(typed):
            yield Choice(value=topic, label=topic_name(topic, self._names, language))

    def completed(self, typed: str, language: Language) -> Iterator[Choice]:
        """Yield lists of topics whose last entry is one of those that may be meant by what is typed."""
        *given, last = (entry.strip() for entry in typed.replace("、", ",").split(","))
        given = [entry for entry in given if entry]
        if not given and not last:
            yield Choice(value="off", label=phrase("choice.topics_off", language))
        known = [self._known(entry) for entry in given]
        told = [
            topic_name(entry, self._names, language) if entry in self._names.topics else entry
            for entry in known
        ]
        for topic in self.matching(last):
            if topic not in known:
                name = topic_name(topic, self._names, language)
                yield Choice(value=",".join((*known, topic)), label=_end_of(", ".join((*told, name))))

    def _known(self, entry: str) -> TopicId:
        """Return the topic that an entry names, or the entry itself where it names none."""
        sought = _spelling(entry)
        return next((id_ for id_, names in self._spellings if sought in names), TopicId(entry))


@lru_cache(maxsize=16)
def _topics(names: Names) -> _Topics:
    return _Topics(names)


_KATAKANA: Final = {hiragana: hiragana + 0x60 for hiragana in range(0x3041, 0x3097)}


def _spelling(name: str) -> str:
    """Return a name as it is compared: hiragana is what stands there before a name is converted."""
    return normalise(name).strip().translate(_KATAKANA)


def _begins(sought: str) -> Callable[[str], bool]:
    return lambda name: name.startswith(sought)


def _query(text: str) -> Choice:
    """Return a choice to look something up with, which is a query whatever it says."""
    line = without_options(text)
    return Choice(value=truncated(line, MAX_CHARACTERS).rstrip("…"), label=truncated(line, MAX_CHARACTERS))


def _end_of(text: str) -> str:
    """Return the end of a text that is too long for a label: what was typed last stands there."""
    return text if len(text) <= MAX_CHARACTERS // 2 else f"…{text[-MAX_CHARACTERS // 2 :]}"


def _usable(found: Iterable[Choice]) -> Iterator[Choice]:
    """Yield the choices that platforms take: with something in them, not too long, each value once."""
    seen: set[str] = set()
    for choice in found:
        fits = max(len(choice.value), len(choice.label)) <= MAX_CHARACTERS
        if fits and choice.value.strip() and choice.label.strip() and choice.value not in seen:
            seen.add(choice.value)
            yield choice


# Time zones


def _zone_choices(typed: str, language: Language) -> Iterator[Choice]:
    sought = normalise(typed).strip().replace(" ", "_")
    names = _zone_names()
    if not sought:
        yield from (_zone_choice(zone, language) for zone in _USUAL_ZONES)
        return
    beginning = (zone for zone, spellings in names.items() if any(map(_begins(sought), spellings)))
    holding = (zone for zone, spellings in names.items() if any(sought in spelling for spelling in spellings))
    for zone in dict.fromkeys(chain(beginning, holding)):
        yield _zone_choice(zone, language)


def _zone_choice(zone: str, language: Language) -> Choice:
    city = _city(zone, language)
    told = zone if not city or normalise(city) in normalise(zone).replace("_", " ") else f"{zone} ({city})"
    return Choice(value=zone, label=truncated(told, MAX_CHARACTERS))


@cache
def _zone_names() -> Mapping[str, tuple[str, ...]]:
    """Return how each zone may be typed, the usual ones first: its city, in every language, or in whole."""
    known = dict.fromkeys((*_USUAL_ZONES, *sorted(set(zones().values()))))
    return {
        zone: tuple(
            normalise(name).replace(" ", "_")
            for name in (zone.rpartition("/")[2], zone, *(_city(zone, language) for language in LANGUAGES))
            if name
        )
        for zone in known
    }


@cache
def _city(zone: str, language: Language) -> str:
    """Return what the city of a zone is called in a language; nothing where it has none."""
    return get_timezone_location(zone, locale=language, return_city=True) if "/" in zone else ""


# Examples


def _examples(field: str, typed: str, language: Language, names: Names) -> Iterator[Choice]:
    """Yield what is typed where that will do, then examples that begin with it or hold it."""
    known: Sequence[Choice] = choices(field, language) or [
        Choice(value=value, label=value) for value in _EXAMPLES.get(field, ())
    ]
    sought = normalise(typed).strip()
    if not known:
        return
    if sought and field not in _CHOSEN and (understood := _understood(field, typed, names)):
        yield Choice(value=understood, label=understood)
    spelled = [(choice, (normalise(choice.value), normalise(choice.label))) for choice in known]
    yield from (choice for choice, spellings in spelled if any(map(_begins(sought), spellings)))
    yield from (choice for choice, spellings in spelled if any(sought in spelling for spelling in spellings))


def _understood(field: str, text: str, names: Names) -> str:
    """Return what a wish is understood as, as it would be typed; nothing where it is not understood."""
    try:
        return typed_settings(fulfil({field: text}, _NOTHING_SET, names))[field]
    except UserError:
        return ""


_NOTHING_SET: Final = Subscription(
    id=SubscriptionId(""),
    channel=Channel(platform="", workspace=PUBLIC, id=""),
    next_due_at=datetime.min,  # noqa: DTZ901  no clock is looked at
)
