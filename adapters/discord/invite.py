"""The link by which a server takes the bot in, with exactly what it needs there."""

from typing import Final

import discord

from adapters.discord.permissions import FOR_THREADS, NEEDED

SCOPES: Final = ("bot", "applications.commands")

PERMISSIONS: Final = discord.Permissions(
    **dict.fromkeys((*FOR_THREADS, *(flag for flags in NEEDED.values() for flag in flags)), True)
)
"""The least that posting needs in every kind of channel. Nothing privileged, and no right over others."""


def invite_url(application_id: int | str) -> str:
    """Return the address where somebody who manages a server can take the bot in."""
    return discord.utils.oauth_url(int(application_id), permissions=PERMISSIONS, scopes=SCOPES)
