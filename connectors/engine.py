"""Inbox → bot → outbox: the promises of DESIGN section 2, "A message's way".

A channel calls `Engine.receive` and acknowledges when it returns: the message is stored by then. Workers take
conversations under a lease in the database, so any number of processes may run an engine on the same
database;
a conversation has one worker at a time, different conversations run side by side. A process that is killed
leaves its leases to run out; what it had not committed is done again by another.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from api.conversations import reading, service
from api.conversations.enums import Direction
from api.conversations.schemas import Claim, Delayed, Received, Reply
from api.database import Database
from connectors import metrics
from connectors.bot_client import BotClient
from connectors.delivery import FETCHING, PushChannel
from connectors.messages import IncomingMessage
from connectors.outbox import Outbox
from connectors.signals import Signals
from connectors.texts import sentence
from connectors.turns import Turns

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pace:
    """How patient the engine is, in seconds, and how much it does at once."""

    lease: float = 15.0
    look: float = 1.0
    """How often the database is looked at without a signal."""
    patience: float = 4.2
    """How long a citizen waits before being told that it takes longer (promised: 5 s)."""
    bot_probe: float = 0.5
    counting: float = 30.0
    at_once: int = 16


def process_name() -> str:
    """A name no other process has, for leases."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}"


@dataclass
class Engine:
    """Receives, has answered and delivers messages. `push` holds the channels that must be called to
    deliver.
    """

    database: Database
    bot: BotClient
    push: dict[str, PushChannel] = field(default_factory=dict)
    pace: Pace = field(default_factory=Pace)
    signals: Signals = field(default_factory=Signals)
    owner: str = field(default_factory=process_name)

    def __post_init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []
        self._bot_away = asyncio.Event()
        self._turns = Turns(self.database, self.bot, self.push, self.signals, self._bot_away)
        self._outbox = Outbox(self.database, self.push, self.signals)

    async def receive(self, message: IncomingMessage) -> Received:
        """Stores a message; after this the channel may acknowledge it. A repeated message is stored once."""
        async with self.database.session() as session:
            received = await service.receive(
                session,
                message.sender.channel,
                message.sender.external_id,
                message.id,
                message.model_dump(mode="json"),
                message.language,
            )
            await self.signals.announce(session, Direction.inbound, received.conversation_id)
        self.signals.ring(Direction.inbound, received.conversation_id)
        return received

    async def start(self, *, alone: bool = False) -> None:
        """Begins to work. `alone`: no other process uses this database, so leases left by a dead one are
        void.
        """
        if alone:
            async with self.database.session() as session:
                await service.drop_leases(session)
        jobs: Mapping[str, Callable[[], Awaitable[None]]] = {
            "turns": lambda: self._dispatch(Direction.inbound, self._turns),
            "outbox": lambda: self._dispatch(Direction.outbound, self._outbox),
            "leases": self._keep_leases,
            "delays": self._tell_delays,
            "bot": self._await_bot,
            "metrics": self._show_metrics,
            "signals": lambda: self.signals.listen(self.database.engine.url.render_as_string(False)),
        }
        self._tasks = [
            asyncio.create_task(_for_ever(job), name=f"engine {name}") for name, job in jobs.items()
        ]

    async def stop(self) -> None:
        """Stops working and gives every lease back; unfinished turns are done again by whoever comes next."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        async with self.database.session() as session:
            await service.drop_leases(session, self.owner)

    async def _dispatch(self, direction: Direction, worker: Turns | Outbox) -> None:
        """Claims conversations while hands are free and gives each to a worker of its own."""
        busy: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as workers:
            while True:
                await self._bot_is_there(direction)
                free = self.pace.at_once - len(busy)
                claims = await self._claim(direction, worker, free)
                for claim, first in claims:
                    task = workers.create_task(_guarded(worker.work(claim, first), claim))
                    busy.add(task)
                    task.add_done_callback(busy.discard)
                if len(claims) < free:
                    await self.signals.work(direction, self.pace.look)
                if len(busy) >= self.pace.at_once:
                    await asyncio.wait(busy, return_when=asyncio.FIRST_COMPLETED)

    async def _bot_is_there(self, direction: Direction) -> None:
        while direction is Direction.inbound and self._bot_away.is_set():  # noqa: ASYNC110
            await asyncio.sleep(self.pace.bot_probe / 2)

    async def _claim(
        self, direction: Direction, worker: Turns | Outbox, limit: int
    ) -> list[tuple[Claim, Any]]:
        """Conversations to work now, each with the first thing to do in it."""
        async with self.database.session() as session:
            claims = await service.claim(session, direction, self.owner, self.pace.lease, limit)
            return [(claim, await worker.first(session, claim)) for claim in claims]

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(self.pace.lease / 3)
            async with self.database.session() as session:
                await service.renew(session, self.owner, self.pace.lease)

    async def _tell_delays(self) -> None:
        """Within `patience` every waiting citizen hears that it takes longer, once."""
        while True:
            async with self.database.session(writes=False) as session:
                waiting = await reading.waiting_unheard(session, self.pace.patience, limit=200)
            for one in waiting:
                await self._tell_delay(one)
            await asyncio.sleep(self.pace.look / 2)

    async def _tell_delay(self, one: Delayed) -> None:
        notice = sentence("slower_than_usual", one.language).model_dump(mode="json")
        async with self.database.session() as session:
            reply = Reply(notice, push=one.channel not in FETCHING)
            told = await service.tell_delay(session, one.conversation_id, one.inbound_id, reply)
            if told:
                await self.signals.announce(session, Direction.outbound, one.conversation_id)
        if told:
            self.signals.ring(Direction.outbound, one.conversation_id)

    async def _show_metrics(self) -> None:
        while True:
            async with self.database.session(writes=False) as session:
                metrics.show(await reading.counts(session))
            await asyncio.sleep(self.pace.counting)

    async def _await_bot(self) -> None:
        """While the bot is away no turn is tried; asks for it until it is back."""
        while True:
            await self._bot_away.wait()
            while not await self.bot.ready():  # noqa: ASYNC110
                await asyncio.sleep(self.pace.bot_probe)
            log.info("the bot answers again")
            self._bot_away.clear()


async def _for_ever(job: Callable[[], Awaitable[None]]) -> None:
    """Runs a job; after a failure (a database that is away, above all) begins it again a little later."""
    while True:
        try:
            return await job()
        except (SQLAlchemyError, OSError, ExceptionGroup):
            log.exception("an engine job stopped, it begins again")
            await asyncio.sleep(1.0)


async def _guarded(work: Awaitable[None], claim: Claim) -> None:
    """One conversation's work; losing the lease is no fault, and a failure must not end the others' work."""
    try:
        await work
    except service.LeaseLostError:
        log.info("conversation %d has another worker now", claim.conversation_id)
    except Exception as error:  # a worker's outermost edge: one conversation's fault must not stop the others
        words = isinstance(error, ValueError)  # such an error would quote what the citizen wrote
        log.error(
            "conversation %d stopped (%s), its lease will run out",
            claim.conversation_id,
            type(error).__name__,
            exc_info=not words,
        )
