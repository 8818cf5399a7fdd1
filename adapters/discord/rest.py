"""Discord's HTTP interface over discord.py's client: one attempt a request, in bounded time, its end known.

discord.py waits and sends again by itself, which would repeat a post that has no nonce, and hide from the
outbox how often was asked. Requests from here end at the first answer; the outbox decides what comes next.
They need no gateway: any process may post, whoever listens.
"""

import asyncio
import json
from collections.abc import Awaitable, Mapping
from types import SimpleNamespace
from typing import Any, Final, TypeVar

import aiohttp
import discord
from discord.http import Route

from adapters.discord.errors import (
    REFUSED_TOKEN_S,
    TOKEN_REFUSED,
    Refusal,
    Stage,
    refused,
    throttled,
    unanswered,
)
from adapters.discord.invalid import InvalidRequests
from bot.delivering.pace import Pace, Pacer
from bot.errors import PostDelayed, PostFailed

Json = dict[str, Any]
T = TypeVar("T")

REQUEST_S: Final = 15.0
"""Longest time for one request, in seconds: half of what the outbox gives a whole turn."""

LONGEST_WAIT_S: Final = 30.0
"""How long discord.py may wait where it knows that a limit is used up: the least that it takes."""

IN_ALL: Final = Pace(per_second=45)
"""Discord takes 50 requests a second of a bot, whatever they are for, but for answers to interactions
(documentation on rate limits). Five are left for what the client that listens asks as it begins."""

TO_SIGN_IN: Final = 2
"""How many requests discord.py signs in with."""

SIGN_IN_AGAIN_S: Final = 5.0
"""How soon a sign-in that failed is tried again: without one nothing can be asked, by whomever."""


def without_voice() -> None:
    """Keep discord.py from warning that it could not speak in voice channels."""
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


