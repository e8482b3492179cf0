"""Idempotency keys: a POST repeated with the same key is answered again, not done again.

After the IETF draft "The Idempotency-Key HTTP Header Field": same key and same body, same answer; same key
and another body, 409 `idempotency_conflict`. The key is taken in the request's own transaction: of two that
come at once the second waits for the first.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Header
from pydantic import BaseModel, SecretStr
from sqlalchemy import JSON, String, UniqueConstraint, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.clock import now
from api.database import Base, RowId, UtcDateTime, upserting
from api.errors import Problem
from api.security import header_text, keyed_hash

KEPT = timedelta(days=30)
IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)]


class IdempotencyConflict(Problem):
    status, code, title = 409, "idempotency_conflict", "This Idempotency-Key was used with another request."


class IdempotencyRecord(Base):
    """An answered POST: the same key and body get the same answer, the same key and another body a 409."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("scope", "key"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    scope: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(200))
    body_hash: Mapped[str] = mapped_column(String(64))
    # The answer, without the follow-up code and without anything personal.
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


@dataclass(frozen=True)
class Once:
    """One keyed request: `scope` says which act of whom, `body` what was asked."""

    scope: str
    key: str | None
    body: BaseModel | str


class IdempotencyService:
    """Remembers answers, without anything personal in them."""

    def __init__(self, session: AsyncSession, secret: SecretStr) -> None:
        self._session = session
        self._secret = secret

    async def begin(self, once: Once) -> IdempotencyRecord | None:
        """Take the key; the record has an `answer` when the request was answered before. None without a key.

        Raises `IdempotencyConflict`.
        """
        if once.key is None:
            return None
        fresh = self._fresh(once, header_text(once.key))
        await self._take(fresh)
        known = await self._find(fresh)
        if known.body_hash != fresh["body_hash"]:
            raise IdempotencyConflict()
        return known

    async def finish(self, record: IdempotencyRecord | None, answer: dict[str, Any]) -> None:
        """Remember the answer given."""
        if record is not None:
            record.answer = answer
            await self._session.flush()

    async def forget_old(self) -> None:
        """Drop keys older than 30 days."""
        await self._session.execute(
            delete(IdempotencyRecord).where(IdempotencyRecord.created_at < now() - KEPT)
        )

    def _fresh(self, once: Once, key: str) -> dict[str, Any]:
        body = once.body if isinstance(once.body, str) else once.body.model_dump_json()
        return {
            "scope": keyed_hash(self._secret, "scope", once.scope),
            "key": keyed_hash(self._secret, "idempotency", key),
            "body_hash": keyed_hash(self._secret, "body", body),
            "created_at": now(),
        }

    async def _take(self, fresh: dict[str, Any]) -> None:
        # Waits for another transaction that has just taken the same key, and then leaves its record alone.
        insert = upserting(self._session.get_bind().dialect.name, IdempotencyRecord).values(fresh)
        await self._session.execute(insert.on_conflict_do_nothing(index_elements=["scope", "key"]))

    async def _find(self, like: dict[str, Any]) -> IdempotencyRecord:
        query = select(IdempotencyRecord).where(
            IdempotencyRecord.scope == like["scope"], IdempotencyRecord.key == like["key"]
        )
        return (await self._session.scalars(query)).one()
