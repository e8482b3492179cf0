"""The engine's transactions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from api.database import Database


class Storage:
    """Short transactions on the database.

    SQLite has one writer at a time and makes the others poll for the lock; standing in line for it here
    instead
    doubles what gets through when many citizens write at once.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._line = asyncio.Lock() if database.dialect == "sqlite" else None

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A transaction that is committed at the end of the block, rolled back on any exception."""
        async with AsyncExitStack() as stack:
            if self._line is not None:
                await stack.enter_async_context(self._line)
            yield await stack.enter_async_context(self.database.session())

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A transaction that only reads; it waits for nobody."""
        async with self.database.session(writes=False) as session:
            yield session
