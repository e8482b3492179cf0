"""Statements on conversations, their queues and their messages. Each runs in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, case, func, insert, literal, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations.enums import Direction, InboundStatus, OutboundStatus
from api.conversations.models import Conversation, InboundMessage, Lane, OutboundMessage

# Several statements a message: written on the tables, not on the mapped classes, they cost half.
CONVERSATIONS, LANES = cast(Table, Conversation.__table__), cast(Table, Lane.__table__)
INBOUND, OUTBOUND = cast(Table, InboundMessage.__table__), cast(Table, OutboundMessage.__table__)


def _upsert(session: AsyncSession, table: Any) -> Any:
    dialect = session.get_bind().dialect.name
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)


async def _wrote_one(session: AsyncSession, statement: Any) -> bool:
    written: int = (await session.execute(statement)).rowcount  # type: ignore[attr-defined]
    return written == 1


async def touch_conversation(
    session: AsyncSession, channel: str, external_id: str, now: float, language: str | None = None
) -> tuple[int, int]:
    """Makes or finds the conversation, locks its row and takes its next position: (id, position)."""
    made = _upsert(session, CONVERSATIONS).values(
        channel=channel,
        external_id=external_id,
        status="bot",
        language=language,
        position=1,
        delay_told=False,
        reachable=True,
        created_at=now,
        last_message_at=now,
    )
    touched = made.on_conflict_do_update(
        index_elements=["channel", "external_id"],
        set_={
            "position": CONVERSATIONS.c.position + 1,
            "last_message_at": now,
            "reachable": True,
            "language": func.coalesce(CONVERSATIONS.c.language, literal(language)),
        },
    )
    row = (await session.execute(touched.returning(CONVERSATIONS.c.id, CONVERSATIONS.c.position))).one()
    return row.id, row.position


async def find_conversation(session: AsyncSession, channel: str, external_id: str) -> Conversation | None:
    found = select(Conversation).filter_by(channel=channel, external_id=external_id)
    return (await session.execute(found)).scalar_one_or_none()


async def add_lanes(session: AsyncSession, conversation_id: int) -> None:
    await session.execute(
        insert(Lane),
        [{"conversation_id": conversation_id, "direction": direction} for direction in Direction],
    )


async def add_inbound(session: AsyncSession, **values: Any) -> int | None:
    """The new message's id, or None when the channel has delivered it before."""
    statement = _upsert(session, INBOUND).values(**values)
    statement = statement.on_conflict_do_nothing(index_elements=["conversation_id", "channel_message_id"])
    return (await session.execute(statement.returning(INBOUND.c.id))).scalar_one_or_none()


async def find_inbound(session: AsyncSession, conversation_id: int, message_id: str) -> InboundMessage:
    found = select(InboundMessage).filter_by(conversation_id=conversation_id, channel_message_id=message_id)
    return (await session.execute(found)).scalar_one()


async def get_inbound(session: AsyncSession, inbound_id: int) -> InboundMessage:
    return (await session.execute(select(InboundMessage).filter_by(id=inbound_id))).scalar_one()


async def wake_lane(session: AsyncSession, conversation_id: int, direction: Direction, now: float) -> None:
    """Asks for work on a queue, unless it was asked for before: one that backs off goes on backing off."""
    await session.execute(
        update(LANES)
        .where(LANES.c.conversation_id == conversation_id, LANES.c.direction == direction)
        .values(
            ready_at=func.coalesce(LANES.c.ready_at, now),
            waiting_since=func.coalesce(LANES.c.waiting_since, now),
        )
    )


