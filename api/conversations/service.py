"""The rules of the inbox and the outbox (DESIGN section 2, "A message's way").

Every function runs in the caller's transaction: what it does becomes true together, when the caller commits.
A worker holds one queue of one conversation through a `Claim`; whatever it writes with a claim it has lost
raises `LeaseLostError`, so the transaction is rolled back and the new holder's work stands.

Rows are locked in one order everywhere, a conversation before its queues, so two transactions never wait for
each other.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations import repository
from api.conversations.enums import (
    ConversationStatus,
    Direction,
    InboundStatus,
    OutboundKind,
    OutboundStatus,
)
from api.conversations.schemas import Claim, Delivery, Pending, Received, Reply


class LeaseLostError(Exception):
    """Another worker has taken this queue over."""


async def receive(
    session: AsyncSession,
    channel: str,
    external_id: str,
    message_id: str,
    body: dict[str, Any],
    language: str | None = None,
) -> Received:
    """Stores a citizen's message, once; the channel may acknowledge it as soon as this is committed."""
    now = time.time()
    conversation_id, position = await repository.touch_conversation(
        session, channel, external_id, now, language
    )
    if position == 1:
        await repository.add_lanes(session, conversation_id)
    inbound_id = await repository.add_inbound(
        session,
        conversation_id=conversation_id,
        position=position,
        channel_message_id=message_id,
        body=body,
        status=InboundStatus.pending,
        attempts=0,
        received_at=now,
    )
    if inbound_id is None:
        known = await repository.find_inbound(session, conversation_id, message_id)
        return Received(conversation_id, known.id, known.position, duplicate=True)
    await repository.wake_lane(session, conversation_id, Direction.inbound, now)
    return Received(conversation_id, inbound_id, position, duplicate=False)


async def claim(
    session: AsyncSession, direction: Direction, owner: str, lease_seconds: float, limit: int
) -> list[Claim]:
    """Takes up to `limit` conversations that want work in this direction and that nobody holds."""
    now = time.time()
    lanes = await repository.claim_lanes(session, direction, owner, now, now + lease_seconds, limit)
    return [Claim(conversation_id, token) for conversation_id, token in lanes]


async def renew(session: AsyncSession, owner: str, lease_seconds: float) -> None:
    """Keeps every lease of `owner` that has not run out."""
    now = time.time()
    await repository.renew_leases(session, owner, now, now + lease_seconds)


async def drop_leases(session: AsyncSession, owner: str | None = None) -> None:
    """Gives back the leases of `owner`; without one, every lease: nobody else may be working then."""
    await repository.drop_leases(session, owner)


async def next_pending(session: AsyncSession, held: Claim) -> Pending | None:
    """The conversation's oldest unanswered message; when there is none, None, and the queue is given back."""
    found = await repository.next_inbound(session, held.conversation_id)
    if found is None:
        await _give_back(session, held, Direction.inbound, ready_at=None, waiting_since=None)
        return None
    return Pending(
        inbound_id=found.id,
        body=found.body,
        received_at=found.received_at,
        attempts=found.attempts,
        held_by_human=found.status == ConversationStatus.human,
        language=found.language,
        state=found.state,
    )


async def finish_turn(
    session: AsyncSession,
    held: Claim,
    inbound_id: int,
    state: dict[str, Any] | None,
    language: str | None,
    replies: Sequence[Reply],
) -> Pending | None:
    """The new state, the replies and "done", together; returns the next message to handle, if any."""
    changes: dict[str, Any] = {"state": state, "delay_told": False}
    if language is not None:
        changes["language"] = language
    await _say(session, held.conversation_id, replies, OutboundKind.reply, inbound_id, **changes)
    return await _done(session, held, inbound_id, InboundStatus.done)


async def leave_to_human(session: AsyncSession, held: Claim, inbound_id: int) -> Pending | None:
    """Notes a message as left to the official who holds the conversation; the bot does not hear it."""
    return await _done(session, held, inbound_id, InboundStatus.done)


async def bury(
    session: AsyncSession, held: Claim, inbound_id: int, error: str, apology: Reply
) -> Pending | None:
    """Gives a message up as a dead letter, says so, and lets the conversation go on."""
    await _say(session, held.conversation_id, [apology], OutboundKind.apology, inbound_id, delay_told=False)
    return await _done(session, held, inbound_id, InboundStatus.dead, error)


async def postpone(
    session: AsyncSession, held: Claim, inbound_id: int, error: str, delay: float, *, counts: bool
) -> None:
    """Puts a message off by `delay` seconds; the conversation waits. `counts`: an attempt was used up."""
    await repository.note_failure(session, inbound_id, error, counts)
    await _give_back(session, held, Direction.inbound, ready_at=time.time() + delay)


