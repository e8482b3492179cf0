"""Waits for the answer to one message, for callers that hold a connection open: REST and the terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from api.conversations import reading
from api.conversations.enums import InboundStatus, OutboundKind
from api.conversations.schemas import Received
from connectors.engine import Engine
from connectors.messages import OutgoingMessage
from connectors.texts import sentence

LOOK_SECONDS = 1.0
MARGIN_SECONDS = 0.5
"""Left between telling that it takes longer and the five seconds promised."""


@dataclass
class Waiting:
    """Who waits for which message here: replies nobody waits for any more go to the next caller."""

    engine: Engine
    _for: dict[int, set[int]] = field(default_factory=dict)

    async def answer(self, received: Received) -> list[OutgoingMessage]:
        """The replies to a message, after what was left over from earlier ones; or, in time, that it takes
        longer.
        """
        with self._registered(received):
            done = (received.duplicate and await self._is_done(received)) or await self._settled(received)
            messages = await self._take(received)
        return messages if messages or done else [sentence("slower_than_usual", None)]

    async def _is_done(self, received: Received) -> bool:
        status, _ = await self._look(received)
        return status != InboundStatus.pending

    async def _settled(self, received: Received) -> bool:
        """True when the message has been dealt with, False when patience has run out."""
        end = time.monotonic() + self.engine.pace.patience + MARGIN_SECONDS
        signals = self.engine.signals
        with signals.watching(received.conversation_id) as watch:
            while not signals.is_finished(received.inbound_id):
                left = end - time.monotonic()
                if left <= 0:
                    return False
                if not await watch.ring(min(LOOK_SECONDS, left)):
                    status, told = await self._look(received)
                    if status != InboundStatus.pending or told:
                        return status != InboundStatus.pending
        return True

    async def _look(self, received: Received) -> tuple[str, bool]:
        async with self.engine.database.session(writes=False) as session:
            status = await reading.inbound_status(session, received.inbound_id)
            replies = await reading.replies_to(session, received.inbound_id)
        return status, any(reply.kind == OutboundKind.delay for reply in replies)

    async def _take(self, received: Received) -> list[OutgoingMessage]:
        others = self._for[received.conversation_id] - {received.inbound_id}
        async with self.engine.database.session() as session:
            if received.duplicate:
                bodies = [reply.body for reply in await reading.replies_to(session, received.inbound_id)]
            else:
                bodies = await reading.take_kept(session, received.conversation_id, others, time.time())
        return [OutgoingMessage.model_validate(body) for body in bodies]

    @contextmanager
    def _registered(self, received: Received) -> Iterator[None]:
        waiting = self._for.setdefault(received.conversation_id, set())
        waiting.add(received.inbound_id)
        try:
            yield
        finally:
            waiting.discard(received.inbound_id)
            if not waiting:
                self._for.pop(received.conversation_id, None)
