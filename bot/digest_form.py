"""The form with every setting of a subscription, pure: what it shows, and what was changed in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from bot.choices import DAY_NAMES, choices, day_choices, topic_choices
from bot.commands import WISHES
from bot.errors import InvalidInput
from bot.form import Choice, Field, Form
from bot.language import Names
from bot.model import Language, Subscription
from bot.phrases import phrase
from bot.wishes import MAX_TAG_CHARACTERS, plain

COMMAND: Final = "/ai-news-digest"
FIELDS: Final = len(WISHES)
"""How many fields the form has."""

_MAX_LIST: Final = 1_500
"""Characters; every entry of a list that may be as long as it may has room."""


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
    "count": _Kind(required=True, max_length=2, hint=True),
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
) -> Form:
    """Return the form as a subscription is, or with the `values` typed where it comes back for a problem."""
    shown = {**typed(subscription), **(values or {})}
    return Form(
        command=COMMAND,
        title=phrase("field.title", language),
        fields=tuple(_field(name, shown[name], subscription, names, language) for name in WISHES),
        submit=phrase("field.submit", language),
        language=language,
        problem=problem,
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


def changes(values: Mapping[str, str], subscription: Subscription, language: Language) -> dict[str, str]:
    """Return what was filled in otherwise than the subscription is; a field that is absent stays as it is.

    Raises `InvalidInput` for what is too long.
    """
    changed = {}
    for name, shown in typed(subscription).items():
        value = values.get(name, shown)
        if len(value) > max(_KINDS[name].max_length, len(shown)):
            label = phrase(f"field.{name.replace('-', '_')}", language)
            limit = _KINDS[name].max_length
            raise InvalidInput("form_too_long", label=label, limit=limit, length=len(value))
        if _entries(value, name) != _entries(shown, name):
            changed[name] = value
    return changed


def _entries(value: str, name: str) -> object:
    """Return what a value says: where it is a list, in whatever order."""
    if _KINDS[name].kind not in ("several", "times"):
        return plain(value)
    return {entry for entry in plain(value).replace("、", ",").replace(" ", "").split(",") if entry}
