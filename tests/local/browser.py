"""A running bot and a real browser that looks at its page; screenshots are left in var/screenshots."""

import asyncio
import re
import shutil
import signal
from contextlib import asynccontextmanager

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import async_playwright, expect

from tests.bot_process import free_port
from tests.command import REPOSITORY, command_line, environment
from tests.waiting import PATIENCE_S

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = [
    "--no-sandbox",  # CI is root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCREENSHOTS = REPOSITORY / "var" / "screenshots"
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
expect.set_options(timeout=PATIENCE_S * 500)  # else five seconds, which a busy machine takes to paint


class Bot:
    """A running `ai-news run`, whose page answers at `address`."""

    def __init__(self, home, port):
        self._home, self._port = home, port
        self.address = ""

    async def start(self):
        self.process = await asyncio.create_subprocess_exec(
            *command_line("run"),
            cwd=self._home,
            env=environment(self._home, AI_NEWS_WEB_PORT=str(self._port), AI_NEWS_TIME_ZONE="Asia/Tokyo"),
            stdout=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(PATIENCE_S):
            line = (await self.process.stdout.readline()).decode()
        self.address = re.search(r"http://\S+/", line)[0].rstrip("/")

    async def kill(self, number=signal.SIGKILL):
        self.process.send_signal(number)
        await self.process.wait()


@asynccontextmanager
async def running_bot(home):
    """Yield a bot at a port of its own; it has to end well."""
    bot = Bot(home, free_port())
    await bot.start()
    yield bot
    if bot.process.returncode is None:
        await bot.kill(signal.SIGTERM)
    assert bot.process.returncode == 0


@asynccontextmanager
async def browsing(**options):
    """Yield a function that opens a page; fail on whatever the browser complains of."""
    assert CHROMIUM, "no Chromium: install Debian's package chromium"
    complaints = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        context = await browser.new_context(viewport=DESKTOP, **{"locale": "en-GB"} | options)
        context.set_default_timeout(PATIENCE_S * 500)

        async def opened(address):
            page = await context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("dialog", lambda dialog: complaints.append(dialog.message))
            page.on(
                "console",
                lambda line: complaints.append(line.text) if "Content Security" in line.text else None,
            )
            await page.goto(address)
            return page

        yield opened
        await context.close()
        await browser.close()
    assert complaints == []


async def ask(page, command):
    """Type a command; return the reply to it."""
    replies = page.locator(".reply")
    count = await replies.count()
    await page.fill("#command", command)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")
    reply = replies.nth(count)
    await expect(reply).to_be_visible()
    return reply


async def picture(page, name):
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SCREENSHOTS / f"{name}.png")


async def faults_of(page):
    """Return axe-core's serious and critical findings, with where they are."""
    found = await Axe().run(page)
    assert found.response["passes"]
    return [
        (fault["id"], [node["html"][:200] for node in fault["nodes"]])
        for fault in found.response["violations"]
        if fault["impact"] in {"serious", "critical"}
    ]
