"""The database: one engine for SQLite (WAL) or PostgreSQL, one transaction for one request.

Services `flush()`; only `Database.session` commits, and a request is answered after that (dependency scope
"function"): nothing is confirmed before it is committed.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, TypeDecorator, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from api.sqlite import connector

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLITE_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000")
POOL = {"pool_size": 10, "max_overflow": 20}
ONE_AT_A_TIME = {"pool_size": 1, "max_overflow": 0, "pool_timeout": 60}
READING = {"sqlite_begin": "BEGIN"}

# SQLite numbers rows by itself only for INTEGER keys.
RowId = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """Parent of every table; constraints are named by one convention."""

    metadata = MetaData(naming_convention=NAMES)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: kept in UTC, always given back with its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """The engine and its sessions; `url` names the driver (see `api.settings.async_database_url`)."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url)
        # SQLite has one writer at a time: its turn is waited for here, in order, not by polling.
        self._writer = create_engine(url, **ONE_AT_A_TIME) if self.dialect == "sqlite" else self.engine
        self._writing = async_sessionmaker(self._writer, expire_on_commit=False)
        self._reading = async_sessionmaker(self.engine.execution_options(**READING), expire_on_commit=False)

    @property
    def dialect(self) -> str:
        """The kind of database: "sqlite" or "postgresql"."""
        return self.engine.dialect.name

    @asynccontextmanager
    async def session(self, *, writes: bool = True) -> AsyncIterator[AsyncSession]:
        """A transaction: committed at the end, rolled back on any exception.

        `writes=False` does not take SQLite's one write lock.
        """
        async with (self._writing if writes else self._reading)() as session:
            yield session
            await session.commit()

    async def close(self) -> None:
        await self.engine.dispose()
        await self._writer.dispose()


def create_engine(url: str, **pool: int) -> AsyncEngine:
    """An engine whose errors never show what citizens wrote (`hide_parameters`)."""
    options: dict[str, Any] = {"hide_parameters": True, **(pool or POOL)}
    if make_url(url).get_backend_name() != "sqlite":
        return create_async_engine(url, pool_pre_ping=True, **options)
    engine = create_async_engine(
        url, async_creator=connector(make_url(url).database or ":memory:"), **options
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin_sqlite, not guessed by the driver
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once with "database is locked" when another
    # wrote in between; taking the write lock at the beginning makes it wait its turn instead.
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN IMMEDIATE"))


async def stand_alone(session: AsyncSession, number: int) -> None:
    """Hold `number` to the end of the transaction, after waiting for any other that holds it.

    On SQLite every writing transaction is alone.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(select(func.pg_advisory_xact_lock(number)))


def upserting(dialect: str, model: type["Base"]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT for `.on_conflict_do_update`, which each database spells in its own module."""
    return sqlite.insert(model) if dialect == "sqlite" else postgresql.insert(model)


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """The request's transaction, committed before the answer leaves; use `DbSession`."""
    database: Database = request.app.state.database
    async with database.session(writes=request.method not in ("GET", "HEAD")) as session:
        yield session


DbSession = Annotated[AsyncSession, Depends(get_session, scope="function")]
