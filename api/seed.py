"""Brings the facts of `api/data` into the database; a second start compares digests and does nothing.

An article that staff edited keeps the edit: facts files only replace articles whose author is still "facts".
"""

import hashlib
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.database import Base, Database, stand_alone, upserting
from api.folding import fold
from api.guidance.service import GuidanceService
from api.structures.models import Place, Seed, Structure

FOLDER = Path(__file__).parent / "data"
FACTS = ("structures", "places", "naming", "services", "stopwords")
LOCK = 20261123
Rows = list[dict[str, Any]]


async def seed(database: Database) -> None:
    """Write structures, places and articles that are new or changed in the files."""
    digests = {name: _digest(name) for name in FACTS}
    async with database.session(writes=False) as session:
        if await _known(session) == digests:
            return
    async with database.session() as session:
        await stand_alone(session, LOCK)
        if await _known(session) != digests:  # another replica may have been quicker
            await _write(session)
            await _upsert(session, Seed, [{"name": name, "digest": one} for name, one in digests.items()])


async def _known(session: AsyncSession) -> dict[str, str]:
    return {row.name: row.digest for row in await session.scalars(select(Seed))}


async def _write(session: AsyncSession) -> None:
    structures, places, services = _load("structures"), _load("places"), _load("services")
    await _upsert(session, Place, _places(places))
    await _upsert(session, Structure, _structures(structures, places))
    guidance = GuidanceService(session)
    for facts in services["services"]:
        await guidance.take_from_facts(facts)


def _places(facts: dict[str, Any]) -> Rows:
    levels = (
        ("governorate", "governorates"),
        ("delegation", "delegations"),
        ("delegation", "delegations_later"),
    )
    rows = [_place(kind, one, part == "delegations_later") for kind, part in levels for one in facts[part]]
    return rows + [_place("municipality", one, False) for one in facts["municipalities"]]


def _place(kind: str, one: dict[str, Any], later: bool) -> dict[str, Any]:
    return {
        "slug": one["slug"],
        "kind": kind,
        "governorate": one.get("governorate"),
        "name_ar": one["ar"],
        "name_fr": one["fr"],
        "code": one.get("code"),
        "latitude": one.get("lat"),
        "longitude": one.get("lon"),
        "later": later,
        "delegations": one.get("delegations", []),
        "aliases": one["aliases"],
        "search_text": _searchable(one["ar"], one["fr"], *one["aliases"]),
    }


def _structures(facts: dict[str, Any], places: dict[str, Any]) -> Rows:
    rows = [_structure(one) for one in facts["structures"] + facts["governorates"]]
    town_hall = next(row for row in rows if row["slug"] == "municipality")
    rows += [_municipality(one, town_hall["handles"]) for one in places["municipalities"]]
    return _parents_first(rows)


def _structure(one: dict[str, Any], aliases: tuple[str, ...] = ()) -> dict[str, Any]:
    short = one.get("short") or {}
    names = [one["name"]["ar"], one["name"]["fr"], *short.values(), *aliases]
    return {
        "slug": one["slug"],
        "kind": one["kind"],
        "parent": one["parent"],
        "governorate": one["slug"] if one["kind"] == "governorate" else one.get("governorate"),
        "name_ar": one["name"]["ar"],
        "name_fr": one["name"]["fr"],
        "short_ar": short.get("ar"),
        "short_fr": short.get("fr"),
        "website": one.get("website"),
        "closed": one.get("status") == "closed",
        "confidence": one["confidence"],
        "needs_review": one["needs_review"],
        "handles": one.get("handles", []),
        "aliases": list(aliases),
        "sources": one["sources"],
        "search_text": _searchable(*names, one["slug"].replace("-", " ")),
    }


def _municipality(place: dict[str, Any], handles: list[str]) -> dict[str, Any]:
    words = _load("naming")["municipality"]
    of = {"name": place["fr"], "of": _french_of(place["fr"])}
    one = {
        "slug": place["slug"],
        "kind": "municipality",
        "parent": "municipality",
        "governorate": place["governorate"],
        "name": {"ar": words["ar"].format(name=place["ar"]), "fr": words["fr"].format(**of)},
        "short": {"ar": place["ar"], "fr": place["fr"]},
        "confidence": "high" if place["sourced"] else "medium",
        "needs_review": not place["sourced"],
        "handles": handles,
        "sources": [],
    }
    return _structure(one, tuple(place["aliases"]))


def _french_of(name: str) -> str:
    return "d'" if fold(name)[0] in "aeiou" else "de "


def _parents_first(rows: Rows) -> Rows:
    by_slug = {row["slug"]: row for row in rows}

    def depth(row: dict[str, Any]) -> int:
        return 1 + depth(by_slug[row["parent"]]) if row["parent"] else 0

    return sorted(rows, key=depth)


def _searchable(*names: str) -> str:
    return "\n".join(dict.fromkeys(fold(name) for name in names))


async def _upsert(session: AsyncSession, model: type[Base], rows: Rows) -> None:
    insert = upserting(session.get_bind().dialect.name, model)
    key = [column.name for column in inspect(model).primary_key]
    fresh = {name: insert.excluded[name] for name in rows[0] if name not in key}
    await session.execute(insert.on_conflict_do_update(index_elements=key, set_=fresh), rows)


_loaded: dict[str, dict[str, Any]] = {}


def _load(name: str) -> dict[str, Any]:
    if name not in _loaded:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        _loaded[name] = yaml.load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"), loader)
    return _loaded[name]


def _digest(name: str) -> str:
    return hashlib.sha256((FOLDER / f"{name}.yml").read_bytes()).hexdigest()
