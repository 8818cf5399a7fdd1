"""The pretend Discord: interactions, and how applications answer them, with the tokens' two deadlines."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.discord import shapes
from tests.fakes.discord.checks import check_choices, check_message, check_modal
from tests.fakes.discord.errors import Problems, failure
from tests.fakes.discord.messages import accept, edit
from tests.fakes.discord.state import EPHEMERAL, LOADING, Channel, Member, Message

if TYPE_CHECKING:
    from tests.fakes.discord.http import Call
    from tests.fakes.discord.server import DiscordServer

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
ANSWER, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
ANSWERS = {
    COMMAND: {ANSWER, DEFER, MODAL},
    COMPONENT: {ANSWER, DEFER, DEFER_UPDATE, UPDATE, MODAL},
    AUTOCOMPLETE: {CHOICES},
    MODAL_SUBMIT: {ANSWER, DEFER, DEFER_UPDATE, UPDATE},
}
"""What each kind may be answered with; 6 and 7 only where there is a message to update."""
TO_ANSWER_S = 3.0
TOKEN_LIVES_S = 900.0


@dataclass(eq=False, repr=False)
class Interaction:
    """What a person did, and all that came of it; it goes on changing while the application answers."""

    server: DiscordServer
    id: int
    token: str
    type: int
    data: dict
    member: Member
    channel: Channel
    at: float
    message: Message | None = None
    """The message whose component was used."""
    tried_at: list[float] = field(default_factory=list)
    """When the application tried to give a first answer."""
    acknowledged_at: float | None = None
    callback_type: int | None = None
    response: Message | None = None
    """The message that answers; while it is only promised, it is empty and loading."""
    followups: list[Message] = field(default_factory=list)
    modal: dict | None = None
    choices: list[dict] | None = None
    updated: bool = False
    """Whether the message whose component was used changed."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __repr__(self) -> str:
        return f"<interaction {self.id} of {self.member}: {self.text[:60]!r}>"

    @property
    def acknowledged_ms(self) -> float:
        """Return how long the first answer took, in milliseconds."""
        return (self.acknowledged_at - self.at) * 1000

    @property
    def deferred(self) -> bool:
        """Return whether the first answer only promised one."""
        return self.callback_type in {DEFER, DEFER_UPDATE}

    @property
    def shown(self) -> Message | None:
        """Return the message that the person looks at in the end."""
        return self.response or (self.message if self.updated else None)

    @property
    def ephemeral(self) -> bool:
        """Return whether only the person sees the answer."""
        return bool(self.shown and self.shown.flags & EPHEMERAL)

    @property
    def text(self) -> str:
        """Return what the answer says."""
        return self.shown.text if self.shown else ""

    @property
    def is_answered(self) -> bool:
        """Return whether there is nothing more to wait for."""
        match self.callback_type:
            case None:
                return False
            case _ if self.callback_type == DEFER:
                return self.response.deleted or not self.response.flags & LOADING
            case _ if self.callback_type == DEFER_UPDATE:
                return self.updated or bool(self.followups)
        return True

    def note(self) -> None:
        """Wake whoever waits for a change."""
        self.changed.set()

    def payload(self) -> dict:
        """Return what the gateway tells of it."""
        guild = self.channel.guild
        shape = {
            "id": str(self.id),
            "application_id": str(self.server.bot.id),
            "type": self.type,
            "data": self.data,
            "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
            "guild_id": str(guild.id),
            "guild_locale": guild.locale,
            "channel": shapes.channel_for(self.channel, self.member),
            "channel_id": str(self.channel.id),
            "member": shapes.member(self.member, self.channel),
            "token": self.token,
            "version": 1,
            "locale": self.member.locale,
            "app_permissions": shapes.channel_for(self.channel, self.member)["app_permissions"],
            "entitlements": [],
            "entitlement_sku_ids": [],
            "authorizing_integration_owners": {"0": str(guild.id)},
            "context": 0,
            "attachment_size_limit": 10 * 1024 * 1024,
        }
        return shape | ({"message": shapes.message(self.message)} if self.message else {})


