"""From the channels' common words to Telegram's: messages short enough, buttons, direction. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup

from connectors.messages import Button, OutgoingMessage
from connectors.texts import sentence

MOST_UNITS = 4096
"""Telegram counts UTF-16 units."""
MOST_DATA = 64
DISABLED = "."
"""Callback data of a button that only shows what was chosen."""
ROW_UNITS = 26
RIGHT_TO_LEFT_MARK = "\u200f"

# Where a long text may be cut, best first: paragraph, line, sentence (also Arabic), clause, word.
_CUTS = [
    re.compile(pattern)
    for pattern in (r"\n\n+", r"\n", r"(?<=[.!?\u061f\u06d4])\s+", r"(?<=[,;\u060c\u061b])\s+", r"\s+")
]


def parts(message: OutgoingMessage) -> list[OutgoingMessage]:
    """The message as single deliveries: texts that fit, buttons on the last, a document by itself."""
    texts = split(directed(message.text, message.language), MOST_UNITS) if message.text else []
    pieces = [OutgoingMessage(text=text, language=message.language) for text in texts]
    if pieces:
        pieces[-1] = pieces[-1].model_copy(update={"buttons": message.buttons, "custom": message.custom})
    if message.attachment:
        pieces.append(OutgoingMessage(attachment=message.attachment, language=message.language))
    return pieces


def split(text: str, most: int) -> list[str]:
    """Cuts a text into pieces of at most `most` UTF-16 units, at the best place there is in each."""
    pieces = []
    rest = text
    while units(rest) > most:
        end = _best_cut(rest, most)
        pieces.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*pieces, rest] if rest else pieces


def units(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text) + sum(ord(char) > 0xFFFF for char in text)


def directed(text: str, language: str | None) -> str:
    """An Arabic text that begins with a Latin letter or a figure is told to run from right to left."""
    if language != "ar":
        return text
    first = next((char for char in text if unicodedata.bidirectional(char) in ("L", "R", "AL")), "")
    return RIGHT_TO_LEFT_MARK + text if first and unicodedata.bidirectional(first) == "L" else text


def keyboard(message: OutgoingMessage) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | None:
    """The buttons of a message; where it has none and asks for a phone or a place, the one that hands it over."""
    return _choices(message) or _sharing(message)


def _sharing(message: OutgoingMessage) -> ReplyKeyboardMarkup | None:
    kind = (message.custom.get("expects") or {}).get("kind")
    if kind == "phone":
        button = KeyboardButton(sentence("share_phone", message.language or "ar").text, request_contact=True)
    elif kind == "location":
        button = KeyboardButton(sentence("share_place", message.language or "ar").text, request_location=True)
    else:
        return None
    return ReplyKeyboardMarkup([[button]], resize_keyboard=True, one_time_keyboard=True)


def _choices(message: OutgoingMessage) -> InlineKeyboardMarkup | None:
    """Short buttons side by side; a link is a button of its own."""
    rows: list[list[InlineKeyboardButton]] = []
    room = 0
    for button in message.buttons:
        made = InlineKeyboardButton(button.title, callback_data=callback_data(button.payload))
        if rows and units(button.title) <= room:
            rows[-1].append(made)
            room -= units(button.title)
        else:
            rows.append([made])
            room = ROW_UNITS - units(button.title)
    link = message.custom.get("link") or {}
    if str(link.get("url", "")).startswith(("https://", "http://")):
        rows.append([InlineKeyboardButton(link.get("title") or link["url"], url=link["url"])])
    return InlineKeyboardMarkup(rows) if rows else None


def chosen(button: Button) -> InlineKeyboardMarkup:
    """The keyboard after a press: only what was chosen, and it does nothing."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(f"\u2713 {button.title}", callback_data=DISABLED)]])


def callback_data(payload: str) -> str:
    """A payload as callback data; one above 64 bytes is given a short name."""
    if len(payload.encode()) <= MOST_DATA:
        return payload
    return "~" + hashlib.sha256(payload.encode()).hexdigest()[:24]


def payload_of(data: str, offered: Iterable[str]) -> str:
    """The payload behind callback data; one that was too long is found among those offered."""
    return next((payload for payload in offered if callback_data(payload) == data), data)


def _best_cut(text: str, most: int) -> int:
    """Where to cut: the last good place in the second half of what fits, else as late as fits."""
    fits = _fitting(text, most)
    for cut in _CUTS:
        ends = [found.end() for found in cut.finditer(text, 0, fits)]
        if ends and ends[-1] > fits // 2:
            return ends[-1]
    return fits


def _fitting(text: str, most: int) -> int:
    count = 0
    for index, char in enumerate(text):
        count += 2 if ord(char) > 0xFFFF else 1
        if count > most:
            return index
    return len(text)
