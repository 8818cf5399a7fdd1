"""What members of the pretend Slack do: type, press, fill in, install; each waits for the acknowledgement."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
from yarl import URL

from tests.fakes.slack.chat import message_json
from tests.fakes.slack.checks import ApiError, check_view
from tests.fakes.slack.elements import option_problems
from tests.fakes.slack.files import File
from tests.fakes.slack.forms import NotPossible, chosen_value, find_element, state_values
from tests.fakes.slack.oauth import SIGNED_IN
from tests.fakes.slack.payloads import command_asked, interaction_asked
from tests.fakes.slack.problems import Json
from tests.fakes.slack.reading import blocks_of, elements_of
from tests.fakes.slack.state import Asked, Channel, Message, User, View
from tests.fakes.slack.views import change, new_view, view_json

if TYPE_CHECKING:
    from tests.fakes.slack.server import SlackServer


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A person of a workspace, at their Slack client."""

    server: "SlackServer"
    user: User

    @property
    def id(self) -> str:
        """The person's id."""
        return self.user.id

    @property
    def home(self) -> View | None:
        """The bot's Home as this person has it."""
        return self.server.homes.get(self.user.id)

    @property
    def modal(self) -> View | None:
        """The modal that lies on top."""
        return next(iter(reversed(self.server.modals(self.user))), None)

    @property
    def sees(self) -> list[Message]:
        """What only this person sees, oldest first."""
        return self.server.ephemeral(self.user)

    async def command(self, channel: Channel, command: str, text: str = "") -> Asked:
        """Type a slash command in a channel; return what came of it so far."""
        channel.members.add(self.user.id)
        return await self._ask(command_asked(self.server, self.user, channel, command, text))

    async def press(self, surface: Message | View, label: str) -> Asked:
        """Press a button, by its label or action_id, or choose from an overflow menu by the option's text."""
        self._look_for(surface)
        block, element, facts = _pressed(surface, label)
        return await self._act(surface, block, element, facts)

    async def choose(self, surface: Message | View, name: str, value: Any) -> Asked:
        """Choose in a menu or type into an input that tells the bot at once."""
        self._look_for(surface)
        block, element = find_element(surface, name)
        if block["type"] == "input" and not block.get("dispatch_action"):
            raise NotPossible(f"{name!r} tells nobody before the modal is submitted")
        state = chosen_value(surface, element, value)
        if isinstance(surface, View):
            surface.values.setdefault(block["block_id"], {})[element["action_id"]] = state
        return await self._act(surface, block, element, state)

    def _look_for(self, surface: Message | View) -> None:
        """Raise where this person has no such thing before them."""
        if isinstance(surface, Message):
            is_there = not surface.is_deleted and surface.only_for in (None, self.user.id)
        else:
            is_there = surface.is_open and surface.user is self.user
        if not is_there:
            raise NotPossible("it is not there, or somebody else's")

    async def _act(self, surface: Message | View, block: Json, element: Json, facts: Json) -> Asked:
        action = {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "action_ts": self.server.next_ts(),
            **facts,
        }
        state = {"values": surface.values} if isinstance(surface, View) else {"values": {}}
        asked = interaction_asked(
            self.server, self.user, "block_actions", surface, actions=[action], state=state
        )
        return await self._ask(asked)

    async def submit(self, view: View, wishes: Mapping[str, Any] | None = None, **more: Any) -> Asked:
        """Fill in a modal, inputs by label or action_id, and submit it; what is not named stays as it was."""
        if not view.is_open or "submit" not in view.content:
            raise NotPossible("this is no open modal that can be submitted")
        view.values = state_values(view, {**(wishes or {}), **more})
        asked = interaction_asked(self.server, self.user, "view_submission", view, response_urls=[])
        view.is_sent = True
        try:
            await self._ask(asked)
            if asked.acknowledged_ms is not None:
                self._obey(asked, view)
        finally:
            view.is_sent = False
            self.server.touch()
        return asked

    def _obey(self, asked: Asked, view: View) -> None:
        """Do with the modals what the bot's acknowledgement of a submission says."""
        said = asked.ack or {}
        try:
            match said.get("response_action"):
                case None if not said:
                    view.is_open = False
                case "clear":
                    for other in self.server.modals(self.user):
                        other.is_open = False
                case "errors":
                    asked.errors = _checked_errors(view, said.get("errors"))
                case "update":
                    change(view, check_view(said.get("view"), "modal"))
                    asked.views.append(view)
                case "push":
                    pushed = new_view(self.user, check_view(said.get("view"), "modal"), view)
                    self.server.views[pushed.id] = pushed
                    asked.views.append(pushed)
                case _:
                    raise ApiError("invalid_response_action")
        except ApiError as error:
            self.server.violations.append(f"view_submission: {said} {error.code} {' '.join(error.messages)}")
        self.server.touch()

    async def close(self, view: View, *, all_of_them: bool = False) -> Asked | None:
        """Close a modal; the bot is told where it asked to be."""
        stack = self.server.modals(self.user) if all_of_them else [view]
        for one in stack:
            one.is_open = False
        if not view.content.get("notify_on_close"):
            return None
        asked = interaction_asked(self.server, self.user, "view_closed", view, is_cleared=all_of_them)
        return await self._ask(asked)

    async def suggest(self, surface: Message | View, name: str, typed: str) -> list[Json]:
        """Type into a menu whose options the bot knows; return what it suggests."""
        block, element = find_element(surface, name)
        if len(typed) < element.get("min_query_length", 3):
            raise NotPossible(f"Slack asks the bot from {element.get('min_query_length', 3)} characters on")
        facts = {"action_id": element["action_id"], "block_id": block["block_id"], "value": typed}
        asked = await self._ask(
            interaction_asked(self.server, self.user, "block_suggestion", surface, **facts)
        )
        said = asked.ack or {}
        groups = said.get("option_groups", [])
        options = [option for group in groups for option in group["options"]] or said.get("options", [])
        self.server.violations += [f"block_suggestion: {problem}" for problem in option_problems(options)]
        if isinstance(surface, View):
            surface.suggested.setdefault(element["action_id"], []).extend(options)
        return options

    async def shortcut(self, callback_id: str) -> Asked:
        """Choose a shortcut of the app from the menu that is everywhere."""
        facts = {"callback_id": callback_id, "action_ts": self.server.next_ts()}
        return await self._ask(interaction_asked(self.server, self.user, "shortcut", **facts))

    async def message_shortcut(self, callback_id: str, message: Message) -> Asked:
        """Choose a shortcut of the app from a message's menu."""
        facts = {"callback_id": callback_id, "action_ts": self.server.next_ts()}
        asked = interaction_asked(self.server, self.user, "message_action", message, **facts)
        return await self._ask(asked)

    def say(self, channel: Channel, text: str, *, thread: Message | None = None) -> Message:
        """Write a message; the bot hears of it where it is subscribed to such."""
        channel.members.add(self.user.id)
        message = Message(channel=channel, ts="", user=self.user.id, text=text)
        message.thread_ts = (thread.thread_ts or thread.ts) if thread else None
        self.server.accept(message)
        return message

    def share(self, channel: Channel, file: File, text: str = "") -> Message:
        """Share a file with a few words."""
        message = self.say(channel, text)
        message.files.append(file.document(self.server))
        return message

    def edit(self, message: Message, text: str) -> None:
        """Change what one wrote."""
        if message.user != self.user.id:
            raise NotPossible("this is somebody else's message")
        before = message_json(message)
        message.edits.append((message.text, message.blocks))
        message.text = text
        self.server.tell_of_change(message, "message_changed", before)

    async def mention(self, channel: Channel, text: str, *, thread: Message | None = None) -> Asked:
        """Write a message that names the bot; wait until the bot was told."""
        message = self.say(channel, f"<@{self.user.team.bot.id}> {text}", thread=thread)
        event = {
            "type": "app_mention",
            "user": self.user.id,
            "text": message.text,
            "ts": message.ts,
            "channel": channel.id,
            "team": self.user.team.id,
        }
        if message.thread_ts:
            event["thread_ts"] = message.thread_ts
        return await self._hear("app_mention", event, channel)

    async def dm(self, text: str) -> Asked:
        """Write to the bot directly; wait until the bot was told."""
        channel = self.server.direct_channel(self.user.team, self.user.id)
        message = Message(channel=channel, ts="", user=self.user.id, text=text)
        self.server.accept(message, tells=False)
        return await self._hear("message.im", self.server.message_event(message), channel)

    async def open_home(self) -> Asked:
        """Open the bot's Home."""
        channel = self.server.direct_channel(self.user.team, self.user.id)
        event: Json = {"type": "app_home_opened", "user": self.user.id, "channel": channel.id, "tab": "home"}
        if self.home:
            event["view"] = view_json(self.home)
        return await self._hear("app_home_opened", event, None)

    async def _hear(self, name: str, event: Json, channel: Channel | None) -> Asked:
        asked = self.server.emit(self.user.team, event, name, user=self.user, channel=channel)
        if asked is None:
            raise NotPossible(f"the app is not subscribed to {name}")
        await asked.settled.wait()
        return asked

    async def install(self, url: str) -> tuple[int, str]:
        """Open a bot's install page in a browser, and say yes to Slack; return what the bot shows at last."""
        # The bot's page is on loopback here; elsewhere what it sets is `Secure`, behind HTTPS.
        jar = aiohttp.CookieJar(unsafe=True, treat_as_secure_origin=str(URL(url).origin()))
        jar.update_cookies({SIGNED_IN: self.user.id}, URL(self.server.origin))
        async with aiohttp.ClientSession(cookie_jar=jar) as browser:
            async with browser.get(url) as page:
                text = await page.text()
                if str(page.url).startswith(self.server.origin) or "oauth/v2/authorize" not in text:
                    return page.status, text
            start = text.index(f"{self.server.origin}/oauth/v2/authorize")
            end = text.index('"', start)
            async with browser.get(text[start:end].replace("&amp;", "&")) as page:
                return page.status, await page.text()

    async def _ask(self, asked: Asked) -> Asked:
        self.server.tell(asked)
        await asked.settled.wait()
        return asked


def _pressed(surface: Message | View, label: str) -> tuple[Json, Json, Json]:
    """Return the block, the element and what is sent when something of this label is pressed."""
    for block, element in elements_of(blocks_of(surface)):
        if element["type"] == "overflow":
            for option in element["options"]:
                if label in (option["text"]["text"], option["value"]):
                    return block, element, {"selected_option": option}
    block, element = find_element(surface, label)
    if element["type"] != "button":
        raise NotPossible(f"{label!r} is no button")
    return block, element, {"text": element["text"], "value": element.get("value")}


def _checked_errors(view: View, errors: Any) -> dict[str, str]:
    """Return a refusal by block; raise where it names none that is an input, which Slack would not show."""
    inputs = {block["block_id"] for block in view.content["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or errors.keys() - inputs:
        raise ApiError("invalid_errors", json.dumps(errors))
    return errors
