"""Where the app is installed, kept in the database; and the states of installations under way."""

import hashlib
import hmac
import json
import logging
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from adapters.slack.installing.cipher import Cipher, WrongKey
from bot.errors import InvalidSettings
from bot.model import WorkspaceId
from bot.ports import Clock
from bot.registry import Registry

logger = logging.getLogger(__name__)

SHELF: Final = "slack installations"
ORGANISATIONS: Final = "slack organisations"
"""By workspace, the organisation whose installation it uses (Enterprise Grid)."""

STATE_LASTS: Final = timedelta(minutes=10)
"""How long somebody may take to allow the installation."""


LEASE_S: Final = 60.0
"""How long a process has to change the tokens of an installation: longer than any call takes."""


def lease_of(id_: str) -> str:
    """Return the name of the lease under which the tokens of an installation are changed."""
    return f"slack token {id_}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """One installation, with the bot's token; `id` is the workspace's, or the organisation's for all of it.

    A token without `expires_at` does not end.
    """

    id: str
    enterprise: str = ""
    name: str = ""
    bot_id: str = ""
    bot_user: str = ""
    installer: str = ""
    token: str
    refresh_token: str = ""
    expires_at: datetime | None = None
    installed_at: datetime

    def __repr__(self) -> str:
        return f"Installed({self.id!r})"


class Installations(AsyncInstallationStore):
    """Every installation, in the store's keepsakes; purged with its workspace."""

    def __init__(self, registry: Registry, cipher: Cipher, clock: Clock) -> None:
        self._registry = registry
        self._cipher = cipher
        self._clock = clock
        self._owner = secrets.token_hex(8)

    @property
    def logger(self) -> logging.Logger:
        """Return where slack-sdk logs what concerns this."""
        return logger

    async def async_save(self, installation: Installation) -> None:
        """Keep what slack-bolt learned at the end of an installation."""
        await self.save(installed_of(installation, self._clock()))

    async def save(self, installed: Installed) -> None:
        """Keep an installation in the place of what is kept of it."""
        text = self._cipher.seal(json.dumps(asdict(installed), default=_instant_text))
        await self._registry.keep(SHELF, installed.id, text, WorkspaceId(installed.id))

    async def of(self, team: str) -> Installed | None:
        """Return the installation that serves a workspace: its own, or its organisation's."""
        kept = await self._registry.kept(SHELF, team)
        if kept is None and (enterprise := await self._registry.kept(ORGANISATIONS, team)):
            kept = await self._registry.kept(SHELF, enterprise)
        return None if kept is None else self._read(kept)

    async def belongs(self, team: str, enterprise: str) -> bool:
        """Remember that a workspace uses its organisation's installation; return whether there is one."""
        if await self._registry.kept(SHELF, enterprise) is None:
            return False
        await self._registry.keep(ORGANISATIONS, team, enterprise, WorkspaceId(team))
        return True

    async def teams_of(self, enterprise: str) -> list[str]:
        """Return the workspaces that use an organisation's installation."""
        shelf = await self._registry.shelf(ORGANISATIONS)
        return [team for team, used in shelf.items() if used == enterprise]

    async def drop(self, id_: str) -> None:
        """Forget an installation, its tokens first of all."""
        await self._registry.take(SHELF, id_)
        await self._registry.take(ORGANISATIONS, id_)

    async def all(self) -> list[Installed]:
        """Return every installation.

        Raises `InvalidSettings` where one was encrypted under another key.
        """
        shelf = await self._registry.shelf(SHELF)
        try:
            return [self._read(kept) for kept in shelf.values()]
        except WrongKey as error:
            raise InvalidSettings(
                f"AI_NEWS_SECRET_KEY: tokens of Slack workspaces are {error}; set the key that they were "
                "kept under, after the new one and a comma where there is a new one"
            ) from error

    async def seal_anew(self) -> None:
        """Encrypt anew what is not encrypted as it should be; what is being renewed will be, by then."""
        for id_, kept in (await self._registry.shelf(SHELF)).items():
            if self._cipher.is_current(kept):
                continue
            if not await self._registry.hold(lease_of(id_), self._owner, self._clock(), LEASE_S):
                continue
            try:
                newest = await self._registry.kept(SHELF, id_)
                if newest is not None:
                    await self.save(self._read(newest))
            finally:
                await self._registry.let_go(lease_of(id_), self._owner)

    def _read(self, kept: str) -> Installed:
        fields = json.loads(self._cipher.open(kept))
        installed = Installed(**fields)
        return replace(
            installed,
            expires_at=datetime.fromisoformat(fields["expires_at"]) if fields["expires_at"] else None,
            installed_at=datetime.fromisoformat(fields["installed_at"]),
        )


def _instant_text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def installed_of(installation: Installation, now: datetime) -> Installed:
    """Return what we keep of an installation as slack-sdk tells of it."""
    expires_at = installation.bot_token_expires_at
    for_all = installation.is_enterprise_install
    return Installed(
        id=(installation.enterprise_id if for_all else installation.team_id) or "",
        enterprise=installation.enterprise_id or "",
        name=(installation.enterprise_name if for_all else installation.team_name) or "",
        bot_id=installation.bot_id or "",
        bot_user=installation.bot_user_id or "",
        installer=installation.user_id or "",
        token=installation.bot_token or "",
        refresh_token=installation.bot_refresh_token or "",
        expires_at=None if expires_at is None else datetime.fromtimestamp(expires_at, UTC),
        installed_at=now,
    )


class States(AsyncOAuthStateStore):
    """States of installations under way: signed, so that nothing is kept of who never comes back.

    Each is taken once, by whichever process, within `STATE_LASTS`.
    """

    def __init__(self, registry: Registry, secret: str, clock: Clock) -> None:
        self._registry = registry
        self._key = hashlib.sha256(f"states {secret}".encode()).digest()
        self._clock = clock

    @property
    def logger(self) -> logging.Logger:
        """Return where slack-sdk logs what concerns this."""
        return logger

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        """Return a new state."""
        content = f"{self._clock().timestamp():.0f}.{secrets.token_urlsafe(16)}"
        return f"{content}.{self._signature(content)}"

    async def async_consume(self, state: str) -> bool:
        """Return whether a state is ours, still good, and seen for the first time."""
        content, _, signature = state.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(content).encode()):
            return False
        now = self._clock()
        issued_at = datetime.fromtimestamp(int(content.partition(".")[0]), UTC)
        if now - issued_at > STATE_LASTS:
            return False
        return await self._registry.remember(f"slack state {content}", now)

    def _signature(self, content: str) -> str:
        return hmac.new(self._key, content.encode(), hashlib.sha256).hexdigest()
