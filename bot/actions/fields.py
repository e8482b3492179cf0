"""Reading one field of a filing out of a message: pure rules, no talk.

Each reader gives the value out of the message, or raises `Unreadable` with the key of the sentence that explains.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

import phonenumbers

from bot.actions.lexicon import (
    has_any,
    is_laughter,
    lexicon,
    negated_before,
    number,
    without_introduction,
    yes_or_no,
)
from bot.actions.message import Message

SUBJECT_LENGTH, DESCRIPTION_LENGTH = (3, 150), (10, 5000)
CODE_LENGTH = 8
NAME_LENGTH, PLACE_LENGTH = (3, 80), (3, 300)
CODE_SHAPE = re.compile(r"(?<![0-9A-Z-])([0-9A-Z]{4})-([0-9A-Z]{4})(?![0-9A-Z-])")
CODE_IN_TEXT = re.compile(r"(?<![0-9A-Z])([0-9A-Z]{4})[\s-]?([0-9A-Z]{4})(?![0-9A-Z])")
CODE_APART = re.compile(r"(?<![0-9A-Z])([0-9A-HJKMNP-TV-Z]{4})\s([0-9A-HJKMNP-TV-Z]{4})$")
"""Two groups of Crockford's letters at the end: without I, L, O and U few words look like it."""
EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>.]{2,}")


class Unreadable(Exception):
    """The message does not hold this field; `key` names the response `utter_problem_<key>`."""

    def __init__(self, key: str, **values: Any):
        super().__init__(key)
        self.key, self.values = key, values


def clean(text: str) -> str:
    """The text as it is kept: no control characters (line breaks stay), no surrounding blanks."""
    kept = (
        c
        for c in text.replace("\r\n", "\n")
        if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs", "Co")
    )
    return "".join(kept).strip()


def ascii_digits(text: str) -> str:
    """Arabic-Indic and Persian digits as 0-9."""
    return "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in text)


def _sized(text: str, bounds: tuple[int, int], key: str) -> str:
    low, high = bounds
    text = clean(text)
    if sum(c.isalpha() for c in text) < min(low, 3) or len(text) < low:
        raise Unreadable(f"{key}_short")
    if len(text) > high:
        raise Unreadable(f"{key}_long", limit=high, length=len(text))
    if is_laughter(text):
        raise Unreadable(f"{key}_short")
    return text


def subject(message: Message) -> str:
    """A line that says what it is about, 3 to 150 characters."""
    return _sized(" ".join(message.text.split()), SUBJECT_LENGTH, "subject")


def description(message: Message) -> str:
    """The story, 10 to 5,000 characters."""
    return _sized(message.text, DESCRIPTION_LENGTH, "description")


def name(message: Message) -> str:
    """A person's name: letters, blanks, hyphens and apostrophes."""
    written = (message.contact or {}).get("name") or without_introduction(message.text)
    text = " ".join(clean(written).split())
    letters = [c for c in text if c.isalpha() or unicodedata.category(c) == "Mn"]
    if (
        len(text) > NAME_LENGTH[1]
        or any(c.isdigit() for c in text)
        or len(letters) < NAME_LENGTH[0]
        or "@" in text
    ):
        raise Unreadable("name")
    if yes_or_no(text) is not None:
        raise Unreadable("name")
    if any(unicodedata.category(c)[0] in "SC" or c in '?؟!<>/\\;:{}[]()"' for c in text):
        raise Unreadable("name")
    return text


