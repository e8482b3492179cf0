"""The words every channel shares: what a citizen sent, and what is sent back.

A channel turns its own update into an `IncomingMessage`, the engine stores it and asks the bot,
and the channel renders the `OutgoingMessage`s. Nothing here knows a channel, a database or the bot.
"""

from __future__ import annotations

import unicodedata
import uuid
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

MAX_TEXT = 200_000
"""Characters kept of one message; the bot itself says when a text is too long for a form."""

MAX_PAYLOAD = 256

AttachmentKind = Literal["image", "document", "voice", "video", "unsupported"]

_TURN_NAMESPACE = uuid.UUID("6f0c1f0e-6a1b-5c1e-9a53-1b5a0c7c9d21")


def clean_text(text: str) -> str:
    """Drops what no database or screen can hold: control characters (but line breaks and tabs), lone
    surrogates.
    """
    whole = text.encode("utf-8", "ignore").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in whole if c in "\n\t" or unicodedata.category(c) != "Cc")[:MAX_TEXT]


Text = Annotated[str, AfterValidator(clean_text)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Attachment(_Frozen):
    """A file that came with a message or leaves with a reply; its bytes lie in the attachment store under
    `id`.
    """

    id: str
    name: Text = ""
    media_type: str = "application/octet-stream"
    size: int = 0
    kind: AttachmentKind = "document"
    seconds: float | None = None
    """Length of a recording."""


class Location(_Frozen):
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class Contact(_Frozen):
    phone: Text
    name: Text = ""


class Identity(_Frozen):
    """Who talks: a channel and its name for this conversation. It owns the cases filed in it."""

    channel: str = Field(pattern=r"^[a-z]{2,16}$")
    external_id: str = Field(min_length=1, max_length=200)

    def __str__(self) -> str:
        return f"{self.channel}:{self.external_id}"


class IncomingMessage(_Frozen):
    """One thing a citizen did. `id` is the channel's own, stable name of it: the same id twice is the same
    message.
    """

    sender: Identity
    id: str = Field(min_length=1, max_length=128)
    text: Text = ""
    payload: str | None = Field(default=None, max_length=MAX_PAYLOAD)
    attachments: tuple[Attachment, ...] = ()
    location: Location | None = None
    contact: Contact | None = None
    sent_at: datetime = Field(default_factory=lambda: datetime.now(UTC))
    edited: bool = False
    edits: str | None = Field(default=None, max_length=128)
    """The channel's id of the message that this one corrects."""
    refusal: str | None = None
    """What the channel could not take of it: a key of texts.yml, told to the citizen before anything else."""
    language: Literal["ar", "fr"] | None = None
    """The language the citizen chose on the page or in the app, if any; the text itself decides first."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left that the bot could answer."""
        said = self.text.strip() or self.payload or self.attachments
        return not (said or self.location or self.contact)

    @property
    def turn_id(self) -> str:
        """A name for this message that is the same at every attempt: what a filing is keyed by."""
        return self._turn_id(self.id)

    @property
    def edited_turn_id(self) -> str | None:
        """The turn id of the message that this one corrects."""
        return self._turn_id(self.edits) if self.edits else None

    def _turn_id(self, channel_id: str) -> str:
        return str(uuid.uuid5(_TURN_NAMESPACE, f"{self.sender}\n{channel_id}"))


class Button(_Frozen):
    title: str
    payload: str


class OutgoingMessage(_Frozen):
    """One thing said to a citizen. `custom` carries `expects`, `case` or `link` as contract/interfaces.md
    has them.
    """

    text: str = ""
    language: Literal["ar", "fr"] | None = None
    buttons: tuple[Button, ...] = ()
    attachment: Attachment | None = None
    custom: dict[str, Any] = Field(default_factory=dict)
