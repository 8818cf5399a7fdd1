"""Slack in many workspaces: installed over OAuth, tokens encrypted and renewed, put out and purged."""

import asyncio
import io
import json
import time
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.access import SingleAccess
from adapters.slack.cipher import Cipher, WrongKey
from adapters.slack.installations import SHELF, Installations, Installed, States, lease_of
from adapters.slack.platform import MODERATORS
from bot.errors import ChannelLost, InvalidSettings, PostDelayed, StoreError
from bot.model import Channel, WorkspaceId
from bot.outbox import Outbox
from bot.run import utc_now
from bot.store import open_store
from bot.workspaces import Workspaces
from tests.factories import make_post, make_story, make_telling
from tests.fakes.slack_reading import text_of
from tests.fakes.slack_server import SlackServer, serving
from tests.slack_connected import KEY, OTHER_KEY, Ahead, connected, many_settings
from tests.slack_posting import settings_for


@pytest.fixture
async def server():
    return SlackServer()


@pytest.fixture
async def url(server):
    async with serving(server) as url:
        yield url


@pytest.fixture
def settings(server, url):
    return many_settings(server, url, secret_key=KEY)


def post_to(channel, **over):
    place = Channel(platform="slack", workspace=WorkspaceId(channel.team.id), id=channel.id)
    return make_post(**{"channel": place} | over)


async def install(bot, member):
    """Let somebody install the app in their browser; return what it shows in the end."""
    return await member.install(f"{bot.page}slack/install")


async def until(true, patience_s=5):
    async with asyncio.timeout(patience_s):
        while not (found := await true()):  # noqa: ASYNC110 -- the store tells nobody
            await asyncio.sleep(0.02)
    return found


async def says(bot, trouble):
    return trouble in await bot.platform.trouble()


async def kept(database_url):
    store = await open_store(database_url)
    try:
        return await store.shelf(SHELF)
    finally:
        await store.close()


# Installing


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
        await bot.platform.post(post_to(server.channel(team)))
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


# Tokens


async def test_tokens_are_kept_encrypted_and_plain_ones_are_once_there_is_a_key(server, url, sqlite_url):
    team = server.team(installed=False)
    plain = many_settings(server, url)
    async with connected(server, plain, sqlite_url) as bot:
        await install(bot, server.member(team))
    assert team.bot_token in (await kept(sqlite_url))[team.id]

    async with connected(server, many_settings(server, url, secret_key=KEY), sqlite_url) as bot:
        await bot.platform.post(post_to(server.channel(team)))
    assert team.bot_token not in (await kept(sqlite_url))[team.id]


async def test_no_pair_that_another_process_has_just_renewed_is_overwritten_at_the_start(
    sqlite_url, monkeypatch
):
    store = await open_store(sqlite_url)
    before = Installed(id="T1", token="xoxb-1", installed_at=utc_now())
    elsewhere, here = (Installations(store, Cipher(key), utc_now) for key in (None, KEY))
    await elsewhere.save(before)
    shelf = store.shelf

    async def shelf_as_it_was(name):
        snapshot = await shelf(name)
        await elsewhere.save(replace(before, token="xoxb-2"))
        return snapshot

    monkeypatch.setattr(store, "shelf", shelf_as_it_was)
    assert await store.hold(lease_of("T1"), "another", utc_now(), 60.0)
    await here.seal_anew()
    assert "xoxb-2" in (await shelf(SHELF))["T1"]

    await store.let_go(lease_of("T1"), "another")
    await here.seal_anew()

    assert "xoxb-2" not in (await shelf(SHELF))["T1"]
    assert (await here.of("T1")).token == "xoxb-2"
    assert await store.hold(lease_of("T1"), "another", utc_now(), 60.0)
    await store.close()


async def test_another_key_is_refused_at_the_start_and_helps_beside_the_old_one(server, url, sqlite_url):
    team = server.team(installed=False)
    async with connected(server, many_settings(server, url, secret_key=KEY), sqlite_url) as bot:
        await install(bot, server.member(team))

    for wrong in ({}, {"secret_key": OTHER_KEY}):
        with pytest.raises(
            InvalidSettings, match="AI_NEWS_SECRET_KEY: tokens of Slack workspaces are encrypted"
        ):
            async with connected(server, many_settings(server, url, **wrong), sqlite_url):
                raise AssertionError("connected under another key")
    both = many_settings(server, url, secret_key=f"{OTHER_KEY}, {KEY}")
    async with connected(server, both, sqlite_url):
        pass
    async with connected(server, many_settings(server, url, secret_key=OTHER_KEY), sqlite_url) as bot:
        await bot.platform.post(post_to(server.channel(team)))