class Interactions:
    """All that people did, oldest first."""

    def __init__(self, server: DiscordServer) -> None:
        self._server = server
        self.all: list[Interaction] = []
        self.to_answer_s = TO_ANSWER_S

    def begin(
        self, kind: int, data: dict, member: Member, channel: Channel, message: Message | None = None
    ) -> Interaction:
        """Tell the application what somebody did."""
        now = self._server.now()
        token = secrets.token_urlsafe(48)
        new = Interaction(
            self._server, self._server.new_id(), token, kind, data, member, channel, now, message
        )
        self.all.append(new)
        self._server.gateway.dispatch("INTERACTION_CREATE", new.payload(), channel.guild.id)
        return new

    def tell_again(self, interaction: Interaction) -> None:
        """Tell the application of something once more, as a gateway may."""
        payload = interaction.payload()
        self._server.gateway.dispatch("INTERACTION_CREATE", payload, interaction.channel.guild.id)

    def of_token(self, token: str) -> Interaction:
        """Return the interaction of a webhook's token, while that lives."""
        found = next((one for one in reversed(self.all) if one.token == token), None)
        if found is None or found.acknowledged_at is None:
            raise failure(10015)
        if self._server.now() - found.at > TOKEN_LIVES_S:
            raise failure(50027)
        return found


def answer_interaction(call: Call) -> dict | None:
    """POST callback: the first answer, which must come soon and only once."""
    server, body = call.server, call.body or {}
    found = next(
        (one for one in reversed(server.interactions.all) if one.id == call.ids["interaction_id"]), None
    )
    if found is None or found.token != call.token:
        raise failure(10062)
    now = server.now()
    found.tried_at.append(now)
    if found.acknowledged_at is None and now - found.at > server.interactions.to_answer_s:
        raise failure(10062)
    if found.acknowledged_at is not None:
        raise failure(40060)
    _check_kind(found, body.get("type"))
    _take(found, body["type"], body.get("data") or {})
    found.acknowledged_at, found.callback_type = now, body["type"]
    found.note()
    return _told(found) if call.flag("with_response") else None


def _check_kind(found: Interaction, kind: object) -> None:
    allowed = ANSWERS[found.type]
    if found.message is None:
        allowed = allowed - {UPDATE, DEFER_UPDATE}
    if kind not in allowed:
        problems = Problems()
        problems.add("type", "INTERACTION_CALLBACK_TYPE_INVALID", f"Value must be one of {sorted(allowed)}.")
        problems.check()


def _take(found: Interaction, kind: int, data: dict) -> None:
    match kind:
        case _ if kind == ANSWER:
            check_message(data, data.get("flags") or 0)
            found.response = _accept(found, data, "response")
        case _ if kind == DEFER:
            flags = (data.get("flags") or 0) & EPHEMERAL | LOADING
            found.response = _promise(found, flags)
        case _ if kind == UPDATE:
            edit(found.message, data)
            found.updated = True
        case _ if kind == CHOICES:
            check_choices(data.get("choices") or [], _focused(found.data["options"])["type"])
            found.choices = data.get("choices") or []
        case _ if kind == MODAL:
            check_modal(data)
            found.modal = data


def _focused(options: list[dict]) -> dict:
    for option in options:
        inner = _focused(option.get("options") or []) if option["type"] in {1, 2} else option
        if inner.get("focused"):
            return inner
    return {}


def _accept(found: Interaction, body: dict, kind: str) -> Message:
    return accept(
        found.server,
        found.channel,
        found.server.bot,
        body,
        kind=kind,
        interaction=found,
        seen_by=found.member.user if (body.get("flags") or 0) & EPHEMERAL else None,
    )


