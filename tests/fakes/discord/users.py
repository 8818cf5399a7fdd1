"""The pretend Discord: what a member does in its client, and what comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.fakes.discord import shapes
from tests.fakes.discord.permissions import Permission, permissions_in
from tests.waiting import PATIENCE_S

if TYPE_CHECKING:
    from tests.fakes.discord.interactions import Interaction
    from tests.fakes.discord.state import Channel, Message
    from tests.fakes.discord.uploads import Upload

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(
    1, 12
)
REFERENCES = {USER: "user", CHANNEL: "channel", ROLE: "role", MENTIONABLE: "mentionable"}
BUTTON, STRING_SELECT, TEXT_INPUT, LABEL, CHECKBOX = 2, 3, 4, 18, 23


class NoAnswer(Exception):
    """The client shows that the application did not respond."""


class NotShown(Exception):
    """The client does not offer what was to be used."""


class Acting:
    """What `discord_state.Member` can do: everything waits for the application's answer."""

    # Commands.

    async def command(self, channel: Channel, name: str, **options: object) -> Interaction:
        """Type a command, subcommands after it: `command(channel, "ai-news-mod add", title="…")`.

        An option's value may be a channel, role or member. Raises `NotShown` for what the client would
        not let a person type, `NoAnswer` where the application says nothing in time.
        """
        begun = self.begin_command(channel, name, **options)
        return await self.answered(begun)

    def begin_command(self, channel: Channel, name: str, **options: object) -> Interaction:
        """Type a command, and do not wait."""
        data = self._command_data(channel, name, options)
        return self.guild.server.interactions.begin(COMMAND, data, self, channel)

    async def autocomplete(
        self, channel: Channel, name: str, option: str, typed: str, **options: object
    ) -> list[tuple[str, object]]:
        """Type into an option that completes; return what is offered, each with its value."""
        data = self._command_data(channel, name, {**options, option: typed}, focused=option)
        begun = self.guild.server.interactions.begin(AUTOCOMPLETE, data, self, channel)
        await self.answered(begun)
        return [(choice["name"], choice["value"]) for choice in begun.choices]

    async def use_on_message(self, name: str, message: Message) -> Interaction:
        """Choose a command from a message's context menu."""
        command = self._find(message.channel, name, kind=3)
        data = {
            "id": command["id"],
            "name": command["name"],
            "type": 3,
            "target_id": str(message.id),
            "resolved": {"messages": {str(message.id): shapes.message(message)}},
        }
        begun = self.guild.server.interactions.begin(COMMAND, data, self, message.channel)
        return await self.answered(begun)

    def sees(self, channel: Channel, name: str, kind: int = 1) -> bool:
        """Return whether the client offers a command here."""
        try:
            self._find(channel, name, kind)
        except NotShown:
            return False
        return True

    def _find(self, channel: Channel, name: str, kind: int = 1) -> dict:
        server = self.guild.server
        command = server.commands.find(self.guild.id, name, kind)
        if command is None or self.guild.bot is None:
            known = [one["name"] for one in server.commands.registered()]
            raise NotShown(f"no command {name!r}; there are {known}")
        granted = permissions_in(self, channel)
        needed = command["default_member_permissions"]
        admitted = self.guild.allowed_commands.get(command["name"])
        if admitted is None:
            admitted = needed is None or int(needed) & granted == int(needed) != 0
        admitted = admitted or granted & Permission.ADMINISTRATOR
        if not (admitted and granted & Permission.USE_APPLICATION_COMMANDS):
            raise NotShown(f"{name!r} is not for this member")
        return command

    def _command_data(self, channel: Channel, name: str, options: dict, focused: str = "") -> dict:
        first, *path = name.split()
        command = self._find(channel, first)
        resolved: dict = {}
        declared = command.get("options") or []
        steps = []
        for step in path:
            declared_step = next((one for one in declared if one["name"] == step), None)
            if declared_step is None:
                raise NotShown(f"no subcommand {step!r}")
            steps.append(declared_step)
            declared = declared_step.get("options") or []
        if any(one["type"] in {SUBCOMMAND, GROUP} for one in declared):
            raise NotShown(f"{name!r} is not complete")
        filled = self._filled(channel, declared, options, resolved, focused)
        for step in reversed(steps):
            filled = [{"name": step["name"], "type": step["type"], "options": filled}]
        data = {"id": command["id"], "name": command["name"], "type": 1, "options": filled}
        if "guild_id" in command:
            data["guild_id"] = command["guild_id"]
        return data | ({"resolved": resolved} if resolved else {})

    def _filled(
        self, channel: Channel, declared: list[dict], options: dict, resolved: dict, focused: str
    ) -> list[dict]:
        by_name = {one["name"]: one for one in declared} | {
            one["name"].replace("-", "_"): one for one in declared
        }
        if unknown := options.keys() - by_name.keys():
            raise NotShown(f"no option {unknown}; there are {[one['name'] for one in declared]}")
        given = {by_name[name]["name"] for name in options}
        missing = [one["name"] for one in declared if one.get("required") and one["name"] not in given]
        if missing and not focused:
            raise NotShown(f"{missing} must be filled in")
        filled = []
        for name, value in options.items():
            option = by_name[name]
            entry = {"name": option["name"], "type": option["type"]}
            if name == focused or option["name"] == focused:
                filled.append(entry | {"value": value, "focused": True})
            else:
                filled.append(entry | {"value": self._value(channel, option, value, resolved)})
        return filled

    def _value(self, channel: Channel, option: dict, value: object, resolved: dict) -> object:
        kind = option["type"]
        if kind in REFERENCES:
            return self._resolve(value, resolved)
        if kind == ATTACHMENT:
            file = self.guild.server.uploads.take(value)
            resolved.setdefault("attachments", {})[file["id"]] = file
            return file["id"]
        wanted = {STRING: str, INTEGER: int, BOOLEAN: bool, NUMBER: (int, float)}[kind]
        if not isinstance(value, wanted) or (kind != BOOLEAN and isinstance(value, bool)):
            raise NotShown(f"{option['name']} cannot be {value!r}")
        choices = [choice["value"] for choice in option.get("choices") or []]
        if choices and value not in choices:
            raise NotShown(f"{option['name']} is one of {choices}, not {value!r}")
        size = len(value) if kind == STRING else value
        ends = ("min_length", "max_length") if kind == STRING else ("min_value", "max_value")
        if kind != BOOLEAN and not option.get(ends[0], size) <= size <= option.get(ends[1], size):
            raise NotShown(f"{option['name']} cannot be {value!r}")
        return value

    def _resolve(self, thing: object, resolved: dict) -> str:
        """Return the id of a member, role or channel, and lay down what it is as Discord does."""
        if hasattr(thing, "user"):
            one = str(thing.user.id)
            resolved.setdefault("users", {})[one] = shapes.user(thing.user)
            permissions = {"permissions": str(int(permissions_in(thing, self.guild.channels[0])))}
            resolved.setdefault("members", {})[one] = shapes.member_without_user(thing) | permissions
        elif hasattr(thing, "messages"):
            one = str(thing.id)
            resolved.setdefault("channels", {})[one] = shapes.channel_for(thing, self)
        else:
            one = str(thing.id)
            resolved.setdefault("roles", {})[one] = shapes.role(thing)
        return one

    # Components and modals.

    async def press(self, message: Message, button: str) -> Interaction:
        """Press a button, named by its label or its custom id."""
        return await self.answered(self.begin_press(message, button))

    def begin_press(self, message: Message, button: str) -> Interaction:
        """Press a button, and do not wait."""
        if message.deleted or message.seen_by not in {None, self.user}:
            raise NotShown("this message is not there for this member")
        buttons = [one for one in message.components if one["type"] == BUTTON and "custom_id" in one]
        found = next((one for one in buttons if button in {one.get("label"), one["custom_id"]}), None)
        if found is None or found.get("disabled"):
            raise NotShown(f"no button {button!r}; there are {[one.get('label') for one in buttons]}")
        data = {"component_type": BUTTON, "custom_id": found["custom_id"], "id": found["id"]}
        return self.guild.server.interactions.begin(COMPONENT, data, self, message.channel, message)

    async def choose(self, message: Message, select: str, *values: object) -> Interaction:
        """Choose from a select menu, named by its placeholder or its custom id."""
        menus = [one for one in message.components if one["type"] in {STRING_SELECT, 5, 6, 7, 8}]
        found = next((one for one in menus if select in {one.get("placeholder"), one["custom_id"]}), None)
        if found is None or found.get("disabled"):
            raise NotShown(f"no menu {select!r}; there are {[one['custom_id'] for one in menus]}")
        data = {"component_type": found["type"], "custom_id": found["custom_id"], "id": found["id"]}
        data |= self._chosen(found, values)
        begun = self.guild.server.interactions.begin(COMPONENT, data, self, message.channel, message)
        return await self.answered(begun)

    async def submit(self, opened: Interaction, **values: object) -> Interaction:
        """Fill in the modal that an interaction opened, its fields named by custom id or label, and send it.

        Fields that are not named keep what stood in them.
        """
        modal = opened.modal
        if modal is None:
            raise NotShown("no modal is open")
        resolved: dict = {}
        fields = [self._field(one, values, resolved) for one in modal["components"]]
        if values:
            raise NotShown(f"no fields {list(values)} in {modal}")
        data = {"custom_id": modal["custom_id"], "components": fields}
        data |= {"resolved": resolved} if resolved else {}
        begun = self.guild.server.interactions.begin(MODAL_SUBMIT, data, self, opened.channel, opened.message)
        return await self.answered(begun)

    def _field(self, shell: dict, values: dict, resolved: dict) -> dict:
        """Return a field of a modal as it is sent, inside what stood around it."""
        about = {"type": shell["type"], "id": shell.get("id", 0)}
        if shell["type"] == LABEL:
            names = (shell["component"]["custom_id"], shell["label"])
            return about | {"component": self._input(shell["component"], names, values, resolved)}
        if "components" in shell:
            inner = shell["components"][0]
            return about | {
                "components": [self._input(inner, (inner["custom_id"], inner["label"]), values, resolved)]
            }
        return about

    def _input(self, field: dict, names: tuple[str, str], values: dict, resolved: dict) -> dict:
        about = {"type": field["type"], "id": field.get("id", 0), "custom_id": field["custom_id"]}
        given = next((values.pop(name) for name in names if name in values), None)
        if field["type"] == TEXT_INPUT:
            text = field.get("value") or "" if given is None else str(given)
            if not (field.get("min_length") or 0) <= len(text) <= (field.get("max_length") or 4000):
                raise NotShown(f"{names[1]} cannot be {text!r}")
            if field.get("required", True) and not text:
                raise NotShown(f"{names[1]} must be filled in")
            return about | {"value": text}
        if field["type"] == CHECKBOX:
            return about | {"value": bool(field.get("default") if given is None else given)}
        defaults = [one["value"] for one in field.get("options") or [] if one.get("default")]
        chosen = defaults if given is None else given if isinstance(given, list | tuple) else [given]
        found = self._chosen(field, chosen)
        resolved |= found.pop("resolved", {})
        if field["type"] == 21:
            return about | {"value": found["values"][0] if found["values"] else None}
        return about | found

    def _chosen(self, field: dict, values: object) -> dict:
        resolved: dict = {}
        offered = [option["value"] for option in field.get("options") or []]
        chosen = [value if offered else self._resolve(value, resolved) for value in values]
        if offered and set(chosen) - set(offered):
            raise NotShown(f"{field['custom_id']} offers {offered}, not {chosen}")
        at_least = field.get("min_values", 1) if field.get("required", True) else 0
        if (
            not at_least
            <= len(chosen)
            <= field.get("max_values", max(1, len(offered) if field["type"] == 22 else 1))
        ):
            raise NotShown(f"{field['custom_id']} cannot be {chosen}")
        return {"values": chosen} | ({"resolved": resolved} if resolved else {})

    # Messages, and waiting.

    def say(self, channel: Channel, text: str, *files: Upload) -> Message:
        """Write a message, with files in it."""
        server = self.guild.server
        return server.accept_from(self.user, channel, text, [server.uploads.take(file) for file in files])

    async def answered(self, begun: Interaction, patience_s: float = PATIENCE_S) -> Interaction:
        """Wait until the application answered, a promised answer too."""
        await self.sees_that(
            begun, lambda: begun.acknowledged_at is not None, begun.server.interactions.to_answer_s
        )
        return await self.sees_that(begun, lambda: begun.is_answered, patience_s)

    async def sees_that(
        self, begun: Interaction, true: Callable[[], bool], patience_s: float = PATIENCE_S
    ) -> Interaction:
        """Wait until something is so of what an interaction brought, such as a second follow-up."""
        try:
            async with asyncio.timeout(patience_s):
                while not true():
                    begun.changed.clear()
                    await begun.changed.wait()
        except TimeoutError:
            raise NoAnswer(f"the application did not respond within {patience_s} s to {begun.data}") from None
        return begun
