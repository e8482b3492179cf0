"""One spelling for what citizens type in many: script-level normalisation and folding of derja variants."""

import re
import unicodedata
from functools import lru_cache

from camel_tools.utils.dediac import dediac_ar
from camel_tools.utils.normalize import (
    normalize_alef_ar,
    normalize_alef_maksura_ar,
    normalize_teh_marbuta_ar,
    normalize_unicode,
)

from nlu.words import lexicon

HEAD, TAIL = 600, 1000
"""Characters kept from the beginning and the end of an over-long message: the question usually closes the
story.
"""

_TATWEEL = 0x0640
_DIGITS = {base + n: str(n) for base in (0x0660, 0x06F0) for n in range(10)}
_LETTERS = {ord(k): v for k, v in lexicon("letters")["extended_arabic"].items()}
_TABLE = {_TATWEEL: None, **_DIGITS, **_LETTERS}
_LONG_RUN = re.compile(r"(.)\1{2,}", re.DOTALL)
_NOT_WORD = re.compile(r"[^\w\s]|_")
_MASKS = (
    (re.compile(r"(?<![^\s@])[^\s@]+@[^\s@]+\.\w+"), " xemail "),
    (re.compile(r"(?:https?://|www\.)\S+"), " xurl "),
    (
        re.compile(r"\b[pgsn][\s\-./]*20[0-9oil]{2}[\s\-./]*(?=[a-z]*\d)[0-9a-z]{4}[\s\-]?[0-9a-z]{4}\b"),
        " xref ",
    ),
    (re.compile(r"(?<!\w)\+?\d(?:[\s\-.]?\d){7,14}(?!\w)"), " xphone "),
    (re.compile(r"(?<!\w)\d{5,7}(?!\w)"), " xnumber "),
)
MASKS = frozenset(mask.strip() for _, mask in _MASKS)
"""Words that stand for an address, a link, a reference, a phone or another long number."""


def clip(text: str, head: int = HEAD, tail: int = TAIL) -> str:
    """The message, or its beginning and end when it is longer than head + tail characters."""
    return text if len(text) <= head + tail else f"{text[:head]} {text[-tail:]}"


def clean_script(text: str) -> str:
    """Compatibility forms, diacritics, tatweel, invisible marks, digits and letter variants unified; lower
    case.
    """
    text = dediac_ar(normalize_unicode(text)).translate(_TABLE)
    text = normalize_teh_marbuta_ar(normalize_alef_maksura_ar(normalize_alef_ar(text)))
    return strip_marks(text).lower()


def strip_marks(text: str) -> str:
    """Text without combining marks (accents) and format characters (direction marks, zero-width joiners)."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if unicodedata.category(c) not in ("Mn", "Cf", "Cc") or c in "\n\t")


def normalise(text: str) -> str:
    """The sentence as the classifiers read it: clean letters, masked numbers and addresses, no punctuation.

    >>> normalise("Bonjouuuur, où est la MAIRIE ?")
    'bonjour ou est la mairie'
    """
    text = clean_script(clip(text))
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    text = _LONG_RUN.sub(r"\1", _NOT_WORD.sub(_space_or_symbol, text))
    return " ".join(text.split())


def _space_or_symbol(match: re.Match) -> str:
    char = match.group()
    return f" {char} " if unicodedata.category(char) == "So" else " "


@lru_cache(maxsize=1)
def variants() -> dict[str, str]:
    """Spelling variant → folded word, of nlu/lexicon/derja.yml, keys and values normalised."""
    folded = {}
    for word, spellings in lexicon("derja").items():
        for spelling in (word, *spellings):
            folded[normalise(str(spelling))] = normalise(str(word))
    return folded


def fold(word: str) -> str:
    """The usual spelling of a normalised derja word, whichever script it came in; other words unchanged."""
    return variants().get(word, word)
