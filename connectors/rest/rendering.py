"""The REST channel's shapes, as contract/interfaces.md and Rasa have them."""

from __future__ import annotations

import uuid
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from connectors.messages import (
    MAX_PAYLOAD,
    Attachment,
    Contact,
    Identity,
    IncomingMessage,
    Location,
    OutgoingMessage,
)

CHANNEL = "rest"


class RestMetadata(BaseModel):
    """What a client may add to a message beyond its words; anything else is ignored, as Rasa does."""

    model_config = ConfigDict(extra="ignore")

    attachments: tuple[Attachment, ...] = ()
    location: Location | None = None
    contact: Contact | None = None


class RestMessage(BaseModel):
    """The body a client posts. `message_id`, if given, makes a repeated call answer again instead of acting
    again.
    """

    model_config = ConfigDict(extra="ignore")

    sender: str = Field("default", min_length=1, max_length=200)
    message: str | None = ""
    message_id: str | None = Field(None, min_length=1, max_length=128)
    metadata: RestMetadata | None = None

    @field_validator("sender", mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int) else value or "default"

    @property
    def identity(self) -> Identity:
        return Identity(channel=CHANNEL, external_id=self.sender)


def incoming(posted: RestMessage, offered: dict[str, str]) -> IncomingMessage:
    """The message in the channels' common words; the payload of an offered button counts as pressing it."""
    text = posted.message or ""
    told = posted.metadata or RestMetadata()
    pressed = text.strip() if _is_payload(text.strip(), offered) else None
    return IncomingMessage(
        sender=posted.identity,
        id=posted.message_id or uuid.uuid4().hex,
        text=offered.get(pressed, text) if pressed else text,
        payload=pressed,
        attachments=told.attachments,
        location=told.location,
        contact=told.contact,
    )


def outgoing(recipient: str, message: OutgoingMessage) -> dict[str, Any]:
    """One reply in Rasa's shape."""
    rendered: dict[str, Any] = {"recipient_id": recipient, "text": message.text}
    if message.buttons:
        rendered["buttons"] = [button.model_dump() for button in message.buttons]
    if message.attachment:
        rendered["attachment"] = message.attachment.model_dump(exclude_none=True)
    custom = dict(message.custom)
    if message.language:
        custom.setdefault("language", message.language)
    if custom:
        rendered["custom"] = custom
    return rendered


def may_be_payload(text: str) -> bool:
    """Whether a text has the look of a button's payload: one short ASCII word."""
    return 1 < len(text) <= MAX_PAYLOAD and text.isascii() and " " not in text.strip()


def _is_payload(text: str, offered: dict[str, str]) -> bool:
    return text in offered or (text.startswith("/") and may_be_payload(text))
