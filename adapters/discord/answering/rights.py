"""Which permissions a command needs of the bot in a channel, and what tells that some are missing, pure."""

from adapters.discord import permissions
from adapters.discord.answering.asking import Place
from adapters.discord.permissions import KINDS
from bot.commands import Ask, ChangeSubscription, Command, PostNow, ResumeSubscription, Subscribe
from bot.message import Message, Paragraph, Run
from bot.model import Language
from bot.moderating.commands import SetUp
from bot.phrases import phrase

_CHANNEL = "\x00"


def lacking(place: Place, command: Command | None) -> list[str]:
    """Return the permissions that the bot lacks for what a command begins, as far as Discord tells."""
    kind = KINDS.get(place.type)
    if kind is None or place.permissions is None or place.permissions.administrator:
        return []
    if not (_begins_posting(command) or shares(command)):
        return []
    return permissions.lacking(place.permissions, kind, with_threads=_style(command) == "thread")


def shares(command: Command | None) -> bool:
    """Return whether a command, which any member may give, has the bot write in the channel."""
    return isinstance(command, Ask) and command.visible


def _begins_posting(command: Command | None) -> bool:
    return isinstance(command, Subscribe | ResumeSubscription | PostNow) or _style(command) == "thread"


def _style(command: Command | None) -> str:
    return command.wishes.get("style", "") if isinstance(command, Subscribe | ChangeSubscription) else ""


def unfit(place: Place, command: Command | None, language: Language) -> str:
    """Return why a channel cannot give what a command wishes for there; nothing where it can."""
    if not isinstance(command, Subscribe | ChangeSubscription):
        return ""
    kind, wishes = KINDS.get(place.type), command.wishes
    if wishes.get("publish") == "yes" and kind not in (None, "announcement"):
        return phrase("discord.not_announcement", language)
    tags = {tag.casefold() for tag in place.needs_tag}
    is_told = isinstance(command, Subscribe) or "tag" in wishes
    if tags and is_told and wishes.get("tag", "").casefold() not in tags:
        return phrase(
            "discord.tag_needed", language, tags=phrase("story.and", language).join(place.needs_tag)
        )
    return ""


def names_moderators(command: Command | None) -> bool:
    """Return whether a command makes moderators, whom Discord does not show their commands yet."""
    return isinstance(command, SetUp) and command.wishes.get("moderators", "off") != "off"


def lacking_message(place: Place, missing: list[str], language: Language) -> Message:
    """Return what tells which permissions are missing in a place, by the names that Discord gives them."""
    names = phrase("story.and", language).join(phrase(f"permission.{name}", language) for name in missing)
    sentence = phrase("discord.missing", language, channel=_CHANNEL, permissions=names)
    before, _, after = sentence.partition(_CHANNEL)
    channel = Run(f"#{place.id}", channel=place.id)
    return Message((Paragraph((Run(before), channel, Run(after))),), language)
