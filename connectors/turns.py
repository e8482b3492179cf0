"""Works one conversation's inbox: each message in order, one turn of the bot for each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from api.conversations import service
from api.conversations.enums import Direction
from api.conversations.schemas import Claim, Pending, Reply
from api.database import Database
from connectors.bot_client import BotClient, BotRefusedError, BotUnavailableError, Turn
from connectors.delivery import FETCHING, PushChannel
from connectors.messages import IncomingMessage, OutgoingMessage
from connectors.signals import Signals
from connectors.texts import sentence

log = logging.getLogger(__name__)

TRIES = 5
FIRST_WAIT = 0.5
RETURN_WAIT = 0.2


@dataclass
class Turns:
    """Asks the bot, and commits its state, its replies and "done" together."""

    database: Database
    bot: BotClient
    push: Mapping[str, PushChannel]
    signals: Signals
    bot_away: asyncio.Event

    first = staticmethod(service.next_pending)

    async def work(self, held: Claim, pending: Pending | None) -> None:
        """Handles what waits in the conversation, until nothing is left or a message must wait."""
        while pending is not None:
            pending = await self._handle(held, pending)

    async def _handle(self, held: Claim, pending: Pending) -> Pending | None:
        message = IncomingMessage.model_validate(pending.body)
        if pending.held_by_human:
            async with self.database.session() as session:
                return await service.leave_to_human(session, held, pending.inbound_id)
        try:
            turn = await self._ask(message, pending)
        except BotUnavailableError as error:
            log.warning("the bot is away: %s", error)
            self.bot_away.set()
            await self._postpone(held, pending, error, RETURN_WAIT, counts=False)
            return None
        except BotRefusedError as error:
            return await self._failed(held, pending, message, error)
        return await self._finish(held, pending, message, turn)

    async def _ask(self, message: IncomingMessage, pending: Pending) -> Turn:
        """The bot's turn; what the channel could not take is told first, and alone when nothing else was
        said.
        """
        refused = (sentence(message.refusal, pending.language),) if message.refusal else ()
        if refused and message.is_empty:
            return Turn(replies=refused, state=pending.state)
        turn = await self._ask_bot(message, pending)
        return turn.model_copy(update={"replies": refused + turn.replies})

    async def _ask_bot(self, message: IncomingMessage, pending: Pending) -> Turn:
        channel = self.push.get(message.sender.channel)
        if channel is None:
            return await self.bot.turn(message, pending.state)
        thinking = asyncio.create_task(channel.thinking(message.sender.external_id))
        try:
            return await self.bot.turn(message, pending.state)
        finally:
            thinking.cancel()

    async def _finish(
        self, held: Claim, pending: Pending, message: IncomingMessage, turn: Turn
    ) -> Pending | None:
        replies = [part for reply in turn.replies for part in parts(reply, message.sender.channel, self.push)]
        async with self.database.session() as session:
            following = await service.finish_turn(
                session, held, pending.inbound_id, turn.state, _language(turn), replies
            )
            await self.signals.announce(session, Direction.outbound, held.conversation_id)
        self._tell(message, held, pending)
        return following

    async def _failed(
        self, held: Claim, pending: Pending, message: IncomingMessage, error: BotRefusedError
    ) -> Pending | None:
        tried = pending.attempts + 1
        log.warning("message %d: the bot %s (try %d of %d)", pending.inbound_id, error, tried, TRIES)
        if tried < TRIES:
            await self._postpone(held, pending, error, FIRST_WAIT * 2**pending.attempts, counts=True)
            return None
        apology = sentence("could_not_handle", pending.language)
        (reply,) = parts(apology, message.sender.channel, self.push)
        async with self.database.session() as session:
            following = await service.bury(session, held, pending.inbound_id, str(error), reply)
            await self.signals.announce(session, Direction.outbound, held.conversation_id)
        self._tell(message, held, pending)
        return following

    def _tell(self, message: IncomingMessage, held: Claim, pending: Pending) -> None:
        """Wakes whoever waits for this; the outbox only where there is something to push."""
        if message.sender.channel in self.push:
            self.signals.ring(Direction.outbound, held.conversation_id, pending.inbound_id)
        else:
            self.signals.tell(held.conversation_id, pending.inbound_id)

    async def _postpone(
        self, held: Claim, pending: Pending, error: Exception, seconds: float, *, counts: bool
    ) -> None:
        async with self.database.session() as session:
            await service.postpone(session, held, pending.inbound_id, str(error), seconds, counts=counts)


def parts(message: OutgoingMessage, channel: str, push: Mapping[str, PushChannel]) -> list[Reply]:
    """A message as the outbox keeps it: in deliverable parts where the channel must be called."""
    pieces = push[channel].parts(message) if channel in push else [message]
    return [Reply(piece.model_dump(mode="json"), push=channel not in FETCHING) for piece in pieces]


def _language(turn: Turn) -> str | None:
    return turn.outcome.language if turn.outcome.language in ("ar", "fr") else None
