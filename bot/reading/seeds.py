"""Seeds, pure: the text of a seed file becomes a story, the text of the topics file becomes topics.

`seeds/README.md` describes both formats to those who write them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby, takewhile
from pathlib import PurePath
from typing import Final, NamedTuple

import yaml

from bot.errors import InvalidSeed
from bot.language import normalise
from bot.model import LANGUAGES, Claim, Language, Source, Story, StoryId, Telling, Topic, TopicId
from bot.reading.plain_yaml import (
    LineError,
    compose,
    entries,
    fields,
    line_of,
    refuse_unseen,
    text_of,
    texts_of,
)

TOPICS_FILE: Final = "topics.yaml"

# Characters.
FILE_LIMIT: Final = 100_000
TITLE_LIMIT: Final[Mapping[Language, int]] = {"ja": 32, "en": 80}
SUMMARY_LIMIT: Final[Mapping[Language, int]] = {"ja": 110, "en": 230}
_ID_LIMIT = 22
_NAME_LIMIT = 100
_URL_LIMIT = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeds:
    """Everything that a folder of seeds holds, checked across its files."""

    stories: tuple[Story, ...]
    topics: tuple[Topic, ...]


def read_seeds(files: Mapping[str, str], added_at: datetime) -> Seeds:
    """Return the seeds of a folder, given as texts by path: `topics.yaml`, and a story in every other file.

    Stories come in the order of their paths. Raises `InvalidSeed` for the first problem in a file or
    between files: a topic that the topics file does not have, an id that two files share.
    """
    topics_file = next((file for file in files if PurePath(file).name == TOPICS_FILE), None)
    if topics_file is None:
        raise InvalidSeed(TOPICS_FILE, 1, "the topics file is missing; put it beside the stories")
    topics = read_topics(topics_file, files[topics_file])
    known = {topic.id for topic in topics}
    stories: dict[StoryId, Story] = {}
    for file in sorted(files.keys() - {topics_file}):
        with _errors_of(file):
            story, topic_lines = _story(file, files[file], added_at)
            if unknown := [topic for topic in story.topics if topic not in known]:
                line = topic_lines[unknown[0]]
                raise LineError(line, f"the topic `{unknown[0]}` is not in {TOPICS_FILE}; add it there")
            if story.id in stories:
                raise LineError(1, f"another file has the story `{story.id}` too; rename one of them")
        stories[story.id] = story
    return Seeds(stories=tuple(stories.values()), topics=topics)


def read_story(file: str, text: str, added_at: datetime) -> Story:
    """Return the story of one seed file. Raises `InvalidSeed` with file, line and what to do."""
    with _errors_of(file):
        return _story(file, text, added_at)[0]


def read_topics(file: str, text: str) -> tuple[Topic, ...]:
    """Return the topics of a topics file. Raises `InvalidSeed` with file, line and what to do."""
    with _errors_of(file):
        root = compose("\n".join(line.text for line in _lines(text)))
        owners: dict[str, TopicId] = {}
        return tuple(_topic(name, line, value, owners) for name, line, value in entries(root))


@contextmanager
def _errors_of(file: str) -> Iterator[None]:
    try:
        yield
    except LineError as error:
        raise InvalidSeed(file, error.line, error.problem) from error


class _Line(NamedTuple):
    number: int
    text: str


def _lines(text: str) -> list[_Line]:
    if len(text) > FILE_LIMIT:
        raise LineError(1, f"the file has {len(text)} characters; split it, {FILE_LIMIT} is the limit")
    raw_lines = text.removeprefix("\ufeff").split("\n")
    lines = [_Line(number, raw.rstrip("\r\t ")) for number, raw in enumerate(raw_lines, start=1)]
    for line in lines:
        refuse_unseen(*line)
    return lines


def _id(text: str, line: int) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text) or len(text) > _ID_LIMIT:
        rule = f"use a-z, 0-9 and single hyphens, at most {_ID_LIMIT} characters"
        raise LineError(line, f"`{text[:40]}` cannot be an id; {rule}")
    return text


# Stories: front matter, then a section for each language.

_HEADING = re.compile(r"# *(\w+) *[:：] *(.+)")
_PARTY = re.compile(r"-([^:：]+)[:：](.+)")
_SAID, _DOUBTED, _DENIED = ("said by", "主張"), ("doubted by", "疑問視"), ("denied by", "否定")
_JOINT: Mapping[Language, str] = {"ja": "", "en": " "}


class _Paragraph(NamedTuple):
    line: int
    text: str
    claim: Claim | None


def _story(file: str, text: str, added_at: datetime) -> tuple[Story, dict[str, int]]:
    """Return the story, and the line of each of its topics."""
    facts, lines = _front_matter(_lines(text))
    topics = texts_of(facts["topics"], _ID_LIMIT)
    if not topics:
        raise LineError(line_of(facts["topics"]), "no topic is named; name at least one, as in `[openai]`")
    source = Source(
        name=text_of(facts["source"], _NAME_LIMIT), url=_url(facts["url"]) if "url" in facts else None
    )
    story = Story(
        id=StoryId(_id(PurePath(file).stem, 1)),
        tellings=tuple(_tellings(lines)),
        source=source,
        published_at=_midnight(facts["date"]),
        added_at=added_at,
        topics=tuple(TopicId(topic) for topic in topics),
    )
    return story, topics


def _front_matter(lines: Sequence[_Line]) -> tuple[dict[str, yaml.Node], list[_Line]]:
    """Return the fields of the front matter, and the lines from its end on."""
    if lines[0].text != "---":
        raise LineError(1, "no front matter; begin with date, source and topics between two `---` lines")
    end = next((index for index, line in enumerate(lines) if index and line.text == "---"), None)
    if end is None:
        raise LineError(1, "the front matter does not end; write a second `---` line below topics")
    root = compose("\n".join(["", *(line.text for line in lines[1:end])]))
    facts = fields(root, 1, required=("date", "source", "topics"), optional=("url",))
    return facts, [_Line(line.number, line.text.strip()) for line in lines[end:]]


def _midnight(node: yaml.Node) -> datetime:
    try:
        day = date.fromisoformat(text_of(node, _NAME_LIMIT))
    except ValueError as error:
        raise LineError(line_of(node), "not a date; write it as 2025-02-01") from error
    if not 1970 <= day.year < 3000:
        raise LineError(line_of(node), f"the year {day.year} cannot be right; write the date as 2025-02-01")
    return datetime.combine(day, time(), UTC)


def _url(node: yaml.Node) -> str:
    url = text_of(node, _URL_LIMIT)
    if not re.fullmatch(r"https?://[^\s<>]+", url):
        raise LineError(line_of(node), "not a web address; begin it with https://")
    return url


def _tellings(lines: Sequence[_Line]) -> Iterator[Telling]:
    """Yield the tellings below the first of `lines`, which ends the front matter."""
    starts = [index for index, line in enumerate(lines) if line.text.startswith("#")]
    first = next((index for index, line in enumerate(lines) if index and line.text), 0)
    if not starts or first < starts[0]:
        raise LineError(lines[first].number, "no heading; begin the story with a line like `# ja: title`")
    told: set[Language] = set()
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        telling = _telling(lines[start], lines[start + 1 : end])
        if telling.language in told:
            raise LineError(lines[start].number, f"a second `# {telling.language}:`; keep one")
        told.add(telling.language)
        yield telling


def _telling(heading: _Line, lines: Sequence[_Line]) -> Telling:
    language, title = _heading(heading)
    blocks = [list(group) for is_filled, group in groupby(lines, lambda line: bool(line.text)) if is_filled]
    if len(blocks) < 2:
        raise LineError(heading.number, "too short; write a paragraph that sums up, and below it the story")
    summary, *body = [_paragraph(block, _JOINT[language]) for block in blocks]
    _refuse_long("summary", summary.text, SUMMARY_LIMIT[language], summary.line)
    return Telling(
        language=language,
        title=title,
        summary=summary.text,
        body="\n".join(paragraph.text for paragraph in body),
        claims=tuple(paragraph.claim for paragraph in (summary, *body) if paragraph.claim),
    )


def _heading(line: _Line) -> tuple[Language, str]:
    match = _HEADING.fullmatch(line.text)
    language = next((known for known in LANGUAGES if match and match[1] == known), None)
    if match is None or language is None:
        raise LineError(line.number, "a heading of no language; write it as `# ja: title` or `# en: title`")
    _refuse_long("title", match[2], TITLE_LIMIT[language], line.number)
    return language, match[2]


def _refuse_long(what: str, text: str, limit: int, line: int) -> None:
    if len(text) > limit:
        raise LineError(line, f"the {what} has {len(text)} characters; shorten it to {limit}")


def _paragraph(block: Sequence[_Line], joint: str) -> _Paragraph:
    """Return a paragraph, and the claim it is where lines below it name who says it."""
    line = block[0].number
    said = list(takewhile(lambda below: not below.text.startswith("-"), block))
    parties = [_party(below) for below in block[len(said) :]]
    if not said:
        raise LineError(line, "who says it, but not what; write this right below its paragraph")
    text = joint.join(above.text for above in said)
    return _Paragraph(line, text, _claim(line, text, parties) if parties else None)


def _party(line: _Line) -> tuple[str, str]:
    """Return the label and the name of a line below a claim."""
    match = _PARTY.fullmatch(line.text)
    label, name = (match[1].strip(), match[2].strip()) if match else ("", "")
    if label not in (*_SAID, *_DOUBTED, *_DENIED):
        forms = " or ".join(f"`- {label}: name`" for label, _ in (_SAID, _DOUBTED, _DENIED))
        raise LineError(
            line.number, f"not one who says, doubts or denies; write {forms}, or an empty line above"
        )
    return label, name


def _claim(line: int, text: str, parties: Sequence[tuple[str, str]]) -> Claim:
    said, doubted, denied = (
        tuple(name for label, name in parties if label in labels) for labels in (_SAID, _DOUBTED, _DENIED)
    )
    if len(said) != 1:
        raise LineError(line, f"{len(said)} who say it; write `- said by: name` once below the paragraph")
    return Claim(text=text, said_by=said[0], doubted_by=doubted, denied_by=denied)


# Topics.


def _topic(name: str, line: int, value: yaml.Node, owners: dict[str, TopicId]) -> Topic:
    """Return one topic, and note it in `owners`, which has the topic of each form read so far."""
    topic = TopicId(_id(name, line))
    facts = fields(value, line, required=LANGUAGES, optional=("aliases",))
    names = {language: text_of(facts[language], _NAME_LIMIT) for language in LANGUAGES}
    aliases = texts_of(facts["aliases"], _NAME_LIMIT) if "aliases" in facts else {}
    forms = [*((names[language], line_of(facts[language])) for language in LANGUAGES), *aliases.items()]
    for form, at in forms:
        owner = owners.setdefault(normalise(form), topic)
        if owner != topic:
            raise LineError(at, f"`{form}` names the topic `{owner}` already; keep it in one of the two")
    return Topic(id=topic, names=names, aliases=tuple(aliases))
