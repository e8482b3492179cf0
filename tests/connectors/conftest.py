"""What the connectors' tests share: a database of each kind, the fake bot, an engine between them."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import httpx
import pytest
from sqlalchemy.engine import make_url

import api.migrations.tables  # noqa: F401  (every table)
from api.database import Base, Database
from connectors.bot_client import BotClient
from connectors.engine import Engine, Pace
from tests.connectors.fake_bot import FakeBot

POSTGRES = os.environ.get("TEST_DATABASE_URL", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres")
QUICK = Pace(lease=2.0, look=0.1, patience=8.0, bot_probe=0.05)
HASTY = Pace(lease=2.0, look=0.1, patience=0.4, bot_probe=0.05)
"""For tests of what a citizen hears when it takes longer."""


def _dsn(name: str | None = None) -> str:
    url = make_url(POSTGRES).set(drivername="postgresql")
    return (url.set(database=name) if name else url).render_as_string(hide_password=False)


async def _postgres_answers() -> bool:
    try:
        connection = await asyncpg.connect(_dsn(), timeout=1)
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return False
    await connection.close()
    return True


async def make_postgres_database() -> str:
    """Makes an empty database on the test server and returns its name."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    connection = await asyncpg.connect(_dsn())
    await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()
    return name


async def drop_postgres_database(name: str) -> None:
    connection = await asyncpg.connect(_dsn())
    await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await connection.close()


def postgres_url(name: str) -> str:
    return make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of an empty database; PostgreSQL only where it answers."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
        return
    if not await _postgres_answers():
        pytest.skip("PostgreSQL does not answer at TEST_DATABASE_URL")
    name = await make_postgres_database()
    yield postgres_url(name)
    await drop_postgres_database(name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield database
    await database.close()


@pytest.fixture
def bot() -> FakeBot:
    return FakeBot()


EngineMaker = Callable[..., Awaitable[Engine]]


@pytest.fixture
async def make_engine(database: Database, bot: FakeBot) -> AsyncIterator[EngineMaker]:
    """Starts engines on the test's database with the fake bot behind them."""
    made: list[Engine] = []

    async def make(pace: Pace = QUICK, turn_seconds: float = 1.0, **push) -> Engine:
        client = BotClient("http://bot", turn_seconds=turn_seconds, transport=httpx.ASGITransport(bot.app))
        engine = Engine(database, client, push=push, pace=pace)
        made.append(engine)
        await engine.start()
        return engine

    yield make
    await asyncio.gather(*(engine.stop() for engine in made))
    await asyncio.gather(*(engine.bot.close() for engine in made))


@pytest.fixture
async def engine(make_engine: EngineMaker) -> Engine:
    return await make_engine()
