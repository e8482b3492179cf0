"""Structures and places as they are read over HTTP."""

from typing import Any

from pydantic import BaseModel

from api.structures.models import Place, Structure


class Names(BaseModel):
    """A name in Arabic and in French."""

    ar: str
    fr: str


class StructureBrief(BaseModel):
    slug: str
    name: Names

    @classmethod
    def of(cls, row: Structure) -> "StructureBrief":
        return cls(slug=row.slug, name=Names(ar=row.name_ar, fr=row.name_fr))


class StructureRead(StructureBrief):
    kind: str
    parent: str | None
    governorate: str | None
    short: Names | None
    website: str | None
    closed: bool
    confidence: str
    needs_review: bool
    handles: list[str]
    aliases: list[str]

    @classmethod
    def of(cls, row: Structure) -> "StructureRead":
        return cls(name=Names(ar=row.name_ar, fr=row.name_fr), short=_short(row), **_plain(cls, row))


class StructureDetail(StructureRead):
    """A structure with its sources, its way up the tree and what lies under it."""

    sources: list[dict[str, Any]]
    ancestors: list[StructureBrief]
    children: list[StructureBrief]

    @classmethod
    def told(cls, row: Structure, ancestors: list[Structure], children: list[Structure]) -> "StructureDetail":
        return cls(
            **StructureRead.of(row).model_dump(),
            sources=row.sources,
            ancestors=[StructureBrief.of(one) for one in ancestors],
            children=[StructureBrief.of(one) for one in children],
        )


class PlaceRead(BaseModel):
    """A place; latitude and longitude are a point inside it, in degrees (WGS 84)."""

    slug: str
    kind: str
    governorate: str | None
    name: Names
    code: str | None
    latitude: float | None
    longitude: float | None
    later: bool
    delegations: list[str]
    aliases: list[str]

    @classmethod
    def of(cls, row: Place) -> "PlaceRead":
        return cls(name=Names(ar=row.name_ar, fr=row.name_fr), **_plain(cls, row))


def _short(row: Structure) -> Names | None:
    return Names(ar=row.short_ar, fr=row.short_fr) if row.short_ar and row.short_fr else None


def _plain(schema: type[BaseModel], row: Structure | Place) -> dict[str, Any]:
    return {name: getattr(row, name) for name in schema.model_fields if name not in ("name", "short")}
