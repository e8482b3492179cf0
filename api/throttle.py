"""How often something may be tried, by whom: counted in Redis when there is one, else in the database.

Both hold across replicas. Counting happens in a transaction of its own, so that a refused request, which is
rolled back, still counts. Keys are fingerprints: neither references nor addresses are kept.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import RedisStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter
from pydantic import SecretStr
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError
from sqlalchemy import String, case, delete, literal, select
from sqlalchemy.orm import Mapped, mapped_column

from api.clock import now
from api.database import Base, Database, UtcDateTime, upserting
from api.policy import Window
from api.security import keyed_hash
from api.settings import Settings

log = logging.getLogger(__name__)


class Counter(Base):
    """How often something was tried in a window; holds across replicas where there is no Redis."""

    __tablename__ = "rate_counters"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class DatabaseStorage(Storage):
    """`limits` storage in the table rate_counters."""

    STORAGE_SCHEME = None

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database

    @property
    def base_exceptions(self) -> type[Exception]:
        return Exception

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count, beginning anew when the window is over."""
        at = now()
        over = Counter.expires_at <= literal(at, Counter.expires_at.type)
        fresh = upserting(self._database.dialect, Counter).values(
            key=key, count=amount, expires_at=at + timedelta(seconds=expiry)
        )
        counted = fresh.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "count": case((over, amount), else_=Counter.count + amount),
                "expires_at": case((over, fresh.excluded.expires_at), else_=Counter.expires_at),
            },
        ).returning(Counter.count)
        async with self._database.session() as session:
            return int((await session.execute(counted)).scalar_one())

    async def get(self, key: str) -> int:
        row = await self._row(key)
        return row.count if row else 0

    async def get_expiry(self, key: str) -> float:
        row = await self._row(key)
        return (row.expires_at if row else now()).timestamp()

    async def check(self) -> bool:
        return True

    async def clear(self, key: str) -> None:
        async with self._database.session() as session:
            await session.execute(delete(Counter).where(Counter.key == key))

    async def reset(self) -> int | None:
        """Forget the windows that are over."""
        async with self._database.session() as session:
            done = await session.execute(delete(Counter).where(Counter.expires_at <= now()))
            return int(getattr(done, "rowcount", 0))

    async def _row(self, key: str) -> Counter | None:
        async with self._database.session(writes=False) as session:
            rows = await session.scalars(
                select(Counter).where(Counter.key == key, Counter.expires_at > now())
            )
            return rows.one_or_none()


class Throttle:
    """Tells who has tried too often, and counts the tries that were wrong.

    With `redis` the counters lie there; while it does not answer, the database counts.
    """

    def __init__(self, database: Database, key: SecretStr, redis: str | None = None) -> None:
        self._pool = ConnectionPool.from_url(redis, socket_connect_timeout=1) if redis else None
        storages = [*([_redis_storage(redis, self._pool)] if redis else []), DatabaseStorage(database)]
        self._limiters = [FixedWindowRateLimiter(storage) for storage in storages]
        self._key = key

    async def wait(self, window: Window, purpose: str, subject: str) -> int | None:
        """Seconds to wait before the next try; None when one may be made."""
        item, name = _item(window), self._fingerprint(purpose, subject)
        return await self._ask(lambda limiter: _until(limiter, limiter.test(item, name), item, name))

    async def count(self, window: Window, purpose: str, subject: str) -> int | None:
        """Count a wrong try; the seconds to wait when it was one too many, among tries made together."""
        item, name = _item(window), self._fingerprint(purpose, subject)
        return await self._ask(lambda limiter: _until(limiter, limiter.hit(item, name), item, name))

    async def close(self) -> None:
        """Leave Redis."""
        if self._pool is not None:
            await self._pool.disconnect()

    async def _ask(self, question: Callable[[FixedWindowRateLimiter], Awaitable[int | None]]) -> int | None:
        *preferred, last = self._limiters
        for limiter in preferred:
            try:
                return await question(limiter)
            except (RedisError, OSError):
                log.warning("Redis does not answer; the database counts")
        return await question(last)

    def _fingerprint(self, purpose: str, subject: str) -> str:
        return f"{purpose}:{keyed_hash(self._key, purpose, subject)}"


def create_throttle(settings: Settings, database: Database) -> Throttle:
    """The throttle of this process."""
    return Throttle(database, settings.cases_key, settings.redis_url)


async def _until(
    limiter: FixedWindowRateLimiter, allowed: Awaitable[bool], item: RateLimitItem, name: str
) -> int | None:
    if await allowed:
        return None
    stats = await limiter.get_window_stats(item, name)
    return max(1, round(stats.reset_time - now().timestamp()))


def _redis_storage(url: str, pool: ConnectionPool | None) -> RedisStorage:
    options: dict[str, Any] = {"implementation": "redispy", "connection_pool": pool}
    return RedisStorage(f"async+{url}", **options)


def _item(window: Window) -> RateLimitItemPerSecond:
    return RateLimitItemPerSecond(window.attempts, window.seconds)
