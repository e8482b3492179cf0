"""GET /structures, /structures/{slug}, /places."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.database import DbSession
from api.structures.enums import PlaceKind
from api.structures.schemas import PlaceRead, StructureDetail, StructureRead
from api.structures.service import PlaceService, StructureService

router = APIRouter(tags=["structures"])


def structure_service(session: DbSession) -> StructureService:
    return StructureService(session)


def place_service(session: DbSession) -> PlaceService:
    return PlaceService(session)


Structures = Annotated[StructureService, Depends(structure_service)]
Places = Annotated[PlaceService, Depends(place_service)]
Words = Annotated[str, Query(max_length=200)]


@router.get("/structures")
async def list_structures(
    structures: Structures,
    q: Words = "",
    kind: str | None = None,
    parent: str | None = None,
    governorate: str | None = None,
) -> list[StructureRead]:
    """Structures, the closest to `q` first (names, short names and aliases in both scripts)."""
    return [StructureRead.of(row) for row in await structures.search(q, kind, parent, governorate)]


@router.get("/structures/{slug}")
async def read_structure(slug: str, structures: Structures) -> StructureDetail:
    """One structure with its sources and its place in the tree; 404 `unknown_structure`."""
    found = await structures.get(slug)
    return StructureDetail.told(
        found, await structures.ancestors(found), list(await structures.children(found))
    )


@router.get("/places")
async def list_places(
    places: Places,
    kind: PlaceKind | None = None,
    governorate: str | None = None,
    q: Words = "",
    later: bool = False,
) -> list[PlaceRead]:
    """The 24 governorates, 264 delegations, 350 municipalities; `later` adds delegations made since 2013."""
    return [PlaceRead.of(row) for row in await places.search(q, kind, governorate, later)]
