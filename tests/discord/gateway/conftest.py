"""A server on the pretend Discord, that processes of the bot listen to."""

import pytest

from tests.discord.app import world


@pytest.fixture
async def place(tmp_path):
    """Return a server on the pretend Discord, whose every request is looked at in the end."""
    async with world(tmp_path) as place:
        yield place
        assert place.server.violations == []
