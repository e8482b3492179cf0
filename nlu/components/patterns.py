"""Entities that a shape gives away: reference, code, phone, e-mail, national id, date, language."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import phonenumbers

from nlu.components.dates import find_dates
from nlu.components.normalisation import clean_script
from nlu.components.reference import find_codes, find_references
from nlu.words import lexicon

REGION = "TN"
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_EIGHT_DIGITS = re.compile(r"(?<![\w+])\d{2}(?:[ .\-]?\d{3}){2}(?!\w)|(?<![\w+])\d{8}(?!\w)")
_MANY_DIGITS = re.compile(r"\d(?:\D{0,2}\d){5}")


@dataclass(frozen=True)
class Aligned:
    """Normalised text that remembers where each character stood, and its capitals."""

    text: str
    origin: tuple[int, ...]
    raw: str

    @property
    def cased(self) -> str:
        """The normalised text with the capitals of the raw one."""
        return "".join(
            c.upper() if self.raw[at].isupper() else c for c, at in zip(self.text, self.origin, strict=True)
        )

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Positions in the raw text of a stretch of the normalised text."""
        return self.origin[start], self.origin[end - 1] + 1


@lru_cache(maxsize=5_000)
def _clean_character(char: str) -> str:
    return " " if unicodedata.category(char) == "Zs" else clean_script(char)


def align(text: str) -> Aligned:
    """Normalise character by character: ASCII digits, one case, no marks."""
    pieces = [(clean, at) for at, char in enumerate(text) for clean in _clean_character(char)]
    return Aligned("".join(clean for clean, _ in pieces), tuple(at for _, at in pieces), text)


def find_patterns(text: str) -> list[dict[str, Any]]:
    """Entities of all shapes in a raw text; what one covers is not read a second time."""
    aligned = align(text)
    taken: list[tuple[int, int]] = []
    entities = []
    for name, start, end, value in _hits(aligned):
        if any(start < stop and begin < end for begin, stop in taken):
            continue
        if name != "language":
            taken.append((start, end))
        begin, stop = aligned.span(start, end)
        entities.append({"entity": name, "value": value, "start": begin, "end": stop, "confidence": 1.0})
    return entities


def _hits(aligned: Aligned) -> Iterator[tuple[str, int, int, str]]:
    text = aligned.text
    for found in find_references(text):
        yield "reference" if found.valid else "reference_like", found.start, found.end, found.value
    for match in _EMAIL.finditer(text):
        yield "email", match.start(), match.end(), match.group()
    for start, end, day in find_dates(text):
        yield "date", start, end, day.isoformat()
    yield from _numbers(text)
    for found in find_codes(aligned.cased):
        yield "code", found.start, found.end, found.value
    for match in _languages()[0].finditer(text):
        yield "language", match.start(), match.end(), _languages()[1][match[1]]


def _numbers(text: str) -> Iterator[tuple[str, int, int, str]]:
    if not _MANY_DIGITS.search(text):
        return
    for match in _EIGHT_DIGITS.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if digits[0] in "01" or _asks_identity(text[: match.start()]):
            yield "national_id", match.start(), match.end(), digits
    for match in phonenumbers.PhoneNumberMatcher(text, REGION, max_tries=20):
        number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        yield "phone", match.start, match.end, number


def _asks_identity(before: str) -> bool:
    words = set(re.findall(r"\w+", before[-40:]))
    return not words.isdisjoint(_identity_words())


@lru_cache(maxsize=1)
def _identity_words() -> frozenset[str]:
    return frozenset(clean_script(word) for word in lexicon("patterns")["identity"])


@lru_cache(maxsize=1)
def _languages() -> tuple[re.Pattern, dict[str, str]]:
    names = {clean_script(word): code for code, words in lexicon("languages").items() for word in words}
    pattern = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    prefixes = "|".join(prefix for prefix, _ in lexicon("letters")["prefixes"])
    return re.compile(rf"(?<!\w)(?:{prefixes})?({pattern})(?!\w)"), names
