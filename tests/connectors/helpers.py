"""Small verbs for the connectors' tests."""

from __future__ import annotations

import asyncio
import itertools
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import uvicorn

from api.conversations import reading, repository
from api.database import Database
from connectors.delivery import DeliveryError
from connectors.messages import Identity, IncomingMessage, OutgoingMessage

T = TypeVar("T")
_numbers = itertools.count(1)


def said(text: str, who: str = "amina", channel: str = "web", **values) -> IncomingMessage:
    """A message as a channel would hand it over, with an id of its own unless one is given."""
    values.setdefault("id", f"m{next(_numbers)}")
    return IncomingMessage(sender=Identity(channel=channel, external_id=who), text=text, **values)


async def told(database: Database, who: str = "amina", channel: str = "web") -> list[str]:
    """Everything said to a citizen so far, in order."""
    async with database.session(writes=False) as session:
        conversation = await repository.find_conversation(session, channel, who)
        if conversation is None:
            return []
        messages = await reading.outbound_after(session, conversation.id, 0, 10_000)
    return [message.body["text"] for message in messages]


async def eventually(question: Callable[[], Awaitable[T]], seconds: float = 20.0) -> T:
    """Asks until the answer is true; fails with the last answer."""
    end = time.monotonic() + seconds
    while not (answer := await question()):
        assert time.monotonic() < end, f"still {answer!r} after {seconds} s"
        await asyncio.sleep(0.02)
    return answer


@asynccontextmanager
async def served(app) -> AsyncIterator[str]:
    """An ASGI application on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        server.force_exit = True
        await task


class Phone:
    """A push channel that keeps what it was given; `trouble` is raised, one for each delivery, until used
    up.
    """

    def __init__(self, *trouble: DeliveryError) -> None:
        self.got: list[tuple[str, str]] = []
        self.trouble = list(trouble)

    def parts(self, message: OutgoingMessage) -> list[OutgoingMessage]:
        return [message]

    async def deliver(self, external_id: str, message: OutgoingMessage) -> str | None:
        if self.trouble:
            raise self.trouble.pop(0)
        self.got.append((external_id, message.text))
        return str(len(self.got))

    async def thinking(self, external_id: str) -> None:
        return None