def test_a_cipher_reads_only_its_own():
    sealed = Cipher(KEY).seal("token")

    assert Cipher(KEY).open(sealed) == "token"
    assert sealed != Cipher(KEY).seal("token")
    for other in (Cipher(None), Cipher(OTHER_KEY)):
        with pytest.raises(WrongKey):
            other.open(sealed)
    with pytest.raises(WrongKey):
        Cipher(KEY).open(sealed[:-4] + "AAAA")
    with pytest.raises(InvalidSettings, match="too short"):
        Cipher(f"{KEY},short")


async def test_a_token_is_renewed_before_it_ends_by_one_process(server, settings, sqlite_url):
    server.installations.rotates = True
    team = server.team(installed=False)
    clock = Ahead()
    async with (
        connected(server, settings, sqlite_url, clock) as one,
        connected(
            server, many_settings(server, settings.slack_api_url, secret_key=KEY), sqlite_url, clock
        ) as two,
    ):
        await install(one, server.member(team))
        first = team.bot_token
        await one.platform.post(post_to(server.channel(team)))
        await two.platform.post(post_to(server.channel(team)))
        assert team.bot_token == first

        clock.by = timedelta(hours=10, minutes=30)
        places = [server.channel(team, f"n{number}") for number in range(6)]
        await asyncio.gather(
            *(one.platform.post(post_to(place)) for place in places[:3]),
            *(two.platform.post(post_to(place)) for place in places[3:]),
        )
    refreshes = [said for name, said in server.calls if name == "oauth.v2.access"]
    assert len(refreshes) == 2  # the installation's, and one more
    assert team.bot_token != first
    assert all(len(server.posted(place)) == 1 for place in places)


async def test_a_token_that_slack_says_has_ended_is_renewed_at_once(server, settings, sqlite_url):
    server.installations.rotates = True
    team = server.team(installed=False)
    async with connected(server, settings, sqlite_url) as bot:
        await install(bot, server.member(team))
        server.tokens[team.bot_token].state = "token_expired"

        await bot.platform.post(post_to(server.channel(team)))

        assert await bot.platform.trouble() == ""


@pytest.mark.parametrize("fault", ["accept, reset", "accept, 500"])
async def test_a_renewal_that_is_lost_is_told_and_the_old_token_serves_till_its_end(
    server, settings, sqlite_url, fault
):
    server.installations.rotates = True
    team = server.team(installed=False)
    clock = Ahead()
    async with connected(server, settings, sqlite_url, clock) as bot:
        await install(bot, server.member(team))
        server.faults.add(fault, method="oauth.v2.access")
        clock.by = timedelta(hours=11)

        await bot.platform.post(post_to(server.channel(team)))
        await until(lambda: says(bot, "may have been lost"))

        clock.by = timedelta(hours=13)
        server.token_clock = lambda: clock().timestamp()
        with pytest.raises(ChannelLost) as raised:
            await bot.platform.post(post_to(server.channel(team)))
        assert raised.value.why == "signed_out"
        assert "install the app there again" in await bot.platform.trouble()
        assert (await bot.known(team.id)).left_at is None

        server.token_clock, clock.by = time.time, timedelta()
        await install(bot, server.member(team))
        clock.by = timedelta(hours=13)
        server.tokens[team.bot_token].expires_at += 13 * 3600
        await bot.platform.post(post_to(server.channel(team)))


@pytest.mark.parametrize("fault", ["429 one", "internal_error", "fatal_error", "service_unavailable"])
async def test_a_renewal_that_slack_has_no_time_for_stops_nothing(server, settings, sqlite_url, fault):
    """After a long night every token has ended, and Slack renews so many a minute."""
    server.installations.rotates = True
    team = server.team(installed=False)
    clock = Ahead()
    async with connected(server, settings, sqlite_url, clock) as bot:
        await install(bot, server.member(team))
        clock.by = timedelta(hours=13)
        server.faults.add(fault, method="oauth.v2.access")

        with pytest.raises(PostDelayed):
            await bot.platform.post(post_to(server.channel(team)))

        clock.by = timedelta(hours=13, minutes=2)
        await bot.platform.post(post_to(server.channel(team)))
        assert await bot.platform.trouble() == ""


