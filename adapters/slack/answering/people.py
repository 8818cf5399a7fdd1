"""Who a Slack user is to the engine: name, language, time zone and role, as Slack and the workspace tell."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar
from zoneinfo import ZoneInfo

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.showing.render import LIMITS
from bot.model import PUBLIC, Actor, Channel, Interaction, Language, Workspace, WorkspaceId
from bot.ports import Clock
from bot.settings import Settings
from bot.workspaces import Workspaces, role_of

logger = logging.getLogger(__name__)

KNOWN_FOR: Final = timedelta(hours=1)
"""How long what Slack tells of a person is taken to be so; nobody loses a right later than that."""

GROUP_KNOWN_FOR: Final = timedelta(minutes=5)
MAX_KNOWN: Final = 10_000

FAILURES: Final = (SlackApiError, aiohttp.ClientError, TimeoutError)
"""What a call of Slack's Web API raises."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What Slack tells of a user; `language` and `time_zone` are None where it tells none that we speak.

    `is_foreign` says that they belong to another organisation, with which a channel is shared.
    """

    name: str
    language: Language | None
    time_zone: str | None
    manages: bool
    is_foreign: bool


class Lasting(Generic[T]):
    """Values that are known for a while; the oldest go where there are too many."""

    def __init__(self, lasts: timedelta, clock: Clock, size: int = MAX_KNOWN) -> None:
        self._lasts = lasts
        self._clock = clock
        self._size = size
        self._values: OrderedDict[tuple[str, ...], tuple[datetime, T]] = OrderedDict()

    def get(self, key: tuple[str, ...]) -> T | None:
        """Return the value of a key while it is known."""
        at, value = self._values.get(key, (None, None))
        return value if at is not None and self._clock() - at < self._lasts else None

    def put(self, key: tuple[str, ...], value: T) -> None:
        """Know a value from now on."""
        self._values[key] = (self._clock(), value)
        self._values.move_to_end(key)
        while len(self._values) > self._size:
            self._values.popitem(last=False)


class People:
    """The users of every workspace, as far as they have been asked about lately."""

    def __init__(self, workspaces: Workspaces, settings: Settings, clock: Clock) -> None:
        self._workspaces = workspaces
        self._settings = settings
        self._persons: Lasting[Person] = Lasting(KNOWN_FOR, clock)
        self._groups: Lasting[frozenset[str]] = Lasting(GROUP_KNOWN_FOR, clock)
        self._languages: Lasting[Language] = Lasting(timedelta(days=1), clock)

    def language_hint(self, team: str, user: str) -> Language:
        """Return the language that a user is answered in, as far as is known without asking anybody."""
        known = self._languages.get((team, user)) or self._languages.get((team,))
        return known or self._settings.language

    async def interaction(
        self, id_: str, client: AsyncWebClient, team: str, user: str, channel: str, name: str = ""
    ) -> Interaction:
        """Return what a user did, with what they may do; somebody of whom Slack tells nothing is a member.

        Who is of another organisation sees what everybody sees, unless they were named a moderator.
        """
        workspace = await self._workspaces.known("slack", WorkspaceId(team))
        person = await self._person(client, team, user)
        language = self._language(person, workspace)
        self._languages.put((team, user), language)
        if workspace is not None:
            self._languages.put((team,), workspace.language)
        ids = [user, *await self._groups_of(client, team, user, workspace)]
        role = role_of(workspace, ids, manages=person is not None and person.manages)
        is_outside = person is not None and person.is_foreign and role == "member"
        theirs = person.time_zone if person is not None else None
        usual = workspace.time_zone if workspace is not None else self._settings.time_zone
        return Interaction(
            id=id_,
            actor=Actor(
                id=user,
                name=(person and person.name) or name or user,
                workspace=PUBLIC if is_outside else WorkspaceId(team),
                language=language,
                role=role,
            ),
            channel=Channel(platform="slack", workspace=WorkspaceId(team), id=channel),
            limits=LIMITS,
            time_zone=theirs or usual,
        )

    async def name(self, client: AsyncWebClient, team: str, user: str) -> str:
        """Return what a user is called; their id where Slack does not tell."""
        person = await self._person(client, team, user)
        return (person and person.name) or user

    def _language(self, person: Person | None, workspace: Workspace | None) -> Language:
        if person is not None and person.language is not None:
            return person.language
        return workspace.language if workspace is not None else self._settings.language

    async def _person(self, client: AsyncWebClient, team: str, user: str) -> Person | None:
        key = (team, user)
        if known := self._persons.get(key):
            return known
        try:
            response = await client.users_info(user=user, include_locale=True)
        except FAILURES as error:
            logger.warning("users.info tells nothing of %s/%s: %s", team, user, reason(error))
            return None
        person = read_person(response.get("user") or {}, team)
        self._persons.put(key, person)
        return person

    async def _groups_of(
        self, client: AsyncWebClient, team: str, user: str, workspace: Workspace | None
    ) -> list[str]:
        """Return which of the groups that moderate a workspace a user belongs to."""
        named = workspace.moderators if workspace is not None else ()
        groups = [name for name in named if name.startswith("S")]
        members = await asyncio.gather(*(self._members(client, team, group) for group in groups))
        return [group for group, users in zip(groups, members, strict=True) if user in users]

    async def _members(self, client: AsyncWebClient, team: str, group: str) -> frozenset[str]:
        key = (team, group)
        known = self._groups.get(key)
        if known is not None:
            return known
        try:
            response = await client.usergroups_users_list(usergroup=group)
        except FAILURES as error:
            logger.warning("usergroups.users.list tells nothing of %s/%s: %s", team, group, reason(error))
            return frozenset()
        members = frozenset(str(user) for user in response.get("users") or ())
        self._groups.put(key, members)
        return members


def read_person(user: Mapping[str, object], team: str) -> Person:
    """Return what a user object tells `team`; somebody who manages another workspace manages nothing here."""
    profile = user.get("profile")
    names = (
        *((profile.get("display_name"), profile.get("real_name")) if isinstance(profile, Mapping) else ()),
        user.get("real_name"),
        user.get("name"),
    )
    locale = str(user.get("locale") or "")
    language: Language | None = None
    if locale:
        language = "ja" if locale.lower().startswith("ja") else "en"
    of_organisation = user.get("enterprise_user")
    teams = of_organisation.get("teams") if isinstance(of_organisation, Mapping) else None
    theirs = (user.get("team_id"), *(teams if isinstance(teams, list) else ()))
    return Person(
        name=next((str(name) for name in names if name), ""),
        language=language,
        time_zone=_zone(str(user.get("tz") or "")),
        manages=bool(user.get("is_admin") or user.get("is_owner")) and user.get("team_id") in (None, team),
        is_foreign=theirs != (None,) and team not in theirs,
    )


def _zone(name: str) -> str | None:
    try:
        return ZoneInfo(name).key if name else None
    except (LookupError, ValueError, OSError):
        return None


def reason(error: Exception) -> str:
    """Return why Slack refused a call, in a word where Slack has one for it; never a token or an address."""
    if isinstance(error, SlackApiError):
        return str(error.response.get("error") or f"HTTP {error.response.status_code}")
    return type(error).__name__
