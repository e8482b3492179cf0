"""From Telegram's updates to the channels' common words. Pure: files are named here and fetched elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from telegram import CallbackQuery, Chat, Message, Update

from connectors.messages import Contact, Identity, IncomingMessage, Location
from connectors.telegram.writing import DISABLED
from connectors.texts import commands

CHANNEL = "telegram"
UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
GONE = frozenset({"kicked", "left"})

_COMMAND = re.compile(r"^/([a-z_]+)(?:@\w+)?(?:\s+(.*))?$", re.IGNORECASE | re.DOTALL)
_UNSUPPORTED = ("sticker", "animation", "poll", "dice", "game", "story", "invoice", "giveaway", "paid_media")


@dataclass(frozen=True)
class TelegramFile:
    """A file still with Telegram."""

    file_id: str
    name: str
    size: int
    seconds: float | None = None


@dataclass(frozen=True)
class Heard:
    """A citizen's message and the files that belong to it. `album` names the group it came in."""

    message: IncomingMessage
    file: TelegramFile | None = None
    album: str | None = None
    query: CallbackQuery | None = None


@dataclass(frozen=True)
class Elsewhere:
    """Something in a group or channel, where the assistant does not work; `spoken_to` tells whether to say
    so.
    """

    chat_id: int
    spoken_to: bool
    joined: bool = False


@dataclass(frozen=True)
class Blocked:
    """The citizen blocked the bot."""

    who: Identity


def read(update: Update) -> Heard | Elsewhere | Blocked | None:
    """What an update means; None for what needs no answer."""
    if update.my_chat_member:
        return _membership(update)
    if update.callback_query:
        return _press(update.callback_query)
    message = update.message or update.edited_message
    if message is None:
        return None
    if message.chat.type != Chat.PRIVATE:
        text = message.text or message.caption or ""
        return Elsewhere(
            message.chat.id, spoken_to=text.startswith("/") or message.reply_to_message is not None
        )
    return _message(message, edited=update.edited_message is not None)


def identity(chat_id: int) -> Identity:
    return Identity(channel=CHANNEL, external_id=str(chat_id))


def _membership(update: Update) -> Elsewhere | Blocked | None:
    change = update.my_chat_member
    assert change is not None
    gone = change.new_chat_member.status in GONE
    if change.chat.type == Chat.PRIVATE:
        return Blocked(identity(change.chat.id)) if gone else None
    return None if gone else Elsewhere(change.chat.id, spoken_to=True, joined=True)


def _press(query: CallbackQuery) -> Heard | None:
    if query.message is None or query.data is None or query.data == DISABLED:
        return None
    pressed = IncomingMessage(
        sender=identity(query.message.chat.id),
        id=f"c{query.id}",
        text=_title(query) or query.data,
        payload=query.data,
        language=_language(query.from_user.language_code),
    )
    return Heard(pressed, query=query)


def _title(query: CallbackQuery) -> str | None:
    markup = getattr(query.message, "reply_markup", None)
    rows = markup.inline_keyboard if markup else ()
    return next((button.text for row in rows for button in row if button.callback_data == query.data), None)


def _message(message: Message, *, edited: bool) -> Heard:
    text, payload = _command(message.text or message.caption or "")
    values: dict[str, Any] = {
        "sender": identity(message.chat.id),
        "id": f"e{message.message_id}.{int(message.edit_date.timestamp())}"
        if edited and message.edit_date
        else f"m{message.message_id}",
        "text": text,
        "payload": payload,
        "sent_at": message.date,
        "edited": edited,
        "edits": f"m{message.message_id}" if edited else None,
        "language": _language(message.from_user.language_code if message.from_user else None),
    }
    file = _file(message)
    if message.location or message.venue:
        values |= _place(message)
    elif message.contact:
        values |= _contact(message)
    elif file is None and (not text or _is_unsupported(message)):
        values |= {"refusal": "unsupported_kind"} if payload is None else {}
    return Heard(IncomingMessage(**values), file, message.media_group_id)


def _command(text: str) -> tuple[str, str | None]:
    """Text and payload of a command; what follows `/status` is the reference, said as a message."""
    found = _COMMAND.match(text)
    if found is None:
        return text, None
    known = {command.name: command.payload for command in commands()}
    name, rest = found[1].lower(), (found[2] or "").strip()
    if name not in known:
        return text.lstrip("/"), None
    if name == "status" and rest:
        return rest, None
    return text, known[name]


def _file(message: Message) -> TelegramFile | None:
    if message.photo:
        largest = message.photo[-1]
        return TelegramFile(largest.file_id, f"photo-{message.message_id}.jpg", largest.file_size or 0)
    kinds = (("voice", "ogg"), ("video_note", "mp4"), ("audio", "mp3"), ("video", "mp4"), ("document", "bin"))
    for kind, ending in kinds:
        one: Any = getattr(message, kind)
        if one and not message.animation:
            name = getattr(one, "file_name", None) or f"{kind}-{message.message_id}.{ending}"
            return TelegramFile(one.file_id, name, one.file_size or 0, _seconds(one))
    return None


def _seconds(media: Any) -> float | None:
    duration = getattr(media, "duration", None)
    if duration is None:
        return None
    return duration.total_seconds() if hasattr(duration, "total_seconds") else float(duration)


def _place(message: Message) -> dict[str, Any]:
    at = message.venue.location if message.venue else message.location
    words = f"{message.venue.title}, {message.venue.address}" if message.venue else ""
    return {"location": Location(latitude=at.latitude, longitude=at.longitude), "text": words}  # type: ignore[union-attr]


def _contact(message: Message) -> dict[str, Any]:
    """A citizen's own number is a contact; somebody else's is only told."""
    contact = message.contact
    assert contact is not None
    phone = contact.phone_number if contact.phone_number.startswith("+") else f"+{contact.phone_number}"
    own = message.from_user is not None and contact.user_id == message.from_user.id
    name = " ".join(part for part in (contact.first_name, contact.last_name) if part)
    return {"contact": Contact(phone=phone, name=name)} if own else {"text": f"{name} {phone}".strip()}


def _is_unsupported(message: Message) -> bool:
    return any(getattr(message, kind, None) for kind in _UNSUPPORTED)


def _language(code: str | None) -> Literal["ar", "fr"] | None:
    short = (code or "")[:2]
    return short if short in ("ar", "fr") else None  # type: ignore[return-value]
