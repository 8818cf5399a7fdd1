"""Calls of Slack's Web API: its clients, and what their failures mean, told once."""

import json
from collections.abc import Mapping
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.errors import Refused, retry_after_s
from bot.errors import PostDelayed, PostUncertain
from bot.settings import Settings

Json = Mapping[str, Any]

API_URL: Final = "https://slack.com/api"

CONNECT_S: Final = 8.0
TOTAL_S: Final = 20.0
"""How long a call may take, in seconds; well within the outbox's lease, and longer than Slack takes."""


def open_session(total_s: float = TOTAL_S) -> aiohttp.ClientSession:
    """Return a session for every call to Slack, none longer than `total_s` seconds; the caller closes it."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=total_s, sock_connect=CONNECT_S),
        connector=aiohttp.TCPConnector(limit=0),
    )


def client_of(settings: Settings, session: aiohttp.ClientSession, token: str | None = None) -> AsyncWebClient:
    """Return a client that tries nothing again by itself: by default it would post a message twice."""
    return AsyncWebClient(
        token=token, base_url=f"{settings.slack_api_url or API_URL}/", session=session, retry_handlers=[]
    )


async def ask(client: AsyncWebClient, method: str, **arguments: Any) -> Json:
    """Return what Slack answers to a call of a method such as chat.postMessage.

    Raises `Refused` where it says no; `PostDelayed` where the call did not reach it, and `PostUncertain`
    where nobody knows.
    """
    return (await ask_whole(client, method, **arguments))[0]


async def ask_whole(client: AsyncWebClient, method: str, **arguments: Any) -> tuple[Json, Mapping[str, str]]:
    """Return what Slack answers, and the headers of the answer by lower-case names. Raises as `ask` does."""
    try:
        response: AsyncSlackResponse = await getattr(client, method.replace(".", "_"))(**arguments)
    except SlackApiError as error:
        raise _refusal(error) from error
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise PostDelayed(f"Slack cannot be reached: {type(error).__name__}", None) from error
    except (aiohttp.ClientError, TimeoutError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise PostUncertain(f"no answer of Slack's that says so: {type(error).__name__}") from error
    except AttributeError as error:  # slack-sdk takes text for JSON where the answer is plain text
        raise PostUncertain("an answer that is none of Slack's") from error
    data = response.data if isinstance(response.data, dict) else {}
    return data, {str(name).lower(): str(value) for name, value in response.headers.items()}


def _refusal(error: SlackApiError) -> Refused | PostUncertain:
    response = error.response
    if not isinstance(response, AsyncSlackResponse):
        return PostUncertain("an answer of Slack's that broke off")
    data = response.data if isinstance(response.data, dict) else {}
    if response.status_code == 429:
        wait_s = retry_after_s(response.headers.get("Retry-After"))
        return Refused("ratelimited", retry_after_s=wait_s)
    code = str(data.get("error") or "")
    if response.status_code >= 500 or not code:
        return PostUncertain(f"HTTP {response.status_code} {code}".strip())
    return Refused(code, needed=str(data.get("needed") or ""))
