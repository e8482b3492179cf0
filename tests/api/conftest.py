"""What the API's tests share: both databases, a running API, a citizen, an official.

PostgreSQL is used where it answers (TEST_DATABASE_URL, a server; a database of its own is made per run);
else each test of it is skipped by name.
"""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.engine import make_url

from api.app import create_app
from api.settings import Settings
from tests.api.acting import BOT, Citizen, Desk, client_of, make_settings

# A loaded machine is slow, not wrong.
hypothesis_settings.register_profile(
    "unhurried", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("unhurried")

POSTGRES = os.environ.get("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
EMPTIED = ("attachments", "case_events", "case_claimants", "cases", "idempotency_keys", "rate_counters")


def server_url(database: str | None = None) -> str:
    url = make_url(POSTGRES).set(drivername="postgresql")
    return (url.set(database=database) if database else url).render_as_string(hide_password=False)


async def _on_server(statement: str) -> None:
    connection = await asyncpg.connect(server_url(), timeout=3)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@contextmanager
def postgres_database() -> Iterator[str]:
    """A fresh PostgreSQL database, dropped in the end."""
    name = f"mouwaten_api_{uuid.uuid4().hex[:12]}"
    try:
        asyncio.run(_on_server(f'CREATE DATABASE "{name}"'))
    except (OSError, TimeoutError, asyncpg.PostgresError) as failure:
        pytest.skip(f"PostgreSQL does not answer at TEST_DATABASE_URL ({type(failure).__name__})")
    yield server_url(name)
    asyncio.run(_on_server(f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The database of this run."""
    with postgres_database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database in which nothing is yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'fresh.db'}"
    else:
        with postgres_database() as url:
            yield url


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    return make_settings(tmp_path_factory.mktemp(request.param), database_url=url)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running(settings: Settings) -> AsyncIterator[FastAPI]:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest_asyncio.fixture(loop_scope="session")
async def app(running: FastAPI) -> AsyncIterator[FastAPI]:
    """The API on one database, with no case in it."""
    yield running
    async with running.state.database.session() as session:
        for table in EMPTIED:
            await session.execute(text(f"DELETE FROM {table}"))


@pytest_asyncio.fixture(loop_scope="session")
async def anyone(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody on the web, without token."""
    async with client_of(app) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def bot(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app, **BOT) as client:
        yield client


@pytest.fixture
def citizen(bot: httpx.AsyncClient) -> Citizen:
    return Citizen(bot)


@pytest.fixture
def desk(app: FastAPI) -> Desk:
    return Desk(app)


@pytest_asyncio.fixture(loop_scope="session")
async def redis_url() -> AsyncIterator[str | None]:
    """An empty Redis database, or None where none answers."""
    client = Redis.from_url(REDIS, socket_connect_timeout=1)
    try:
        await client.flushdb()
    except RedisError:
        yield None
    else:
        yield REDIS
        await client.flushdb()
    finally:
        await client.aclose()
