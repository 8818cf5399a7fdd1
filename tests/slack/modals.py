"""Modals in tests: opened by a command, and what stands in them."""

from bot.model import Channel, WorkspaceId


async def subscription(world):
    channel = Channel(platform="slack", workspace=WorkspaceId(world.team.id), id=world.channel.id)
    return await world.engine.store.subscription(channel)


async def form(world, member, command="/ai-news-digest", text=""):
    """Return the modal that a command opens."""
    await world.done(await member.command(world.channel, command, text))
    assert member.modal is not None
    return member.modal


def elements(view):
    return {
        block["block_id"]: block["element"] for block in view.content["blocks"] if block["type"] == "input"
    }
