"""`mouwaten chat`: a talk in the terminal, the same way every channel goes."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import uuid
from collections.abc import AsyncIterator
from typing import Any

import uvicorn

from api.database import Database
from api.settings import Settings
from connectors.bot_client import BotClient
from connectors.engine import Engine
from connectors.messages import Button, Identity, IncomingMessage, OutgoingMessage
from connectors.waiting import Waiting

CHANNEL = "terminal"
LEAVE = frozenset({"/quit", "/exit"})


def talk(settings: Settings, app: Any | None = None) -> int:
    """Reads lines and prints replies until the end of input. `app` is served meanwhile when nothing runs
    yet.
    """
    with contextlib.suppress(KeyboardInterrupt, EOFError):
        asyncio.run(_talk(settings, app))
    print()
    return 0


async def _talk(settings: Settings, app: Any | None) -> None:
    async with contextlib.AsyncExitStack() as stack:
        if app is not None:
            await stack.enter_async_context(_served(settings, app))
        engine = await stack.enter_async_context(_engine(settings))
        print("...", flush=True)
        while not await engine.bot.ready():  # noqa: ASYNC110
            await asyncio.sleep(0.2)
        await _lines(Waiting(engine), Identity(channel=CHANNEL, external_id=uuid.uuid4().hex))


async def _lines(waiting: Waiting, who: Identity) -> None:
    buttons: list[Button] = []
    typed = _typed()
    while (line := (await anext(typed, "/quit")).strip()) not in LEAVE:
        received = await waiting.engine.receive(_message(who, line, buttons))
        replies = await waiting.answer(received)
        buttons = [button for reply in replies for button in reply.buttons]
        print("\n".join(_render(reply) for reply in replies))
        for number, button in enumerate(buttons, start=1):
            print(f"  [{number}] {button.title}")


async def _typed() -> AsyncIterator[str]:
    """Lines from the keyboard. Read in a thread that ends with the process, so that Ctrl-C need not wait for it."""
    loop = asyncio.get_running_loop()
    wanted, lines = threading.Semaphore(0), asyncio.Queue[str | None]()

    def read() -> None:
        while wanted.acquire():
            try:
                line = input("> ")
            except EOFError:
                line = None
            loop.call_soon_threadsafe(lines.put_nowait, line)

    threading.Thread(target=read, daemon=True).start()
    while True:
        wanted.release()
        if (line := await lines.get()) is None:
            return
        yield line


def _message(who: Identity, line: str, buttons: list[Button]) -> IncomingMessage:
    """A line; the number of a button that was just shown presses it."""
    name = uuid.uuid4().hex
    if line.isdigit() and 0 < int(line) <= len(buttons):
        pressed = buttons[int(line) - 1]
        return IncomingMessage(sender=who, id=name, text=pressed.title, payload=pressed.payload)
    return IncomingMessage(sender=who, id=name, text=line)


def _render(reply: OutgoingMessage) -> str:
    link = reply.custom.get("link") or {}
    return "\n".join(part for part in (reply.text, link.get("url")) if part)


@contextlib.asynccontextmanager
async def _engine(settings: Settings) -> AsyncIterator[Engine]:
    database = Database(settings.database)
    engine = Engine(database, BotClient(settings.bot_url))
    await engine.start()
    try:
        yield engine
    finally:
        await engine.stop()
        await engine.bot.close()
        await database.close()


class _InTheBackground(uvicorn.Server):
    """A server that leaves Ctrl-C to the talk."""

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        return contextlib.nullcontext()


@contextlib.asynccontextmanager
async def _served(settings: Settings, app: Any) -> AsyncIterator[None]:
    server = _InTheBackground(
        uvicorn.Config(app, host=settings.host, port=settings.port, log_level="error", lifespan="on")
    )
    task = asyncio.create_task(server.serve())
    while not server.started and not task.done():  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    try:
        yield
    finally:
        server.should_exit = True
        await task
