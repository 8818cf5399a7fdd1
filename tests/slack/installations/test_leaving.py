"""Workspaces that put the app out, and the one of a bot token."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.errors import Refused
from adapters.slack.installing.access import SingleAccess
from adapters.slack.installing.cipher import Cipher
from adapters.slack.installing.installations import SHELF, Installed
from adapters.slack.posting.platform import MODERATORS
from bot.delivering.outbox import Outbox
from bot.errors import ChannelLost, InvalidSettings, PostDelayed
from bot.model import Channel, WorkspaceId
from bot.run import utc_now
from bot.store import open_store
from bot.workspaces import Workspaces
from tests.factories import make_post, make_story, make_telling
from tests.fakes.slack.reading import text_of
from tests.slack.connected import KEY, Ahead, connected
from tests.slack.installations.installing import install, post_to
from tests.slack.posting import settings_for
from tests.waiting import until


# Put out.
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


async def test_who_comes_back_while_slack_is_asked_about_the_old_token_is_back(
    server, settings, sqlite_url, monkeypatch
):
    team = server.team(installed=False)
    async with connected(server, settings, sqlite_url) as bot:
        await install(bot, server.member(team))

        async def asked_too_late(client, installed, name):
            await install(bot, server.member(team))
            raise Refused("account_inactive")

        monkeypatch.setattr("adapters.slack.installing.access.serves", asked_too_late)
        await bot.platform.access.check(team.id)

        assert not await is_gone(bot, team.id)
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


# One workspace.
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
        post = post_to(server.channel(team))
        address = await bot.platform.address(post.channel, await bot.platform.post(post))
        assert address.startswith(f"https://kumo.slack.com/archives/{post.channel.id}/p")
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
