"""Imports and exports, pure: a line of JSON becomes a story, a story the line that gives it back."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any, Final

from bot.display import printable
from bot.errors import InvalidInput
from bot.identity import derived_id
from bot.language import Names, language_of, sentences
from bot.model import LANGUAGES, Claim, Language, Remark, Source, Story, StoryId, Telling, TopicId

MAX_LINE_BYTES: Final = 8_000_000
"""The longest line that is read, in bytes: a body of the greatest length, with its escapes, fits."""

MAX_TITLE: Final = 300
MAX_SUMMARY: Final = 1_000
MAX_BODY: Final = 500_000
"""As long as an article may be, which may be one story: what is exported can be imported."""

SUMMARY_TARGET: Final = 200
"""Sentences of the body are taken as a summary until this many characters are reached."""

TELLING_KEYS: Final = ("title", "body", "summary", "language", "claims")
STORY_KEYS: Final = ("id", "published_at", "source", "topics", "also", "updates", "corrected")
MAX_LIST: Final = 50
_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_TOPIC = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_URL = re.compile(r"https?://[^\s<>\"]{3,2000}")
_YEARS: Final = range(2, 9999)
"""The first and the last year are left out, so that no time zone leads beyond them."""


def read_line(line: bytes, names: Names, source: Source, now: datetime) -> Story:
    """Return the story of one line; `source` is for lines that name none, `now` is when it is added.

    A story told in two languages has a list of `tellings` in place of `title` and `body`. A line
    without an id gets one that is made from its text, so that reading it again gives the same story;
    a line without a date has `published_at` equal to `added_at`. Raises `InvalidInput`.
    """
    given = _object(line)
    tellings = _tellings(given)
    corrected = given.get("corrected")
    return Story(
        id=_id(given["id"]) if given.get("id") is not None else _made_id(tellings[0]),
        tellings=tellings,
        source=_source(given["source"]) if given.get("source") is not None else source,
        published_at=read_instant(given["published_at"]) if given.get("published_at") is not None else now,
        added_at=now,
        topics=_topics(given, names, tellings[0]),
        also=tuple(_source(each) for each in _list(given.get("also", []), "also")),
        updates=_id(given["updates"]) if given.get("updates") is not None else None,
        remark=_correction(corrected) if corrected is not None else None,
    )


def line_of(story: Story) -> bytes:
    """Return the line that `read_line` makes the same story of, but for its article and its history.

    A correction goes with it: whoever reads the story elsewhere is told of that, too.
    """
    given: dict[str, object] = {
        "id": story.id,
        "published_at": story.published_at.isoformat(),
        "source": asdict(story.source),
        "topics": story.topics,
        "tellings": [asdict(telling) for telling in story.tellings],
    }
    if story.also:
        given["also"] = [asdict(source) for source in story.also]
    if story.updates is not None:
        given["updates"] = story.updates
    if story.remark is not None and story.remark.kind == "corrected":
        given["corrected"] = {"at": story.remark.at.isoformat(), "reason": story.remark.reason}
    return json.dumps(given, ensure_ascii=False).encode() + b"\n"


def _object(line: bytes) -> Mapping[str, Any]:
    if len(line) > MAX_LINE_BYTES:
        raise InvalidInput("import_line_too_long", limit=MAX_LINE_BYTES)
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        raise InvalidInput("import_not_json") from None
    if not isinstance(given, dict):
        raise InvalidInput("import_not_object")
    return given


def _known(given: Mapping[str, Any], known: Sequence[str]) -> Mapping[str, Any]:
    """Return an object that has only keys that are read: a misspelt one would be lost unseen."""
    unknown = sorted(given.keys() - set(known))
    if unknown:
        raise InvalidInput("import_unknown_key", name=printable(unknown[0][:40]), known=", ".join(known))
    return given


def _list(value: object, name: str) -> Sequence[object]:
    if not isinstance(value, list) or len(value) > MAX_LIST:
        raise InvalidInput("import_not_list", name=name, limit=MAX_LIST)
    return value


def _objects(value: object, name: str) -> Sequence[Mapping[str, Any]]:
    found = [each for each in _list(value, name) if isinstance(each, dict)]
    if found != value:
        raise InvalidInput("import_not_list", name=name, limit=MAX_LIST)
    return found


def _tellings(given: Mapping[str, Any]) -> tuple[Telling, ...]:
    if "tellings" not in given:
        return (_telling(_known(given, (*STORY_KEYS, *TELLING_KEYS))),)
    _known(given, (*STORY_KEYS, "tellings"))
    tellings = [_telling(_known(each, TELLING_KEYS)) for each in _objects(given["tellings"], "tellings")]
    if not tellings or len({telling.language for telling in tellings}) < len(tellings):
        raise InvalidInput("import_tellings")
    return tuple(tellings)


def _telling(given: Mapping[str, Any]) -> Telling:
    title = " ".join(_text(given, "title", MAX_TITLE).split())
    body = _text(given, "body", MAX_BODY)
    return Telling(
        language=_language(given, f"{title}\n{body}"),
        title=title,
        summary=_text(given, "summary", MAX_SUMMARY, default=_first_sentences(body)),
        body=body,
        claims=tuple(_claim(each) for each in _objects(given.get("claims", []), "claims")),
    )


def _claim(given: Mapping[str, Any]) -> Claim:
    _known(given, ("text", "said_by", "doubted_by", "denied_by"))
    return Claim(
        text=_text(given, "text", MAX_BODY),
        said_by=_text(given, "said_by", MAX_TITLE),
        doubted_by=_people(given, "doubted_by"),
        denied_by=_people(given, "denied_by"),
    )


def _people(given: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = given.get(name, [])
    if not isinstance(value, list) or len(value) > MAX_LIST:
        raise InvalidInput("import_not_list", name=name, limit=MAX_LIST)
    return tuple(_text({name: person}, name, MAX_TITLE) for person in value)


def _text(given: Mapping[str, Any], name: str, limit: int, default: str | None = None) -> str:
    value = given.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        if value is not None:
            raise InvalidInput("import_not_text", name=name)
        value = ""
    text = printable(value).strip()
    if not any(character.isprintable() for character in text):
        raise InvalidInput("import_missing", name=name)
    if len(text) > limit:
        raise InvalidInput("import_too_long", name=name, limit=limit, length=len(text))
    return text


def _first_sentences(body: str) -> str:
    """Return the opening of a body: at least one sentence, up to about `SUMMARY_TARGET` characters."""
    opening = body[: SUMMARY_TARGET * 5]
    spans = sentences(opening)
    fitting = list(takewhile(lambda span: span.end <= SUMMARY_TARGET, spans)) or spans[:1]
    return opening[fitting[0].start : fitting[-1].end] if fitting else opening


def _language(given: Mapping[str, Any], text: str) -> Language:
    value = given.get("language")
    if value is None:
        return language_of(text)
    for language in LANGUAGES:
        if value == language:
            return language
    raise InvalidInput("import_language", known=", ".join(LANGUAGES))


def _made_id(telling: Telling) -> StoryId:
    return StoryId(derived_id("story", telling.title, telling.body))


def _id(value: object) -> StoryId:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise InvalidInput("import_id")
    return StoryId(value)


def _correction(value: object) -> Remark:
    if not isinstance(value, dict) or value.keys() != {"at", "reason"}:
        raise InvalidInput("import_correction")
    return Remark(kind="corrected", at=read_instant(value["at"]), reason=_text(value, "reason", MAX_SUMMARY))


def read_instant(value: object) -> datetime:
    """Return an instant given in ISO 8601, without an offset taken as UTC, or in seconds since 1970.

    It is cut to milliseconds, which is what the store keeps. Raises `InvalidInput`.
    """
    try:
        at = _in_utc(value)
    except (ValueError, OverflowError, OSError):
        at = None
    if at is None or at.year not in _YEARS:
        raise InvalidInput("import_date")
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _in_utc(value: object) -> datetime | None:
    if isinstance(value, str):
        at = datetime.fromisoformat(value)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, UTC)
    return None


def read_source(name: str, url: str | None) -> Source:
    """Return a source whose name can be shown and whose address is one of the web. Raises `InvalidInput`."""
    if url is not None and not (_URL.fullmatch(url) and printable(url) == url):
        raise InvalidInput("import_source")
    return Source(name=_text({"source": name}, "source", MAX_TITLE), url=url)


def _source(value: object) -> Source:
    if isinstance(value, str):
        value = {"name": value}
    if not isinstance(value, dict) or value.keys() - {"name", "url"}:
        raise InvalidInput("import_source")
    name, url = value.get("name"), value.get("url")
    if not isinstance(name, str) or not isinstance(url, str | None):
        raise InvalidInput("import_source")
    return read_source(name, url)


def _topics(given: Mapping[str, Any], names: Names, telling: Telling) -> tuple[TopicId, ...]:
    """Return the topics given, by id or by any of their names, or else those that title and summary name."""
    value = given.get("topics")
    if value is None:
        return tuple(
            dict.fromkeys(match.topic_id for match in names.find(f"{telling.title}\n{telling.summary}"))
        )
    if not isinstance(value, list) or len(value) > MAX_LIST:
        raise InvalidInput("import_not_list", name="topics", limit=MAX_LIST)
    return tuple(dict.fromkeys(_topic(name, names) for name in value))


def _topic(name: object, names: Names) -> TopicId:
    if not isinstance(name, str) or not 0 < len(name) <= MAX_TITLE:
        raise InvalidInput("import_topic", name=printable(str(name)[:40]))
    named = next(iter(names.find(name)), None)
    if TopicId(name) in names.topics or (named is None and _TOPIC.fullmatch(name)):
        return TopicId(name)
    if named is None:
        raise InvalidInput("import_topic", name=printable(name[:40]))
    return named.topic_id
