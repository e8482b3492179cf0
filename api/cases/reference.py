"""Reference numbers `P-2026-7KQ4M2XC` and follow-up codes `XXXX-XXXX`: made, checked, read however typed.

A reference is a kind letter, a year and eight Crockford base 32 characters, seven random and one check. The
check makes the sum of all thirteen characters, each times its own power of 2 in the field of 32 elements,
zero (a Reed-Solomon check, polynomial x^5 + x^2 + 1). Every weight is different and none is zero, so every
single wrong character and every exchange of two characters is caught, in the letter and the year as well.
"""

import base64
import hashlib
import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass

from api.cases.enums import Kind
from api.cases.errors import InvalidReference

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_CHARACTERS = 7
_VALUE = {char: value for value, char in enumerate(CROCKFORD)}
_LOOKALIKES = str.maketrans("OIL", "011")
_LETTERS = "".join(kind.letter for kind in Kind)
_SHAPE = re.compile(f"([{_LETTERS}])([0-9]{{4}})([{CROCKFORD}]{{8}})")
_CODE_SHAPE = re.compile(f"[{CROCKFORD}]{{8}}")
# Dashes, spaces, invisible and bidi marks, the tatweel: nothing that a reference is made of.
_IGNORED_CATEGORIES = frozenset({"Pd", "Pc", "Zs", "Zl", "Zp", "Cf", "Cc", "Mn", "Lm"})
_IGNORED = frozenset("./:#")


@dataclass(frozen=True)
class ReferenceNumber:
    """A checked reference; `str` gives its one written form."""

    letter: str
    year: int
    tail: str

    def __str__(self) -> str:
        return f"{self.letter}-{self.year:04d}-{self.tail}"

    @classmethod
    def draw(cls, kind: Kind, year: int) -> "ReferenceNumber":
        """A new random reference; whether it is free is for the database to say."""
        drawn = "".join(secrets.choice(CROCKFORD) for _ in range(RANDOM_CHARACTERS))
        return cls(kind.letter, year, drawn + check_character(f"{kind.letter}{year:04d}{drawn}"))

    @classmethod
    def parse(cls, typed: str) -> "ReferenceNumber":
        """Reads any typing: lower case, other digits, spaces or no dashes, O for 0, I or L for 1, bidi marks.

        Raises `InvalidReference` when the shape or the check character is wrong.
        """
        found = _SHAPE.fullmatch(plain_characters(typed))
        if found is None or _weighted_sum("".join(found.groups())) != 0:
            raise InvalidReference()
        letter, year, tail = found.groups()
        return cls(letter, int(year), tail)


def check_character(body: str) -> str:
    """The check character of `body`, the twelve characters before it, without dashes."""
    return CROCKFORD[_weighted_sum(body + "0")]


def plain_characters(typed: str) -> str:
    """Capitals and ASCII digits of what was typed, look-alikes resolved, separators and marks dropped."""
    kept = (_plain(char) for char in unicodedata.normalize("NFKC", typed[:200]))
    return "".join(kept).upper().translate(_LOOKALIKES)


def normalise_code(typed: str) -> str | None:
    """The eight characters of a follow-up code however typed; None when it cannot be one."""
    plain = plain_characters(typed)
    return plain if _CODE_SHAPE.fullmatch(plain) else None


def follow_up_code(key: bytes, reference: str, nonce: str) -> str:
    """The code of a case, eight characters: HMAC of its reference and the filing's idempotency key.

    The server can say it again to whom repeats the filing, without keeping it.
    """
    digest = hmac.digest(key, f"code\n{reference}\n{nonce}".encode(), hashlib.sha256)
    return base64.b32encode(digest[:5]).decode().translate(_BASE32_TO_CROCKFORD)


def show_code(code: str) -> str:
    """A code as it is shown to people: XXXX-XXXX."""
    return f"{code[:4]}-{code[4:]}"


def hash_code(key: bytes, reference: str, code: str) -> str:
    """What is kept of a code: a hash useless without the server's key (40 bits could be tried out)."""
    return hmac.new(key, f"hash\n{reference}\n{code}".encode(), hashlib.sha256).hexdigest()


_BASE32_TO_CROCKFORD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", CROCKFORD)


def _plain(char: str) -> str:
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    return "" if char in _IGNORED or unicodedata.category(char) in _IGNORED_CATEGORIES else char


def _weighted_sum(characters: str) -> int:
    total, weight = 0, 1
    for char in reversed(characters):
        total ^= _times(_VALUE[char], weight)
        weight = _times(weight, 2)
    return total


def _times(left: int, right: int) -> int:
    """Product in the field of 32 elements."""
    product = 0
    while right:
        product ^= left if right & 1 else 0
        left = (left << 1) ^ (0b100101 if left & 0b10000 else 0)
        right >>= 1
    return product
