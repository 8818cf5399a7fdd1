"""A pretend Discord on loopback: REST and gateway, with a ledger of its own and every limit enforced.

`async with serving(server) as url:` – `url` is what `AI_NEWS_DISCORD_API_URL` is set to.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

from aiohttp import web

from tests.fakes.discord import commands as discord_commands
from tests.fakes.discord import interactions as discord_interactions
from tests.fakes.discord import messages as discord_messages
from tests.fakes.discord import rest as discord_rest
from tests.fakes.discord.commands import Commands
from tests.fakes.discord.errors import ApiError
from tests.fakes.discord.faults import Faults
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.http import serve
from tests.fakes.discord.interactions import Interactions
from tests.fakes.discord.messages import Nonces, accept
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.rates import Rates
from tests.fakes.discord.state import Channel, Guild, Message, User
from tests.fakes.discord.uploads import PATH, Uploads

EPOCH_MS = 1_420_070_400_000
ROUTES = discord_rest.ROUTES | discord_messages.ROUTES | discord_interactions.ROUTES | discord_commands.ROUTES
BASE = "/api/v10"
TOKEN = "token"
SHORTENED = 0.02
"""Windows of rate limits are this much of Discord's, so that tests do not wait."""


class DiscordServer:
    """Discord: what stands where, and how it behaves."""

    def __init__(
        self, *faults: str, shards: int = 1, rate_scale: float = SHORTENED, token: str = TOKEN
    ) -> None:
        self.token = token
        self.shards = shards
        """How many it advises."""
        self.ledger: list[Message] = []
        """Every message of the application's that was accepted, in order; deleted ones too."""
        self.violations: list[str] = []
        """Requests that no application should make: invalid bodies, and routes that do not exist here."""
        self.asked: Counter[str] = Counter()
        """Requests by route, such as `PUT /applications/{application_id}/commands`."""
        self.statuses: Counter[int] = Counter()
        self.faults = Faults(*faults)
        self.rates = Rates(rate_scale)
        self.gateway = Gateway(self)
        self.commands = Commands(self)
        self.interactions = Interactions(self)
        self.nonces = Nonces(self)
        self.uploads = Uploads(self)
        self.when_accepted: Callable[[Message], None] = lambda message: None
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        """Channels and threads that exist."""
        self.users: dict[int, User] = {}
        self.application_flags = 0
        self.gateway_url = ""
        self._advanced_s = 0.0
        self._last_id = 0
        self.bot = self._user("ai-news", bot=True)
        self.operator = self._user("operator")

    @property
    def refused(self) -> int:
        """Return how many requests were too many."""
        return self.statuses[429]

    @property
    def invalid(self) -> int:
        """Return how many answers count towards the 10,000 in ten minutes for which an address is banned."""
        return self.statuses[401] + self.statuses[403] + self.statuses[429]

    def now(self) -> float:
        """Return the time that it is at Discord, in seconds since 1970."""
        return time.time() + self._advanced_s

    def advance(self, seconds: float) -> None:
        """Let time pass: nonces are forgotten, tokens end."""
        self._advanced_s += seconds

    def new_id(self, shard: tuple[int, int] | None = None) -> int:
        """Return a snowflake newer than all others; with (number, count), one that this shard looks after."""
        new = max((int(self.now() * 1000) - EPOCH_MS) << 22, self._last_id + 1)
        while shard and (new >> 22) % shard[1] != shard[0]:
            new = ((new >> 22) + 1) << 22
        self._last_id = new
        return new

    def guild(
        self,
        name: str = "Guild",
        *,
        locale: str = "en-US",
        shard: tuple[int, int] | None = None,
        permissions: Permission | None = Permission.NONE,
    ) -> Guild:
        """Add a guild with the bot in it, its role granted `permissions`; without the bot for None."""
        guild = Guild(self, self.new_id(shard), name, self._user(f"owner of {name}"), locale)
        self.guilds[guild.id] = guild
        if permissions is not None:
            guild.invite_bot(permissions)
        return guild

    def accept_from(self, user: User, channel: Channel, text: str, files: Sequence[dict] = ()) -> Message:
        """Let a person's message stand."""
        body = {"content": text, "attachments": list(files)}
        return accept(self, channel, user, body, kind="member")

    def take_up(self, message: Message) -> None:
        """Put a promised answer that has come into the ledger."""
        self.ledger.append(message)
        self.when_accepted(message)

    def note(self, route: str, error: ApiError) -> None:
        """Remember a request whose body no application should send."""
        if error.code in {50035, 50006, 50109}:
            self.violations.append(f"{route}: {error}")

    def revoke(self, token: str = TOKEN + " made anew") -> None:
        """Let the application's owner make a new token: the old one is refused from now on."""
        self.token = token
        self.gateway.drop(close_code=4004)

    def _user(self, name: str, *, bot: bool = False) -> User:
        user = User(self.new_id(), name, bot)
        self.users[user.id] = user
        return user

    async def no_route(self, request: web.Request) -> web.StreamResponse:
        """Say that a route does not exist."""
        self.violations.append(f"{request.method} {request.path}: no such route here")
        body = b'{"message": "404: Not Found", "code": 0}'
        return web.Response(status=404, body=body, headers={"Content-Type": "application/json"})


@asynccontextmanager
async def serving(server: DiscordServer, port: int = 0) -> AsyncIterator[str]:
    """Serve it while the block runs; yield the address of its API."""
    app = web.Application(client_max_size=25 * 1024 * 1024)
    # Fixed paths first: `@me` and `@original` are no ids.
    for route in sorted(ROUTES, key=lambda route: ("@" not in route, route)):
        method, path = route.split()
        app.router.add_route(method, BASE + path, partial(serve, server, route, ROUTES[route]))
    app.router.add_get("/gateway/", server.gateway.serve)
    app.router.add_get(PATH, server.uploads.serve)
    app.router.add_route("*", "/{rest:.*}", server.no_route)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    address = f"127.0.0.1:{runner.addresses[0][1]}"
    server.gateway_url = f"ws://{address}/gateway/"
    server.uploads.origin = f"http://{address}"
    try:
        yield f"http://{address}{BASE}"
    finally:
        server.gateway.drop(close_code=None)
        await runner.cleanup()