async def test_nobody_waits_for_a_new_token_while_the_old_one_is_good(server, settings, sqlite_url):
    server.installations.rotates = True
    team = server.team(installed=False)
    clock = Ahead()
    async with connected(server, settings, sqlite_url, clock) as bot:
        mika = server.member(team)
        await install(bot, mika)
        server.faults.add("hang", method="oauth.v2.access")
        clock.by = timedelta(hours=11)

        asked = await mika.command(server.channel(team), "/ai-news", "help")

        assert asked.acknowledged_ms < 1_000


async def test_no_acknowledgement_waits_for_the_database(server, settings, sqlite_url, monkeypatch):
    monkeypatch.setattr("adapters.slack.access.KNOWN_S", 0.0)
    team = server.team(installed=False)
    async with connected(server, settings, sqlite_url) as bot:
        mika = server.member(team)
        await install(bot, mika)
        await mika.command(server.channel(team), "/ai-news", "help")
        kept = bot.engine.store.kept

        async def slowly(*what):
            await asyncio.sleep(1)
            return await kept(*what)

        monkeypatch.setattr(bot.engine.store, "kept", slowly)
        asked = await mika.command(server.channel(team), "/ai-news", "help")

        assert asked.acknowledged_ms < 500


async def test_a_token_that_another_process_took_back_is_not_used_for_long(
    server, settings, sqlite_url, monkeypatch
):
    monkeypatch.setattr("adapters.slack.access.KNOWN_S", 0.05)
    team = server.team(installed=False)
    async with connected(server, settings, sqlite_url) as bot:
        await install(bot, server.member(team))
        await bot.platform.access.installed(team.id)
        await bot.engine.store.take(SHELF, team.id)

        async def is_forgotten():
            try:
                await bot.platform.access.installed(team.id)
            except ChannelLost:
                return True
            return False

        await until(is_forgotten)


async def test_who_is_told_is_who_installed_the_app_last(server, settings, sqlite_url, monkeypatch):
    monkeypatch.setattr("adapters.slack.access.KNOWN_S", 0.0)
    team = server.team(installed=False)
    async with connected(server, settings, sqlite_url) as bot:
        await install(bot, server.member(team, "Olga"))
        await bot.platform.desk(WorkspaceId(team.id))
        mika = server.member(team, "Mika")
        await install(bot, mika)

        async def is_mika():
            desk = await bot.platform.desk(WorkspaceId(team.id))
            return desk.id == server.direct_channel(team, mika.id).id

        await until(is_mika)


# Put out


async def test_a_workspace_that_puts_the_app_out_is_left_and_purged(server, settings, sqlite_url):
    team, other = server.team(installed=False), server.team("Other", installed=False)
    clock = Ahead()
    async with connected(server, settings, sqlite_url, clock) as bot:
        for one in (team, other):
            await install(bot, server.member(one))
        story = make_story(workspace=WorkspaceId(team.id), tellings=(make_telling(),))
        await bot.engine.save([story], "tests", "")
        server.uninstall(team)

        await until(lambda: is_gone(bot, team.id))
        assert set(await bot.engine.store.shelf(SHELF)) == {other.id}
        assert await bot.engine.store.count_stories(WorkspaceId(team.id)) == 1
        with pytest.raises(ChannelLost):
            await bot.platform.post(post_to(server.channel(team)))
        await bot.platform.post(post_to(server.channel(other)))

        clock.by = timedelta(days=31)
        assert await bot.engine.workspaces.purge(timedelta(days=30)) == 1
        assert await bot.engine.store.count_stories(WorkspaceId(team.id)) == 0
        assert await bot.known(team.id) is None
        assert await bot.known(other.id) is not None


async def is_gone(bot, team):
    return (await bot.known(team)).left_at is not None


async def test_an_old_word_of_a_removal_does_not_undo_a_new_installation(server, settings, sqlite_url):
    team = server.team(installed=False)
    async with connected(server, settings, sqlite_url) as bot:
        await install(bot, server.member(team))
        asked = server.emit(team, {"type": "app_uninstalled"}, "app_uninstalled")
        await asked.settled.wait()

        assert asked.acknowledged_ms is not None
        assert (await bot.known(team.id)).left_at is None
        await bot.platform.post(post_to(server.channel(team)))