class Rest:
    """One bot's way to ask Discord; signs in with the first request, keeps quiet after a refused token.

    Every request waits for its turn at the `pace`: what a post needs beside it counts as much as the post.
    """

    def __init__(self, token: str, pace: Pace = IN_ALL) -> None:
        self._token = token
        self._pacer = Pacer(pace)
        self._turns = asyncio.Lock()
        self._client: discord.Client | None = None
        self._signing_in = asyncio.Lock()
        self._refused_until = float("-inf")
        self._no_sign_in_until = float("-inf")
        self._no_sign_in_because = ""
        self._invalid = InvalidRequests()
        self._closed = False

    @property
    def token_refused(self) -> bool:
        """Whether Discord has refused the token a moment ago."""
        return asyncio.get_running_loop().time() < self._refused_until

    async def bot_id(self) -> str:
        """Return the bot's own user id. Raises `PostDelayed` where Discord cannot be asked."""
        user = (await self._signed_in()).user
        return str(user.id) if user else ""

    async def get(self, path: str, query: Json | None = None, **ids: str) -> Any:
        """Return what stands at a path; raises what `call` does."""
        return await self.call(Route("GET", path, **ids), "preparing", query=query)

    async def call(
        self, route: Route, stage: Stage, *, body: Json | None = None, query: Json | None = None
    ) -> Any:
        """Return Discord's answer to one request, as JSON.

        Raises `Refusal` where Discord says no with a code of its own, and `PostFailed` for whatever else
        goes wrong: no answer, too many requests, a refused token, trouble of Discord's.
        """
        client = await self._signed_in()
        await self._turn()
        options: dict[str, Any] = {"params": query} if query else {}
        if body is not None:
            options["json"] = body
        asked = client.http.request(route, timeout=aiohttp.ClientTimeout(total=REQUEST_S), **options)
        answer = await self._answer_to(asked, stage)
        if isinstance(answer, str) and answer:
            raise unanswered("an answer that is not Discord's", stage)
        return answer

    async def close(self) -> None:
        """Sign out; every request is refused from then on. Closing again does nothing."""
        self._closed = True
        if self._client is not None:
            await self._client.close()

    async def _turn(self) -> None:
        """Wait for the turn of a request. Raises `PostDelayed` where nothing may be asked by then."""
        time = asyncio.get_running_loop().time
        async with self._turns:
            self._check()
            while wait_s := self._pacer.begin(None, time()):
                await asyncio.sleep(wait_s)
                self._check()

    def _check(self) -> None:
        """Raise `PostDelayed` while nothing may be asked."""
        now = asyncio.get_running_loop().time()
        if self._closed:
            raise PostDelayed("the bot is stopping", None)
        if self.token_refused:
            raise PostDelayed(TOKEN_REFUSED, self._refused_until - now, everywhere=True)
        if wait_s := self._invalid.wait_s(now):
            raise PostDelayed("too many requests were refused", wait_s, everywhere=True)

    async def _signed_in(self) -> discord.Client:
        """Return the client; whoever waits for a sign-in that fails need not wait for the next one."""
        time = asyncio.get_running_loop().time
        async with self._signing_in:
            if self._client is None:
                self._check()
                if (wait_s := self._no_sign_in_until - time()) > 0:
                    raise PostDelayed(self._no_sign_in_because, wait_s, everywhere=True)
                for _ in range(TO_SIGN_IN):
                    await self._turn()
                try:
                    self._client = await self._sign_in()
                except (PostFailed, Refusal) as error:
                    asked = error.retry_after_s if isinstance(error, PostDelayed) else None
                    wait_s = SIGN_IN_AGAIN_S if asked is None else asked
                    self._no_sign_in_until, self._no_sign_in_because = time() + wait_s, str(error)
                    raise PostDelayed(str(error), wait_s, everywhere=True) from error
            return self._client

    async def _sign_in(self) -> discord.Client:
        without_voice()
        client = discord.Client(
            intents=discord.Intents(guilds=True),  # without, discord.py warns; nothing connects here
            max_messages=None,
            max_ratelimit_timeout=LONGEST_WAIT_S,
            http_trace=_single_attempts(),
        )
        try:
            async with asyncio.timeout(REQUEST_S):
                await self._answer_to(client.login(self._token), "preparing")
        except BaseException as error:
            await client.close()
            match error:
                case TimeoutError():
                    raise PostDelayed(f"Discord has not answered in {REQUEST_S:g} s", None) from error
                case TypeError():  # discord.py takes whatever comes for JSON
                    raise PostDelayed("an answer that is not Discord's", None) from error
                case _:
                    raise
        return client

    async def _answer_to(self, asked: Awaitable[T], stage: Stage) -> T:
        """Return an answer; what goes wrong is raised as `call` says."""
        try:
            return await asked
        except _Throttled as error:
            self._invalid.add(asyncio.get_running_loop().time())
            raise error.failure from error
        except discord.LoginFailure as error:
            raise self._refuse_token() from error
        except discord.HTTPException as error:
            raise self._meaning(error, stage) from error
        except discord.RateLimited as error:
            raise throttled(error.retry_after, everywhere=False) from error
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise PostDelayed(f"Discord cannot be reached: {error}", None) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise unanswered(f"no answer: {type(error).__name__}: {error}", stage) from error

    def _refuse_token(self) -> PostDelayed:
        self._refused_until = asyncio.get_running_loop().time() + REFUSED_TOKEN_S
        return PostDelayed(TOKEN_REFUSED, REFUSED_TOKEN_S, everywhere=True)

    def _meaning(self, error: discord.HTTPException, stage: Stage) -> Refusal | PostFailed:
        if error.status == 401:
            return self._refuse_token()
        if error.status == 403:
            self._invalid.add(asyncio.get_running_loop().time())
        if error.code and error.status < 500:
            return Refusal(error.status, error.code, error.text, stage)
        return refused(error.status, error.code, error.text, stage)


class _Throttled(Exception):
    """A 429, with what it means."""

    def __init__(self, failure: PostDelayed) -> None:
        super().__init__(str(failure))
        self.failure = failure


def _single_attempts() -> aiohttp.TraceConfig:
    """Return what keeps discord.py from waiting and sending again."""
    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(_end_at_first_answer)
    return trace


async def _end_at_first_answer(
    session: aiohttp.ClientSession, context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
) -> None:
    response = end.response
    if response.status != 429 and response.status < 500:
        return
    answer = _answer(await response.text(errors="replace"))
    if response.status == 429:
        raise _Throttled(_throttled(response.headers, answer))
    raise discord.DiscordServerError(response, answer)


def _answer(body: str) -> Json | str:
    try:
        answer = json.loads(body)
    except ValueError:
        return body
    return answer if isinstance(answer, dict) else body


def _throttled(headers: Mapping[str, str], answer: Json | str) -> PostDelayed:
    """Return what a 429 means: Discord says of what, and how long; what stands before it may say neither."""
    if isinstance(answer, str) or "Via" not in headers:
        return throttled(_number(headers.get("Retry-After")), everywhere=True)
    wait_s = _number(answer.get("retry_after"))
    if wait_s is None:
        wait_s = _number(headers.get("Retry-After"))
    return throttled(wait_s, everywhere=answer.get("global") is True or "X-RateLimit-Global" in headers)


def _number(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, str | int | float) else None
    except ValueError:
        return None
