"""The table of attachments; the bytes lie encrypted in the store, under `digest`."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime


class Attachment(Base):
    """A file handed in: first by a channel identity, then part of one case."""

    __tablename__ = "attachments"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    channel_identity: Mapped[str | None] = mapped_column(String(300))
    kind: Mapped[str] = mapped_column(String(20))
    media_type: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    seconds: Mapped[float | None]
    digest: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
