"""Finding structures, and deciding which one a case goes to."""

from collections.abc import Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from api.folding import fold
from api.policy import policy
from api.structures.enums import PlaceKind
from api.structures.errors import StructureClosed, StructureNotFound, UnknownPlace, UnknownStructure
from api.structures.models import Place, Structure
from api.structures.repository import PlaceRepository, StructureRepository


class StructureService:
    """Reads of the tree; `receiving` is the routing rule."""

    def __init__(self, session: AsyncSession) -> None:
        self._structures = StructureRepository(session)
        self._places = PlaceRepository(session)

    async def get(self, slug: str) -> Structure:
        """Raises `UnknownStructure`."""
        found = await self._structures.get(slug)
        if found is None:
            raise UnknownStructure()
        return found

    async def by_slugs(self, slugs: Collection[str]) -> dict[str, Structure]:
        return await self._structures.by_slugs(slugs)

    async def search(
        self, q: str, kind: str | None = None, parent: str | None = None, governorate: str | None = None
    ) -> Sequence[Structure]:
        """Structures that hold every word of `q`, the closest name first; all of them for an empty `q`."""
        wanted = fold(q)
        found = await self._structures.matching(wanted.split(), kind, parent, governorate)
        return sorted(found, key=lambda row: _closeness(wanted, row.search_text)) if wanted else found

    async def ancestors(self, structure: Structure) -> list[Structure]:
        """From the parent up to the top."""
        way: list[Structure] = []
        while structure.parent and (parent := await self._structures.get(structure.parent)):
            way.append(parent)
            structure = parent
        return way

    async def children(self, structure: Structure) -> Sequence[Structure]:
        return await self._structures.children(structure.slug)

    async def receiving(self, slug: str | None, governorate: str | None, delegation: str | None) -> Structure:
        """The office a case goes to: the one named; for a kind of office, that of the place given.

        Where that says nothing, the central office (policy `routing`).
        Raises `StructureNotFound`, `StructureClosed`.
        """
        named = await self._structures.get(slug or policy().routing.without_structure)
        if named is None:
            raise StructureNotFound()
        if named.closed:
            raise StructureClosed()
        if named.slug == named.kind or named.kind == "governorate-generic":
            return await self._office_of(named.slug, governorate, delegation)
        return named

    async def _office_of(self, generic: str, governorate: str | None, delegation: str | None) -> Structure:
        if generic == "municipality" and delegation:
            place = await self._places.get(delegation, PlaceKind.DELEGATION)
            towns = await self._places.municipalities_of(place) if place else []
            if len(towns) == 1:
                return await self.get(towns[0].slug)
        return await self.get(governorate or policy().routing.without_structure)


class PlaceService:
    """Reads of the country's places."""

    def __init__(self, session: AsyncSession) -> None:
        self._places = PlaceRepository(session)

    async def search(
        self, q: str, kind: PlaceKind | None, governorate: str | None, later: bool
    ) -> Sequence[Place]:
        wanted = fold(q)
        found = await self._places.matching(wanted.split(), kind, governorate, later)
        return sorted(found, key=lambda row: _closeness(wanted, row.search_text)) if wanted else found

    async def check(self, governorate: str | None, delegation: str | None) -> None:
        """Raises `UnknownPlace` when one does not exist or the delegation lies in another governorate."""
        if governorate and not await self._places.get(governorate, PlaceKind.GOVERNORATE):
            raise UnknownPlace()
        if delegation:
            place = await self._places.get(delegation, PlaceKind.DELEGATION)
            if place is None or (governorate and place.governorate != governorate):
                raise UnknownPlace()


def _closeness(wanted: str, search_text: str) -> tuple[int, int]:
    names = search_text.split("\n")
    if wanted in names:
        return 0, len(names[0])
    return (1 if any(name.startswith(wanted) for name in names) else 2), len(names[0])
