"""Values that are longer than a field of a modal may be: kept beside it, and there again when it is sent.

Discord's documentation on components gives a text input 4,000 characters. A field whose value is longer is
shown empty, and its id says so: who leaves it empty leaves the value as it is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from bot.display import utf16_length
from bot.form import Field, Form
from bot.identity import derived_id
from bot.model import Language, WorkspaceId
from bot.phrases import phrase
from bot.ports import Store

MAX_TEXT: Final = 4_000
SHELF: Final = "long values"

_MARK: Final = "?"
"""Parts a field's name from the fingerprint of its value, in the id of the field."""


def shown_field(field: Field, language: Language) -> Field:
    """Return a field as it can be shown: one that holds too much is empty, and says what that means."""
    if field.choices or utf16_length(field.value) <= min(field.max_length, MAX_TEXT):
        return field
    hint = phrase("discord.long_value", language, count=f"{len(field.value):,}")
    name = f"{field.name}{_MARK}{_fingerprint(field.value)}"
    return replace(field, name=name, value="", required=False, hint=hint)


@dataclass(frozen=True, slots=True)
class LongValues:
    """What a form of a command, opened by its owner, holds and cannot show."""

    store: Store
    command: str
    owner: str
    workspace: WorkspaceId

    async def keep(self, form: Form) -> None:
        """Keep it, in the place of what the form held when it was opened before."""
        for field in form.fields:
            if shown_field(field, form.language) is not field:
                text = json.dumps([_fingerprint(field.value), field.value], ensure_ascii=False)
                await self.store.keep(SHELF, self._key(field.name), text, self.workspace, fades=True)

    async def put_back(self, sent: Mapping[str, str]) -> dict[str, str]:
        """Return what was sent by the names of the fields, what was left as it is with what it was.

        A field is left out whose value is not kept any more.
        """
        values: dict[str, str] = {}
        for id_, value in sent.items():
            name, _, fingerprint = id_.partition(_MARK)
            if not fingerprint or value.strip():
                values[name] = value
                continue
            kept = await self.store.kept(SHELF, self._key(name))
            was, text = json.loads(kept) if kept else ("", "")
            if was == fingerprint:
                values[name] = str(text)
        return values

    async def forget(self, sent: Mapping[str, str]) -> None:
        """Forget it: the form is done with."""
        for name, mark, _ in (id_.partition(_MARK) for id_ in sent):
            if mark:
                await self.store.take(SHELF, self._key(name))

    def _key(self, name: str) -> str:
        return derived_id("long value", self.workspace, self.owner, self.command, name)


def _fingerprint(value: str) -> str:
    return derived_id("value", value)
