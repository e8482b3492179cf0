"""Case references and follow-up codes read back whatever way they were typed.

The same rule as the case system's: a kind letter, a year and eight Crockford base 32 characters, the last
one a check over the others (a sum weighted by powers of 2 in the field of 32 elements).
tests/contract/references.yml holds both to the same examples.
"""

import re
import unicodedata
from dataclasses import dataclass

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {char: value for value, char in enumerate(CROCKFORD)}
_LOOKALIKES = str.maketrans("OIL", "011")
FIGURES_OF_A_CODE = 3
_GAP = r"[\s\-\u2010-\u2015_./:#]*"
_STEP = r"[\s\-\u2010-\u2015_./]?"
_CHAR = "[0-9a-tv-z]"
_EDGE_LEFT, _EDGE_RIGHT = r"(?<![^\W_])", r"(?![^\W_])"
_REFERENCE = re.compile(
    rf"{_EDGE_LEFT}([pgsn]){_GAP}([2z][0o][0-9oil]{{2}}){_GAP}((?:{_CHAR}{_STEP}){{7}}{_CHAR}){_EDGE_RIGHT}",
    re.I,
)
_CODE = re.compile(rf"(?<![\w\-])({_CHAR}{{4}}){_STEP}({_CHAR}{{4}})(?![\w\-])", re.I)


@dataclass(frozen=True)
class Found:
    """Something that was typed: where, its canonical form and whether its check character is right."""

    start: int
    end: int
    value: str
    valid: bool = True


def plain(typed: str) -> str:
    """Capitals and digits of what was typed, look-alikes (O, I, L) resolved."""
    kept = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", typed))
    return "".join(str(unicodedata.digit(char, char)) for char in kept).upper().translate(_LOOKALIKES)


def weighted_sum(characters: str) -> int:
    """Zero for the thirteen characters of a right reference."""
    total, weight = 0, 1
    for char in reversed(characters):
        total ^= _times(_VALUE[char], weight)
        weight = _times(weight, 2)
    return total


def parse(typed: str) -> str | None:
    """Canonical form `P-2026-XXXXXXXX` of a reference, None when shape or check character is wrong."""
    body = plain(typed)
    if not re.fullmatch(f"[PGSN][0-9]{{4}}[{CROCKFORD}]{{8}}", body) or weighted_sum(body):
        return None
    return show(body)


def show(body: str) -> str:
    """Thirteen characters with their dashes."""
    return f"{body[0]}-{body[1:5]}-{body[5:]}"


def find_references(text: str) -> list[Found]:
    """References in a text whose digits are ASCII; broken ones only where they cannot be ordinary words."""
    hits = (_reference(m) for m in _REFERENCE.finditer(text))
    return [hit for hit in hits if hit]


def _reference(match: re.Match) -> Found | None:
    value = parse(match.group())
    in_one_piece = not re.search(r"\s", match[3])
    has_figure = any(char.isdigit() for char in match[3])
    if value and (in_one_piece or has_figure):
        return Found(match.start(), match.end(), value)
    return Found(match.start(), match.end(), show(plain(match.group())), valid=False) if has_figure else None


def find_codes(text: str) -> list[Found]:
    """Follow-up codes `XXXX-XXXX`, told from Arabizi words by a dash, capitals or many figures."""
    return [
        Found(m.start(), m.end(), f"{plain(m[1])}-{plain(m[2])}")
        for m in _CODE.finditer(text)
        if _is_code(m.group())
    ]


def _is_code(typed: str) -> bool:
    figures = sum(char.isdigit() for char in typed)
    letters = any(char.isalpha() for char in typed)
    if "-" in typed:
        return figures > 0
    if re.search(r"\s", typed):
        return typed.isupper() and letters and all(re.search(r"\d", half) for half in typed.split())
    return letters and (figures >= FIGURES_OF_A_CODE or (figures > 0 and typed.isupper()))


def _times(left: int, right: int) -> int:
    """Product in the field of 32 elements (x^5 + x^2 + 1)."""
    product = 0
    while right:
        product ^= left if right & 1 else 0
        left = (left << 1) ^ (0b100101 if left & 0b10000 else 0)
        right >>= 1
    return product
