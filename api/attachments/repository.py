"""Reads and writes of attachments."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.attachments.models import Attachment


class AttachmentRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, attachment: Attachment) -> None:
        self._session.add(attachment)
        await self._session.flush()

    async def get(self, id: str) -> Attachment | None:
        return await self._session.get(Attachment, id)

    async def to_claim(self, ids: Collection[str]) -> dict[str, Attachment]:
        rows = await self._session.scalars(select(Attachment).where(Attachment.id.in_(ids)).with_for_update())
        return {row.id: row for row in rows}

    async def of_case(self, case_id: int) -> Sequence[Attachment]:
        query = (
            select(Attachment)
            .where(Attachment.case_id == case_id)
            .order_by(Attachment.created_at, Attachment.id)
        )
        return (await self._session.scalars(query)).all()

    async def unclaimed_before(self, at: datetime) -> Sequence[Attachment]:
        query = select(Attachment).where(Attachment.case_id.is_(None), Attachment.created_at < at)
        return (await self._session.scalars(query)).all()

    async def remove(self, ids: Collection[str]) -> None:
        await self._session.execute(delete(Attachment).where(Attachment.id.in_(ids)))

    async def count_with(self, digest: str) -> int:
        query = select(func.count()).select_from(Attachment).where(Attachment.digest == digest)
        return int(await self._session.scalar(query) or 0)

    async def flush(self) -> None:
        await self._session.flush()
