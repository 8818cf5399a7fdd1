"""Setting Slack up: the manifest, which settings fit together, and what `ai-news doctor` finds."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from adapters.slack import checks
from adapters.slack.checks import findings
from adapters.slack.errors import Refused, failure, retry_after_s
from adapters.slack.manifest import manifest
from adapters.slack.mode import Mode, mode_of
from adapters.slack.scopes import EVENTS, ORGANISATION_EVENTS, SCOPES
from bot.errors import ChannelLost, InvalidSettings, PostDelayed, PostRejected, PostUncertain
from bot.model import LANGUAGES
from bot.run import utc_now
from bot.settings import Settings
from bot.store import open_store
from tests.command import ai_news
from tests.factories import make_channel, make_subscription
from tests.fakes.slack.server import SlackServer, serving
from tests.messages import SHARED
from tests.slack.connected import connected, many_settings

WAYS = [
    pytest.param({"http": False, "many": False}, id="socket, one"),
    pytest.param({"http": True, "many": False}, id="http, one"),
    pytest.param({"http": True, "many": True}, id="http, many"),
    pytest.param({"http": False, "many": True}, id="socket, many"),
]
URL = "https://news.example.org"


# The manifest


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_manifest_is_valid(way, language):
    file = SHARED / "specs/slack-manifest.schema.2.0.0.json"
    if not file.exists():
        pytest.skip("Slack's schema of manifests is not in a shared folder beside the repository")

    jsonschema.validate(manifest(language, URL, **way), json.loads(file.read_text("utf-8")))


def test_a_manifest_for_socket_mode_names_no_address():
    document = manifest("en", None, http=False, many=False)

    assert "http" not in json.dumps(document)
    assert document["settings"]["socket_mode_enabled"]
    assert not document["settings"]["token_rotation_enabled"]


def test_a_manifest_for_many_workspaces_over_http_names_every_address():
    document = manifest("ja", URL, http=True, many=True)

    assert document["oauth_config"]["redirect_urls"] == [f"{URL}/slack/oauth_redirect"]
    assert {command["url"] for command in document["features"]["slash_commands"]} == {f"{URL}/slack/events"}
    assert document["settings"]["interactivity"]["message_menu_options_url"] == f"{URL}/slack/events"
    assert document["settings"]["token_rotation_enabled"]
    assert not document["settings"]["socket_mode_enabled"]


def test_the_app_hears_what_the_manifest_asks_for():
    """An event that is not subscribed to never comes; one that nobody listens to is asked for in vain."""
    source = re.findall(r'app\.event\("([\w.]+)"\)', _sources())

    assert {name.partition(".")[0] for name in (*EVENTS, *ORGANISATION_EVENTS)} == set(source)


def _sources():
    folder = Path(checks.__file__).parent
    return "".join(path.read_text("utf-8") for path in folder.rglob("*.py"))


def test_the_command_prints_a_manifest(tmp_path):
    done = ai_news(tmp_path, "slack-manifest", "--language", "ja")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["display_information"]["name"] == "AIニュース"


def test_the_command_needs_an_address_for_http(tmp_path):
    done = ai_news(tmp_path, "slack-manifest", "--http")
    assert done.returncode == 1
    assert "AI_NEWS_WEB_URL" in done.stderr

    done = ai_news(tmp_path, "slack-manifest", "--http", "--url", URL)
    assert f"{URL}/slack/events" in done.stdout


# Settings

BOT, APP = {"slack_bot_token": "xoxb-1"}, {"slack_app_token": "xapp-1"}
SIGNING = {"slack_signing_secret": "secret"}
CLIENT = {"slack_client_id": "1.2", "slack_client_secret": "secret"}
PAGE = {"web_url": URL}


@pytest.mark.parametrize(
    ("given", "mode"),
    [
        ({}, None),
        (PAGE, None),
        (BOT | APP, Mode(many=False, socket=True)),
        (BOT | SIGNING, Mode(many=False, socket=False)),
        (BOT | APP | SIGNING, Mode(many=False, socket=True)),
        (CLIENT | SIGNING | PAGE, Mode(many=True, socket=False, installs_at=URL)),
        (CLIENT | APP | PAGE, Mode(many=True, socket=True, installs_at=URL)),
    ],
)
def test_settings_say_how_slack_is_reached(given, mode):
    assert mode_of(Settings(**given)) == mode


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (BOT, ["AI_NEWS_SLACK_APP_TOKEN"]),
        (APP, ["AI_NEWS_SLACK_BOT_TOKEN"]),
        (SIGNING, ["AI_NEWS_SLACK_BOT_TOKEN"]),
        (CLIENT | PAGE, ["AI_NEWS_SLACK_APP_TOKEN"]),
        (CLIENT | SIGNING, ["AI_NEWS_WEB_URL"]),
        (CLIENT | SIGNING | {"web_url": "http://news.example.org"}, ["AI_NEWS_WEB_URL"]),
        (BOT | CLIENT | SIGNING | PAGE, ["AI_NEWS_SLACK_BOT_TOKEN"]),
        ({"slack_client_id": "1.2"}, ["AI_NEWS_SLACK_CLIENT_SECRET", "AI_NEWS_SLACK_APP_TOKEN"]),
        ({"slack_client_secret": "x"} | SIGNING, ["AI_NEWS_SLACK_CLIENT_ID"]),
    ],
)
def test_settings_that_do_not_fit_together_are_named(given, named):
    with pytest.raises(InvalidSettings) as raised:
        mode_of(Settings(**given))

    assert [line.partition(":")[0] for line in str(raised.value).splitlines()] == named


def test_a_run_that_lacks_a_token_ends_with_its_name(tmp_path):
    done = ai_news(tmp_path, "run", AI_NEWS_SLACK_BOT_TOKEN="xoxb-1")

    assert done.returncode == 1
    assert done.stderr.startswith("ai-news: AI_NEWS_SLACK_APP_TOKEN: missing")


# Error codes


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("channel_not_found", "deleted"),
        ("is_archived", "archived"),
        ("not_in_channel", "no_permission"),
        ("restricted_action_read_only_channel", "no_permission"),
        ("missing_scope", "no_permission"),
        ("account_inactive", "signed_out"),
        ("token_revoked", "signed_out"),
        ("invalid_auth", "signed_out"),
        ("token_expired", "signed_out"),
    ],
)
def test_a_code_that_loses_the_channel(code, kind):
    error = failure(Refused(code))

    assert isinstance(error, ChannelLost)
    assert error.why == kind


@pytest.mark.parametrize(
    "code",
    [
        "msg_too_long",
        "invalid_blocks_format",
        "metadata_too_large",
        "message_not_found",
        "edit_window_closed",
    ],
)
def test_a_code_that_rejects_the_message(code):
    error = failure(Refused(code))

    assert isinstance(error, PostRejected)
    assert not isinstance(error, ChannelLost)


@pytest.mark.parametrize("code", ["internal_error", "fatal_error", "service_unavailable", "never_heard_of"])
def test_a_code_that_tells_nothing_is_uncertain(code):
    assert isinstance(failure(Refused(code)), PostUncertain)


@pytest.mark.parametrize(("code", "wait_s"), [("ratelimited", 7.5), ("message_limit_exceeded", 7.5)])
def test_a_code_that_asks_to_wait(code, wait_s):
    error = failure(Refused(code, retry_after_s=wait_s))

    assert isinstance(error, PostDelayed)
    assert error.retry_after_s == wait_s


@pytest.mark.parametrize(
    ("header", "seconds"), [("3", 3), ("0.5", 0.5), (None, None), ("soon", None), ("-1", None), ("inf", None)]
)
def test_how_long_to_wait_is_read_as_seconds(header, seconds):
    assert retry_after_s(header) == seconds


# Doctor


@pytest.fixture
async def server():
    return SlackServer()


@pytest.fixture
async def url(server):
    async with serving(server) as url:
        yield url.rstrip("/")


async def found(settings, database_url):
    store = await open_store(database_url)
    try:
        return {one.name: (one.state, one.finding) async for one in findings(settings, store, utc_now)}
    finally:
        await store.close()


async def subscribe(database_url, place):
    store = await open_store(database_url)
    channel = make_channel(platform="slack", workspace=place.team.id, id=place.id)
    await store.add_subscription(make_subscription(id=place.id, channel=channel))
    await store.close()


def one_workspace(server, team, url):
    return Settings(slack_api_url=url, slack_bot_token=team.bot_token, slack_app_token=server.app_token)


async def test_doctor_finds_all_well(server, url, sqlite_url):
    team = server.team("Kumo")
    await subscribe(sqlite_url, server.channel(team))

    shown = await found(one_workspace(server, team, url), sqlite_url)

    assert {state for state, _ in shown.values()} == {"ok"}
    assert shown["slack token"][1].startswith("Kumo")
    assert "every one of 1" in shown["slack channels"][1]
    assert server.violations == []


async def test_doctor_names_scopes_channels_and_tokens(server, url, sqlite_url):
    team = server.team("Kumo")
    server.tokens[team.bot_token].scopes = tuple(SCOPES.keys() - {"channels:history", "im:write"})
    await subscribe(sqlite_url, server.channel(team, "open", bot=False))
    await subscribe(sqlite_url, server.channel(team, private=True, bot=False))
    server.tokens[server.app_token].scopes = ()

    shown = await found(one_workspace(server, team, url), sqlite_url)

    assert shown["slack scopes"][0] == "broken"
    assert "channels:history (to look up" in shown["slack scopes"][1]
    assert "im:write" in shown["slack scopes"][1]
    assert shown["slack channels"][0] == "warning"
    assert "not in #open" in shown["slack channels"][1]
    assert "is not shown (channel_not_found)" in shown["slack channels"][1]
    assert shown["slack socket"][0] == "broken"


async def test_doctor_says_nothing_of_channels_that_slack_has_no_time_to_show(server, url, sqlite_url):
    team = server.team()
    for number in range(3):
        await subscribe(sqlite_url, server.channel(team, f"news-{number}"))
    server.faults.add("", "429 one", method="conversations.info")

    shown = await found(one_workspace(server, team, url), sqlite_url)

    state, told = shown["slack channels"]
    assert state == "warning"
    assert "look again in a minute" in told
    assert "invite" not in told


async def test_doctor_names_channels_whose_digest_was_stopped(server, url, sqlite_url):
    team = server.team()
    place = server.channel(team)
    await subscribe(sqlite_url, place)
    store = await open_store(sqlite_url)
    await store.stop_subscription(
        make_channel(platform="slack", workspace=team.id, id=place.id), "the bot may not post there", None
    )
    await store.close()

    shown = await found(one_workspace(server, team, url), sqlite_url)

    assert shown["slack channels"][0] == "warning"
    assert f"{place.id} gets nothing: the bot may not post there" in shown["slack channels"][1]


async def test_doctor_does_not_send_away_for_a_token_that_is_renewed(server, url, sqlite_url):
    server.installations.rotates = True
    team = server.team(installed=False)
    settings = many_settings(server, url)
    async with connected(server, settings, sqlite_url) as bot:
        await server.member(team).install(f"{bot.page}slack/install")
    server.tokens[team.bot_token].state = "token_expired"

    shown = await found(settings, sqlite_url)

    assert shown["slack token"] == ("ok", f"{team.name}: has ended; the bot renews it when it needs it")


async def test_doctor_names_a_refused_token_and_a_slack_that_is_away(server, url, sqlite_url):
    team = server.team()
    server.revoke_tokens(team)
    shown = await found(one_workspace(server, team, url), sqlite_url)
    assert shown["slack token"] == (
        "broken",
        "AI_NEWS_SLACK_BOT_TOKEN: token_revoked; copy it again from OAuth & Permissions",
    )

    shown = await found(one_workspace(server, team, "http://127.0.0.1:9/api"), sqlite_url)
    assert "cannot be reached" in shown["slack token"][1]


async def test_doctor_says_where_an_app_for_many_is_installed(server, url, sqlite_url):
    settings = Settings(**CLIENT, **SIGNING, **PAGE, slack_api_url=url)

    shown = await found(settings, sqlite_url)

    assert shown["slack"] == ("warning", f"installed nowhere yet; open {URL}/slack/install")


async def test_doctor_says_what_does_not_fit_and_nothing_without_slack(sqlite_url):
    assert await found(Settings(), sqlite_url) == {}

    assert (await found(Settings(**APP), sqlite_url))["slack"][0] == "broken"


def test_doctor_looks_at_slack_too(tmp_path):
    done = ai_news(tmp_path, "doctor", AI_NEWS_SLACK_APP_TOKEN="xapp-1")

    assert done.returncode == 1
    assert re.search(r"broken +slack +AI_NEWS_SLACK_BOT_TOKEN", done.stdout)
