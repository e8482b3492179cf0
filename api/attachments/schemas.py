"""Attachments as they are read over HTTP."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from api.attachments.enums import AttachmentKind


class AttachmentRead(BaseModel):
    """`size` in bytes after cleaning; `seconds` is the length of a recording where the file tells it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    kind: AttachmentKind
    media_type: str
    name: str
    size: int
    seconds: float | None
    created_at: datetime
