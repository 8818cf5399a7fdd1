"""One interaction's answer: acknowledged in time, given once, and only seen by the one who asked.

Discord waits three seconds for the first answer and takes more for fifteen minutes (its documentation on
interactions). Whose acknowledgement it refuses has nothing to do: somebody else has answered, or nobody
waits any more.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

import aiohttp
import discord

from adapters.discord.buttons import about, keep_command, keep_commands
from adapters.discord.forms import MAX_FIELDS, keep_form, modal_of, opener
from adapters.discord.render import LIMITS
from adapters.discord.views import MessageView
from bot.form import Form
from bot.message import Message, split
from bot.model import WorkspaceId
from bot.ports import Store

ACKNOWLEDGE_S: Final = 1.0
"""How long an answer may take before the interaction is acknowledged without it."""

REQUEST_S: Final = 10.0
"""How long one request may take, in seconds."""

ALREADY_ACKNOWLEDGED: Final = 40060

_NOBODY: Final = discord.AllowedMentions.none()

T = TypeVar("T")


class Unanswerable(Exception):
    """Discord takes no answer of ours to the interaction."""


class Answering:
    """The answer to one interaction, about the channel with id `place` where that is not its own."""

    def __init__(
        self, interaction: discord.Interaction, store: Store, place: str | None, *, in_place: bool = False
    ) -> None:
        self._interaction = interaction
        self._store = store
        self._place = place
        self._in_place = in_place
        self._workspace = WorkspaceId(str(interaction.guild_id))
        self._is_acknowledged = False

    @property
    def owner(self) -> str:
        """The one who asked, as forms are kept for."""
        return f"{self._interaction.user.id} {self._place or self._interaction.channel_id}"

    async def acknowledge(self) -> None:
        """Tell Discord that an answer will come. Raises `Unanswerable`: then nothing may be done."""
        response = self._interaction.response
        if self._in_place:
            await self._send(response.defer)
        else:
            await self._send(lambda: response.defer(ephemeral=True, thinking=True))

    async def in_time(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what comes of work that changes nothing; acknowledges where that takes long."""
        task = asyncio.ensure_future(work)
        try:
            done, _ = await asyncio.wait({task}, timeout=ACKNOWLEDGE_S)
            if not done:
                await self.acknowledge()
            return await task
        finally:
            task.cancel()

    async def give(self, reply: Message | Form) -> None:
        """Show a reply. Raises `Unanswerable`."""
        response = self._interaction.response
        if isinstance(reply, Form):
            if not self._is_acknowledged and len(reply.fields) <= MAX_FIELDS:
                modal = modal_of(reply, self._place)
                await keep_command(self._store, opener(reply, self._place), self._workspace)
                await self._send(lambda: response.send_modal(modal))
                return
            reply = await keep_form(self._store, reply, self.owner, self._workspace)
        parts = split(about(reply, self._place), LIMITS)
        for part in parts:
            await keep_commands(self._store, part, self._workspace)
        first, *later = (MessageView(part) for part in parts)
        await self._give_first(first)
        for view in later:
            await self._follow_up(view)

    async def _give_first(self, view: MessageView) -> None:
        interaction, response = self._interaction, self._interaction.response
        if self._is_acknowledged:
            await self._send(lambda: interaction.edit_original_response(view=view, allowed_mentions=_NOBODY))
        elif self._in_place:
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
        tries = (True, False) if again else (False,)
        lost = False
        for is_retried in tries:
            try:
                async with asyncio.timeout(REQUEST_S):
                    await request()
            except discord.HTTPException as error:
                # What says so after a lost answer tells that it was ours.
                if not lost or error.code != ALREADY_ACKNOWLEDGED:
                    raise Unanswerable(f"{error.status} (code {error.code}): {error.text}") from error
                break
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                if not is_retried:
                    raise Unanswerable(f"{type(error).__name__}: {error}") from error
                lost = True
            else:
                break
        self._is_acknowledged = True
