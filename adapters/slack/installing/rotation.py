"""Renewing tokens that end, one process at a time: the new pair is kept before anybody uses it.

Slack's documentation on token rotation: a token lasts twelve hours, and what renews it may be used once.
"""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.errors import SIGN_IN, Refused
from adapters.slack.installing.installations import LEASE_S, Installations, Installed, lease_of
from adapters.slack.web_api import ask
from bot.errors import ChannelLost, PostDelayed, PostUncertain
from bot.ports import Clock
from bot.registry import Registry

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there was no new token: for whoever runs the bot, and as an error for what was to be posted."""

    at: datetime
    token: str
    reason: str
    error: ChannelLost | PostDelayed


EARLY: Final = timedelta(hours=2)
"""How long before its end a token is renewed."""

AGAIN: Final = timedelta(minutes=1)
"""How soon Slack is asked again after it renewed no token."""

_ENDED: Final = frozenset({"invalid_refresh_token", *SIGN_IN})
"""What renews the token is not, or no longer, good (Slack's documentation on oauth.v2.access)."""

ELSEWHERE_S: Final = 3.0
"""How soon to look again, in seconds, while another process renews a token that has ended."""


class Rotation:
    """Renews the tokens of installations."""

    def __init__(
        self,
        registry: Registry,
        installations: Installations,
        client: AsyncWebClient,
        client_id: str,
        client_secret: str,
        clock: Clock,
    ) -> None:
        self._registry = registry
        self._installations = installations
        self._client = client
        self._credentials = {"client_id": client_id, "client_secret": client_secret}
        self._clock = clock
        self._owner = secrets.token_hex(8)
        self._at_work: dict[str, asyncio.Task[Installed]] = {}
        self._failures: dict[str, Failure] = {}

    def trouble(self) -> str:
        """Return why a token could not be renewed, if one could not."""
        return next((failure.reason for failure in self._failures.values()), "")

    def well(self, installed: Installed) -> None:
        """Forget what was wrong with an installation that has got another token."""
        if (failure := self._failures.get(installed.id)) and failure.token != installed.token:
            del self._failures[installed.id]

    def is_due(self, installed: Installed) -> bool:
        """Return whether a token is to be renewed before it is used."""
        ends = installed.expires_at
        return bool(installed.refresh_token) and ends is not None and ends - self._clock() < EARLY

    async def renew(self, installed: Installed) -> Installed:
        """Return the installation, while its token is good, and renew that beside; else with a new one.

        Raises `PostDelayed` while there is none, and `ChannelLost` where there will be none any more.
        """
        task = self._at_work.get(installed.id)
        if task is None:
            # What Slack answers is kept even if whoever waits for it gives up.
            task = asyncio.create_task(self._renew(installed))
            self._at_work[installed.id] = task
            task.add_done_callback(lambda ended: self._ended(installed.id, ended))
        # Whatever waits for a token may be an acknowledgement, which has three seconds.
        return installed if self._is_good(installed) else await asyncio.shield(task)

    def _ended(self, id_: str, task: asyncio.Task[Installed]) -> None:
        self._at_work.pop(id_, None)
        if not task.cancelled() and (error := task.exception()):
            logger.warning("the token of %s is not renewed: %s", id_, error)

    async def close(self) -> None:
        """Wait for what was begun."""
        await asyncio.gather(*self._at_work.values(), return_exceptions=True)

    async def _renew(self, installed: Installed) -> Installed:
        name = lease_of(installed.id)
        if not await self._registry.hold(name, self._owner, self._clock(), LEASE_S):
            return self._or_old(installed, PostDelayed("another process renews the token", ELSEWHERE_S))
        try:
            newest = await self._installations.of(installed.id)
            if newest is None:
                raise ChannelLost("signed_out", "the app was removed")
            if newest.token != installed.token:
                return newest  # another process was first
            failure = self._failures.get(newest.id)
            if failure and failure.token == newest.token and self._clock() - failure.at < AGAIN:
                return self._or_old(newest, failure.error)
            return await self._ask(newest)
        finally:
            await self._registry.let_go(name, self._owner)

    async def _ask(self, installed: Installed) -> Installed:
        try:
            answer = await ask(
                self._client,
                "oauth.v2.access",
                **self._credentials,
                grant_type="refresh_token",
                refresh_token=installed.refresh_token,
            )
        except Refused as refused:
            return self._refused(installed, refused)
        except PostUncertain as lost:
            reason = f"the new token for {installed.id} may have been lost on its way ({lost})"
            return self._failed(installed, reason, PostDelayed(reason, None))
        except PostDelayed as delayed:
            return self._or_old(installed, delayed)
        renewed = self._renewed(installed, answer)
        await self._installations.save(renewed)
        return renewed

    def _refused(self, installed: Installed, refused: Refused) -> Installed:
        reason = f"Slack renews no token for {installed.id} ({refused})"
        if refused.code in _ENDED:
            reason += "; install the app there again"
            return self._failed(installed, reason, ChannelLost("signed_out", str(refused)))
        return self._failed(installed, reason, PostDelayed(reason, refused.retry_after_s))

    def _renewed(self, installed: Installed, answer: Mapping[str, Any]) -> Installed:
        lasts = timedelta(seconds=int(answer.get("expires_in") or 0))
        return replace(
            installed,
            token=str(answer["access_token"]),
            refresh_token=str(answer.get("refresh_token") or ""),
            expires_at=self._clock() + lasts if lasts else None,
        )

    def _or_old(self, installed: Installed, error: ChannelLost | PostDelayed) -> Installed:
        """Return an installation whose token is still good; raise `error` where it is not."""
        if self._is_good(installed):
            return installed
        raise error

    def _is_good(self, installed: Installed) -> bool:
        return installed.expires_at is not None and installed.expires_at > self._clock()

    def _failed(self, installed: Installed, reason: str, error: ChannelLost | PostDelayed) -> Installed:
        logger.error("%s", reason)
        self._failures[installed.id] = Failure(self._clock(), installed.token, reason, error)
        return self._or_old(installed, error)
