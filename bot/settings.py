"""Settings, read once from the environment and `.env`; each error is one line that names the variable."""

import difflib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, ValidationError
from pydantic_core import PydanticUseDefault
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.addresses import Allowed, read_allowed
from bot.display import web_url
from bot.errors import InvalidSettings
from bot.model import LANGUAGES, Language, WorkspaceId

PREFIX: Final = "AI_NEWS_"
ENV_FILE: Final = ".env"
PACKAGED_SEEDS: Final = Path(__file__).parent.parent / "seeds"
DATABASE_SCHEMES: Final = ("sqlite", "postgresql", "postgres")

MIN_PASSWORD_CHARACTERS: Final = 8
MIN_KEY_CHARACTERS: Final = 32
_SHARDS: Final = re.compile(r"(?P<first>\d{1,5})(?:-(?P<last>\d{1,5}))?/(?P<count>\d{1,5})", re.ASCII)
_HOST: Final = re.compile(r"[0-9A-Za-z.:_-]+")
_WORKSPACE: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")

OPERATOR_WORKSPACES: Final = frozenset({WorkspaceId("local")})
"""Whose moderators may change public stories, unless the settings say otherwise: the local ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shards:
    """Which of `count` shards of a bot's gateway a process connects: from `first` to `last`."""

    first: int
    last: int
    count: int


