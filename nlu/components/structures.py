"""Administrations named in a sentence, by name, short name or nickname."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from nlu.components.gazetteer import Gazetteer, Token
from nlu.words import lexicon, lookup


@lru_cache(maxsize=1)
def _gazetteer() -> Gazetteer:
    names: dict[str, list[str]] = {}
    for slug, spellings in lookup("structures").items():
        for spelling in spellings:
            names.setdefault(str(spelling), []).append(slug)
    return Gazetteer.build(names, lexicon("structures_weak"))


def find_structures(tokens: Sequence[Token]) -> list[dict[str, Any]]:
    """Entities structure; a name that several structures share has `value` None and `candidates`."""
    return [
        {
            "entity": "structure",
            "value": match.slugs[0] if len(match.slugs) == 1 else None,
            "start": match.start,
            "end": match.end,
            "confidence": 0.9,
            **({"candidates": list(match.slugs)} if len(match.slugs) > 1 else {}),
        }
        for match in _gazetteer().find(tokens)
    ]
