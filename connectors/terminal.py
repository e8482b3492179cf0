"""`mouwaten chat`: a talk in the terminal, the same way every channel goes.

When the application runs already the lines go to it over its REST channel: a second engine beside it, without its
channels, would take their messages. When nothing runs, the application runs here and the lines go to its engine.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import uvicorn
from fastapi import FastAPI

from api.settings import Settings
from connectors.bot_client import BotClient
from connectors.engine import Engine
from connectors.messages import Button, Identity, IncomingMessage, OutgoingMessage
from connectors.waiting import Waiting

CHANNEL = "terminal"
LEAVE = frozenset({"/quit", "/exit"})
READY_LOOK_SECONDS = 0.2

Say = Callable[[str, str | None], Awaitable[list[OutgoingMessage]]]
"""Takes a text and the payload of a pressed button, if one was; answers with the replies."""


class NotAnsweredError(Exception):
    """The running application does not take lines from the terminal."""


def talk(settings: Settings, app: FastAPI | None = None) -> int:
    """Reads lines and prints replies until the end of input. `app` is served meanwhile when nothing runs yet."""
    try:
        asyncio.run(_here(settings, app) if app is not None else _elsewhere(settings))
    except KeyboardInterrupt:
        pass
    except NotAnsweredError as error:
        print(error, file=sys.stderr)
        return 1
    print()
    return 0


async def _here(settings: Settings, app: FastAPI) -> None:
    who = Identity(channel=CHANNEL, external_id=uuid.uuid4().hex)
    async with _served(settings, app):
        await _until_ready(settings)
        engine: Engine = app.state.engine
        waiting = Waiting(engine)

        async def say(text: str, payload: str | None) -> list[OutgoingMessage]:
            message = IncomingMessage(sender=who, id=uuid.uuid4().hex, text=text, payload=payload)
            return await waiting.answer(await engine.receive(message))

        await _lines(say)


async def _elsewhere(settings: Settings) -> None:
    sender = f"{CHANNEL} {uuid.uuid4().hex}"
    async with httpx.AsyncClient(base_url=_address(settings), timeout=30, trust_env=False) as client:

        async def say(text: str, payload: str | None) -> list[OutgoingMessage]:
            answer = await client.post(
                "/webhooks/rest/webhook", json={"sender": sender, "message": payload or text}
            )
            if not answer.is_success:
                raise NotAnsweredError(
                    f"{_address(settings)} runs without the REST channel: set REST_CHANNEL=on."
                )
            return [OutgoingMessage.model_validate(reply) for reply in answer.json()]

        await _until_ready(settings)
        await _lines(say)


async def _lines(say: Say) -> None:
    """The number of a button that was just shown presses it."""
    buttons: list[Button] = []
    typed = _typed()
    while (line := (await anext(typed, "/quit")).strip()) not in LEAVE:
        number = int(line) if line.isascii() and line.isdigit() else 0
        pressed = buttons[number - 1] if 0 < number <= len(buttons) else None
        replies = await (say(pressed.title, pressed.payload) if pressed else say(line, None))
        buttons = [button for reply in replies for button in reply.buttons]
        print("\n".join(_render(reply) for reply in replies))
        for index, button in enumerate(buttons, start=1):
            print(f"  [{index}] {button.title}")


def _render(reply: OutgoingMessage) -> str:
    link = reply.custom.get("link") or {}
    return "\n".join(part for part in (reply.text, link.get("url")) if part)


async def _typed() -> AsyncIterator[str]:
    """Lines from the keyboard, read in a thread that ends with the process: Ctrl-C need not wait for it."""
    loop = asyncio.get_running_loop()
    wanted, lines = threading.Semaphore(0), asyncio.Queue[str | None]()

    def read() -> None:
        while wanted.acquire():
            try:
                line: str | None = input("> ")
            except EOFError:
                line = None
            loop.call_soon_threadsafe(lines.put_nowait, line)

    threading.Thread(target=read, daemon=True).start()
    while True:
        wanted.release()
        if (line := await lines.get()) is None:
            return
        yield line


async def _until_ready(settings: Settings) -> None:
    print("...", flush=True)
    bot = BotClient(settings.bot_url)
    while not await bot.ready():  # noqa: ASYNC110
        await asyncio.sleep(READY_LOOK_SECONDS)
    await bot.close()


def _address(settings: Settings) -> str:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "") else settings.host
    return f"http://{host}:{settings.port}"


class _InTheBackground(uvicorn.Server):
    """A server that leaves Ctrl-C to the talk."""

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        return contextlib.nullcontext()


@contextlib.asynccontextmanager
async def _served(settings: Settings, app: FastAPI) -> AsyncIterator[None]:
    config = uvicorn.Config(app, host=settings.host, port=settings.port, log_level="error", lifespan="on")
    server = _InTheBackground(config)
    task = asyncio.create_task(server.serve())
    while not server.started and not task.done():  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    try:
        yield
    finally:
        server.should_exit = True
        await task
