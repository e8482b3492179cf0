"""Reads of structures and places."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.structures.enums import PlaceKind
from api.structures.models import Place, Structure


class StructureRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, slug: str) -> Structure | None:
        return await self._session.get(Structure, slug)

    async def by_slugs(self, slugs: Collection[str]) -> dict[str, Structure]:
        rows = await self._session.scalars(select(Structure).where(Structure.slug.in_(slugs)))
        return {row.slug: row for row in rows}

    async def matching(
        self, words: Sequence[str], kind: str | None, parent: str | None, governorate: str | None
    ) -> Sequence[Structure]:
        """Structures whose names hold every one of the folded `words`, by slug."""
        query = select(Structure).order_by(Structure.slug)
        for column, wanted in (
            (Structure.kind, kind),
            (Structure.parent, parent),
            (Structure.governorate, governorate),
        ):
            query = query.where(column == wanted) if wanted else query
        for word in words:
            query = query.where(Structure.search_text.contains(word, autoescape=True))
        return (await self._session.scalars(query)).all()

    async def children(self, slug: str) -> Sequence[Structure]:
        query = select(Structure).where(Structure.parent == slug).order_by(Structure.slug)
        return (await self._session.scalars(query)).all()


class PlaceRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, slug: str, kind: PlaceKind) -> Place | None:
        place = await self._session.get(Place, slug)
        return place if place and place.kind == kind else None

    async def matching(
        self, words: Sequence[str], kind: PlaceKind | None, governorate: str | None, later: bool
    ) -> Sequence[Place]:
        query = select(Place).order_by(Place.kind, Place.code, Place.slug)
        query = query.where(Place.kind == kind) if kind else query
        query = query.where(Place.governorate == governorate) if governorate else query
        query = query if later else query.where(Place.later.is_(False))
        for word in words:
            query = query.where(Place.search_text.contains(word, autoescape=True))
        return (await self._session.scalars(query)).all()

    async def municipalities_of(self, delegation: Place) -> Sequence[Place]:
        of_governorate = await self.matching((), PlaceKind.MUNICIPALITY, delegation.governorate, later=True)
        return [place for place in of_governorate if delegation.slug in place.delegations]
