"""Consonant skeleton shared by Arabic letters, Arabizi and French, so that one register teaches the other."""

import re
from functools import lru_cache

from camel_tools.utils.charmap import CharMapper

from nlu.components.normalisation import MASKS
from nlu.words import lexicon

_MAP = lexicon("letters")
_ARABIC_ARTICLE = re.compile(_MAP["arabic_article"])
_LATIN_ARTICLE = re.compile(_MAP["latin_article"])
_DIGRAPHS = [(old, new) for old, new in _MAP["digraphs"]]
_LETTERS = CharMapper({**_MAP["arabic"], **_MAP["latin"]})
_DOUBLE = re.compile(r"(.)\1+")


@lru_cache(maxsize=100_000)
def skeleton(word: str) -> str:
    """Consonants of one normalised word in a script-free alphabet; the article and a final h are dropped.

    >>> skeleton("karhba"), skeleton("bitaqa")
    ('krhb', 'btk')
    """
    if not word.isalnum() or word in MASKS:
        return ""
    if word.isdigit():
        return word
    word = _latin(word) if word.isascii() else _ARABIC_ARTICLE.sub("", word)
    bones = _DOUBLE.sub(r"\1", _LETTERS(word))
    return bones[:-1] if bones.endswith("h") and len(bones) > 1 else bones


@lru_cache(maxsize=100_000)
def without_article(word: str) -> str:
    """A normalised word without the article or conjunction grown onto it."""
    return word if word.isascii() else _ARABIC_ARTICLE.sub("", word)


def _latin(word: str) -> str:
    word = _LATIN_ARTICLE.sub("", word)
    for old, new in _DIGRAPHS:
        word = word.replace(old, new)
    return word
