"""Wakes who waits: workers for new messages, pages and REST callers for replies.

A signal is only a hint to look at the database now; everybody also looks from time to time.
On PostgreSQL signals reach every replica by NOTIFY; on SQLite they stay in this process.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import OrderedDict, defaultdict
from collections.abc import Iterator
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations.enums import Direction

log = logging.getLogger(__name__)

PG_CHANNEL = "mouwaten"
RECONNECT_SECONDS = 2.0
REMEMBERED = 4096


class Signals:
    """The bell of one process."""

    def __init__(self) -> None:
        self._work = {direction: asyncio.Event() for direction in Direction}
        self._waiting: dict[int, set[asyncio.Event]] = defaultdict(set)
        self._finished: OrderedDict[int, None] = OrderedDict()

    async def announce(self, session: AsyncSession, direction: Direction, conversation_id: int) -> None:
        """Tells the other replicas, once the caller's transaction is committed."""
        if session.get_bind().dialect.name == "postgresql":
            payload = f"{direction}:{conversation_id}"
            await session.execute(
                text("select pg_notify(:channel, :payload)"), {"channel": PG_CHANNEL, "payload": payload}
            )

    def ring(self, direction: Direction, conversation_id: int, finished: int | None = None) -> None:
        """Wakes this process's workers of `direction` and whoever watches the conversation."""
        self._work[direction].set()
        self.tell(conversation_id, finished)

    def tell(self, conversation_id: int, finished: int | None = None) -> None:
        """Wakes whoever watches the conversation; `finished` is the message just dealt with, if it is one."""
        if finished is not None:
            self._finished[finished] = None
            if len(self._finished) > REMEMBERED:
                self._finished.popitem(last=False)
        for event in self._waiting.get(conversation_id, ()):
            event.set()

    def is_finished(self, inbound_id: int) -> bool:
        """Whether this process has lately dealt with a message; False may also mean that another one did."""
        return inbound_id in self._finished

    async def work(self, direction: Direction, seconds: float) -> None:
        """Waits until there may be work in this direction, at most `seconds`."""
        event = self._work[direction]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), seconds)
        event.clear()

    @contextlib.contextmanager
    def watching(self, conversation_id: int) -> Iterator[Watch]:
        """A `Watch` that rings at whatever happens in the conversation while the block runs."""
        event = asyncio.Event()
        self._waiting[conversation_id].add(event)
        try:
            yield Watch(event)
        finally:
            self._waiting[conversation_id].discard(event)
            if not self._waiting[conversation_id]:
                del self._waiting[conversation_id]

    async def listen(self, database_url: str) -> None:
        """Hears the other replicas, for ever; returns at once where there can be none (SQLite)."""
        url = make_url(database_url)
        if url.get_backend_name() != "postgresql":
            return
        dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        while True:
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await self._listen_once(dsn)
            log.warning("signals: the database's notifications are lost, trying again")
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen_once(self, dsn: str) -> None:
        connection = await asyncpg.connect(dsn)
        ended = asyncio.Event()
        connection.add_termination_listener(lambda _: ended.set())
        try:
            await connection.add_listener(PG_CHANNEL, self._heard)
            await ended.wait()
        finally:
            await connection.close(timeout=1)

    def _heard(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        direction, _, conversation_id = payload.partition(":")
        self.ring(Direction(direction), int(conversation_id))


class Watch:
    """Waits for the next ring of one conversation."""

    def __init__(self, event: asyncio.Event) -> None:
        self._event = event

    async def ring(self, seconds: float) -> bool:
        """True when it rang, False after `seconds`."""
        try:
            await asyncio.wait_for(self._event.wait(), seconds)
        except TimeoutError:
            return False
        self._event.clear()
        return True
