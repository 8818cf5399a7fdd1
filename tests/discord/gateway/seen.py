"""What tests look at to see who listens to Discord."""

from bot.model import WorkspaceId

CHANNEL = "GET /channels/{channel_id}"


SYNC = "PUT /applications/{application_id}/commands"


def workspace_of(guild):
    return WorkspaceId(str(guild.id))


async def known(bot, guild):
    return await bot.engine.workspaces.known("discord", workspace_of(guild))
