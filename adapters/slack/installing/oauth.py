"""Installation in any workspace: Slack's OAuth, and what a browser shows at its end."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Literal

from markupsafe import Markup
from slack_bolt.oauth.async_callback_options import (
    AsyncCallbackOptions,
    AsyncFailureArgs,
    AsyncSuccessArgs,
)
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.installing.installations import (
    STATE_LASTS,
    Installations,
    Installed,
    States,
    installed_of,
)
from adapters.slack.mode import PREFIX, Mode
from adapters.slack.scopes import SCOPES
from adapters.slack.web_api import API_URL
from bot.model import Language
from bot.phrases import phrase
from bot.ports import Clock
from bot.settings import Settings

logger = logging.getLogger(__name__)

INSTALL: Final = "/install"
REDIRECT: Final = "/oauth_redirect"


def authorize_url(settings: Settings) -> str:
    """Return where Slack asks whoever installs the app: beside the Web API, so on GovSlack too."""
    return (settings.slack_api_url or API_URL).removesuffix("/api") + "/oauth/v2/authorize"


@dataclass(slots=True)
class Installing:
    """What happens when an installation has come to its end."""

    welcome: Callable[[Installed], Awaitable[None]]
    language: Language
    clock: Clock

    async def succeeded(self, arguments: AsyncSuccessArgs) -> BoltResponse:
        """Welcome the workspace; its tokens are kept by now."""
        installed = installed_of(arguments.installation, self.clock())
        await self.welcome(installed)
        logger.info("installed in %s", installed.id)
        return _response(200, page("installed", self._language(arguments.request), name=installed.name))

    async def failed(self, arguments: AsyncFailureArgs) -> BoltResponse:
        """Say that it has to be begun anew."""
        logger.warning("an installation failed: %.80r", arguments.reason)  # which a browser may have made up
        return _response(
            arguments.suggested_status_code,
            page("not_installed", self._language(arguments.request), again=PREFIX + INSTALL),
        )

    def _language(self, request: AsyncBoltRequest) -> Language:
        wanted = ",".join(request.headers.get("accept-language", ())).lower()
        if not wanted:
            return self.language
        return "ja" if wanted.startswith("ja") else "en"


def flow_of(
    settings: Settings,
    mode: Mode,
    client: AsyncWebClient,
    installations: Installations,
    states: States,
    installing: Installing,
) -> AsyncOAuthFlow:
    """Return the flow of an installation, as slack-bolt walks it."""
    return AsyncOAuthFlow(
        client=client,
        logger=logger,
        settings=AsyncOAuthSettings(
            client_id=settings.slack_client_id,
            client_secret=settings.slack_client_secret,
            scopes=list(SCOPES),
            user_scopes=[],
            redirect_uri=f"{mode.installs_at}{PREFIX}{REDIRECT}",
            install_path=PREFIX + INSTALL,
            install_page_rendering_enabled=False,
            redirect_uri_path=PREFIX + REDIRECT,
            authorization_url=authorize_url(settings),
            installation_store=installations,
            state_store=states,
            state_expiration_seconds=int(STATE_LASTS.total_seconds()),
            callback_options=AsyncCallbackOptions(success=installing.succeeded, failure=installing.failed),
        ),
    )


def _response(status: int, html: str) -> BoltResponse:
    return BoltResponse(status=status, body=html, headers={"Content-Type": "text/html; charset=utf-8"})


_PAGE = Markup(
    '<!doctype html><html lang="{language}"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width">'
    "<title>{title}</title><h1>{title}</h1><p>{text}</p>{more}</html>"
)


def page(
    kind: Literal["installed", "not_installed"], language: Language, *, name: str = "", again: str = ""
) -> str:
    """Return a page; `name` is the workspace's, `again` the address to begin anew at."""
    if kind == "installed":
        title, text = (
            phrase("slack.installed_title", language),
            phrase("slack.installed", language, name=name),
        )
    else:
        title, text = phrase("slack.not_installed_title", language), phrase("slack.not_installed", language)
    more = Markup("")
    if again:
        more = Markup('<p><a href="{}">{}</a></p>').format(again, phrase("slack.install_again", language))
    return str(_PAGE.format(language=language, title=title, text=text, more=more))
