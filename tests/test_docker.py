"""The container's files, as far as a machine without a Docker engine can tell."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bot.settings import Settings

ROOT = Path(__file__).parent.parent
KNOWN_SETTINGS = {f"AI_NEWS_{name.upper()}" for name in Settings.model_fields}


def dockerfile():
    """Return the Dockerfile's instructions as pairs of name and arguments."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [tuple(line.split(maxsplit=1)) for line in lines]


def arguments(name):
    return [given for instruction, given in dockerfile() if instruction == name]


def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))


def services():
    return compose()["services"]


def bots():
    return {name: service for name, service in services().items() if service["image"] == "ai-news"}


def commands():
    """Return every `ai-news` command that the files run, without the program's name."""
    yield json.loads(arguments("CMD")[-1])
    health = json.loads(arguments("HEALTHCHECK")[0].partition("CMD ")[2])
    assert health.pop(0) == "ai-news"
    yield health
    yield from (service["command"] for service in bots().values())


def test_every_command_is_one_that_ai_news_has():
    for command in commands():
        run = subprocess.run(
            [sys.executable, "-m", "adapters", *command, "--help"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

        assert run.returncode == 0, (command, run.stderr)
        assert f"adapters {command[0]} " in run.stdout


def test_an_unknown_command_would_be_noticed():
    run = subprocess.run(
        [sys.executable, "-m", "adapters", "fly", "--help"], cwd=ROOT, capture_output=True, check=False
    )

    assert run.returncode != 0


def test_the_image_runs_ai_news_without_privileges():
    assert json.loads(arguments("ENTRYPOINT")[-1]) == ["ai-news"]
    assert arguments("USER") == ["ai-news"]
    assert arguments("VOLUME") == ["/data"]
    assert "AI_NEWS_DATA_DIR=/data" in arguments("ENV")[-1]


def test_the_image_has_a_python_that_the_project_supports():
    versions = {re.match(r"python:3\.(\d+)-slim", image)[1] for image in arguments("FROM")}

    assert versions == {"13"}


def test_what_is_copied_exists_and_is_not_ignored():
    ignore = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    allowed = {line[1:] for line in ignore if line.startswith("!")}
    copied = {given.split()[0] for given in arguments("COPY") if not given.startswith("--from")}

    assert copied == allowed
    assert all((ROOT / name).exists() for name in copied)


def test_what_we_depend_on_is_installed_before_our_code_is_copied():
    names = [given for instruction, given in dockerfile() if instruction in {"COPY", "RUN"}]
    code = names.index("bot ./bot")
    dependencies = next(index for index, given in enumerate(names) if "requirements.txt" in given)

    assert names.index("pyproject.toml ./") < dependencies < code


def test_the_line_that_lists_what_we_depend_on_works(tmp_path):
    line = next(given for given in arguments("RUN") if "requirements.txt" in given)
    code = re.search(r'python -c "(.+?)"\s', line)[1]
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())

    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert "rich>=14" in run.stdout.splitlines()


def test_one_bot_on_sqlite_is_the_default():
    default = {name: service for name, service in services().items() if "profiles" not in service}

    assert list(default) == ["bot"]
    assert default["bot"]["volumes"] == ["data:/data"]
    assert default["bot"]["environment"] == {"AI_NEWS_DATA_DIR": "/data", "AI_NEWS_WEB_HOST": "0.0.0.0"}
    assert compose()["volumes"].keys() == {"data", "database"}


def test_the_page_is_reached_from_this_machine_only():
    port = Settings.model_fields["web_port"].default

    assert services()["bot"]["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert arguments("EXPOSE") == [str(port)]


def test_the_scale_profile_has_two_bots_on_postgresql():
    replica, database = services()["replica"], services()["database"]

    assert replica["profiles"] == database["profiles"] == ["scale"]
    assert replica["deploy"]["replicas"] == 2
    assert replica["environment"]["AI_NEWS_DATABASE_URL"].startswith(
        "postgresql://ai_news@database:5432/ai_news"
    )
    assert replica["depends_on"]["database"]["condition"] == "service_healthy"
    assert database["image"] == "postgres:17"
    assert database["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]


def test_no_password_is_written_down_and_none_is_asked_for_without_the_profile():
    assert services()["database"]["environment"]["POSTGRES_PASSWORD"] == "${POSTGRES_PASSWORD:-}"
    assert services()["replica"]["environment"]["PGPASSWORD"] == "${POSTGRES_PASSWORD:-}"
    assert ":?" not in json.dumps(services())


@pytest.mark.parametrize("name", ["bot", "replica"])
def test_bots_have_no_more_rights_than_they_need_and_come_back(name):
    bot = services()[name]

    assert bot["read_only"] is True
    assert bot["cap_drop"] == ["ALL"]
    assert bot["security_opt"] == ["no-new-privileges:true"]
    assert bot["restart"] == "unless-stopped"
    assert bot["env_file"] == [{"path": ".env", "required": False}]


def test_every_setting_is_one_that_the_program_knows():
    text = (ROOT / "Dockerfile").read_text("utf-8") + (ROOT / "docker-compose.yml").read_text("utf-8")

    assert set(re.findall(r"AI_NEWS_[A-Z_]+(?=[=:])", text)) <= KNOWN_SETTINGS
    assert {"AI_NEWS_DATA_DIR", "AI_NEWS_DATABASE_URL"} <= KNOWN_SETTINGS