async def claim_lanes(
    session: AsyncSession, direction: Direction, owner: str, now: float, until: float, limit: int
) -> Sequence[tuple[int, int]]:
    """Takes up to `limit` free queues that want work, the longest waiting first: (conversation id, token)."""
    wanting = (
        select(LANES.c.conversation_id)
        .where(LANES.c.direction == direction, LANES.c.ready_at <= now, LANES.c.lease_until <= now)
        .order_by(LANES.c.ready_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("wanting")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    taken = (
        update(LANES)
        .where(LANES.c.direction == direction, LANES.c.conversation_id.in_(select(wanting.c.conversation_id)))
        .values(
            token=LANES.c.token + 1,
            taken_over=case(
                (LANES.c.lease_owner.is_(None), LANES.c.taken_over), else_=LANES.c.taken_over + 1
            ),
            lease_owner=owner,
            lease_until=until,
        )
        .returning(LANES.c.conversation_id, LANES.c.token)
    )
    return [(row.conversation_id, row.token) for row in await session.execute(taken)]


async def renew_leases(session: AsyncSession, owner: str, now: float, until: float) -> None:
    """Prolongs the leases of `owner`; a queue being written at this moment is prolonged next time."""
    free = (
        select(LANES.c.conversation_id, LANES.c.direction)
        .where(LANES.c.lease_owner == owner, LANES.c.lease_until > now)
        .with_for_update(skip_locked=True)
        .cte("free")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    ours = tuple_(LANES.c.conversation_id, LANES.c.direction).in_(
        select(free.c.conversation_id, free.c.direction)
    )
    await session.execute(update(LANES).where(ours).values(lease_until=until))


async def drop_leases(session: AsyncSession, owner: str | None = None) -> None:
    """Gives back every lease of `owner`; without one everybody's, whose holders are dead then."""
    freed: dict[str, Any] = {"lease_until": 0.0, "lease_owner": None}
    statement = update(LANES).where(LANES.c.lease_owner.is_not(None))
    if owner is None:
        freed["taken_over"] = LANES.c.taken_over + 1
    else:
        statement = statement.where(LANES.c.lease_owner == owner)
    await session.execute(statement.values(freed))


async def set_lane(
    session: AsyncSession, conversation_id: int, direction: Direction, token: int, values: dict[str, Any]
) -> bool:
    """Writes to a queue that is still ours, and locks it; False when another worker took it."""
    statement = (
        update(LANES)
        .where(
            LANES.c.conversation_id == conversation_id,
            LANES.c.direction == direction,
            LANES.c.token == token,
        )
        .values(values or {"token": token})
    )
    return await _wrote_one(session, statement)


async def update_conversation(session: AsyncSession, conversation_id: int, **values: Any) -> int:
    """Writes to the conversation, whose row is locked from then on, and returns its position."""
    statement = update(CONVERSATIONS).where(CONVERSATIONS.c.id == conversation_id).values(**values)
    position: int = (await session.execute(statement.returning(CONVERSATIONS.c.position))).scalar_one()
    return position


async def advance(session: AsyncSession, conversation_id: int, steps: int, changes: dict[str, Any]) -> int:
    """Takes `steps` positions, writes `changes`, and returns the last position; the row is locked then."""
    return await update_conversation(
        session, conversation_id, position=CONVERSATIONS.c.position + steps, **changes
    )


async def claim_delay_notice(session: AsyncSession, conversation_id: int) -> bool:
    """True for the one caller who may tell this citizen that it takes longer."""
    untold = update(CONVERSATIONS).where(
        CONVERSATIONS.c.id == conversation_id, CONVERSATIONS.c.delay_told.is_(False)
    )
    return await _wrote_one(session, untold.values(delay_told=True))


async def next_inbound(session: AsyncSession, conversation_id: int) -> Any | None:
    """The oldest pending message of the citizen, with what its conversation tells the bot."""
    found = (
        select(
            INBOUND.c.id,
            INBOUND.c.body,
            INBOUND.c.received_at,
            INBOUND.c.attempts,
            CONVERSATIONS.c.status,
            CONVERSATIONS.c.language,
            CONVERSATIONS.c.state,
        )
        .join(CONVERSATIONS, CONVERSATIONS.c.id == INBOUND.c.conversation_id)
        .where(INBOUND.c.conversation_id == conversation_id, INBOUND.c.status == InboundStatus.pending)
        .order_by(INBOUND.c.position)
        .limit(1)
    )
    return (await session.execute(found)).first()


async def next_outbound(session: AsyncSession, conversation_id: int) -> Any | None:
    """The oldest message still to be pushed to the citizen, and where to."""
    found = (
        select(
            OUTBOUND.c.id,
            OUTBOUND.c.body,
            OUTBOUND.c.attempts,
            CONVERSATIONS.c.channel,
            CONVERSATIONS.c.external_id,
        )
        .join(CONVERSATIONS, CONVERSATIONS.c.id == OUTBOUND.c.conversation_id)
        .where(OUTBOUND.c.conversation_id == conversation_id, OUTBOUND.c.status == OutboundStatus.pending)
        .order_by(OUTBOUND.c.position)
        .limit(1)
    )
    return (await session.execute(found)).first()


async def set_inbound(session: AsyncSession, inbound_id: int, **values: Any) -> None:
    await session.execute(update(INBOUND).where(INBOUND.c.id == inbound_id).values(**values))


async def note_failure(session: AsyncSession, inbound_id: int, error: str, counts: bool) -> None:
    await set_inbound(session, inbound_id, error=error, attempts=INBOUND.c.attempts + int(counts))


async def set_outbound(session: AsyncSession, outbound_id: int, **values: Any) -> None:
    await session.execute(update(OUTBOUND).where(OUTBOUND.c.id == outbound_id).values(**values))


async def add_outbound(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    await session.execute(insert(OUTBOUND), rows)


async def revive(session: AsyncSession, direction: Direction, message_id: int) -> int | None:
    """Makes a dead letter pending again: its conversation, or None when there is no such letter."""
    inbound = direction is Direction.inbound
    table = INBOUND if inbound else OUTBOUND
    dead, pending = (
        (InboundStatus.dead, InboundStatus.pending)
        if inbound
        else (OutboundStatus.dead, OutboundStatus.pending)
    )
    letter = update(table).where(table.c.id == message_id, table.c.status == dead)
    revived = letter.values(status=pending, attempts=0).returning(table.c.conversation_id)
    conversation_id: int | None = (await session.execute(revived)).scalar_one_or_none()
    return conversation_id
