"""Settings come from the environment and `.env`, and each mistake is one line that names the variable."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.addresses import Allowed, read_allowed
from bot.errors import InvalidSettings
from bot.settings import PACKAGED_SEEDS, Shards, read_settings, settings_warnings, warnings_for

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch, tmp_path):
    for name in list(os.environ):
        if name.startswith(("AI_NEWS_", "LC_")) or name in {"LANG", "TZ", "XDG_DATA_HOME"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def test_without_any_setting_there_are_sensible_ones(tmp_path):
    settings = read_settings()

    assert settings.data_dir == tmp_path / ".local/share/ai-news"
    assert settings.database_url == f"sqlite:///{settings.data_dir}/ai-news.db"
    assert settings.language == "en"
    assert settings.seeds_dir == PACKAGED_SEEDS


def test_the_database_stands_in_the_data_folder_that_was_set(monkeypatch):
    monkeypatch.setenv("AI_NEWS_DATA_DIR", "~/news")

    settings = read_settings()

    assert settings.database_url == f"sqlite:///{Path.home()}/news/ai-news.db"


def test_the_data_folder_follows_the_system(monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", "/var/data")
    assert read_settings().data_dir == Path("/var/data/ai-news")

    monkeypatch.setenv("XDG_DATA_HOME", "relative/is/to/be/ignored")
    assert read_settings().data_dir == Path.home() / ".local/share/ai-news"


@pytest.mark.parametrize(
    ("locale", "language"),
    [("ja_JP.UTF-8", "ja"), ("ja", "ja"), ("en_GB.UTF-8", "en"), ("C", "en"), ("de_DE", "en")],
)
def test_the_language_follows_the_locale(monkeypatch, locale, language):
    monkeypatch.setenv("LANG", locale)

    assert read_settings().language == language


def test_lc_all_comes_before_lang(monkeypatch):
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")

    assert read_settings().language == "ja"


def test_a_file_named_env_is_read_and_the_environment_wins(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("AI_NEWS_LANGUAGE=ja\nAI_NEWS_TIME_ZONE=Asia/Tokyo\n", encoding="utf-8")
    monkeypatch.setenv("AI_NEWS_LANGUAGE", "en")

    settings = read_settings()

    assert (settings.language, settings.time_zone) == ("en", "Asia/Tokyo")


def test_an_env_file_that_is_no_text_is_one_line(tmp_path):
    (tmp_path / ".env").write_bytes(b"AI_NEWS_LANGUAGE=\xff\xfe\n")

    with pytest.raises(InvalidSettings, match=r"^\.env: not UTF-8"):
        read_settings()


def test_the_zone_of_the_machine_is_the_default():
    # In a process of its own: the machine's zone is looked up only once.
    script = "from bot.settings import read_settings; print(read_settings().time_zone)"
    environment = {**os.environ, "TZ": "Europe/Lisbon", "PYTHONPATH": str(REPOSITORY)}

    printed = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )

    assert printed.stdout.strip() == "Europe/Lisbon"


@pytest.mark.parametrize("name", ["DATA_DIR", "DATABASE_URL", "LANGUAGE", "TIME_ZONE"])
def test_a_variable_that_is_empty_counts_as_not_set(monkeypatch, name):
    default = read_settings()
    monkeypatch.setenv(f"AI_NEWS_{name}", " ")

    assert read_settings() == default


@pytest.mark.parametrize("value", ["", "none", "None"])
def test_seeds_can_be_left_out(monkeypatch, value):
    monkeypatch.setenv("AI_NEWS_SEEDS_DIR", value)

    assert read_settings().seeds_dir is None


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("LANGUAGE", "fr", "use ja or en"),
        ("TIME_ZONE", "Tokyo", "Asia/Tokyo"),
        ("TIME_ZONE", "../../etc/passwd", "use a name"),
        ("TIME_ZONE", "Asia", "use a name"),
        ("DATABASE_URL", "mysql://host/name", "postgresql://"),
        ("DATABASE_URL", "ai-news.db", "sqlite:///FILE"),
        ("SEEDS_DIR", "/there/is/nothing", "none"),
        ("DATA_DIR", "~nobody-of-that-name/news", "whole path"),
        ("FETCH_ALLOW", "https://wiki.example.org/", "without a scheme, port or path"),
        ("FETCH_ALLOW", "wiki.example.org:8080", "without a scheme, port or path"),
        ("FETCH_ALLOW", "10.0.0.5/8", "did you mean 10.0.0.0/8?"),
        ("FETCH_ALLOW", "0x7f.1", "not a host"),
        ("FETCH_ALLOW", "*.example.org", "not a host"),
        ("FETCH_ALLOW", "0.0.0.0/0", "your own"),
        ("FETCH_ALLOW", "128.0.0.0/1", "your own"),
        ("FETCH_ALLOW", "::/1", "your own"),
        ("OPERATOR_WORKSPACES", "my workspace", "not the id of a workspace"),
    ],
)
def test_a_wrong_value_is_one_line_with_its_variable_and_what_to_do(monkeypatch, name, value, advice):
    monkeypatch.setenv(f"AI_NEWS_{name}", value)

    with pytest.raises(InvalidSettings) as invalid:
        read_settings()

    (line,) = str(invalid.value).splitlines()
    assert line.startswith(f"AI_NEWS_{name}: ")
    assert advice in line


def test_what_may_be_read_and_who_may_change_public_stories_are_lists(monkeypatch):
    assert read_settings().fetch_allow == Allowed()
    assert read_settings().operator_workspaces == {"local"}

    monkeypatch.setenv("AI_NEWS_FETCH_ALLOW", " wiki.example.org, 10.1.0.0/16,")
    monkeypatch.setenv("AI_NEWS_OPERATOR_WORKSPACES", "local, T012345,")

    settings = read_settings()
    assert settings.fetch_allow == read_allowed(["wiki.example.org", "10.1.0.0/16"])
    assert settings.operator_workspaces == {"local", "T012345"}


def test_every_mistake_in_a_list_gets_its_line(monkeypatch):
    monkeypatch.setenv("AI_NEWS_FETCH_ALLOW", "10.0.0.5/8, wiki.example.org, http://x")

    with pytest.raises(InvalidSettings) as invalid:
        read_settings()

    lines = str(invalid.value).splitlines()
    assert [line.partition(": ")[0] for line in lines] == ["AI_NEWS_FETCH_ALLOW"] * 2


def test_every_wrong_value_gets_its_line(monkeypatch):
    monkeypatch.setenv("AI_NEWS_LANGUAGE", "fr")
    monkeypatch.setenv("AI_NEWS_TIME_ZONE", "Mars")

    with pytest.raises(InvalidSettings) as invalid:
        read_settings()

    assert len(str(invalid.value).splitlines()) == 2


def test_a_password_is_never_shown(monkeypatch):
    monkeypatch.setenv("AI_NEWS_DATABASE_URL", "postgresql://bot:hush@host/news")
    assert "hush" not in repr(read_settings())

    monkeypatch.setenv("AI_NEWS_DATABASE_URL", "mysql://bot:hush@host/news")
    with pytest.raises(InvalidSettings) as invalid:
        read_settings()
    assert "hush" not in str(invalid.value)
    assert invalid.value.__cause__ is None


def test_a_misspelt_setting_is_named_with_the_nearest_one():
    (line,) = warnings_for({"AI_NEWS_LANGAUGE", "AI_NEWS_TIME_ZONE", "PATH"})

    assert line == "AI_NEWS_LANGAUGE: there is no such setting; did you mean AI_NEWS_LANGUAGE?"


@pytest.mark.parametrize(
    ("variable", "value", "problem"),
    [
        ("DISCORD_TOKEN", "hush-hush", "not a bot token"),
        ("SLACK_BOT_TOKEN", "hush-hush", "it does not begin with xoxb-"),
        ("SLACK_APP_TOKEN", "hush-hush", "it does not begin with xapp-"),
        ("SECRET_KEY", "hush-hush", "at least 32 random characters"),
        ("DISCORD_SHARDS", "4-3/8", "counted from 0 to 7"),
        ("DISCORD_SHARDS", "0-8/8", "counted from 0 to 7"),
        ("DISCORD_SHARDS", "all", "write 0-3/8"),
        ("SLACK_API_URL", "slack.com/api", "is not an address"),
        ("RETENTION_DAYS", "-1", "use 0 to 9999"),
    ],
)
def test_a_platforms_setting_that_is_wrong_is_named_and_no_secret_told(monkeypatch, variable, value, problem):
    monkeypatch.setenv(f"AI_NEWS_{variable}", value)

    with pytest.raises(InvalidSettings) as raised:
        read_settings()

    assert str(raised.value).startswith(f"AI_NEWS_{variable}: ")
    assert problem in str(raised.value)
    assert "hush-hush" not in str(raised.value)


def test_shards_are_a_range_or_one(monkeypatch):
    monkeypatch.setenv("AI_NEWS_DISCORD_SHARDS", "2/4")
    assert read_settings().discord_shards == Shards(first=2, last=2, count=4)


def test_settings_never_show_a_secret(monkeypatch):
    secrets = {
        "DISCORD_TOKEN": "a.hush-hush.c",
        "SLACK_BOT_TOKEN": "xoxb-hush-hush",
        "SLACK_APP_TOKEN": "xapp-hush-hush",
        "SLACK_SIGNING_SECRET": "hush-hush",
        "SLACK_CLIENT_SECRET": "hush-hush",
        "SECRET_KEY": "hush-hush" * 4,
    }
    for name, value in secrets.items():
        monkeypatch.setenv(f"AI_NEWS_{name}", value)

    assert "hush-hush" not in repr(read_settings())


def test_a_misspelt_setting_in_the_env_file_is_named_too(tmp_path):
    (tmp_path / ".env").write_text("AI_NEWS_ZONE=UTC\n", encoding="utf-8")

    assert settings_warnings()[0].startswith("AI_NEWS_ZONE: ")
