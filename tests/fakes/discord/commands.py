"""The pretend Discord: registering commands, with the rules of interactions/application-commands."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from tests.fakes.discord.errors import Problems, failure

if TYPE_CHECKING:
    from tests.fakes.discord.http import Call
    from tests.fakes.discord.server import DiscordServer

CHAT_INPUT, USER, MESSAGE = 1, 2, 3
SUBCOMMAND, GROUP, STRING, INTEGER, NUMBER = 1, 2, 3, 4, 10
AT_MOST = {CHAT_INPUT: 100, USER: 15, MESSAGE: 15}
CREATES_A_DAY = 200
LOCALES = frozenset(
    [
        "id",
        "da",
        "de",
        "en-GB",
        "en-US",
        "es-ES",
        "es-419",
        "fr",
        "hr",
        "it",
        "lt",
        "hu",
        "nl",
        "no",
        "pl",
        "ro",
    ]
).union(
    [
        "pt-BR",
        "fi",
        "sv-SE",
        "vi",
        "tr",
        "cs",
        "el",
        "bg",
        "ru",
        "uk",
        "hi",
        "th",
        "zh-CN",
        "ja",
        "zh-TW",
        "ko",
    ]
)


def is_name(name: object) -> bool:
    """Return whether a text can be the name of a typed command or option."""
    if not isinstance(name, str) or not 1 <= len(name) <= 32 or name != name.lower():
        return False
    return all(one in "-_'" or unicodedata.category(one)[0] in "LN" or _is_mark(one) for one in name)


def _is_mark(one: str) -> bool:
    return bool(re.match("[\u0900-\u097f\u0e00-\u0e7f]", one))


def check_command(command: dict) -> None:
    """Raise what Discord would say to a command."""
    problems = Problems()
    if command.get("type", CHAT_INPUT) == CHAT_INPUT:
        _check_described(command, "", problems)
        _check_options(command.get("options") or [], "options", 0, problems)
    else:
        problems.length("name", command.get("name"), 1, 32)
        for name in ("description", "options"):
            if command.get(name):
                problems.add(
                    name, "APPLICATION_COMMAND_CONTEXT_MENU_FIELD", f"Context menu commands have no {name}"
                )
    if _size(command) > 8000:
        message = "Command exceeds maximum size (8000)"
        problems.add("options", "APPLICATION_COMMAND_TOO_LARGE", message)
    problems.check()


def _check_described(thing: dict, place: str, problems: Problems) -> None:
    names = {"name": thing.get("name")} | _localised(thing, "name", place, problems)
    for where, name in names.items():
        if not is_name(name):
            message = "Command name is invalid"
            problems.add(place + where, "APPLICATION_COMMAND_INVALID_NAME", message)
    texts = {"description": thing.get("description")} | _localised(thing, "description", place, problems)
    for where, text in texts.items():
        problems.length(place + where, text, 1, 100)


def _localised(thing: dict, name: str, place: str, problems: Problems) -> dict:
    found = thing.get(f"{name}_localizations") or {}
    for locale in found.keys() - LOCALES:
        problems.add(
            f"{place}{name}_localizations", "BASE_TYPE_CHOICES", f"{locale} is not a locale of Discord's"
        )
    return {f"{name}_localizations.{locale}": text for locale, text in found.items()}


def _check_options(options: list[dict], place: str, depth: int, problems: Problems) -> None:
    problems.count(place, options, 0, 25)
    names = [option.get("name") for option in options]
    if len(set(names)) < len(names):
        problems.add(place, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
    kinds = {option.get("type") in {SUBCOMMAND, GROUP} for option in options}
    if len(kinds) > 1:
        message = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        problems.add(place, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
    needed = [bool(option.get("required")) for option in options]
    if needed != sorted(needed, reverse=True):
        message = "Required options must be placed before non-required options"
        problems.add(place, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
    for number, option in enumerate(options):
        _check_option(option, f"{place}.{number}", depth, problems)


def _check_option(option: dict, place: str, depth: int, problems: Problems) -> None:
    _check_described(option, f"{place}.", problems)
    kind = option.get("type")
    if kind in {SUBCOMMAND, GROUP}:
        if depth > (0 if kind == GROUP else 1):
            problems.add(f"{place}.type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Nested too deep")
        _check_options(option.get("options") or [], f"{place}.options", depth + 1, problems)
        return
    choices = option.get("choices") or []
    problems.count(f"{place}.choices", choices, 0, 25)
    for number, choice in enumerate(choices):
        problems.length(f"{place}.choices.{number}.name", choice.get("name"), 1, 100)
        if kind == STRING:
            problems.length(f"{place}.choices.{number}.value", choice.get("value"), 1, 100)
    if choices and option.get("autocomplete"):
        message = "Autocomplete and choices cannot both be set"
        problems.add(f"{place}.autocomplete", "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES", message)


def _size(thing: dict) -> int:
    """Return the characters that count towards 8,000, each text in its longest locale."""
    size = sum(
        max(
            len(text)
            for text in (thing.get(name) or "", *(thing.get(f"{name}_localizations") or {}).values())
        )
        for name in ("name", "description")
    )
    size += len(str(thing["value"])) if "value" in thing else 0
    return size + sum(map(_size, [*(thing.get("options") or []), *(thing.get("choices") or [])]))


# Registering.


class Commands:
    """The commands that are registered, globally (None) and by guild, and how often that was done."""

    def __init__(self, server: DiscordServer) -> None:
        self._server = server
        self._registered: dict[int | None, list[dict]] = {}
        self.creates = 0
        """Commands that were new by name; Discord takes 200 a day."""
        self.syncs = 0
        """Bulk overwrites."""

    def registered(self, guild_id: int | None = None) -> list[dict]:
        """Return what is registered in a guild, or globally."""
        return self._registered.setdefault(guild_id, [])

    def find(self, guild_id: int, name: str, kind: int = CHAT_INPUT) -> dict | None:
        """Return what members of a guild get by a name in any locale; the guild's own goes first."""
        for command in [*self.registered(guild_id), *self.registered()]:
            names = {command["name"], *(command.get("name_localizations") or {}).values()}
            if command["type"] == kind and name in names:
                return command
        return None

    def overwrite(self, bodies: list[dict], guild_id: int | None) -> list[dict]:
        """Put these commands in the place of all others."""
        for body in bodies:
            check_command(body)
        self._check_set(bodies)
        self.syncs += 1
        self._registered[guild_id] = [self._made(body, guild_id) for body in bodies]
        return self._registered[guild_id]

    def upsert(self, body: dict, guild_id: int | None) -> dict:
        """Add a command, or put it in the place of one with its name."""
        check_command(body)
        made = self._made(body, guild_id)
        others = [one for one in self.registered(guild_id) if one["id"] != made["id"]]
        self._check_set([*others, made])
        self._registered[guild_id] = [*others, made]
        return made

    def delete(self, command_id: int, guild_id: int | None) -> None:
        """Remove a command."""
        left = [one for one in self.registered(guild_id) if one["id"] != str(command_id)]
        if len(left) == len(self.registered(guild_id)):
            raise failure(10063)
        self._registered[guild_id] = left

    def _check_set(self, bodies: list[dict]) -> None:
        problems = Problems()
        for kind, at_most in AT_MOST.items():
            names = [body.get("name") for body in bodies if body.get("type", CHAT_INPUT) == kind]
            if len(names) > at_most:
                message = f"Maximum number of application commands reached ({at_most})"
                problems.add("_", "APPLICATION_COMMANDS_MAX", message)
            if len(set(names)) < len(names):
                problems.add(
                    "_", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique"
                )
        problems.check()

    def _made(self, body: dict, guild_id: int | None) -> dict:
        kind = body.get("type", CHAT_INPUT)
        old = next(
            (c for c in self.registered(guild_id) if (c["type"], c["name"]) == (kind, body["name"])), None
        )
        if old is None:
            if self.creates >= CREATES_A_DAY:
                raise failure(30034)
            self.creates += 1
        permissions = body.get("default_member_permissions")
        made = {
            "description": "",
            "options": [],
            "nsfw": False,
            "contexts": None,
            "integration_types": [0],
            **body,
            "id": old["id"] if old else str(self._server.new_id()),
            "type": kind,
            "application_id": str(self._server.bot.id),
            "version": str(self._server.new_id()),
            "default_member_permissions": None if permissions is None else str(permissions),
        }
        return made | ({"guild_id": str(guild_id)} if guild_id else {})


def list_commands(call: Call) -> list[dict]:
    return call.server.commands.registered(call.ids.get("guild_id"))


def overwrite_commands(call: Call) -> list[dict]:
    return call.server.commands.overwrite(call.body or [], call.ids.get("guild_id"))


def create_command(call: Call) -> dict:
    return call.server.commands.upsert(call.body, call.ids.get("guild_id"))


def delete_command(call: Call) -> None:
    call.server.commands.delete(call.ids["command_id"], call.ids.get("guild_id"))


GLOBAL = "/applications/{application_id}/commands"
IN_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"
ROUTES = {
    f"{method} {path}{suffix}": handler
    for path in (GLOBAL, IN_GUILD)
    for method, suffix, handler in (
        ("GET", "", list_commands),
        ("PUT", "", overwrite_commands),
        ("POST", "", create_command),
        ("DELETE", "/{command_id}", delete_command),
    )
}
