"""Governorates, delegations and municipalities named in a sentence."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from nlu.components.gazetteer import Gazetteer, Match, Token, name_key
from nlu.words import lexicon, lookup

LEVELS = ("governorate", "delegation", "municipality")


@lru_cache(maxsize=1)
def _gazetteer() -> Gazetteer:
    places = lookup("places")
    return Gazetteer.build(places["names"], places["ordinary"])


@lru_cache(maxsize=1)
def _level_words() -> dict[str, str]:
    levels = lexicon("places")["levels"]
    return {key[0]: level for level, words in levels.items() for word in words if (key := name_key(word))}


@cache
def _names(group: str) -> frozenset[tuple[str, ...]]:
    return frozenset(map(name_key, lexicon("places")[group]))


@cache
def _words(group: str) -> frozenset[str]:
    return frozenset(key[0] for key in _names(group) if key)


def find_places(tokens: Sequence[Token]) -> list[dict[str, Any]]:
    """Entities governorate, delegation and municipality.

    A name that fits several places of one level has `value` None and `candidates`; another place of the
    sentence or a word of place before it ("commune de …") narrows it. Names that are ordinary words need
    such a neighbour, unless the message holds nothing else.
    """
    matches = [m for m in _gazetteer().find(tokens) if _stands(m, tokens)]
    named = [(m, _level_before(m, tokens)) for m in matches]
    certain = _governorates(named)
    return [entity for match, level in named for entity in _entities(match, level, certain)]


def _stands(match: Match, tokens: Sequence[Token]) -> bool:
    if not match.ordinary or _is_whole_message(match, tokens):
        return True
    word = _word_before(match, tokens)
    beside = word in _level_words() or word in _words("near")
    return beside or _is_where_one_is(match, tokens) or _touches_place(match, tokens)


def _is_whole_message(match: Match, tokens: Sequence[Token]) -> bool:
    others = [*tokens[: match.first], *tokens[match.last + 1 :]]
    return all(token.text in _words("linkers") for token in others)


def _is_where_one_is(match: Match, tokens: Sequence[Token]) -> bool:
    before = tokens[match.first - 1].text if match.first else ""
    name = tuple(token.text for token in tokens[match.first : match.last + 1])
    return before in _words("inside") and name in _names("after_inside")


def _touches_place(match: Match, tokens: Sequence[Token]) -> bool:
    others = _gazetteer().find(tokens[max(0, match.first - 3) : match.first])
    others += _gazetteer().find(tokens[match.last + 1 : match.last + 4])
    return any(not other.ordinary for other in others)


def _word_before(match: Match, tokens: Sequence[Token]) -> str:
    """The nearest word before the name that is no linker, without a grown-on letter."""
    at = match.first - 1
    while at >= 0 and tokens[at].text in _words("linkers"):
        at -= 1
    return _bare(tokens[at].text) if at >= 0 else ""


def _bare(word: str) -> str:
    known = {*_level_words(), *_words("near")}
    return next((word[i:] for i in range(min(4, len(word))) if word[i:] in known), word)


def _level_before(match: Match, tokens: Sequence[Token]) -> str | None:
    return _level_words().get(_word_before(match, tokens))


def _level(slug: str) -> str:
    return slug.partition("-")[0]


def _governorate(slug: str) -> str:
    return lookup("places")["governorates"][slug]


def _governorates(named: Sequence[tuple[Match, str | None]]) -> set[str]:
    return {slug for match, _ in named for slug in match.slugs if _level(slug) == "governorate"}


def _entities(match: Match, level: str | None, certain: set[str]) -> list[dict[str, Any]]:
    slugs = _narrow(match.slugs, level, certain)
    return [
        _entity(match, kind, kept) for kind in LEVELS if (kept := [s for s in slugs if _level(s) == kind])
    ]


def _narrow(slugs: Sequence[str], level: str | None, certain: set[str]) -> Sequence[str]:
    governorates = [slug for slug in slugs if _level(slug) == "governorate"]
    if level and (same := [slug for slug in slugs if _level(slug) == level]):
        slugs = same
    elif governorates:
        return governorates
    near = [slug for slug in slugs if _governorate(slug) in certain]
    return near or slugs


def _entity(match: Match, level: str, slugs: Sequence[str]) -> dict[str, Any]:
    homes = {_governorate(slug) for slug in slugs}
    return {
        "entity": level,
        "value": slugs[0] if len(slugs) == 1 else None,
        "start": match.start,
        "end": match.end,
        "confidence": 0.6 if match.ordinary else 0.95,
        **({"candidates": list(slugs)} if len(slugs) > 1 else {}),
        **({"governorate": homes.pop()} if len(homes) == 1 and level != "governorate" else {}),
    }