async def tell_delay(session: AsyncSession, conversation_id: int, inbound_id: int, notice: Reply) -> bool:
    """Tells a waiting citizen, once, that it takes longer; False when he was told or answered meanwhile."""
    if not await repository.claim_delay_notice(session, conversation_id):
        return False
    if (await repository.get_inbound(session, inbound_id)).status != InboundStatus.pending:
        await repository.update_conversation(session, conversation_id, delay_told=False)
        return False
    await _say(session, conversation_id, [notice], OutboundKind.delay, inbound_id)
    return True


async def say(
    session: AsyncSession,
    conversation_id: int,
    replies: Sequence[Reply],
    kind: OutboundKind = OutboundKind.news,
) -> None:
    """Puts messages in the outbox that answer nothing in particular: status news, an official's words."""
    await _say(session, conversation_id, replies, kind, None)


async def next_delivery(session: AsyncSession, held: Claim) -> Delivery | None:
    """The next message to push, in order; when there is none, None, and the queue is given back."""
    found = await repository.next_outbound(session, held.conversation_id)
    if found is None:
        await _give_back(session, held, Direction.outbound, ready_at=None, waiting_since=None)
        return None
    return Delivery(found.id, found.channel, found.external_id, found.body, found.attempts)


async def sent(
    session: AsyncSession, held: Claim, outbound_id: int, channel_message_id: str | None
) -> Delivery | None:
    """Notes a message as delivered and returns the next."""
    await _own(session, held, Direction.outbound)
    await repository.set_outbound(
        session,
        outbound_id,
        status=OutboundStatus.sent,
        sent_at=time.time(),
        channel_message_id=channel_message_id,
        error=None,
    )
    return await next_delivery(session, held)


async def resend_later(
    session: AsyncSession, held: Claim, delivery: Delivery, error: str, delay: float, *, counts: bool
) -> None:
    """Tries a delivery again in `delay` seconds; what follows it in the conversation waits."""
    await repository.set_outbound(
        session, delivery.outbound_id, error=error, attempts=delivery.attempts + counts
    )
    await _give_back(session, held, Direction.outbound, ready_at=time.time() + delay)


async def undeliverable(
    session: AsyncSession, held: Claim, delivery: Delivery, error: str, *, unreachable: bool
) -> Delivery | None:
    """Gives a delivery up; `unreachable` marks the citizen until he writes again."""
    if unreachable:
        await repository.update_conversation(session, held.conversation_id, reachable=False)
    await _own(session, held, Direction.outbound)
    await repository.set_outbound(session, delivery.outbound_id, status=OutboundStatus.dead, error=error)
    return await next_delivery(session, held)


async def lost(session: AsyncSession, channel: str, external_id: str) -> None:
    """Marks a citizen who cannot be written to any more; writing again makes him reachable."""
    conversation = await repository.find_conversation(session, channel, external_id)
    if conversation is not None:
        await repository.update_conversation(session, conversation.id, reachable=False)


async def revive(session: AsyncSession, direction: Direction, message_id: int) -> bool:
    """Gives a dead letter another chance; False when there is none of that number."""
    conversation_id = await repository.revive(session, direction, message_id)
    if conversation_id is not None:
        await repository.wake_lane(session, conversation_id, direction, time.time())
    return conversation_id is not None


async def _say(
    session: AsyncSession,
    conversation_id: int,
    replies: Sequence[Reply],
    kind: OutboundKind,
    inbound_id: int | None,
    **changes: Any,
) -> None:
    """Adds replies in order, and writes `changes` to the conversation."""
    last = await repository.advance(session, conversation_id, len(replies), changes)
    if not replies:
        return
    now = time.time()
    rows = [
        {
            "conversation_id": conversation_id,
            "position": last - len(replies) + number,
            "inbound_id": inbound_id,
            "kind": kind,
            "body": reply.body,
            "status": OutboundStatus.pending if reply.push else OutboundStatus.kept,
            "attempts": 0,
            "created_at": now,
        }
        for number, reply in enumerate(replies, start=1)
    ]
    await repository.add_outbound(session, rows)
    if any(reply.push for reply in replies):
        await repository.wake_lane(session, conversation_id, Direction.outbound, now)


async def _done(
    session: AsyncSession, held: Claim, inbound_id: int, status: InboundStatus, error: str | None = None
) -> Pending | None:
    await repository.set_inbound(session, inbound_id, status=status, error=error, done_at=time.time())
    following = await next_pending(session, held)
    if following is not None:
        await _own(session, held, Direction.inbound, waiting_since=following.received_at)
    return following


async def _own(session: AsyncSession, held: Claim, direction: Direction, **values: Any) -> None:
    """Writes to a queue we hold; the row stays locked until the caller commits.

    Raises:
        LeaseLostError: the queue has another holder by now.
    """
    if not await repository.set_lane(session, held.conversation_id, direction, held.token, values):
        raise LeaseLostError


async def _give_back(session: AsyncSession, held: Claim, direction: Direction, **values: Any) -> None:
    await _own(session, held, direction, lease_until=0.0, lease_owner=None, **values)
