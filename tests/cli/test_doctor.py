"""What `ai-news doctor` looks at, and what it says to do."""

import json
import re

import pytest

from adapters.cli.doctor import database_check
from tests.command import ai_news, json_of


def test_doctor_finds_a_fresh_machine_healthy(tmp_path):
    document = json_of(tmp_path, "doctor", "--json")

    assert document["healthy"]
    states = {check["name"]: check["state"] for check in document["checks"]}
    assert {
        states[name] for name in ("versions", "settings", "data folder", "database", "seeds", "index", "page")
    } == {"ok"}


@pytest.mark.parametrize(
    ("engine", "state"),
    [("PostgreSQL 16.4 (Debian 16.4-1)", "warning"), ("PostgreSQL 17.0", "ok"), ("SQLite 3.40.1", "ok")],
)
def test_doctor_warns_of_a_server_that_waits_for_a_bot_that_is_paused(engine, state):
    check = database_check(engine, 12)

    assert check.state == state
    assert check.finding.startswith(f"{engine}, 12 stories")


@pytest.mark.parametrize(
    ("platform", "variable"), [("Discord", "AI_NEWS_DISCORD_TOKEN"), ("slack", "AI_NEWS_SLACK_BOT_TOKEN")]
)
def test_doctor_says_how_a_platform_is_set_up(tmp_path, platform, variable):
    (check,) = [one for one in json_of(tmp_path, "doctor", "--json")["checks"] if one["name"] == platform]

    assert check["state"] == "ok"
    assert check["finding"].startswith("not set up; ")
    assert variable in check["finding"]


def test_doctor_names_what_is_broken(tmp_path):
    (tmp_path / "data").write_text("a file where a folder should be", encoding="utf-8")

    done = ai_news(tmp_path, "doctor", "--json")

    broken = [check["name"] for check in json.loads(done.stdout)["checks"] if check["state"] == "broken"]
    assert done.returncode == 1
    assert "data folder" in broken


def test_doctor_names_a_wrong_setting(tmp_path):
    done = ai_news(tmp_path, "doctor", AI_NEWS_LANGUAGE="fr")

    assert done.returncode == 1
    assert re.search(r"broken +settings +AI_NEWS_LANGUAGE", done.stdout)


NETWORK = {"AI_NEWS_WEB_HOST": "0.0.0.0"}
PASSWORD = {"AI_NEWS_WEB_PASSWORD": "correct horse"}


@pytest.mark.parametrize(
    ("settings", "state", "told"),
    [
        ({}, "ok", "127.0.0.1 port 0, for this machine only"),
        (NETWORK, "ok", "open for reading; AI_NEWS_WEB_PASSWORD would open the rest"),
        (NETWORK | PASSWORD, "warning", "the password travels unencrypted"),
        (
            NETWORK | PASSWORD | {"AI_NEWS_WEB_URL": "https://news.example.org"},
            "ok",
            "https://news.example.org, open for reading, and for who signs in",
        ),
    ],
)
def test_doctor_tells_how_far_the_page_is_open(tmp_path, settings, state, told):
    document = json_of(tmp_path, "doctor", "--json", **settings)

    (page,) = [check for check in document["checks"] if check["name"] == "page"]
    assert page["state"] == state
    assert told in page["finding"]


def test_doctor_warns_of_an_operator_s_workspace_that_nobody_knows(tmp_path):
    def operators(**settings):
        checks = json_of(tmp_path, "doctor", "--json", **settings)["checks"]
        return next(check for check in checks if check["name"] == "operators")

    assert operators()["state"] == "ok"
    found = operators(AI_NEWS_OPERATOR_WORKSPACES="local,T0TYPO")
    assert (found["state"], "T0TYPO" in found["finding"]) == ("warning", True)
