"""Reads and writes of cases."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from api.cases.enums import Audience
from api.cases.models import Case, CaseEvent, Claimant


@dataclass(frozen=True)
class AccessKeys:
    """What opens a case: its id, the hash of its code, the channel identity that filed it."""

    case_id: int
    code_hash: str
    channel_identity: str | None


class CaseRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, id: int) -> Case:
        return await self._session.get_one(Case, id)

    async def get_to_change(self, id: int) -> Case:
        """The case, held until the end of the transaction: two acts on it happen one after the other."""
        return await self._session.get_one(Case, id, with_for_update=True, populate_existing=True)

    async def by_reference(self, reference: str) -> Case | None:
        return (await self._session.scalars(select(Case).where(Case.reference == reference))).one_or_none()

    async def access_keys(self, reference: str) -> AccessKeys | None:
        query = (
            select(Case.id, Case.code_hash, Claimant.channel_identity)
            .outerjoin(Claimant, Claimant.case_id == Case.id)
            .where(Case.reference == reference)
        )
        row = (await self._session.execute(query)).one_or_none()
        return AccessKeys(*row) if row else None

    async def filed_by(self, channel_identity: str) -> Sequence[Case]:
        """Newest first."""
        query = (
            select(Case)
            .join(Claimant, Claimant.case_id == Case.id)
            .where(Claimant.channel_identity == channel_identity)
            .order_by(Case.filed_at.desc(), Case.id.desc())
        )
        return (await self._session.scalars(query)).all()

    async def events(self, case_id: int, visible_to: Audience) -> Sequence[CaseEvent]:
        """Oldest first."""
        return (await self.events_of([case_id], visible_to)).get(case_id, [])

    async def events_of(self, case_ids: Collection[int], visible_to: Audience) -> dict[int, list[CaseEvent]]:
        """By case, oldest first."""
        shown = CaseEvent.audience.in_(visible_to.sees())
        query = select(CaseEvent).where(CaseEvent.case_id.in_(case_ids), shown).order_by(CaseEvent.id)
        told: dict[int, list[CaseEvent]] = defaultdict(list)
        for event in await self._session.scalars(query):
            told[event.case_id].append(event)
        return told

    async def add_if_free(self, case: Case) -> bool:
        """Insert a case; False when its reference is taken."""
        try:
            async with self._session.begin_nested():
                self._session.add(case)
                await self._session.flush()
        except IntegrityError:
            if await self.by_reference(case.reference) is None:
                raise
            return False
        return True

    async def add(self, *rows: CaseEvent | Claimant) -> None:
        """One after the other: events are numbered in the order they are given."""
        self._session.add_all(rows)
        await self._session.flush()
