"""Roles are called by their names where a server's settings are told."""

from adapters.discord.answering.role_names import with_role_names
from bot.message import Heading, Message, Paragraph, Run, plain_text

ROLES = {"1574944817484398595": "編集者"}


def test_a_role_is_called_by_its_name_and_everything_else_stays():
    runs = (Run("Moderators: 1574944817484398595, 1574944817484398000"), Run("#1", channel="1"))
    message = Message((Heading("1574944817484398595"), Paragraph(runs)), "en")

    told = with_role_names(message, ROLES)

    assert plain_text(told) == "1574944817484398595\n\nModerators: @編集者, 1574944817484398000#1"
    assert with_role_names(message, {}) == message
