"""One interaction's answer: acknowledged in time, given once, and only seen by the one who asked.

Discord waits three seconds for the first answer and takes more for fifteen minutes (its documentation on
interactions). Whose acknowledgement it refuses has nothing to do: somebody else has answered, or nobody
waits any more.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

import aiohttp
import discord

from adapters.discord.showing.buttons import about, keep_command, keep_commands
from adapters.discord.showing.forms import MAX_FIELDS, keep_form, modal_of, opener
from adapters.discord.showing.long_values import LongValues
from adapters.discord.showing.render import LIMITS
from adapters.discord.showing.views import MessageView
from bot.form import Form
from bot.message import Message, split
from bot.model import WorkspaceId
from bot.ports import Store

ACKNOWLEDGE_S: Final = 1.0
"""How long an answer may take before the interaction is acknowledged without it."""

REQUEST_S: Final = 10.0
"""How long one request may take, in seconds."""

FIRST_REQUEST_S: Final = 0.9
"""How long the request may take that has to come in time, before it is sent once more."""

ALREADY_ACKNOWLEDGED: Final = 40060
NOBODY_WAITS: Final = {10062, 10015, 50027, ALREADY_ACKNOWLEDGED}
"""Codes: the interaction or its token is over, or somebody else has answered."""

_NOBODY: Final = discord.AllowedMentions.none()


class Unanswerable(Exception):
    """Discord takes no answer of ours to the interaction."""


class Answering:
    """The answer to one interaction.

    It is about the channel with id `place` where that is not its own, and takes the place of the message
    whose button was pressed where it is `in_place`.
    """

    def __init__(self, interaction: discord.Interaction, store: Store) -> None:
        self.place: str | None = None
        self.in_place = False
        self._interaction = interaction
        self._store = store
        self._workspace = WorkspaceId(str(interaction.guild_id))
        self._first = asyncio.Lock()
        """Held by whoever sends the first answer."""
        self._is_acknowledged = False

    @property
    def owner(self) -> str:
        """The one who asked, as forms are kept for."""
        return f"{self._interaction.user.id} {self.place or self._interaction.channel_id}"

    @property
    def roles(self) -> dict[str, str]:
        """The names of the server's roles by their ids, as far as Discord has told of them."""
        guild = self._interaction.guild
        return {str(role.id): role.name for role in guild.roles} if guild is not None else {}

    @asynccontextmanager
    async def in_time(self) -> AsyncIterator[None]:
        """Acknowledge the interaction where what the block does takes long, the database for one."""
        late = asyncio.create_task(self._acknowledge_late())
        try:
            yield
        finally:
            if not self._first.locked():  # what is being sent is known only once its answer is there
                late.cancel()
            with suppress(asyncio.CancelledError, Unanswerable, discord.HTTPException):
                await late

    async def _acknowledge_late(self) -> None:
        await asyncio.sleep(ACKNOWLEDGE_S)
        await self.acknowledge()

    async def acknowledge(self) -> None:
        """Tell Discord that an answer will come. Raises `Unanswerable`: then nothing may be done."""
        response = self._interaction.response
        async with self._first:
            if self._is_acknowledged:
                return
            if self.in_place:
                await self._send(response.defer)
            else:
                await self._send(lambda: response.defer(ephemeral=True, thinking=True))

    async def give(self, reply: Message | Form) -> None:
        """Show a reply. Raises `Unanswerable`."""
        if isinstance(reply, Form):
            if len(reply.fields) <= MAX_FIELDS and await self._open(reply):
                return
            reply = await keep_form(self._store, reply, self.owner, self._workspace)
        parts = split(about(reply, self.place), LIMITS)
        for part in parts:
            await keep_commands(self._store, part, self._workspace)
        first, *later = (MessageView(part) for part in parts)
        await self._give_first(first)
        for view in later:
            await self._follow_up(view)

    async def apologise(self, message: Message) -> None:
        """Show a short message, beside what is shown already, without asking the store for anything."""
        view = MessageView(message)
        if self.in_place and self._is_acknowledged:
            await self._follow_up(view)
        else:
            self.in_place = False
            await self._give_first(view)

    async def _open(self, form: Form) -> bool:
        """Open a form; return whether that could be: not in answer to what is acknowledged already."""
        modal = modal_of(form, self.place)
        await keep_command(self._store, opener(form, self.place), self._workspace)
        await LongValues(self._store, form.command, self.owner, self._workspace).keep(form)
        async with self._first:
            if self._is_acknowledged:
                return False
            await self._send(lambda: self._interaction.response.send_modal(modal))
        return True

    async def _give_first(self, view: MessageView) -> None:
        interaction, response = self._interaction, self._interaction.response
        async with self._first:
            if self._is_acknowledged:
                await self._send(
                    lambda: interaction.edit_original_response(view=view, allowed_mentions=_NOBODY)
                )
            elif self.in_place:
                await self._send(lambda: response.edit_message(view=view, allowed_mentions=_NOBODY))
            else:
                await self._send(
                    lambda: response.send_message(view=view, ephemeral=True, allowed_mentions=_NOBODY)
                )

    async def _follow_up(self, view: MessageView) -> None:
        followup = self._interaction.followup
        await self._send(
            lambda: followup.send(view=view, ephemeral=True, allowed_mentions=_NOBODY, wait=True), again=False
        )

    async def _send(self, request: Callable[[], Awaitable[object]], *, again: bool = True) -> None:
        """Send a request; once more where its answer was lost, but for one that Discord would do twice."""
        tries = [REQUEST_S]
        if again:
            tries.insert(0, REQUEST_S if self._is_acknowledged else FIRST_REQUEST_S)
        lost = False
        while tries:
            try:
                async with asyncio.timeout(tries.pop(0)):
                    await request()
            except discord.HTTPException as error:
                if lost and error.code == ALREADY_ACKNOWLEDGED:  # it tells that the lost one was ours
                    break
                if error.code not in NOBODY_WAITS:
                    raise
                raise Unanswerable(f"{error.status} (code {error.code}): {error.text}") from error
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                if not tries:
                    raise Unanswerable(f"{type(error).__name__}: {error}") from error
                lost = True
            else:
                break
        self._is_acknowledged = True
