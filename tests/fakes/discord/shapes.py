"""The pretend Discord: its nouns as the JSON that it sends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.fakes.discord.permissions import permissions_in, permissions_of

if TYPE_CHECKING:
    from tests.fakes.discord.state import Channel, Guild, Member, Message, Role, User

FORUM = 15
REQUIRE_TAG = 1 << 4


def instant(seconds: float) -> str:
    """Return an instant as Discord writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def user(one: User) -> dict:
    """Return a user."""
    return {
        "id": str(one.id),
        "username": one.name,
        "global_name": None if one.bot else one.name,
        "discriminator": "0000" if one.bot else "0",
        "avatar": None,
        "bot": one.bot,
        "public_flags": 0,
    }


def member(one: Member, channel: Channel | None = None) -> dict:
    """Return a member; with a channel, what it may do there, as interactions tell."""
    return member_without_user(one, channel) | {"user": user(one.user)}


def member_without_user(one: Member, channel: Channel | None = None) -> dict:
    """Return a member as resolved data and messages hold it."""
    shape = {
        "roles": [str(role.id) for role in one.roles],
        "joined_at": instant(one.joined_at),
        "nick": None,
        "avatar": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
        "premium_since": None,
        "communication_disabled_until": None,
    }
    if channel is not None:
        shape["permissions"] = str(int(permissions_in(one, channel)))
    return shape