def _promise(found: Interaction, flags: int) -> Message:
    """Return the message that says that an answer will come; it becomes the answer."""
    hidden = found.member.user if flags & EPHEMERAL else None
    message = Message(
        found.server.new_id(),
        found.channel,
        found.server.bot,
        dict.fromkeys(("content", "embeds", "components", "attachments", "poll")),
        found.server.now(),
        kind="response",
        flags=flags,
        seen_by=hidden,
        interaction=found,
    )
    if hidden is None:
        found.channel.messages.append(message)
    return message


def _told(found: Interaction) -> dict:
    about = {"id": str(found.id), "type": found.type}
    shown = found.response or found.message
    if shown is not None and found.callback_type in {ANSWER, DEFER, UPDATE, DEFER_UPDATE}:
        about |= {
            "response_message_id": str(shown.id),
            "response_message_loading": bool(shown.flags & LOADING),
            "response_message_ephemeral": bool(shown.flags & EPHEMERAL),
        }
    told = {"interaction": about}
    if found.callback_type in {ANSWER, DEFER, UPDATE}:
        told["resource"] = {"type": found.callback_type, "message": shapes.message(shown)}
    return told


# What comes after the first answer, by the interaction's token.


def _original(found: Interaction) -> Message:
    """Return the answer, or the message whose component was used where that is what is updated."""
    original = found.response or (found.message if found.callback_type in {UPDATE, DEFER_UPDATE} else None)
    if original is None or original.deleted:
        raise failure(10008)
    return original


def _message(call: Call, found: Interaction) -> Message:
    own = [*found.followups, *([found.response] if found.response else [])]
    message = next((one for one in own if one.id == call.ids["message_id"] and not one.deleted), None)
    if message is None:
        raise failure(10008)
    return message


def _found(call: Call) -> tuple[Interaction, Message]:
    found = call.server.interactions.of_token(call.token)
    return found, _message(call, found) if "message_id" in call.ids else _original(found)


def get_answer(call: Call) -> dict:
    return shapes.message(_found(call)[1])


def edit_answer(call: Call) -> dict:
    """PATCH: fill in what was promised, or put another answer in the place of one."""
    found, message = _found(call)
    if message.flags & LOADING:
        _fill_in(found, message, call.body or {})
    else:
        edit(message, call.body or {})
    found.updated = found.updated or message is found.message
    found.note()
    return shapes.message(message)


def _fill_in(found: Interaction, message: Message, body: dict) -> None:
    flags = message.flags & ~LOADING | (body.get("flags") or 0)
    check_message(body, flags)
    message.flags &= ~LOADING
    edit(message, body)
    message.edited_at = None
    found.server.take_up(message)


def delete_answer(call: Call) -> None:
    found, message = _found(call)
    message.delete()
    found.note()


def follow_up(call: Call) -> dict:
    """POST: one more message; the first after a promise keeps the promise."""
    found = call.server.interactions.of_token(call.token)
    body = call.body or {}
    if found.response is not None and found.response.flags & LOADING:
        _fill_in(found, found.response, body)
        message = found.response
    else:
        check_message(body, body.get("flags") or 0)
        message = _accept(found, body, "followup")
        found.followups.append(message)
    found.note()
    return shapes.message(message)


HOOK = "/webhooks/{webhook_id}/{webhook_token}"
ROUTES = {
    "POST /interactions/{interaction_id}/{interaction_token}/callback": answer_interaction,
    f"POST {HOOK}": follow_up,
    f"GET {HOOK}/messages/@original": get_answer,
    f"PATCH {HOOK}/messages/@original": edit_answer,
    f"DELETE {HOOK}/messages/@original": delete_answer,
    f"GET {HOOK}/messages/{{message_id}}": get_answer,
    f"PATCH {HOOK}/messages/{{message_id}}": edit_answer,
    f"DELETE {HOOK}/messages/{{message_id}}": delete_answer,
}
