"""What people do on Discord goes to the engine, and its answer back: commands, buttons, forms, typing."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import discord
from discord import app_commands

from adapters.discord.answering.answer import Answering, Unanswerable
from adapters.discord.answering.asking import Asking, Place, place_of
from adapters.discord.answering.messages import chosen_message, read_message
from adapters.discord.answering.options import chosen_roles, focused, is_silent_role, typed, uploaded
from adapters.discord.answering.rights import lacking, lacking_message, names_moderators, shares, unfit
from adapters.discord.answering.role_names import with_role_names
from adapters.discord.answering.uploads import Unreadable, read_upload, text_file
from adapters.discord.showing.buttons import command_of
from adapters.discord.showing.commands import MESSAGE
from adapters.discord.showing.forms import OPENS_FORM, filled_in, forget_form, kept_form
from adapters.discord.showing.long_values import LongValues
from bot.commands import Ask, Command, Help, Newest, PreviewDigest, ShowSubscription, parse
from bot.display import truncated
from bot.engine import Engine
from bot.errors import BotError, InvalidInput, UserError
from bot.form import Form
from bot.message import Message, paragraph
from bot.model import Interaction, Language, WorkspaceId
from bot.moderating.commands import SetUp, ShowLog, ShowQueue, ShowStory, ShowTopics
from bot.phrases import phrase, phrase_error
from bot.settings import Settings
from bot.showing import asks_form, stays_in_place

logger = logging.getLogger(__name__)

SUGGEST_S: Final = 2.0
"""How long suggestions may take before none are made: Discord waits three seconds for them."""

MAX_CHOICES: Final = 25
MAX_CHOICE: Final = 100

_CHANGES_NOTHING = (
    Ask,
    Newest,
    Help,
    ShowSubscription,
    PreviewDigest,
    ShowQueue,
    ShowStory,
    ShowLog,
    ShowTopics,
)


class Interactions:
    """Answers every interaction of the bot's, each once."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._api_url = settings.discord_api_url
        self._asking = Asking(engine, settings)

    async def take(self, interaction: discord.Interaction) -> None:
        """Answer an interaction; what cannot be answered is logged, and done with."""
        answering = Answering(interaction, self._engine.store)
        try:
            if interaction.type is discord.InteractionType.autocomplete:
                await self._suggest(interaction)
            else:
                async with answering.in_time():
                    await self._take(interaction, answering)
        except Unanswerable as error:
            logger.warning("interaction=%s cannot be answered: %s", interaction.id, error)
        except Exception as error:  # one that fails must not leave its asker waiting
            logger.exception("interaction=%s failed: %s", interaction.id, error)
            if interaction.type is not discord.InteractionType.autocomplete:
                await self._apologise(interaction, answering)

    async def _take(self, interaction: discord.Interaction, answering: Answering) -> None:
        match interaction.type:
            case discord.InteractionType.ping:
                pass
            case _ if interaction.guild_id is None or interaction.channel_id is None:
                await answering.give(self._sentence("discord.servers_only", interaction))
            case discord.InteractionType.application_command:
                await self._command(interaction, answering)
            case discord.InteractionType.component:
                await self._press(interaction, answering)
            case discord.InteractionType.modal_submit:
                await self._submit(interaction, answering)

    # Commands

    async def _command(self, interaction: discord.Interaction, answering: Answering) -> None:
        data: Any = interaction.data
        if data["type"] == MESSAGE:
            await self._add_message(interaction, data, answering)
            return
        command = typed(data)
        place = place_of(interaction, command.channel)
        answering.place = command.channel
        if str(interaction.guild_id) in chosen_roles(data):
            await answering.give(self._sentence("discord.not_everyone", interaction))
        elif not place.is_seen:
            await answering.give(self._sentence("discord.channel_hidden", interaction))
        else:
            asked = await self._asking.asked(interaction, place.id)
            if file := uploaded(data):
                await self._add_file(file, asked, answering)
                return
            mentions_all = place.permissions is not None and place.permissions.mention_everyone
            silent = asked.actor.role != "member" and is_silent_role(data, mentions_all=mentions_all)
            await self._reply(command.text, asked, place, answering, "discord.silent_role" if silent else "")

    async def _reply(
        self, text: str, asked: Interaction, place: Place, answering: Answering, advice: str = ""
    ) -> None:
        """Do what a command says; what changes anything is only done once Discord knows that it will be.

        `advice` is the phrase of what has to be done on Discord besides.
        """
        command, language = _parsed(text), asked.actor.language
        if shares(command) and not place.is_open:
            await answering.give(_sentence("discord.not_open", language))
            return
        missing = lacking(place, command) if shares(command) or asked.actor.role != "member" else []
        if missing:
            await answering.give(lacking_message(place, missing, language))
            return
        if asked.actor.role != "member" and (why := unfit(place, command, language)):
            await answering.give(Message((paragraph(why),), language))
            return
        if command is not None and not (_only_reads(command) or asks_form(text)):
            await answering.acknowledge()
        reply = await self._engine.reply(text, asked)
        if isinstance(command, SetUp) and isinstance(reply, Message):
            reply = with_role_names(reply, answering.roles)
        if names_moderators(command) and asked.actor.role == "manager":
            advice = "discord.integrations"
        if advice and isinstance(reply, Message):
            reply = replace(reply, blocks=(*reply.blocks, paragraph(phrase(advice, language))))
        await answering.give(reply)

    async def _add_file(self, file: Mapping[str, Any], asked: Interaction, answering: Answering) -> None:
        """Open the form that a story is added with, filled with a file; only moderators' files are read."""
        name, data, language = "", b"", asked.actor.language
        try:
            if asked.actor.role != "member":
                name, data = await read_upload(file, self._api_url)
        except InvalidInput as error:
            await answering.give(Message((paragraph(phrase_error(error, language)),), language))
        except Unreadable as error:
            logger.warning("interaction=%s: a file cannot be read: %s", asked.id, error)
            await answering.give(_sentence("discord.no_file", language))
        else:
            await answering.give(await self._engine.form_from_file(name, data, asked))

    async def _add_message(
        self, interaction: discord.Interaction, data: Mapping[str, Any], answering: Answering
    ) -> None:
        asked = await self._asking.asked(interaction, str(interaction.channel_id))
        if file := text_file(chosen_message(data)):
            await self._add_file(file, asked, answering)
            return
        message = read_message(data, asked.channel.workspace, asked.channel.id)
        form = await self._engine.form_from_message(
            message.text, message.author, message.link, message.posted_at, asked
        )
        await answering.give(form)

    # Buttons

    async def _press(self, interaction: discord.Interaction, answering: Answering) -> None:
        data: Any = interaction.data
        id_ = str(data["custom_id"])
        command = await command_of(self._engine.store, id_, _workspace(interaction))
        message = interaction.message
        if command is None or message is None:
            await answering.give(self._sentence("discord.no_such_button", interaction))
            return
        text, answering.place = command
        if text.startswith(OPENS_FORM):
            await self._open_form(interaction, text, answering)
            return
        pressed = _parsed(text)
        answering.in_place = message.flags.ephemeral and stays_in_place(pressed)
        place = place_of(interaction, None)
        if answering.place is not None:
            place = Place(id=answering.place, type=-1, permissions=None)
        name = f"{message.id} {interaction.user.id} {id_}"
        asked = await self._asking.asked(interaction, place.id, name)
        await self._reply(text, asked, place, answering)

    async def _open_form(self, interaction: discord.Interaction, opens: str, answering: Answering) -> None:
        """Open a form that was kept, for one who still may."""
        kept = await kept_form(self._engine.store, opens)
        if kept is None:
            await answering.give(self._sentence("discord.no_such_button", interaction))
            return
        asked = await self._asking.asked(interaction, answering.place or str(interaction.channel_id))
        reply = await self._engine.reply(kept.command, asked)
        await answering.give(kept if isinstance(reply, Form) else reply)

    # Forms

    async def _submit(self, interaction: discord.Interaction, answering: Answering) -> None:
        data: Any = interaction.data
        store = self._engine.store
        command = await command_of(store, str(data["custom_id"]), _workspace(interaction))
        if command is None:
            await answering.give(self._sentence("discord.no_such_button", interaction))
            return
        text, answering.place = command
        message = interaction.message
        is_private = message is not None and message.flags.ephemeral
        answering.in_place = is_private and stays_in_place(_parsed(text))
        await answering.acknowledge()
        asked = await self._asking.asked(interaction, answering.place or str(interaction.channel_id))
        sent = filled_in(data["components"])
        shelved = LongValues(store, text, answering.owner, asked.channel.workspace)
        reply = await self._engine.submit(text, await shelved.put_back(sent), asked)
        if not isinstance(reply, Form):
            await shelved.forget(sent)
            await forget_form(store, text, answering.owner, asked.channel.workspace)
        await answering.give(reply)

    # What is being typed

    async def _suggest(self, interaction: discord.Interaction) -> None:
        """Suggest how an option may go on; nothing where that fails: what is typed can be sent as it is."""
        data: Any = interaction.data
        choices: list[app_commands.Choice[str]] = []
        if interaction.guild_id is not None:
            field, text = focused(data)
            try:
                async with asyncio.timeout(SUGGEST_S):
                    actor = await self._asking.typist(interaction, field)
                    found = await self._engine.suggest(field, text, actor, MAX_CHOICES)
            except (BotError, TimeoutError) as error:
                logger.warning("nothing can be suggested for %s: %s", field, error)
            else:
                choices = [
                    app_commands.Choice(name=truncated(choice.label, MAX_CHOICE), value=choice.value)
                    for choice in found[:MAX_CHOICES]
                ]
        try:
            await interaction.response.autocomplete(choices)
        except discord.HTTPException as error:
            logger.debug("suggestions came too late: %s", error)

    # Sentences

    def _sentence(self, key: str, interaction: discord.Interaction) -> Message:
        return _sentence(key, self._asking.language(interaction))

    async def _apologise(self, interaction: discord.Interaction, answering: Answering) -> None:
        """Tell the asker that something failed."""
        try:
            await answering.apologise(self._sentence("discord.trouble", interaction))
        except (Unanswerable, discord.HTTPException) as error:
            logger.warning("interaction=%s cannot be answered: %s", interaction.id, error)


def _workspace(interaction: discord.Interaction) -> WorkspaceId:
    return WorkspaceId(str(interaction.guild_id))


def _sentence(key: str, language: Language) -> Message:
    return Message((paragraph(phrase(key, language)),), language)


def _parsed(text: str) -> Command | None:
    """Return the command; None where the engine will tell what is wrong with it."""
    try:
        return parse(text)
    except UserError:
        return None


def _only_reads(command: Command | None) -> bool:
    return isinstance(command, _CHANGES_NOTHING) and not shares(command)
