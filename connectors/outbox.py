"""Works one conversation's outbox: pushes its messages in order through the citizen's channel."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from api.conversations import service
from api.conversations.enums import Direction
from api.conversations.schemas import Claim, Delivery
from api.database import Database
from connectors.delivery import PushChannel, RefusedError, TryAgainError, UnreachableError
from connectors.messages import OutgoingMessage
from connectors.signals import Signals

log = logging.getLogger(__name__)

FIRST_WAIT = 1.0
LONGEST_WAIT = 300.0
ELSEWHERE_WAIT = 5.0
TRIES = 20
"""About an hour and a half of back-off; waits a channel asked for are not counted."""


@dataclass
class Outbox:
    """Delivers, retries with back-off, and gives up what cannot be delivered as a dead letter."""

    database: Database
    push: Mapping[str, PushChannel]
    signals: Signals

    first = staticmethod(service.next_delivery)

    async def work(self, held: Claim, delivery: Delivery | None) -> None:
        """Delivers what waits in the conversation, until nothing is left or a message must wait."""
        while delivery is not None:
            delivery = await self._deliver(held, delivery)

    async def _deliver(self, held: Claim, delivery: Delivery) -> Delivery | None:
        channel = self.push.get(delivery.channel)
        if channel is None:
            return await self._retry(
                held, delivery, TryAgainError("channel is switched off in this process", ELSEWHERE_WAIT)
            )
        try:
            message_id = await channel.deliver(
                delivery.external_id, OutgoingMessage.model_validate(delivery.body)
            )
        except TryAgainError as error:
            return await self._retry(held, delivery, error)
        except (UnreachableError, RefusedError) as error:
            return await self._give_up(held, delivery, error)
        async with self.database.session() as session:
            return await service.sent(session, held, delivery.outbound_id, message_id)

    async def _retry(self, held: Claim, delivery: Delivery, error: TryAgainError) -> Delivery | None:
        if error.after is None and delivery.attempts + 1 >= TRIES:
            return await self._give_up(held, delivery, error)
        wait = error.after if error.after is not None else backoff(delivery.attempts)
        async with self.database.session() as session:
            await service.resend_later(session, held, delivery, str(error), wait, counts=error.after is None)
        return None

    async def _give_up(self, held: Claim, delivery: Delivery, error: Exception) -> Delivery | None:
        log.warning("message %d to a citizen was given up: %s", delivery.outbound_id, error)
        unreachable = isinstance(error, UnreachableError)
        async with self.database.session() as session:
            following = await service.undeliverable(
                session, held, delivery, str(error), unreachable=unreachable
            )
            await self.signals.announce(session, Direction.outbound, held.conversation_id)
        return following


def backoff(attempts: int) -> float:
    """Seconds to wait after that many failed tries: doubling, at most five minutes."""
    return min(FIRST_WAIT * float(2**attempts), LONGEST_WAIT)
