"""Installing an app into the pretend Slack with Slack's own OAuth flow, and how its tokens change and end."""

import time

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store import FileInstallationStore
from slack_sdk.oauth.state_store import FileOAuthStateStore
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.doors import at_http, refused

pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
"""slack_sdk 3.48 uses it, aiohttp 3.14 warns of it."""
SCOPES = ["chat:write", "commands"]


@pytest.fixture
def store(tmp_path, server):
    return FileInstallationStore(base_dir=str(tmp_path / "installations"), client_id=server.client_id)


@pytest.fixture
def app(url, server, store, tmp_path):
    settings = AsyncOAuthSettings(
        client_id=server.client_id,
        client_secret=server.client_secret,
        scopes=SCOPES,
        installation_store=store,
        state_store=FileOAuthStateStore(expiration_seconds=60, base_dir=str(tmp_path / "states")),
        authorization_url=f"{server.origin}/oauth/v2/authorize",
    )
    client = AsyncWebClient(base_url=url)
    # Left to itself, the library refreshes tokens at slack.com, whatever address its client has.
    settings.authorize.token_rotator = AsyncTokenRotator(
        client_id=server.client_id, client_secret=server.client_secret, client=client
    )
    app = AsyncApp(client=client, signing_secret=server.signing_secret, oauth_settings=settings)

    @app.command("/ai-news")
    async def answer(ack, client):
        await ack(text=(await client.auth_test())["team"])

    return app


def page(server, path):
    return server.request_url.replace("/slack/events", path)


async def installed(server, app, team):
    mika = server.member(team, "Mika")
    server.installations.redirect_urls = (page(server, "/slack/oauth_redirect"),)
    status, _ = await mika.install(page(server, "/slack/install"))
    return mika, status


async def test_an_app_is_installed_in_a_workspace_and_answers_there(server, app, store):
    team = server.team("Acme", installed=False)
    async with at_http(server, app):
        mika, status = await installed(server, app, team)
        asked = await mika.command(server.channel(team), "/ai-news")

    assert status == 200
    assert asked.text == "Acme"
    found = store.find_bot(enterprise_id=None, team_id=team.id)
    assert (found.bot_token, found.bot_scopes) == (team.bot_token, SCOPES)


async def test_an_installation_that_is_declined_leaves_nothing(server, app, store):
    team = server.team("Acme", installed=False)
    server.installations.declines = True
    async with at_http(server, app):
        await installed(server, app, team)

    assert store.find_bot(enterprise_id=None, team_id=team.id) is None
    assert team.bot is None


async def test_a_token_that_is_about_to_expire_is_exchanged_once(server, app, store):
    team = server.team("Acme", installed=False)
    server.installations.rotates = True
    async with at_http(server, app):
        mika, _ = await installed(server, app, team)
        first = store.find_bot(enterprise_id=None, team_id=team.id)
        first.bot_token_expires_at = int(time.time()) + 60
        store.save_bot(first)
        installation = store.find_installation(enterprise_id=None, team_id=team.id)
        installation.bot_token_expires_at = first.bot_token_expires_at
        store.save(installation)
        asked = await mika.command(server.channel(team), "/ai-news")

    second = store.find_bot(enterprise_id=None, team_id=team.id)
    assert asked.text == "Acme"
    assert second.bot_token == team.bot_token != first.bot_token
    assert first.bot_refresh_token != second.bot_refresh_token


async def test_codes_refresh_tokens_and_secrets_are_good_for_what_they_are(server, url):
    team = server.team("Acme", installed=False)
    mika = server.member(team, "Mika")
    server.installations.rotates = True
    client = AsyncWebClient(base_url=url)
    app = {"client_id": server.client_id, "client_secret": server.client_secret}
    server.installations.codes["code"] = (mika.user, "", "chat:write")

    first = await client.oauth_v2_access(code="code", **app)
    assert (first["team"]["id"], first["scope"], first["expires_in"]) == (team.id, "chat:write", 43_200)
    assert (await refused(client.oauth_v2_access(code="code", **app)))["error"] == "code_already_used"
    assert (await refused(client.oauth_v2_access(code="none", **app)))["error"] == "invalid_code"
    wrong = {"client_id": server.client_id, "client_secret": "guess"}
    assert (await refused(client.oauth_v2_access(code="none", **wrong)))["error"] == "bad_client_secret"

    refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"], **app}
    second = await client.oauth_v2_access(**refresh)
    assert (await refused(client.oauth_v2_access(**refresh)))["error"] == "invalid_refresh_token"
    for answer in (first, second):
        await client.auth_test(token=answer["access_token"])
    server.token_clock = lambda: time.time() + 43_201
    assert (await refused(client.auth_test(token=second["access_token"])))["error"] == "token_expired"


async def test_an_app_that_is_taken_out_is_told_and_its_tokens_end(server, url):
    team = server.team("Acme")
    client = AsyncWebClient(token=team.bot_token, base_url=url)
    app = AsyncApp(client=client, signing_secret=server.signing_secret)
    heard = []

    @app.event("app_uninstalled")
    @app.event("tokens_revoked")
    async def gone(event):
        heard.append(event["type"])

    async with at_http(server, app):
        await server.member(team).command(server.channel(team), "/ai-news")
        told = server.uninstall(team)
        await told.settled.wait()
        await server.until(lambda: len(heard) == 2)

    assert sorted(heard) == ["app_uninstalled", "tokens_revoked"]
    assert (await refused(client.auth_test()))["error"] == "account_inactive"
