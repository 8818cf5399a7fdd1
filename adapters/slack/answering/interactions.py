"""What people do on Slack becomes what the engine does, and its reply what they see."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from adapters.slack.answering.answers import Answers, Reply, sentence
from adapters.slack.answering.call import Call, Payload
from adapters.slack.answering.home import Homes
from adapters.slack.answering.people import FAILURES, People, reason
from adapters.slack.answering.typed import text_of, unescape, without_mention
from adapters.slack.answering.uploads import Unreadable, read_upload, text_file
from adapters.slack.posting.platform import MODERATORS
from adapters.slack.showing.fields import MAX_OPTIONS, Json, options, values_of
from adapters.slack.showing.render import pressed
from adapters.slack.showing.seal import Seal
from adapters.slack.showing.views import loading_view, question_view
from bot.commands import Ask, Command, PostNow, ResumeSubscription, Subscribe, parse
from bot.display import SHORTENED
from bot.engine import Engine
from bot.errors import InvalidInput, UserError
from bot.form import Form
from bot.message import Message, paragraph
from bot.model import Actor, Interaction, WorkspaceId
from bot.phrases import phrase_error
from bot.showing import asks_form, stays_in_place

logger = logging.getLogger(__name__)

LOOKUP: Final = "/ai-news"
SUBSCRIPTION: Final = "/ai-news-digest"
SETTLES_S: Final = 0.4
"""How long, in seconds, Slack is given to show what the acknowledgement of a modal said. An answer that
overtook it would be lost behind it."""

SHOWN_WITHIN_S: Final = 10.0
"""How long, in seconds, another process that was sent the same modal is given to show what came of it."""

LOOK_AGAIN_S: Final = 0.5

_CHANGING: Final = ("/ai-news-digest", "/ai-news-mod")


class Interactions:
    """The use cases of Slack's users."""

    def __init__(self, engine: Engine, people: People, answers: Answers, homes: Homes, seal: Seal) -> None:
        self._engine = engine
        self._people = people
        self._answers = answers
        self._homes = homes
        self._seal = seal

    async def command(self, call: Call, name: str, text: str) -> None:
        """Answer a slash command."""
        await self._type(call, f"{name} {unescape(text)}".strip())

    async def press(self, call: Call, value: str) -> None:
        """Do what a button stands for."""
        command, channel = pressed(value)
        if not command.startswith("/") or SHORTENED.search(command):
            await self._say(call, "slack.unknown_button")
            return
        await self._type(replace(call, channel=channel) if channel else call, command)

    async def _type(self, call: Call, typed: str) -> None:
        """Answer a command; one that is pressed in Home, or asks for a form, in a modal.

        A `trigger_id` opens a modal for 3 s only, so one opens before anything is known of the answer. A form
        lies on the modal in which it was asked for, so that whoever cancels it is back there.
        """
        call = replace(call, replaces=call.replaces and stays_in_place(_parsed(typed)))
        loading = loading_view(self._people.language_hint(call.team, call.user))
        if call.view and call.trigger and asks_form(typed):
            call = replace(call, view=await self._answers.push(call, loading) or call.view)
        elif call.home or (asks_form(typed) and call.trigger):
            view = await self._answers.open(call, loading)
            if view is None:
                await self._say(replace(call, home=False), "slack.too_late")
                return
            call = replace(call, view=view, home=False)
        interaction = await self._interaction(call)
        await self._show(call, await self._reply(call, typed, interaction), interaction)
        if typed.startswith(_CHANGING):
            await self._changed(call, interaction)

    async def _reply(self, call: Call, typed: str, interaction: Interaction) -> Reply:
        """Return the engine's reply; where it would promise posts that cannot come, what to do about that."""
        language = interaction.actor.language
        if _has_posts(typed) and (problem := await _absence(call)):
            return sentence(problem, language)
        reply = await self._engine.reply(typed, interaction)
        if isinstance(reply, Form) and typed.startswith(SUBSCRIPTION) and (problem := await _absence(call)):
            return sentence(problem, language)
        return reply

    async def _changed(self, call: Call, interaction: Interaction) -> None:
        if interaction.actor.role != "member":
            workspace = WorkspaceId(call.team)
            await self._engine.store.keep(MODERATORS, call.team, call.user, workspace)
        await self._homes.acted(call)

    async def ask(self, call: Call, text: str, bot: str) -> None:
        """Answer what was said to the bot; nothing, where nothing was said."""
        question = " ".join(unescape(without_mention(text, bot)).split())
        if not question:
            return
        interaction = await self._interaction(call)
        await self._show(call, await self._engine.reply(f"{LOOKUP} {question}", interaction), interaction)

    async def open_question(self, call: Call) -> None:
        """Open the modal that asks what to look up."""
        language = self._people.language_hint(call.team, call.user)
        view = question_view(self._answers.sealed(call, LOOKUP), language)
        if await self._answers.open(call, view) is None:
            await self._say(call, "slack.too_late")

    async def add_message(self, call: Call, message: Payload) -> None:
        """Open the form that a story is added with, filled with a message."""
        loading = loading_view(self._people.language_hint(call.team, call.user))
        view = await self._answers.open(call, loading)
        if view is None:
            await self._say(call, "slack.too_late")
            return
        call = replace(call, view=view)
        interaction = await self._interaction(call)
        file = text_file(message)
        if file is not None and interaction.actor.role != "member":
            await self._show(call, await self._form_from_file(call, file, interaction), interaction)
            return
        reply = await self._engine.form_from_message(
            unescape(text_of(message)),
            await self._author(call, message),
            await self._permalink(call, str(message.get("ts", ""))),
            _instant(str(message.get("ts", "")), self._engine.clock()),
            interaction,
        )
        await self._show(call, reply, interaction)

    async def _form_from_file(self, call: Call, file: Payload, interaction: Interaction) -> Reply:
        """Return the form that a story is added with, filled with a file, or why that cannot be."""
        language = interaction.actor.language
        try:
            name, data = await read_upload(call.client, file)
        except InvalidInput as error:
            return Message((paragraph(phrase_error(error, language)),), language)
        except Unreadable as error:
            logger.warning("a file of %s cannot be read: %s", call.team, error)
            return sentence("slack.no_file", language)
        return await self._engine.form_from_file(name, data, interaction)

    async def submit(self, call: Call, view: Payload, is_question: bool) -> None:
        """Do what a modal asks that was filled in; one that is not ours, or not its opener's, is refused."""
        settled = asyncio.create_task(asyncio.sleep(SETTLES_S))
        carried = self._seal.open(str(view.get("private_metadata", "")), call.team, call.user)
        if carried is None:
            logger.warning("%s/%s sent a modal that was not opened for them", call.team, call.user)
            await settled
            await self._say(call, "slack.foreign_form")
            return
        call = replace(call, channel=carried.channel)
        interaction = await self._interaction(call)
        values = values_of(view.get("state"))
        if is_question:
            question = " ".join(values.get("query", "").split())
            reply = await self._reply(call, f"{LOOKUP} {question}", interaction)
        else:
            reply = await self._engine.submit(carried.command, values, interaction)
        await settled
        await self._show(call, reply, interaction)
        await self._changed(call, interaction)

    async def sent_again(self, call: Call) -> None:
        """Show again what came of a modal that another process was sent, or that it died of it.

        The acknowledgement may have taken its place.
        """
        await asyncio.sleep(SETTLES_S)
        until = asyncio.get_running_loop().time() + SHOWN_WITHIN_S
        while not await self._answers.show_again(call):
            if asyncio.get_running_loop().time() > until:
                await self._say(call, "slack.sent_already")
                return
            await asyncio.sleep(LOOK_AGAIN_S)

    def shown_in(self, call: Call) -> Json | None:
        """Return what the modal that was sent shows now, if that is known."""
        return self._answers.shown_in(call.view)

    async def open_home(self, call: Call) -> None:
        """Publish Home."""
        await self._homes.open(call)

    async def suggest(self, team: str, user: str, field: str, typed: str) -> list[Json]:
        """Return options for a field that is typed in; asks nobody but the store, so that it is quick."""
        language = self._people.language_hint(team, user)
        actor = Actor(id=user, name=user, workspace=WorkspaceId(team), language=language)
        # Slack's menus hold one entry each, and none that stands for nothing.
        one = typed.replace(",", " ").replace("、", " ").strip()
        choices = await self._engine.suggest(field, one, actor, MAX_OPTIONS)
        return options(choice for choice in choices if choice.value != "off")

    async def unsent(self, call: Call, view: Payload) -> None:
        """Say of a modal that was sent that something went wrong, and give back what was typed."""
        await asyncio.sleep(SETTLES_S)
        await self._answers.put_back(call, view, self._people.language_hint(call.team, call.user))

    async def failed(self, call: Call) -> None:
        """Say that something went wrong."""
        await self._answers.tell_failure(call, self._people.language_hint(call.team, call.user))

    async def _interaction(self, call: Call) -> Interaction:
        return await self._people.interaction(
            call.id, call.client, call.team, call.user, call.channel, call.name
        )

    async def _show(self, call: Call, reply: Reply, interaction: Interaction) -> None:
        await self._answers.show(call, reply, interaction.actor.language)

    async def _say(self, call: Call, key: str) -> None:
        language = self._people.language_hint(call.team, call.user)
        await self._answers.show(call, sentence(key, language), language)

    async def _author(self, call: Call, message: Mapping[str, object]) -> str:
        user = message.get("user")
        if isinstance(user, str) and user:
            return await self._people.name(call.client, call.team, user)
        profile = message.get("bot_profile")
        return str((isinstance(profile, Mapping) and profile.get("name")) or message.get("username") or "")

    async def _permalink(self, call: Call, at: str) -> str | None:
        try:
            response = await call.client.chat_getPermalink(channel=call.channel, message_ts=at)
        except FAILURES:
            return None  # a channel that the bot is not in
        return str(response.get("permalink") or "") or None


