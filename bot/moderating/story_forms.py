"""The forms about one story, pure: its texts, its facts, a reason, and the story that it goes into."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

from bot.briefing import parties
from bot.display import truncated
from bot.form import Choice, Field, Form
from bot.model import Language, Story, Telling
from bot.moderating.claims_kept import LostClaim, Treatment
from bot.moderating.commands import typed
from bot.moderating.field_words import in_words, told
from bot.moderating.queue_messages import facts_of
from bot.moderating.story_past import Overwriting
from bot.moderating.story_values import FACTS, LIMITS, TEXTS, typed_facts, typed_texts
from bot.phrases import phrase

MAX_PROBLEM: Final = 1_200
"""Characters of what a form comes back with: it stands in a message of the platform, too."""

_SHOWN: Final = 80
_MAX_LISTED: Final = 4
_MAX_CHOICE: Final = 90


def texts_form(
    act: Literal["edit", "correct"],
    story: Story,
    telling: Telling,
    language: Language,
    values: Mapping[str, str] | None = None,
    lost: Sequence[LostClaim] = (),
) -> Form:
    """Return the form with what a telling says; where claims were `lost`, it asks what becomes of them."""
    shown = {**typed_texts(telling), **(values or {})}
    fields = [
        _field(name, shown[name], language, required=True, shown=len(typed_texts(telling)[name]))
        for name in TEXTS
    ]
    fields.append(_field("reason", shown.get("reason", ""), language, required=act == "correct", act=act))
    if lost:
        fields.append(_claims_field(lost, shown.get("claims", ""), language))
    return Form(
        command=typed(act, story.id, language=telling.language, revision=story.revision),
        title=phrase(f"storyform.title_{act}", language),
        fields=tuple(fields),
        submit=phrase("storyform.save", language),
        language=language,
    )


def facts_form(story: Story, language: Language, values: Mapping[str, str] | None = None) -> Form:
    """Return the form with where a story comes from and what it is about."""
    known = typed_facts(story)
    shown = {**known, **(values or {})}
    fields = [
        _field(name, shown[name], language, required=name in ("source", "date"), shown=len(known[name]))
        for name in FACTS
    ]
    fields.append(_field("reason", shown.get("reason", ""), language, act="edit"))
    fields = [
        replace(field, hint=phrase(f"storyform.{field.name}_hint", language))
        if field.name in ("date", "topics")
        else field
        for field in fields
    ]
    return Form(
        command=typed("facts", story.id, revision=story.revision),
        title=phrase("storyform.title_facts", language),
        fields=tuple(fields),
        submit=phrase("storyform.save", language),
        language=language,
    )


def reason_form(
    act: Literal["retract", "reject"], story: Story, language: Language, reason: str = ""
) -> Form:
    """Return the form that asks why a story is retracted or rejected."""
    return Form(
        command=typed(act, story.id, revision=story.revision),
        title=phrase(f"storyform.title_{act}", language),
        fields=(_field("reason", reason, language, required=True, act=act),),
        submit=phrase(f"act.{act}", language),
        language=language,
    )


def merge_form(
    story: Story,
    language: Language,
    values: Mapping[str, str] | None = None,
    found: Sequence[Story] = (),
) -> Form:
    """Return the form that asks which story another goes into: by id or words, or among those `found`."""
    given = values or {}
    into = Field(
        name="into",
        label=phrase("storyform.into", language),
        kind="choice" if found else "line",
        required=True,
        max_length=LIMITS["title"],
        value="" if found else given.get("into", ""),
        hint=phrase("storyform.into_hint", language),
        choices=tuple(_choice(one, language) for one in found),
    )
    return Form(
        command=typed("merge", story.id, revision=story.revision),
        title=phrase("storyform.title_merge", language),
        fields=(into, _field("reason", given.get("reason", ""), language, act="merge")),
        submit=phrase("act.merge", language),
        language=language,
    )


def _choice(story: Story, language: Language) -> Choice:
    title = truncated(story.telling(language).title, _MAX_CHOICE // 2)
    dot = phrase("story.dot", language)
    return Choice(value=story.id, label=truncated(f"{title}{dot}{facts_of(story, language)}", _MAX_CHOICE))


def _field(
    name: str, value: str, language: Language, *, required: bool = False, shown: int = 0, act: str = ""
) -> Field:
    return Field(
        name=name,
        label=phrase(f"changed.{name}", language),
        kind="text" if name in ("summary", "body") else "line",
        required=required,
        max_length=max(LIMITS[name], shown),
        value=value,
        hint=phrase(f"storyform.reason_{act}_hint", language) if act else "",
    )


def _claims_field(lost: Sequence[LostClaim], value: str, language: Language) -> Field:
    treatments: list[Treatment] = ["keep", "drop"]
    if any(one.sentence is not None for one in lost):
        treatments.insert(0, "reword")
    return Field(
        name="claims",
        label=phrase("storyform.claims", language),
        kind="choice",
        required=True,
        max_length=10,
        value=value if value in treatments else "",
        hint=phrase("storyform.claims_hint", language),
        choices=tuple(
            Choice(value=treatment, label=phrase(f"storyform.claims_{treatment}", language))
            for treatment in treatments
        ),
    )


def lost_told(lost: Sequence[LostClaim], language: Language) -> str:
    """Return which claims an edit changed, with everybody who makes, doubts and denies them."""
    lines = [phrase("storyform.lost", language)]
    for one in lost[:_MAX_LISTED]:
        who = phrase("story.dot", language).join(parties((one.claim,), language))
        claim = truncated(" ".join(one.claim.text.split()), _SHOWN * 2)
        lines.append(phrase("story.claim", language, claim=claim, parties=truncated(who, _SHOWN * 2)))
    return truncated("\n".join(lines), MAX_PROBLEM)


def overwriting_told(
    changes: Sequence[Overwriting],
    language: Language,
    closing: Literal["sending_again", "changed_since"] = "sending_again",
) -> str:
    """Return what others changed in a story while somebody was at it, and what to do about that."""
    lines = []
    for one in [each for each in changes if told(each.change)][:_MAX_LISTED]:
        facts = in_words(one.change, _SHOWN, language)
        lines.append(phrase("storyform.overwritten", language, who=truncated(one.who, _SHOWN // 2), **facts))
    return truncated("\n".join((*lines, phrase(f"storyform.{closing}", language))), MAX_PROBLEM)


def values_kept(values: Mapping[str, str], base: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """Return typed values over what a story says now: only what was typed otherwise than `base` stays."""
    kept = {name: value for name, value in values.items() if name not in base}
    for name, was in base.items():
        value = values.get(name, was)
        kept[name] = now[name] if " ".join(value.split()) == " ".join(was.split()) else value
    return kept
