"""The local page as it is served: a real engine, real ticks, a real socket, a client without a browser."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from html import unescape

import aiohttp
from yarl import URL

from adapters.local.places import every_channel
from adapters.local.platform import LocalPlatform
from adapters.local.server import IDLE_S, serving
from adapters.local.site import Site
from adapters.payloads import PAYLOADS
from bot.engine import Engine
from bot.model import Remark, StoryId
from bot.run import open_engine, ticking
from bot.settings import Settings
from tests.factories import NOW, make_change
from tests.waiting import until

NEWS = "/c/local/news"
ELSEWHERE = "/c/elsewhere/news"

READING = ["/?page=1", "/story/deepseek-cost", "/feed.atom", "/healthz", "/sign-in"]
INSIDE = [
    NEWS,
    f"{NEWS}/complete?text=/",
    "/w/local/story/deepseek-cost",
    "/w/local/queue",
    "/w/local/log",
    "/w/local/topics",
    "/w/local/subscriptions",
    "/w/local/deliveries",
]


@dataclass(frozen=True)
class Page:
    """A served page and whoever looks at it."""

    address: str
    engine: Engine
    client: aiohttp.ClientSession

    async def get(self, path, status=200, **headers):
        """Return the text of a page, which has this status."""
        async with self.client.get(self.address + path, headers=headers, allow_redirects=False) as response:
            text = await response.text()
            assert response.status == status, (response.status, text)
            return text

    async def post(self, path, status=200, **fields):
        """Return what the page's own script gets for a form that it sends."""
        own = {"Origin": self.address, "Accept": "application/json"}
        async with self.client.post(
            self.address + path, data=fields, headers=own, allow_redirects=False
        ) as response:
            assert response.status == status, (response.status, await response.text())
            return await response.json() if response.content_type == "application/json" else response

    async def ask(self, command, channel=NEWS, under="typed"):
        """Return the HTML that answers a command, typed or pressed under an answer."""
        return (await self.post(f"{channel}/command", command=command, id=under))["html"]

    def be(self, **switches):
        """Set switches as the page does, in cookies."""
        self.client.cookie_jar.update_cookies(switches, URL(self.address))


@asynccontextmanager
async def served(tmp_path, idle_s=IDLE_S, **given) -> AsyncIterator[Page]:
    """Serve the page over a fresh database with the seeds in it, digests posted."""
    wanted = {
        "data_dir": str(tmp_path / "data"),
        "language": "en",
        "time_zone": "UTC",
        "web_host": "127.0.0.1",
        "web_port": "0",
    }
    settings = Settings(**wanted | given)
    async with open_engine(settings) as engine:
        platform = LocalPlatform(engine.store)
        for channel in every_channel():
            await engine.subscribe(channel, "en", "UTC")
        async with ticking(engine, [platform]) as ticks:
            await until(partial(is_posted, engine))  # the first turn may take longer than the start waits for
            site = Site.of(engine, platform, settings, PAYLOADS, ticks)
            jar = aiohttp.CookieJar(unsafe=True)  # which takes cookies of an address, as browsers do
            async with serving(site, idle_s) as address, aiohttp.ClientSession(cookie_jar=jar) as client:
                yield Page(address=address.rstrip("/"), engine=engine, client=client)


async def is_posted(engine: Engine) -> bool:
    """Return whether every channel has its first digest."""
    return all([await engine.store.posts(channel, 1) for channel in every_channel()])


def text_of(html):
    """Return what a reader sees of HTML."""
    html = re.sub(r"</(?:dt|dd|div|p|h\d|li|t[dh]|button|title)>|<br>", r" \g<0>", html)
    return " ".join(unescape(re.sub(r"<[^>]*>", "", html)).split())


async def save(page, story, action, reason=""):
    """Save a story as Mika's act left it."""
    act = {"at": NOW, "actor": "Mika", "action": action, "reason": reason}
    await page.engine.store.save_stories([make_change(story, tokens={"en": ("robot",)}, **act)])


async def stored(page, story_id):
    """Return a story as it is now."""
    return (await page.engine.store.stored_stories([StoryId(story_id)]))[StoryId(story_id)]


def withdrawn(story, kind="retracted", into=None):
    """Return a story as it is when it is told no more."""
    remark = Remark(kind=kind, at=NOW, reason="It was a hoax.", into=into)
    return replace(story, revision=story.revision + 1, status="retracted", remark=remark)