def phone(message: Message) -> str:
    """A phone number that can exist, as E.164; Tunisian when it names no country (ITU numbering plan +216)."""
    written = (message.contact or {}).get("phone") or message.value("phone") or message.text
    try:
        number = phonenumbers.parse(ascii_digits(str(written)), "TN")
    except phonenumbers.NumberParseException:
        raise Unreadable("phone") from None
    if not phonenumbers.is_valid_number(number):
        raise Unreadable("phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def email(message: Message) -> str:
    """An e-mail address."""
    found = EMAIL.search(ascii_digits(clean(message.text)))
    if not found:
        raise Unreadable("email")
    return found.group().strip(".,;،؛")


def national_id(message: Message) -> str:
    """The eight digits of a Tunisian national identity card."""
    digits = re.sub(r"[\s.\-]", "", ascii_digits(message.text))
    found = re.findall(r"(?<!\d)\d+(?!\d)", digits)
    if not found or len(found[-1]) != 8:
        raise Unreadable("national_id", count=len(found[-1]) if found else 0)
    return found[-1]


def governorate(message: Message) -> str:
    """The slug of one of the 24 governorates; the one that is not denied when two are named."""
    if is_abroad(message.text):
        raise Unreadable("governorate")
    found = [e for e in message.entities if e.get("entity") in ("governorate", "municipality", "delegation")]
    said = [e for e in found if not negated_before(message.text, e.get("start") or 0)] or found
    for entity in said:
        if slug := governorate_of(entity):
            return slug
    raise Unreadable("governorate")


def is_abroad(text: str) -> bool:
    """Whether a place outside Tunisia is named."""
    return has_any(text, lexicon()["foreign"])


def governorate_of(entity: dict[str, Any]) -> str | None:
    """The governorate that a place entity is, or lies in."""
    if entity["entity"] == "governorate":
        return entity["value"]
    candidates = [*(entity.get("candidates") or []), entity.get("value")]
    governorates = {c for c in candidates if isinstance(c, str) and c.startswith("governorate-")}
    if len(governorates) == 1:
        return governorates.pop()
    return entity.get("governorate")


def code(message: Message) -> str:
    """A follow-up code given as an answer: eight letters and digits, typed any way, alone or in a sentence.

    Letters alone are a code only in the shape XXXX-XXXX: eight letters may be any word.
    """
    text = ascii_digits(message.text).upper()
    shaped = CODE_SHAPE.findall(text)
    loose = [pair for pair in CODE_IN_TEXT.findall(text) if any(c.isdigit() for c in "".join(pair))]
    alone = re.sub(r"[^0-9A-Z]", "", text)
    if not shaped and len(alone) == CODE_LENGTH and any(c.isdigit() for c in alone):
        loose = [(alone[:4], alone[4:])]
    found = shaped or loose or CODE_APART.findall(text.strip())
    if not found:
        raise Unreadable("code")
    return "-".join(found[-1])


def code_beside_reference(message: Message) -> str | None:
    """A follow-up code in a sentence that also holds a reference: only the shape XXXX-XXXX, apart from the reference."""
    text = ascii_digits(message.text).upper()
    for reference in message.all("reference"):
        start, end = reference.get("start") or 0, reference.get("end") or 0
        text = text[:start] + " " * (end - start) + text[end:]
    found = CODE_SHAPE.search(text)
    return found.group() if found else None


def rating(message: Message) -> int:
    """A whole number from 1 to 5."""
    value = number((message.choice or {}).get("value") or message.text) or message.text.count("⭐")
    if not 1 <= value <= 5:
        raise Unreadable("rating")
    return value


def place(message: Message) -> dict[str, Any]:
    """Where: a pin, or words that name the place."""
    if message.location:
        return {"latitude": message.location["latitude"], "longitude": message.location["longitude"]}
    return {"words": _sized(message.text, PLACE_LENGTH, "place")}


def attachments(message: Message) -> list[dict[str, Any]]:
    """The files that came with the message."""
    if not message.attachments:
        raise Unreadable("attachments")
    return message.attachments


READERS: dict[str, Callable[[Message], Any]] = {
    "governorate": governorate,
    "subject": subject,
    "description": description,
    "place": place,
    "attachments": attachments,
    "name": name,
    "phone": phone,
    "email": email,
    "national_id": national_id,
    "code": code,
    "rating": rating,
}
