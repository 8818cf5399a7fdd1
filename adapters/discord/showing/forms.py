"""A form as a modal of Discord's, what was filled in, and forms that are kept until they are opened again.

Limits are those of Discord's documentation on modals and components.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

import discord

from adapters.discord.showing.long_values import MAX_TEXT, shown_field
from adapters.discord.showing.render import custom_id, escaped
from bot.display import truncated
from bot.form import Choice, Field, Form
from bot.identity import derived_id
from bot.message import Button, Buttons, Message, paragraph
from bot.model import WorkspaceId
from bot.phrases import phrase
from bot.ports import Store

MAX_FIELDS: Final = 5
MAX_OPTIONS: Final = 25
MAX_TITLE: Final = 45
MAX_LABEL: Final = 45
MAX_HINT: Final = 100
_LABEL: Final = 18

SHELF: Final = "forms"
OPENS_FORM: Final = "form:"
"""How the id of a button begins that opens a form which was kept."""


def modal_of(form: Form, about: str | None) -> discord.ui.Modal:
    """Return a form of at most five fields as a modal; its id is its command, and the channel it is about.

    What is too long for a field is not in it: `LongValues` keeps it.
    """
    modal = discord.ui.Modal(title=truncated(form.title, MAX_TITLE), custom_id=custom_id(opener(form, about)))
    if form.problem and len(form.fields) < MAX_FIELDS:
        modal.add_item(discord.ui.TextDisplay(escaped(form.problem)))
    for field in (shown_field(field, form.language) for field in form.fields[:MAX_FIELDS]):
        modal.add_item(
            discord.ui.Label(
                text=truncated(field.label, MAX_LABEL),
                description=truncated(field.hint, MAX_HINT) or None,
                component=_input(field),
            )
        )
    modal.stop()  # its id says what it is for, so discord.py need not remember it
    return modal


def opener(form: Form, about: str | None) -> Button:
    """Return a button that does what sending the form does, so that both have one kind of id."""
    return Button(label=form.submit, command=form.command, channel=about)


def _input(field: Field) -> discord.ui.Item[Any]:
    if field.choices and len(field.choices) <= MAX_OPTIONS:
        chosen = _entries(field.value) if field.kind == "several" else [field.value]
        return discord.ui.Select(
            custom_id=field.name,
            options=[_option(choice, chosen) for choice in field.choices],
            required=field.required,
            min_values=1 if field.required else 0,
            max_values=len(field.choices) if field.kind == "several" else 1,
        )
    return discord.ui.TextInput(
        custom_id=field.name,
        style=discord.TextStyle.paragraph if field.kind == "text" else discord.TextStyle.short,
        default=truncated(field.value, min(field.max_length, MAX_TEXT)) or None,
        required=field.required,
        max_length=min(field.max_length, MAX_TEXT),
    )


def _option(choice: Choice, chosen: Iterable[str]) -> discord.SelectOption:
    return discord.SelectOption(
        label=truncated(choice.label, MAX_HINT), value=choice.value, default=choice.value in chosen
    )


def _entries(value: str) -> list[str]:
    return [entry.strip() for entry in value.split(",") if entry.strip()]


def filled_in(components: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return what was filled in by the names of the fields; several values are parted by commas."""
    return dict(_filled_in(components))


def _filled_in(components: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for component in components:
        inner = component.get("component") if component["type"] == _LABEL else None
        if inner is not None and "custom_id" in inner:
            value = inner["value"] if "value" in inner else ",".join(inner.get("values", ()))
            yield str(inner["custom_id"]), str(value or "")


# Discord opens no modal in answer to one. What comes back is kept, and a button opens it again.


async def keep_form(store: Store, form: Form, owner: str, workspace: WorkspaceId) -> Message:
    """Keep a form for its owner, in the place of the one before; return the message with what opens it."""
    key = _key(form.command, owner, workspace)
    await store.keep(SHELF, key, json.dumps(asdict(form), ensure_ascii=False), workspace, fades=True)
    sentence = (
        phrase("discord.form_again", form.language, problem=form.problem)
        if form.problem
        else phrase("discord.form_waits", form.language)
    )
    button = Button(label=phrase("discord.open_form", form.language), command=f"{OPENS_FORM}{key}")
    return Message((paragraph(sentence), Buttons((button,))), form.language)


async def kept_form(store: Store, custom_id: str) -> Form | None:
    """Return the form that a button opens; None where it was sent since."""
    text = await store.kept(SHELF, custom_id.removeprefix(OPENS_FORM))
    return read_form(json.loads(text)) if text else None


async def forget_form(store: Store, command: str, owner: str, workspace: WorkspaceId) -> None:
    """Forget a form that is done with."""
    await store.take(SHELF, _key(command, owner, workspace))


def read_form(document: Mapping[str, Any]) -> Form:
    """Return the form of a document that `dataclasses.asdict` made of it."""
    fields = tuple(
        Field(**field | {"choices": tuple(Choice(**choice) for choice in field["choices"])})
        for field in document["fields"]
    )
    return Form(**dict(document) | {"fields": fields})


def _key(command: str, owner: str, workspace: WorkspaceId) -> str:
    return derived_id("form", workspace, owner, command)
