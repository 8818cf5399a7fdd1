"""The form with every setting of a subscription, pure: what it shows, and what was changed in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from bot.commands import WISHES
from bot.display import truncated
from bot.errors import InvalidInput, UserError
from bot.form import Choice, Field, Form
from bot.language import Names
from bot.model import Language, Subscription
from bot.phrases import phrase, phrase_error
from bot.subscriptions.choices import DAY_NAMES, choices, day_choices, topic_choices
from bot.subscriptions.wishes import MAX_TAG_CHARACTERS, plain

COMMAND: Final = "/ai-news-digest"
FORM_WORD: Final = "form"
FIELDS: Final = len(WISHES)
"""How many fields the form has."""

_MAX_LIST: Final = 1_500
"""Characters; every entry of a list that may be as long as it may has room."""

_MAX_TOLD: Final = 80
"""Characters of a value in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """How a setting is filled in."""

    kind: Literal["line", "choice", "several", "times"] = "line"
    required: bool = False
    max_length: int = 40
    hint: bool = False


_CHOICE: Final = _Kind(kind="choice", required=True)
_TOPICS: Final = _Kind(kind="several", max_length=_MAX_LIST)
_KEYWORDS: Final = _Kind(max_length=_MAX_LIST, hint=True)
_KINDS: Final[Mapping[str, _Kind]] = {
    "times": _Kind(kind="times", required=True, max_length=200, hint=True),
    "days": _Kind(kind="several", required=True),
    "cron": _Kind(max_length=100, hint=True),
    "zone": _Kind(required=True, max_length=60, hint=True),
    "language": _CHOICE,
    "topics": _Kind(kind="several", max_length=_MAX_LIST, hint=True),
    "keywords": _KEYWORDS,
    "without": _TOPICS,
    "without-keywords": _KEYWORDS,
    "count": _Kind(required=True, max_length=4, hint=True),
    "style": _CHOICE,
    "empty": _CHOICE,
    "quiet": _Kind(hint=True),
    "mention": _Kind(max_length=80, hint=True),
    "mention-topics": _Kind(kind="several", max_length=_MAX_LIST, hint=True),
    "tag": _Kind(max_length=MAX_TAG_CHARACTERS, hint=True),
    "publish": _CHOICE,
}


def form(
    subscription: Subscription,
    names: Names,
    language: Language,
    values: Mapping[str, str] | None = None,
    problem: str = "",
    problem_field: str = "",
    *,
    basis: str = "",
) -> Form:
    """Return the form as a subscription is, or with the `values` typed where it comes back for a problem.

    `basis` names what the subscription is now, for whoever sends the form after somebody else changed it.
    """
    shown = {**typed(subscription), **(values or {})}
    return Form(
        command=f"{COMMAND} {FORM_WORD} {basis}" if basis else COMMAND,
        title=phrase("field.title", language),
        fields=tuple(_field(name, shown[name], subscription, names, language) for name in WISHES),
        submit=phrase("field.submit", language),
        language=language,
        problem=problem,
        problem_field=problem_field,
    )


def _field(name: str, value: str, subscription: Subscription, names: Names, language: Language) -> Field:
    kind, key = _KINDS[name], name.replace("-", "_")
    return Field(
        name=name,
        label=phrase(f"field.{key}", language),
        kind=kind.kind,
        required=kind.required,
        max_length=kind.max_length,
        value=value,
        hint=phrase(f"hint.{key}", language) if kind.hint else "",
        choices=_choices(name, subscription, names, language),
    )


def _choices(name: str, subscription: Subscription, names: Names, language: Language) -> tuple[Choice, ...]:
    match name:
        case "days":
            return day_choices(language)
        case "topics" | "without" | "mention-topics":
            mention = subscription.mention
            chosen = {
                "topics": subscription.topics,
                "without": subscription.without_topics,
                "mention-topics": mention.topics if mention else (),
            }
            # One that is known no more can still be seen, and taken out.
            return topic_choices(dict.fromkeys((*names.topics, *chosen[name])), names, language)
        case _:
            return choices(name, language)


