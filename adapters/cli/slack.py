"""The command that prints what Slack needs to know of the app."""

import json
from typing import Annotated

import typer

from adapters.cli.session import InLanguage
from bot.errors import InvalidSettings


def slack_manifest(
    http: Annotated[
        bool, typer.Option("--http", help="Slack reaches the page over HTTP, in place of Socket Mode.")
    ] = False,
    many: Annotated[
        bool, typer.Option("--many", help="For many workspaces, each installing the app from the page.")
    ] = False,
    url: Annotated[
        str | None, typer.Option("--url", help="The page's https:// address; AI_NEWS_WEB_URL otherwise.")
    ] = None,
    language: InLanguage = None,
) -> None:
    """Print the manifest to paste at api.slack.com/apps, which makes the app there."""
    from adapters.slack.manifest import manifest
    from bot.display import web_url
    from bot.settings import read_settings

    settings = read_settings()
    address = (url or settings.web_url or "").rstrip("/")
    if (http or many) and (not address.startswith("https://") or web_url(address) is None):
        raise InvalidSettings(
            "AI_NEWS_WEB_URL: Slack needs the page's https:// address; set it, or give --url"
        )
    document = manifest(language or settings.language, address or None, http=http, many=many)
    print(json.dumps(document, ensure_ascii=False, indent=2))
