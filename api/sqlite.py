"""SQLite with one change of threads per statement.

aiosqlite runs SQLite in a thread of its own and SQLAlchemy asks it four times for one statement: make a
cursor, execute, fetch, close. Each is a trip between threads, which on a busy machine costs more than the
statement. Here one trip does all of it; rows are always fetched whole, so there are no server-side cursors.
"""

import sqlite3
from collections.abc import Callable, Coroutine
from typing import Any, Self

import aiosqlite

TIMEOUT_SECONDS = 30.0


class OneTripCursor:
    """What SQLAlchemy needs of a cursor, filled by one trip."""

    def __init__(self, connection: "OneTripConnection") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, parameters: Any = ()) -> Self:
        return await self._trip(sqlite3.Connection.execute, statement, parameters)

    async def executemany(self, statement: str, parameters: Any) -> Self:
        return await self._trip(sqlite3.Connection.executemany, statement, parameters)

    async def fetchall(self) -> list[Any]:
        return self._rows

    async def close(self) -> None:
        self._rows = []

    async def _trip(self, run: Callable[..., sqlite3.Cursor], statement: str, parameters: Any) -> Self:
        def there() -> tuple[Any, int, int | None, list[Any]]:
            cursor = run(self._connection._conn, statement, parameters)
            rows = cursor.fetchall() if cursor.description else []
            return cursor.description, cursor.rowcount, cursor.lastrowid, rows

        told = await self._connection._execute(there)  # type: ignore[no-untyped-call]
        self.description, self.rowcount, self.lastrowid, self._rows = told
        return self


class OneTripConnection(aiosqlite.Connection):
    """An aiosqlite connection that hands out one-trip cursors."""

    def cursor(self) -> OneTripCursor:  # type: ignore[override]
        return OneTripCursor(self)

    async def rollback(self) -> None:
        """Nothing to do, and no trip, outside of a transaction: the pool asks for one at every return."""
        if self.in_transaction:
            await super().rollback()


def connector(path: str) -> Callable[[], Coroutine[Any, Any, OneTripConnection]]:
    """Opens the database at `path`, for `create_async_engine(async_creator=…)`."""

    async def connect() -> OneTripConnection:
        connection = OneTripConnection(
            lambda: sqlite3.connect(path, timeout=TIMEOUT_SECONDS), iter_chunk_size=64
        )
        connection._thread.daemon = True  # an unclosed connection must not keep the process alive
        await connection
        return connection

    return connect
