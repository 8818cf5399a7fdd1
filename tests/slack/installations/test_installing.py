"""Slack in many workspaces: installed over OAuth."""

import io
from datetime import timedelta

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.installing.installations import SHELF, States
from bot.delivering.outbox import Outbox
from bot.errors import StoreError
from bot.model import Channel, WorkspaceId
from bot.run import utc_now
from bot.store import open_store
from tests.fakes.slack.reading import text_of
from tests.slack.connected import Ahead, connected
from tests.slack.installations.installing import install, post_to


# Installing.
async def test_a_workspace_installs_the_app_and_is_welcomed_in_its_language(server, settings, sqlite_url):
    team = server.team("Kumo", installed=False)
    mika = server.member(team, "Mika", locale="ja-JP", time_zone="Asia/Tokyo")
    async with connected(server, settings, sqlite_url) as bot:
        status, shown = await install(bot, mika)
        workspace = await bot.known(team.id)
        await Outbox(bot.engine.store, bot.platform, utc_now, "one").drain()

        [welcome] = server.posted(server.direct_channel(team, mika.id))
        assert (status, "Kumo" in shown) == (200, True)
        assert (workspace.name, workspace.language, workspace.time_zone) == ("Kumo", "ja", "Asia/Tokyo")
        assert "ニュース" in text_of(welcome)
        assert await bot.platform.desk(WorkspaceId(team.id)) == Channel(
            platform="slack", workspace=WorkspaceId(team.id), id=welcome.channel.id
        )
        channel = server.channel(team)
        ts = await bot.platform.post(post_to(channel))
        asked = await AsyncWebClient(team.bot_token, base_url=settings.slack_api_url + "/").chat_getPermalink(
            channel=channel.id, message_ts=ts
        )
        place = Channel(platform="slack", workspace=WorkspaceId(team.id), id=channel.id)
        assert await bot.platform.address(place, ts) == asked["permalink"]
    assert server.violations == []


async def test_an_installation_that_is_declined_changes_nothing(server, settings, sqlite_url):
    team = server.team(installed=False)
    server.installations.declines = True
    async with connected(server, settings, sqlite_url) as bot:
        status, shown = await install(bot, server.member(team))

        assert status == 200
        assert "not installed" in shown
        assert await bot.known(team.id) is None
        assert await bot.engine.store.shelf(SHELF) == {}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("code=x", 400),
        ("code=x&state=1.2.3", 400),
        ("state=&code=x", 400),
        ("error=<script>alert(1)</script>", 200),
    ],
)
async def test_a_return_that_nobody_set_out_for_is_refused(server, settings, sqlite_url, query, status):
    async with (
        connected(server, settings, sqlite_url) as bot,
        aiohttp.ClientSession() as browser,
        browser.get(f"{bot.page}slack/oauth_redirect?{query}") as response,
    ):
        shown = await response.text()

    assert response.status == status
    assert "not installed" in shown
    assert "<script>" not in shown


async def test_a_stranger_writes_no_lines_of_their_own_into_the_log(server, settings, sqlite_url, caplog):
    async with connected(server, settings, sqlite_url) as bot, aiohttp.ClientSession() as browser:
        await (await browser.get(f"{bot.page}slack/oauth_redirect?error=x%0AERROR+all+is+lost")).text()

    assert "an installation failed: 'x\\nERROR all is lost'" in caplog.messages


@pytest.mark.parametrize("path", ["install", "oauth_redirect?code=x&state=1.2.3", "oauth_redirect?error=x"])
@pytest.mark.parametrize("fault", [False, True])
async def test_no_browser_keeps_an_installation_or_tells_of_it(
    server, settings, sqlite_url, path, fault, monkeypatch
):
    async with connected(server, settings, sqlite_url) as bot, aiohttp.ClientSession() as browser:
        if fault:
            monkeypatch.setattr(States, "async_issue", _broken)
            monkeypatch.setattr(States, "async_consume", _broken)
        async with browser.get(f"{bot.page}slack/{path}", allow_redirects=False) as response:
            headers = response.headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


async def _broken(self, *arguments):
    raise StoreError("the database is away")


async def test_a_state_is_good_once_for_ten_minutes_and_everywhere(sqlite_url):
    store = await open_store(sqlite_url)
    clock = Ahead()
    here, there = States(store, "secret", clock), States(store, "secret", clock)
    first, second, third = [await here.async_issue() for _ in range(3)]

    assert await there.async_consume(first)
    assert not await here.async_consume(first)
    assert not await States(store, "other secret", clock).async_consume(second)
    assert not await here.async_consume(second + "0")
    clock.by = timedelta(minutes=9)
    assert await here.async_consume(second)
    clock.by = timedelta(minutes=11)
    assert not await here.async_consume(third)
    await store.close()


async def test_a_browser_that_did_not_begin_cannot_end_an_installation(server, settings, sqlite_url):
    async with connected(server, settings, sqlite_url) as bot, aiohttp.ClientSession() as browser:
        async with browser.get(f"{bot.page}slack/install", allow_redirects=False) as response:
            state = response.headers["Location"].split("state=")[1].split("&")[0]
        async with aiohttp.ClientSession() as another:
            address = f"{bot.page}slack/oauth_redirect?code=x&state={state}"
            async with another.get(address) as response:
                status = response.status

    assert status == 400


async def test_where_slack_breaks_off_the_browser_is_told(server, settings, sqlite_url):
    team = server.team(installed=False)
    server.faults.add("reset", method="oauth.v2.access")
    async with connected(server, settings, sqlite_url) as bot:
        status, shown = await install(bot, server.member(team))

    assert status == 502
    assert "not installed" in shown


async def test_what_is_not_signed_by_slack_is_refused(server, settings, sqlite_url):
    async with connected(server, settings, sqlite_url) as bot, aiohttp.ClientSession() as client:
        body = {"type": "event_callback", "event": {"type": "app_uninstalled"}, "team_id": "T1"}
        async with client.post(f"{bot.page}slack/events", json=body) as response:
            assert response.status == 401
        async with client.post(f"{bot.page}slack/nonsense", json=body) as response:
            assert response.status == 404
        headers = {"Content-Type": "application/json; charset=nonsense"}
        async with client.post(f"{bot.page}slack/events", data=b"{}", headers=headers) as response:
            assert response.status == 400
        async with client.post(f"{bot.page}slack/events", data=io.BytesIO(b"x" * 2_100_000)) as response:
            assert response.status == 413