def _parsed(typed: str) -> Command | None:
    """Return the command; None where the engine will tell what is wrong with it."""
    try:
        return parse(typed)
    except UserError:
        return None


def _has_posts(typed: str) -> bool:
    """Return whether a command is answered with posts to its channel, at once or later."""
    command = _parsed(typed)
    is_shared = isinstance(command, Ask) and command.visible
    return is_shared or isinstance(command, Subscribe | ResumeSubscription | PostNow)


async def _absence(call: Call) -> str | None:
    """Return the phrase on why the bot cannot post where a call is about; None where it may be able to.

    Slack hides private channels and conversations that the bot is not in from it.
    """
    if call.channel == call.user:
        return "slack.no_channel"
    try:
        if call.channel.startswith("D"):
            answer = await call.client.conversations_open(users=call.user)
            is_here = (answer.get("channel") or {}).get("id") == call.channel
        else:
            await call.client.conversations_info(channel=call.channel)
            is_here = True
    except FAILURES as error:
        is_here = reason(error) != "channel_not_found"
    return None if is_here else "slack.not_here"


def _instant(at: str, now: datetime) -> datetime:
    """Return the instant of a message's `ts`, seconds with a fraction that only tells messages apart."""
    try:
        return datetime.fromtimestamp(int(at.partition(".")[0]), UTC)
    except (ValueError, OverflowError, OSError):
        return now
