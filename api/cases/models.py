"""Tables of cases: a thin case, the person behind it, and the events that are its story."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, Enum, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.cases.enums import Audience, AuthorKind, EventType, Kind, Language, Status
from api.database import Base, RowId, UtcDateTime


def _words(kind: type[Any]) -> Enum:
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda k: [e.value for e in k],
    )


class Case(Base):
    """What a citizen filed; `status` repeats what its events say (api.cases.transitions), for quick lists."""

    __tablename__ = "cases"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[Kind] = mapped_column(_words(Kind))
    status: Mapped[Status] = mapped_column(_words(Status), index=True)
    structure_slug: Mapped[str] = mapped_column(ForeignKey("structures.slug"), index=True)
    governorate: Mapped[str | None] = mapped_column(ForeignKey("places.slug"))
    delegation: Mapped[str | None] = mapped_column(ForeignKey("places.slug"))
    subject: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    language: Mapped[Language] = mapped_column(_words(Language))
    anonymous: Mapped[bool] = mapped_column(default=False)
    place_words: Mapped[str | None] = mapped_column(Text)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    code_hash: Mapped[str] = mapped_column(String(64))
    merged_into: Mapped[str | None] = mapped_column(String(20))
    answer_by: Mapped[date] = mapped_column(Date)
    reply_by: Mapped[date | None] = mapped_column(Date)
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_event_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Claimant(Base):
    """Who filed a case and how to reach them, apart from it so that it can be erased alone (law 2004-63)."""

    __tablename__ = "case_claimants"
    __table_args__ = (Index(None, "channel_identity", "case_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    channel_identity: Mapped[str] = mapped_column(String(300))
    name: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(20))
    email: Mapped[str | None] = mapped_column(String(320))
    national_id: Mapped[str | None] = mapped_column(String(8))
    consent_version: Mapped[str | None] = mapped_column(String(40))
    consent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CaseEvent(Base):
    """One step of a case: what, when, by whom, for whom."""

    __tablename__ = "case_events"
    __table_args__ = (Index(None, "case_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    type: Mapped[EventType] = mapped_column(_words(EventType))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    author_kind: Mapped[AuthorKind] = mapped_column(_words(AuthorKind))
    author: Mapped[str | None] = mapped_column(String(120))
    audience: Mapped[Audience] = mapped_column(_words(Audience))
    structure_slug: Mapped[str | None] = mapped_column(ForeignKey("structures.slug"))
    text: Mapped[str | None] = mapped_column(Text)
    # Attachments by id, the score of a rating, the case merged into.
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
