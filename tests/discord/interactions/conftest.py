"""The bot on a server of the pretend Discord."""

import pytest

from tests.discord.app import world


@pytest.fixture
async def place(tmp_path):
    """Return a server on the pretend Discord, whose every request is looked at in the end."""
    async with world(tmp_path) as place:
        yield place
        assert place.server.violations == []


@pytest.fixture
async def bot(place):
    async with place.bot() as bot:
        yield bot