def typed(subscription: Subscription) -> dict[str, str]:
    """Return each setting as it would be typed."""
    mention = subscription.mention
    quiet = subscription.quiet
    languages = subscription.languages
    return {
        "times": ",".join(f"{slot:%H:%M}" for slot in subscription.times),
        "days": ",".join(DAY_NAMES[day] for day in subscription.weekdays),
        "cron": subscription.cron,
        "zone": subscription.time_zone,
        "language": languages[0] if len(languages) == 1 else "both",
        "topics": ",".join(subscription.topics),
        "keywords": ", ".join(subscription.keywords),
        "without": ",".join(subscription.without_topics),
        "without-keywords": ", ".join(subscription.without_keywords),
        "count": str(subscription.story_count),
        "style": subscription.style,
        "empty": subscription.when_empty,
        "quiet": "-".join(f"{at:%H:%M}" for at in quiet) if quiet else "",
        "mention": mention.target if mention else "",
        "mention-topics": ",".join(mention.topics) if mention else "",
        "tag": subscription.tag,
        "publish": "yes" if subscription.publish else "no",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A form that was sent after somebody else changed what it was made from.

    Each value is that of who changed it; where both did so, differently, it is the form's, and the field is
    one of the `conflicts`.
    """

    values: Mapping[str, str]
    conflicts: tuple[str, ...]


def merged(values: Mapping[str, str], basis: Mapping[str, str], subscription: Subscription) -> Merge:
    """Return what a form says of a subscription as it is now; `basis` is what the form was made from."""
    both: dict[str, str] = {}
    conflicts = []
    for name, now in typed(subscription).items():
        was = basis.get(name, now)
        mine = values.get(name, was)
        said, told, before = (_entries(value, name) for value in (mine, now, was))
        both[name] = now if said == before else mine
        if said not in (before, told) and told != before:
            conflicts.append(name)
    return Merge(values=both, conflicts=tuple(conflicts))


def conflict_told(merge: Merge, subscription: Subscription, names: Names, language: Language) -> str:
    """Return what tells that others changed fields of a form meanwhile: to what, and what the form says."""
    now = typed(subscription)
    sentences = [
        phrase(
            "field.conflict",
            language,
            label=phrase(f"field.{name.replace('-', '_')}", language),
            theirs=_told(name, now[name], subscription, names, language),
            yours=_told(name, merge.values[name], subscription, names, language),
        )
        for name in merge.conflicts
    ]
    return " ".join([*sentences, phrase("field.conflict_how", language)])


def _told(name: str, value: str, subscription: Subscription, names: Names, language: Language) -> str:
    """Return a value as it is called in the form, short enough for a sentence."""
    labels = {choice.value: choice.label for choice in _choices(name, subscription, names, language)}
    parts = [entry.strip() for entry in value.split(",")] if _KINDS[name].kind == "several" else [value]
    told = phrase("story.and", language).join(labels.get(part, part) for part in parts if part)
    return truncated(told, _MAX_TOLD) or phrase("field.nothing", language)


def changes(values: Mapping[str, str], subscription: Subscription, language: Language) -> dict[str, str]:
    """Return what was filled in otherwise than the subscription is; a field that is absent stays as it is.

    Raises `InvalidInput` for what is too long.
    """
    changed = {}
    for name, shown in typed(subscription).items():
        value = values.get(name, shown)
        length, limit = len(plain(value)), max(_KINDS[name].max_length, len(shown))
        if length > limit:
            label = phrase(f"field.{name.replace('-', '_')}", language)
            raise InvalidInput("form_too_long", label=label, limit=limit, length=length)
        if _entries(value, name) != _entries(shown, name):
            changed[name] = value
    return changed


def problem(error: UserError, language: Language) -> str:
    """Return what an error tells the one who filled in the form, who knows settings by their labels."""
    option = str(error.facts.get("option", ""))
    if option not in _KINDS:
        return phrase_error(error, language)
    facts = {**error.facts, "option": phrase(f"field.{option.replace('-', '_')}", language)}
    return phrase(f"error.{error.key}", language, **facts)


def _entries(value: str, name: str) -> object:
    """Return what a value says: where it is a list, in whatever order."""
    if _KINDS[name].kind not in ("several", "times"):
        return plain(value)
    return {entry for entry in plain(value).replace("、", ",").replace(" ", "").split(",") if entry}
