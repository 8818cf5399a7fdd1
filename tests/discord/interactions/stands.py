"""What people on the pretend Discord see and do, as tests look at it."""

from bot.model import Channel, WorkspaceId

CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"


EDIT_ANSWER = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"


def named(channel):
    return Channel(platform="discord", workspace=WorkspaceId(str(channel.guild.id)), id=str(channel.id))


async def subscription(bot, place, channel=None):
    return await bot.engine.store.subscription(named(channel or place.channel))


def shared_in(channel):
    return [message for message in channel.messages if "Shared by" in message.text]