def role(one: Role) -> dict:
    """Return a role."""
    shape = {
        "id": str(one.id),
        "name": one.name,
        "permissions": str(int(one.permissions)),
        "position": one.guild.roles.index(one) if one in one.guild.roles else 0,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": one.bot is not None,
        "mentionable": one.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    if one.bot is not None:
        shape["tags"] = {"bot_id": str(one.bot.id)}
    return shape


def channel(one: Channel) -> dict:
    """Return a channel or a thread."""
    shape = _any_channel(one)
    return shape | (_thread(one) if one.is_thread else _guild_channel(one))


def _any_channel(one: Channel) -> dict:
    return {
        "id": str(one.id),
        "type": one.type,
        "guild_id": str(one.guild.id),
        "name": one.name,
        "parent_id": str(one.parent.id) if one.parent else None,
        "last_message_id": str(one.messages[-1].id) if one.messages else None,
        "rate_limit_per_user": one.slowmode_s,
        "flags": REQUIRE_TAG if one.requires_tag else 0,
    }


def _guild_channel(one: Channel) -> dict:
    shape = {
        "position": one.guild.channels.index(one) if one in one.guild.channels else 0,
        "nsfw": False,
        "topic": None,
        "permission_overwrites": [
            {
                "id": str(who),
                "type": 0 if is_role(one, who) else 1,
                "allow": str(int(allow)),
                "deny": str(int(deny)),
            }
            for who, (allow, deny) in one.overwrites.items()
        ],
    }
    if one.type == FORUM:
        shape |= {
            "available_tags": [
                {
                    "id": str(tag.id),
                    "name": tag.name,
                    "moderated": False,
                    "emoji_id": None,
                    "emoji_name": None,
                }
                for tag in one.tags
            ],
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
            "default_thread_rate_limit_per_user": 0,
        }
    return shape


def is_role(one: Channel, who: int) -> bool:
    """Return whether an overwrite is a role's."""
    return any(role.id == who for role in one.guild.roles)


def _thread(one: Channel) -> dict:
    shape = {
        "owner_id": str(one.owner.id),
        "message_count": len(one.messages),
        "member_count": 1,
        "total_message_sent": len(one.messages),
        "thread_metadata": {
            "archived": one.archived,
            "locked": one.locked,
            "auto_archive_duration": one.auto_archive_minutes,
            "archive_timestamp": instant(one.archived_at),
            "create_timestamp": instant(one.archived_at),
        },
    }
    if one.parent.type == FORUM:
        shape["applied_tags"] = [str(tag) for tag in one.applied_tags]
    return shape


def channel_for(one: Channel, reader: Member) -> dict:
    """Return a channel as an interaction tells it: with what the person may do there, without overwrites."""
    shape = channel(one)
    shape.pop("permission_overwrites", None)
    return shape | {
        "permissions": str(int(permissions_in(reader, one))),
        "app_permissions": str(int(permissions_in(one.guild.bot, one))),
    }


def partial_guild(one: Guild) -> dict:
    """Return a guild as the list of the bot's own tells it."""
    return {
        "id": str(one.id),
        "name": one.name,
        "icon": None,
        "owner": False,
        "features": [],
        "permissions": str(int(permissions_of(one.bot))),
    }


def guild_over_rest(one: Guild) -> dict:
    """Return a guild without what only the gateway tells."""
    return {
        "id": str(one.id),
        "name": one.name,
        "owner_id": str(one.owner.id),
        "preferred_locale": one.locale,
        "features": ["COMMUNITY", "NEWS"],
        "roles": [role(each) for each in one.roles],
        "emojis": [],
        "stickers": [],
        "icon": None,
        "splash": None,
        "banner": None,
        "description": None,
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": str(one.system_channel.id) if one.system_channel else None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "verification_level": 1,
        "default_message_notifications": 1,
        "explicit_content_filter": 2,
        "mfa_level": 0,
        "nsfw_level": 0,
        "nsfw": False,
        "premium_tier": 0,
        "premium_progress_bar_enabled": False,
        "vanity_url_code": None,
        "approximate_member_count": len(one.members),
        "approximate_presence_count": 0,
    }


def guild(one: Guild) -> dict:
    """Return a guild as GUILD_CREATE tells it to a client that does not ask for members."""
    return guild_over_rest(one) | {
        "joined_at": instant(one.bot.joined_at),
        "large": False,
        "member_count": len(one.members),
        "members": [member(one.bot)],
        "channels": [channel(each) for each in one.channels],
        "threads": [channel(each) for each in one.threads if not each.archived],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def all_components(components: list[dict]) -> Iterator[dict]:
    """Yield components in reading order, nested ones after what holds them."""
    for one in components:
        yield one
        yield from all_components(one.get("components") or [])
        if isinstance(one.get("accessory"), dict):
            yield from all_components([one["accessory"]])
        if isinstance(one.get("component"), dict):
            yield from all_components([one["component"]])


def message(one: Message, *, with_nonce: bool = False) -> dict:
    """Return a message. The nonce comes in the answer to its creation; history does not promise it."""
    content = one.payload.get("content") or ""
    shape = {
        "id": str(one.id),
        "channel_id": str(one.channel.id),
        "author": user(one.author),
        "content": content,
        "timestamp": instant(one.at),
        "edited_timestamp": instant(one.edited_at) if one.edited_at else None,
        "tts": False,
        "mention_everyone": "everyone" in one.pings,
        "mentions": [user(each) for each in one.channel.guild.users() if str(each.id) in one.pings],
        "mention_roles": [str(each.id) for each in one.channel.guild.roles if str(each.id) in one.pings],
        "attachments": one.payload.get("attachments") or [],
        "embeds": [{"type": "rich", **embed} for embed in one.payload.get("embeds") or []],
        "components": one.payload.get("components") or [],
        "pinned": False,
        "type": 19 if one.reply_to else (20 if one.kind == "response" else 0),
        "flags": one.flags,
    }
    if with_nonce and one.nonce is not None:
        shape["nonce"] = one.nonce
    if one.kind in {"response", "followup"}:
        shape |= {"webhook_id": str(one.author.id), "application_id": str(one.author.id)}
    if one.interaction is not None:
        shape["interaction_metadata"] = {
            "id": str(one.interaction.id),
            "type": one.interaction.type,
            "user": user(one.interaction.member.user),
            "authorizing_integration_owners": {"0": str(one.channel.guild.id)},
        }
    if one.reply_to is not None:
        shape["message_reference"] = {"message_id": str(one.reply_to.id), "channel_id": str(one.channel.id)}
    if one.thread is not None:
        shape["thread"] = channel(one.thread)
    return shape


def message_event(one: Message) -> dict:
    """Return a message as the gateway tells it."""
    return message(one, with_nonce=True) | {"guild_id": str(one.channel.guild.id)}


def message_deleted(one: Message) -> dict:
    """Return what the gateway tells of a message that is gone."""
    return {"id": str(one.id), "channel_id": str(one.channel.id), "guild_id": str(one.channel.guild.id)}