def _default_data_dir() -> Path:
    """Return the folder for a user's data (XDG Base Directory Specification)."""
    base = Path(os.environ.get("XDG_DATA_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".local" / "share") / "ai-news"


def _default_database_url(data: dict[str, Any]) -> str:
    return f"sqlite:///{data['data_dir'] / 'ai-news.db'}"


def default_language() -> Language:
    """Return the language that the environment asks programs to speak."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "ja" if locale.lower().startswith("ja") else "en"


def _default_time_zone() -> str:
    """Return the machine's zone, or UTC where it has none of the zone database."""
    import tzlocal

    try:
        return _time_zone(tzlocal.get_localzone_name())
    except (LookupError, ValueError):
        return "UTC"


def _set(value: str) -> str:
    """Return what was set; a variable that is there but empty counts as not set."""
    if not value.strip():
        raise PydanticUseDefault
    return value.strip()


def _data_dir(value: str) -> Path:
    return _path(_set(value))


def _path(value: str) -> Path:
    try:
        return Path(value).expanduser().absolute()
    except RuntimeError as error:
        raise ValueError(f"{_quoted(value)}: there is no such home folder; write the whole path") from error


def _database_url(value: str) -> str:
    scheme, mark, _ = _set(value).partition("://")
    if not mark or scheme not in DATABASE_SCHEMES:
        raise ValueError(
            "not a database address; write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
        )
    return _set(value)


def _language(value: str) -> str:
    language = _set(value).lower()
    if language not in LANGUAGES:
        raise ValueError(f"{_quoted(language)} is not a language of this program; use ja or en")
    return language


def _time_zone(value: str) -> str:
    name = _set(value)
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        nearest = difflib.get_close_matches(name[:100], available_timezones(), n=1)
        example = nearest[0] if nearest else "Asia/Tokyo"
        raise ValueError(f"{_quoted(name)} is not a time zone; use a name such as {example}") from error
    return name


def _seeds_dir(value: str) -> Path | None:
    """Return the folder; empty and `none` ask for no seeds."""
    if value.strip().lower() in {"", "none"}:
        return None
    path = _path(value.strip())
    if not path.is_dir():
        raise ValueError(f"there is no folder {_quoted(str(path))}; name a folder of seed stories, or none")
    return path


def _host(value: str) -> str:
    host = _set(value).strip("[]")
    if not _HOST.fullmatch(host):
        raise ValueError(f"{_quoted(host)} is not an address to listen on; use 127.0.0.1 or 0.0.0.0")
    return host


def _port(value: str) -> int:
    port = _set(value)
    if not port.isdecimal() or len(port) > 5 or int(port) > 65_535:
        raise ValueError(f"{_quoted(port)} is not a port; use 0 (any that is free) to 65535")
    return int(port)


def _password(value: str) -> str:
    if len(_set(value)) < MIN_PASSWORD_CHARACTERS:
        raise ValueError(f"too short; use at least {MIN_PASSWORD_CHARACTERS} characters")
    return _set(value)


def _url(value: str) -> str:
    url = web_url(_set(value).rstrip("/"))
    if url is None or urlsplit(url).path or urlsplit(url).query:
        raise ValueError(f"{_quoted(value)} is not an address; write it like https://news.example.org")
    return url


def _api_url(value: str) -> str:
    """Return an address of a platform's interface; it may have a path."""
    url = web_url(_set(value).rstrip("/"))
    if url is None or urlsplit(url).query:
        raise ValueError(f"{_quoted(value)} is not an address; write it like https://slack-gov.com/api")
    return url


def _bot_token(value: str) -> str:
    return _slack_token(value, "xoxb-", "the bot token, under OAuth & Permissions of the app's settings")


def _app_token(value: str) -> str:
    return _slack_token(value, "xapp-", "the app-level token, under Basic Information of the app's settings")


def _slack_token(value: str, prefix: str, where: str) -> str:
    token = _set(value)
    if not token.startswith(prefix) or not token.isascii() or " " in token:
        raise ValueError(f"it does not begin with {prefix}; use {where}")
    return token


def _discord_token(value: str) -> str:
    token = _set(value).removeprefix("Bot ")
    if token.count(".") != 2 or not token.isascii() or " " in token:
        raise ValueError("not a bot token; copy it from the Bot page of your application at discord.com")
    return token


def _shards(value: str) -> Shards:
    found = _SHARDS.fullmatch(_set(value))
    if found is None:
        raise ValueError(f"{_quoted(value)} are not shards; write 0-3/8 for the first four of eight")
    first, count = int(found["first"]), int(found["count"])
    last = int(found["last"] or first)
    if not first <= last < count:
        raise ValueError(f"{_quoted(value)}: shards are counted from 0 to {max(count - 1, 0)} here")
    return Shards(first=first, last=last, count=count)


def _secret(value: str) -> str:
    return _set(value)


def _key(value: str) -> str:
    if len(_set(value)) < MIN_KEY_CHARACTERS:
        raise ValueError(f"too short; use at least {MIN_KEY_CHARACTERS} random characters")
    return _set(value)


def _days(value: str) -> int:
    days = _set(value)
    if not days.isdecimal() or len(days) > 4:
        raise ValueError(f"{_quoted(days)} is not a number of days; use 0 to 9999")
    return int(days)


def _listed(value: str) -> list[str]:
    return [entry.strip() for entry in _set(value).split(",") if entry.strip()]


def _allowed(value: str) -> Allowed:
    return read_allowed(_listed(value))


def _workspaces(value: str) -> frozenset[WorkspaceId]:
    ids = _listed(value)
    wrong = [_quoted(each) for each in ids if not _WORKSPACE.fullmatch(each)]
    if wrong:
        advice = "is not the id of a workspace; use local, a server's id on Discord, a workspace's on Slack"
        raise ValueError("\n".join(f"{each} {advice}" for each in wrong))
    return frozenset(map(WorkspaceId, ids))


def _quoted(value: str) -> str:
    return repr(value if len(value) <= 60 else value[:59] + "…")


class Settings(BaseSettings):
    """What the operator has decided. `repr` leaves out what is or may hold a password."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ENV_FILE, extra="ignore", frozen=True, validate_default=False
    )

    data_dir: Annotated[Path, BeforeValidator(_data_dir)] = Field(default_factory=_default_data_dir)
    database_url: Annotated[str, BeforeValidator(_database_url)] = Field(
        default_factory=_default_database_url, repr=False
    )
    language: Annotated[Language, BeforeValidator(_language)] = Field(default_factory=default_language)
    time_zone: Annotated[str, BeforeValidator(_time_zone)] = Field(default_factory=_default_time_zone)
    seeds_dir: Annotated[Path | None, BeforeValidator(_seeds_dir)] = PACKAGED_SEEDS
    web_host: Annotated[str, BeforeValidator(_host)] = "127.0.0.1"
    web_port: Annotated[int, BeforeValidator(_port)] = 8264
    web_password: Annotated[str | None, BeforeValidator(_password)] = Field(default=None, repr=False)
    web_url: Annotated[str | None, BeforeValidator(_url)] = None
    discord_token: Annotated[str | None, BeforeValidator(_discord_token)] = Field(default=None, repr=False)
    discord_api_url: Annotated[str | None, BeforeValidator(_api_url)] = None
    discord_shards: Annotated[Shards | None, BeforeValidator(_shards)] = None
    slack_bot_token: Annotated[str | None, BeforeValidator(_bot_token)] = Field(default=None, repr=False)
    slack_app_token: Annotated[str | None, BeforeValidator(_app_token)] = Field(default=None, repr=False)
    slack_signing_secret: Annotated[str | None, BeforeValidator(_secret)] = Field(default=None, repr=False)
    slack_client_id: Annotated[str | None, BeforeValidator(_secret)] = None
    slack_client_secret: Annotated[str | None, BeforeValidator(_secret)] = Field(default=None, repr=False)
    slack_api_url: Annotated[str | None, BeforeValidator(_api_url)] = None
    secret_key: Annotated[str | None, BeforeValidator(_key)] = Field(default=None, repr=False)
    retention_days: Annotated[int, BeforeValidator(_days)] = 30
    fetch_allow: Annotated[Allowed, NoDecode, BeforeValidator(_allowed)] = Allowed()
    operator_workspaces: Annotated[frozenset[WorkspaceId], NoDecode, BeforeValidator(_workspaces)] = (
        OPERATOR_WORKSPACES
    )


def read_settings() -> Settings:
    """Return the settings. Raises `InvalidSettings` with a line for each variable that is wrong."""
    try:
        return Settings()
    except ValidationError as invalid:
        lines = [
            f"{PREFIX}{str(error['loc'][0]).upper()}: {mistake}"
            for error in invalid.errors(include_input=False, include_url=False)
            if error["type"] != "default_factory_not_called"  # the error it depends on has its own line
            for mistake in str(error.get("ctx", {}).get("error", error["msg"])).splitlines()
        ]
        raise InvalidSettings("\n".join(lines)) from None
    except UnicodeDecodeError:
        raise InvalidSettings(f"{ENV_FILE}: not UTF-8 text; save it again as UTF-8") from None


def settings_warnings() -> list[str]:
    """Return a line for each variable that was set and has no effect."""
    return warnings_for({*os.environ, *dotenv_values(ENV_FILE)})


def warnings_for(variables: Iterable[str]) -> list[str]:
    """Return a line for each of `variables` that looks like a setting and is none."""
    known = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    lines = []
    for name in sorted(variables):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            nearest = difflib.get_close_matches(name.upper(), known, n=1)
            advice = f"did you mean {nearest[0]}?" if nearest else f"known are {', '.join(known)}"
            lines.append(f"{name}: there is no such setting; {advice}")
    return lines
