"""Queries for people and pages: transcripts, waiting citizens, dead letters, counts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Select, Table, desc, func, literal, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations.enums import ConversationStatus, Direction, InboundStatus, OutboundStatus
from api.conversations.models import Conversation, InboundMessage, Lane, OutboundMessage
from api.conversations.schemas import DeadLetter, Delayed, Line, Transcript


async def transcript(
    session: AsyncSession, channel: str, external_id: str, after: int, limit: int
) -> Transcript | None:
    """The newest lines past position `after`, in order; None when there is no such conversation."""
    known = (
        select(Conversation.id, Lane.waiting_since)
        .join(Lane, Lane.conversation_id == Conversation.id)
        .where(
            Conversation.channel == channel,
            Conversation.external_id == external_id,
            Lane.direction == Direction.inbound,
        )
    )
    found = (await session.execute(known)).first()
    if found is None:
        return None
    came = [_came(row) for row in await _after(session, InboundMessage, found.id, after, limit)]
    went = [_went(row) for row in await _after(session, OutboundMessage, found.id, after, limit)]
    lines = sorted([*came, *went], key=lambda line: line.position)[-limit:]
    return Transcript(found.id, lines, waiting=found.waiting_since is not None)


async def outbound_after(
    session: AsyncSession, conversation_id: int, after: int, limit: int
) -> Sequence[OutboundMessage]:
    """The newest `limit` messages to the citizen past position `after`, oldest first."""
    messages: list[OutboundMessage] = await _after(session, OutboundMessage, conversation_id, after, limit)
    return messages


async def _after(session: AsyncSession, model: Any, conversation_id: int, after: int, limit: int) -> Any:
    found = (
        select(model)
        .where(model.conversation_id == conversation_id, model.position > after)
        .order_by(model.position.desc())
        .limit(limit)
    )
    return list(reversed((await session.execute(found)).scalars().all()))


def _came(row: InboundMessage) -> Line:
    return Line(row.position, "citizen", row.body, row.received_at, row.channel_message_id)


def _went(row: OutboundMessage) -> Line:
    return Line(row.position, "assistant", row.body, row.created_at, kind=row.kind)


async def waiting_unheard(session: AsyncSession, patience: float, limit: int) -> list[Delayed]:
    """Citizens who have waited for `patience` seconds and have not been told that it takes longer."""
    head = (
        select(func.min(InboundMessage.id))
        .where(
            InboundMessage.conversation_id == Conversation.id, InboundMessage.status == InboundStatus.pending
        )
        .scalar_subquery()
    )
    found = (
        select(Conversation.id, Conversation.channel, Conversation.language, head)
        .join(Lane, Lane.conversation_id == Conversation.id)
        .where(
            Lane.direction == Direction.inbound,
            Lane.waiting_since <= time.time() - patience,
            Conversation.delay_told.is_(False),
            Conversation.status == ConversationStatus.bot,
        )
        .order_by(Lane.waiting_since)
        .limit(limit)
    )
    return [Delayed(*row) for row in await session.execute(found) if row[3] is not None]


async def take_kept(
    session: AsyncSession, conversation_id: int, waited_for: set[int], now: float
) -> list[dict[str, Any]]:
    """Hands out what lies ready for a fetching client, in order, but not what other callers wait for."""
    outbound = cast(Table, OutboundMessage.__table__)
    free = outbound.c.inbound_id.is_(None) | outbound.c.inbound_id.not_in(waited_for)
    statement = (
        update(outbound)
        .where(
            outbound.c.conversation_id == conversation_id,
            outbound.c.status == OutboundStatus.kept,
            *([free] if waited_for else ()),
        )
        .values(status=OutboundStatus.sent, sent_at=now)
        .returning(outbound.c.position, outbound.c.body)
    )
    return [row.body for row in sorted(await session.execute(statement), key=lambda row: row.position)]


async def inbound_status(session: AsyncSession, inbound_id: int) -> str:
    return (await session.execute(select(InboundMessage.status).filter_by(id=inbound_id))).scalar_one()


async def offered_buttons(session: AsyncSession, channel: str, external_id: str) -> dict[str, str]:
    """The titles of the buttons lately shown to a citizen, by payload."""
    lately = (
        select(OutboundMessage.body)
        .join(Conversation, Conversation.id == OutboundMessage.conversation_id)
        .where(Conversation.channel == channel, Conversation.external_id == external_id)
        .order_by(OutboundMessage.position.desc())
        .limit(10)
    )
    bodies = (await session.execute(lately)).scalars().all()
    buttons = (button for body in reversed(bodies) for button in body.get("buttons", ()))
    return {button["payload"]: button["title"] for button in buttons}


async def replies_to(session: AsyncSession, inbound_id: int) -> Sequence[OutboundMessage]:
    found = select(OutboundMessage).filter_by(inbound_id=inbound_id).order_by(OutboundMessage.position)
    return (await session.execute(found)).scalars().all()


async def dead_letters(session: AsyncSession, limit: int) -> list[DeadLetter]:
    """The newest messages that were given up, both ways."""
    came = _letters(InboundMessage, Direction.inbound, InboundMessage.received_at, InboundStatus.dead)
    left = _letters(OutboundMessage, Direction.outbound, OutboundMessage.created_at, OutboundStatus.dead)
    found = union_all(came, left).order_by(desc("at")).limit(limit)
    return [
        DeadLetter(row.direction, row.id, f"{row.channel}:{row.external_id}", row.error, row.attempts, row.at)
        for row in await session.execute(found)
    ]


def _letters(model: Any, direction: Direction, at: Any, dead: str) -> Select[Any]:
    return (
        select(
            literal(str(direction)).label("direction"),
            model.id,
            Conversation.channel,
            Conversation.external_id,
            model.error,
            model.attempts,
            at.label("at"),
        )
        .join(Conversation, Conversation.id == model.conversation_id)
        .where(model.status == dead)
    )


async def counts(session: AsyncSession) -> dict[str, int]:
    """Messages by direction and state, and how often a worker died with a queue in its hands."""
    numbers: dict[str, int] = {}
    for direction, model in ((Direction.inbound, InboundMessage), (Direction.outbound, OutboundMessage)):
        rows = await session.execute(select(model.status, func.count()).group_by(model.status))
        numbers.update({f"{direction}_{status}": count for status, count in rows})
        taken = select(func.coalesce(func.sum(Lane.taken_over), 0)).where(Lane.direction == direction)
        numbers[f"{direction}_taken_over"] = (await session.execute(taken)).scalar_one()
    return numbers