async def test_a_token_that_is_found_revoked_is_left_without_a_word(server, settings, sqlite_url):
    team = server.team(installed=False)
    server.bot_events -= {"tokens_revoked", "app_uninstalled"}
    async with connected(server, settings, sqlite_url) as bot:
        await install(bot, server.member(team))
        server.uninstall(team)

        with pytest.raises(ChannelLost):
            await bot.platform.post(post_to(server.channel(team)))

        assert await is_gone(bot, team.id)
        assert await bot.engine.store.shelf(SHELF) == {}


async def test_who_comes_back_is_back(server, settings, sqlite_url):
    team = server.team(installed=False)
    async with connected(server, settings, sqlite_url) as bot:
        await install(bot, server.member(team))
        server.uninstall(team)
        await until(lambda: is_gone(bot, team.id))

        await install(bot, server.member(team))

        assert (await bot.known(team.id)).left_at is None
        await bot.platform.post(post_to(server.channel(team)))


async def install_everywhere(bot, team):
    """Let an organisation have installed the app with a token, which the pretend Slack knows as a team's."""
    installed = json.dumps(
        {
            "id": "E1", "enterprise": "E1", "name": "Org", "bot_id": team.bot_id, "bot_user": team.bot.id,
            "installer": "", "token": team.bot_token, "refresh_token": "",
            "expires_at": None, "installed_at": utc_now().isoformat(),
        }
    )  # fmt: skip
    await bot.engine.store.keep(SHELF, "E1", Cipher(KEY).seal(installed), WorkspaceId("E1"))


async def test_a_workspace_of_an_organisation_uses_its_installation(server, settings, sqlite_url):
    team = server.team()
    async with connected(server, settings, sqlite_url) as bot:
        access = bot.platform.access
        await install_everywhere(bot, team)
        with pytest.raises(ChannelLost):
            await access.installed(team.id)

        assert (await access.installed(team.id, "E1")).token == team.bot_token
        assert (await bot.known(team.id)).name.startswith("Org")
        await bot.platform.post(post_to(server.channel(team)))

        server.uninstall(team)
        await until(lambda: is_gone(bot, team.id))


@pytest.mark.parametrize("is_told", [True, False])
async def test_a_workspace_that_its_organisation_takes_the_app_out_of_is_left_alone(
    server, settings, sqlite_url, is_told
):
    team = server.team()
    server.bot_events -= set() if is_told else {"team_access_revoked"}
    async with connected(server, settings, sqlite_url) as bot:
        await install_everywhere(bot, team)
        for name in (team.id, "T0OTHER"):
            await bot.platform.access.installed(name, "E1")
        server.withdraw(team)

        if not is_told:
            with pytest.raises(ChannelLost):
                await bot.platform.post(post_to(server.channel(team)))

        await until(lambda: is_gone(bot, team.id))
        with pytest.raises(ChannelLost):
            await bot.platform.access.installed(team.id)
        assert (await bot.known("T0OTHER")).left_at is None
        assert (await bot.platform.access.installed("T0OTHER")).id == "E1"

        team.is_withdrawn = False
        await bot.platform.access.installed(team.id, "E1")
        assert not await is_gone(bot, team.id)


async def test_an_old_word_of_an_organisation_does_not_put_a_workspace_out(server, settings, sqlite_url):
    team = server.team()
    async with connected(server, settings, sqlite_url) as bot:
        await install_everywhere(bot, team)
        await bot.platform.access.installed(team.id, "E1")
        event = {"type": "team_access_revoked", "team_ids": [team.id]}
        await server.emit(team, event, "team_access_revoked").settled.wait()

        assert not await is_gone(bot, team.id)


# One workspace


