"""Finding the structure a case goes to from free words, with the words that decided."""

from __future__ import annotations

import re
from typing import Any

from bot.actions.case_api import ApiRefused, CaseApi
from bot.actions.lexicon import fold, has_any, lexicon, negated_before
from bot.actions.message import Message

MUNICIPALITY = "municipality"
LIKELY_SERVICE = 0.35
CHOICES = 6
NAMES_TRIED = 10


class Competence:
    """Asks the case API which structures a message may mean."""

    def __init__(self, api: CaseApi):
        self._api = api

    async def named(self, message: Message, governorate: str | None = None) -> list[dict[str, Any]]:
        """Structures named by the message, surest first; one alone is certain. Empty when none is named."""
        slugs = self._slugs_named(message, governorate)
        return await self._existing(slugs)

    async def likely(self, message: Message, governorate: str | None = None) -> list[dict[str, Any]]:
        """Structures that the matter suggests: those responsible for the service it is about, then by name."""
        named = await self.named(message, governorate)
        return named or await self._responsible(message) or await self._by_name(message)

    async def concerned(self, message: Message) -> list[dict[str, Any]]:
        """Structures that a message names, and those responsible for what it is about, each with the reason."""
        named = [{**structure, "why": structure["name"]} for structure in await self.named(message)]
        return [*named, *await self._responsible(message)]

    async def governorate_of(self, text: str) -> str | None:
        """The governorate of the place that a text ends with, when all places of that name lie in one."""
        return _common_governorate(await self._places(text))

    async def place(self, text: str) -> tuple[str | None, list[dict[str, Any]]]:
        """The governorate and the municipalities of the place that a description of a place ends with."""
        places = await self._places(text)
        halls = [place["slug"] for place in places if place["kind"] == "municipality"]
        return _common_governorate(places), await self._existing(halls)

    async def _places(self, text: str) -> list[dict[str, Any]]:
        """The places that the surest of the names in the text may mean: one that means one town, if there is any."""
        several: list[dict[str, Any]] = []
        for words in place_names(text):
            places = [place for place in await self._api.places(words) if _bears(place, words)]
            if len({_governorate(place) for place in places}) == 1:
                return places
            several = several or places
        return several

    def _slugs_named(self, message: Message, governorate: str | None) -> list[str]:
        said = message.all("structure")
        kept = [e for e in said if not negated_before(message.text, e.get("start") or 0)] or said
        kinds = [entity["value"] for entity in kept]
        offices = [slug for slug in kinds if slug != MUNICIPALITY]
        towns = _municipalities(message) or _seat(governorate)
        if MUNICIPALITY in kinds:
            return towns + offices
        return offices or (towns if _municipalities(message) else [])

    async def _existing(self, slugs: list[str]) -> list[dict[str, Any]]:
        found = []
        for slug in list(dict.fromkeys(slugs))[:CHOICES]:
            try:
                found.append(await self._api.structure(slug))
            except ApiRefused:
                continue
        return found

    async def _responsible(self, message: Message) -> list[dict[str, Any]]:
        services = [r for r in message.ranking if r["name"].startswith("guidance/")]
        if not services or services[0]["confidence"] < LIKELY_SERVICE:
            return []
        try:
            article = await self._api.article(services[0]["name"].removeprefix("guidance/"))
        except ApiRefused:
            return []
        leads = [r["slug"] for r in article["responsible"] if r["slug"] != MUNICIPALITY]
        return [{**structure, "why": article["name"]} for structure in await self._existing(leads[:3])]

    async def _by_name(self, message: Message) -> list[dict[str, Any]]:
        if not message.text.strip() or message.words > 8:
            return []
        return (await self._api.structures(message.text))[:CHOICES]


def _municipalities(message: Message) -> list[str]:
    slugs: list[str] = []
    for entity in message.entities:
        if entity.get("entity") not in ("municipality", "delegation", "governorate"):
            continue
        names = [entity.get("value"), *(entity.get("candidates") or [])]
        slugs += [name for name in names if isinstance(name, str) and name.startswith("municipality-")]
        if not slugs and entity["entity"] == "governorate":
            slugs += _seat(entity["value"])
    return slugs


def _seat(governorate: str | None) -> list[str]:
    """The municipality that bears the governorate's name: the seat."""
    return [governorate.replace("governorate-", "municipality-")] if governorate else []


def _governorate(place: dict[str, Any]) -> str:
    return str(place.get("governorate") or place["slug"])


def _common_governorate(places: list[dict[str, Any]]) -> str | None:
    """The one governorate among the places, or else the one that all of them lie in."""
    itself = [place["slug"] for place in places if place["kind"] == "governorate"]
    found = itself if len(itself) == 1 else list({_governorate(place) for place in places})
    return str(found[0]) if len(found) == 1 else None


def place_names(text: str) -> list[str]:
    """What may name a town in "rue de la Liberté, La Marsa": the last part first, longer names before shorter.

    What stands after a word for a street or a quarter is its name, not a town.
    """
    parts = [part.split() for part in re.split(r"[,،;\n–]", text) if part.strip()]
    names = [" ".join(name) for part in reversed(parts) for name in _ends_first(part)]
    return list(dict.fromkeys(names))[:NAMES_TRIED]


def _ends_first(words: list[str]) -> list[list[str]]:
    tried = []
    for length in (3, 2, 1):
        for start in range(len(words) - length, -1, -1):
            street = start > 0 and has_any(words[start - 1], lexicon()["streets"])
            if not street and not has_any(words[start], lexicon()["streets"]):
                tried.append(words[start : start + length])
    return [name for name in tried if len(" ".join(name)) > 2]


def _bears(place: dict[str, Any], words: str) -> bool:
    """Whether the words are a name of the place, whole, with or without the article."""
    names = [place["name"]["ar"], place["name"]["fr"], *(place.get("aliases") or [])]
    return _bare(words) in {_bare(name) for name in names}


def _bare(name: str) -> str:
    return re.sub(r"^(?:\u0627\u0644|el |al |la |le |l )", "", fold(name))
