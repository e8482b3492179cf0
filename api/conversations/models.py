"""Tables of the inbox and the outbox. Times of the queues are seconds since the epoch: they are only
compared.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Boolean, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.conversations.enums import ConversationStatus, InboundStatus, OutboundKind, OutboundStatus
from api.database import Base, RowId


class Conversation(Base):
    """One citizen on one channel. `position` numbers its messages, both ways, in the order they were
    committed.
    """

    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("channel", "external_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    external_id: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(8), default=ConversationStatus.bot)
    language: Mapped[str | None] = mapped_column(String(2))
    state: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    position: Mapped[int] = mapped_column(Integer, default=0)
    delay_told: Mapped[bool] = mapped_column(Boolean, default=False)
    reachable: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[float] = mapped_column(Float)
    last_message_at: Mapped[float] = mapped_column(Float, index=True)


class Lane(Base):
    """One queue of a conversation: when it wants work, and who holds it until when.

    `token` grows with every claim; a worker whose token is no longer the lane's has lost it
    and may write nothing.
    `taken_over` counts the claims of a lane whose worker died with it: on the way out, a reply may have
    left twice.
    """

    __tablename__ = "conversation_lanes"
    __table_args__ = (Index(None, "direction", "ready_at"),)

    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    direction: Mapped[str] = mapped_column(String(3), primary_key=True)
    ready_at: Mapped[float | None] = mapped_column(Float)
    waiting_since: Mapped[float | None] = mapped_column(Float)
    lease_until: Mapped[float] = mapped_column(Float, default=0.0)
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    token: Mapped[int] = mapped_column(Integer, default=0)
    taken_over: Mapped[int] = mapped_column(Integer, default=0)


class InboundMessage(Base):
    """What a citizen sent, stored before it is acknowledged to the channel."""

    __tablename__ = "inbound_messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "channel_message_id"),
        UniqueConstraint("conversation_id", "position"),
        Index(None, "conversation_id", "status", "position"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    channel_message_id: Mapped[str] = mapped_column(String(128))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    status: Mapped[str] = mapped_column(String(8), default=InboundStatus.pending)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    error: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[float] = mapped_column(Float)
    done_at: Mapped[float | None] = mapped_column(Float)


class OutboundMessage(Base):
    """What is said to a citizen, in the order of `position`."""

    __tablename__ = "outbound_messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "position"),
        Index(None, "conversation_id", "status", "position"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    inbound_id: Mapped[int | None] = mapped_column(
        ForeignKey("inbound_messages.id", ondelete="SET NULL"), index=True
    )
    kind: Mapped[str] = mapped_column(String(8), default=OutboundKind.reply)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    status: Mapped[str] = mapped_column(String(8), default=OutboundStatus.pending)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[float] = mapped_column(Float)
    sent_at: Mapped[float | None] = mapped_column(Float)
    channel_message_id: Mapped[str | None] = mapped_column(String(64))