async def test_one_workspace_needs_no_installation(server, url, sqlite_url):
    team = server.team("Kumo")
    settings = settings_for(
        url.rstrip("/"),
        slack_bot_token=team.bot_token,
        slack_app_token=server.app_token,
        web_port="0",
    )
    async with connected(server, settings, sqlite_url) as bot:
        assert (await bot.known(team.id)).name == "Kumo"
        assert bot.connection.routes == {}
        assert await bot.platform.trouble() == ""
        await bot.platform.post(post_to(server.channel(team)))
        assert await bot.platform.desk(WorkspaceId(team.id)) is None
        with pytest.raises(ChannelLost):
            await bot.platform.post(post_to(server.channel(server.team("Other"))))

        server.uninstall(team)
        await until(lambda: is_gone(bot, team.id))


async def test_a_token_for_a_whole_organisation_serves_its_workspaces_and_no_other_organisation(sqlite_url):
    store = await open_store(sqlite_url)
    try:
        access = SingleAccess("xoxb-1", AsyncWebClient(), Workspaces(store, utc_now), utc_now)
        access.home = Installed(id="E1", enterprise="E1", token="xoxb-1", installed_at=utc_now())

        assert (await access.installed("T1", "E1")).token == "xoxb-1"
        assert (await access.installed("T1")).token == "xoxb-1"  # as the outbox asks
        with pytest.raises(ChannelLost):
            await access.installed("T2", "E2")
    finally:
        await store.close()


async def test_the_desk_is_told_when_a_workspace_is_back_with_another_token(server, url, sqlite_url):
    team = server.team("Kumo")
    desk = server.channel(team, "desk")

    def settings():
        return settings_for(
            url.rstrip("/"), slack_bot_token=team.bot_token, slack_app_token=server.app_token, web_port="0"
        )

    async with connected(server, settings(), sqlite_url) as bot:
        before = await bot.known(team.id)
        await bot.engine.store.change_workspace(before, replace(before, desk=desk.id))
        server.revoke_tokens(team)
        await until(lambda: is_gone(bot, team.id))
    server.install(team)

    for _ in range(2):
        async with connected(server, settings(), sqlite_url) as bot:
            await Outbox(bot.engine.store, bot.platform, utc_now, "us").drain()

    (told,) = server.posted(desk)
    assert "subscriptions were kept" in text_of(told)


async def test_whoever_set_something_is_told_when_a_workspace_is_back_without_a_desk(server, url, sqlite_url):
    team = server.team("Kumo")
    olga = server.member(team, "Olga")

    def settings():
        return settings_for(
            url.rstrip("/"), slack_bot_token=team.bot_token, slack_app_token=server.app_token, web_port="0"
        )

    async with connected(server, settings(), sqlite_url) as bot:
        await bot.engine.store.keep(MODERATORS, team.id, olga.id, WorkspaceId(team.id))
        server.revoke_tokens(team)
        await until(lambda: is_gone(bot, team.id))
    server.install(team)
    async with connected(server, settings(), sqlite_url) as bot:
        await Outbox(bot.engine.store, bot.platform, utc_now, "us").drain()

    (told,) = server.posted(server.direct_channel(team, olga.id))
    assert "subscriptions were kept" in text_of(told)


async def test_a_token_that_slack_refuses_is_named_at_the_start(server, url, sqlite_url):
    settings = settings_for(
        url.rstrip("/"), slack_bot_token="xoxb-1-2", slack_signing_secret="secret", web_port="0"
    )

    with pytest.raises(InvalidSettings, match="AI_NEWS_SLACK_BOT_TOKEN: Slack refuses it"):
        async with connected(server, settings, sqlite_url):
            raise AssertionError("connected with a wrong token")


async def test_slack_that_is_away_at_the_start_is_a_trouble_and_a_delay(server, sqlite_url):
    settings = settings_for(
        "http://127.0.0.1:9/api", slack_bot_token="xoxb-1-2", slack_signing_secret="secret", web_port="0"
    )
    async with connected(server, settings, sqlite_url) as bot:
        assert "cannot be reached" in await bot.platform.trouble()
        with pytest.raises(PostDelayed):
            await bot.platform.post(make_post(channel=Channel(platform="slack", workspace="T1", id="C1")))


async def test_a_desk_that_was_set_is_the_desk(server, settings, sqlite_url):
    team = server.team(installed=False)
    async with connected(server, settings, sqlite_url) as bot:
        await install(bot, server.member(team))
        before = await bot.known(team.id)
        await bot.engine.store.change_workspace(before, replace(before, desk="C0DESK"))

        assert (await bot.platform.desk(WorkspaceId(team.id))).id == "C0DESK"
