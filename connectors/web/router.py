"""The routes of the website's chat.

Messages come by POST and are answered as soon as they are stored; replies go out over a WebSocket or, where
none
can be had, by long polling. Both catch up from the position of the last line the page has.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import (
    APIRouter,
    File,
    Form,
    Query,
    Request,
    Response,
    UploadFile,
    WebSocket,
    WebSocketDisconnect,
)
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api.errors import Problem
from connectors.engine import Engine
from connectors.files import Files
from connectors.messages import MAX_PAYLOAD, Attachment, Identity, IncomingMessage, Location, Text
from connectors.web.flood import Flood
from connectors.web.session import PROTOCOL, Sessions
from connectors.web.transcript import NOTHING, Told, lines_after

LOOK_SECONDS = 5.0
FIRST_WORD_SECONDS = 1.0
LONGEST_WAIT = 25.0
POLICY_VIOLATION = 1008
FILE_COST = 3.0
"""A file weighs as much as so many messages."""

After = Annotated[int, Query(ge=0)]


class PageMessage(BaseModel):
    """What the page posts. `id` is made by the page and kept until the message is acknowledged."""

    model_config = ConfigDict(extra="ignore")

    id: str = Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9-]+$")
    text: Text = ""
    payload: str | None = Field(None, max_length=MAX_PAYLOAD)
    attachments: tuple[Attachment, ...] = Field((), max_length=5)
    location: Location | None = None
    language: str | None = Field(None, pattern="^(ar|fr)$")


def web_router(engine: Engine, sessions: Sessions, files: Files) -> APIRouter:
    """Routes under /chat."""
    router = APIRouter(prefix="/chat", tags=["website"])
    flood = Flood()

    @router.post("/session")
    async def begin(request: Request, framed: bool = False) -> Response:
        """Gives a page a session, or renews it; a framed page gets words to keep itself."""
        sessions.check_origin(request)
        if framed:
            return JSONResponse({"token": sessions.token(request)}, headers={"Cache-Control": "no-store"})
        response = Response(status_code=204)
        sessions.give(request, response)
        return response

    @router.post("/session/end", status_code=204)
    async def end(request: Request) -> Response:
        """Forgets the session on this device."""
        sessions.check_origin(request)
        response = Response(status_code=204)
        sessions.end(request, response)
        return response

    @router.post("/messages", status_code=202)
    async def post(request: Request, posted: PageMessage) -> dict[str, Any]:
        """Stores a message; a repeated one is acknowledged again and stored once."""
        sessions.check_origin(request)
        who = sessions.identity(request)
        flood.spend(who.external_id)
        received = await engine.receive(IncomingMessage(sender=who, **posted.model_dump()))
        return {"position": received.position, "duplicate": received.duplicate}

    @router.get("/messages")
    async def fetch(request: Request, after: After = 0, wait: bool = False) -> dict[str, Any]:
        """The lines past `after`; with `wait`, as soon as there are any."""
        who = sessions.known(request)
        told = await lines_after(engine.database, who, after) if who else None
        if who and told and wait and not told.lines:
            told = await _next_lines(engine, who, told)
        return (told or NOTHING).for_page()

    @router.post("/attachments", status_code=201)
    async def attach(
        request: Request, file: Annotated[UploadFile, File()], seconds: Annotated[float | None, Form()] = None
    ) -> dict[str, Any]:
        """Takes a file in; the page then sends a message that names it."""
        sessions.check_origin(request)
        who = sessions.identity(request)
        flood.spend(who.external_id, FILE_COST)
        kept = await files.keep(who, await file.read(), file.filename or "", seconds)
        return kept.model_dump()

    @router.websocket("/socket")
    async def live(socket: WebSocket, after: After = 0) -> None:
        """Pushes what `GET /chat/messages` would tell, as it happens."""
        try:
            sessions.check_origin(socket)
            who = sessions.identity(socket)
        except Problem:
            await socket.close(POLICY_VIOLATION)
            return
        await socket.accept(PROTOCOL if PROTOCOL in socket.scope.get("subprotocols", ()) else None)
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await _push(engine, socket, who, after)

    return router


async def _push(engine: Engine, socket: WebSocket, who: Identity, after: int) -> None:
    """Sends every new line until the page goes away."""
    gone = asyncio.create_task(_until_gone(socket))
    told_waiting = None
    try:
        async for told in _changes(engine, who, after, gone):
            if told.lines or told.waiting != told_waiting:
                await socket.send_json(told.for_page())
                told_waiting = told.waiting
    finally:
        gone.cancel()


async def _changes(
    engine: Engine, who: Identity, after: int, gone: asyncio.Task[None]
) -> AsyncIterator[Told]:
    """What was said, now and after each ring, until the page is gone."""
    while (told := await lines_after(engine.database, who, after)) is None:
        if (await asyncio.wait({gone}, timeout=FIRST_WORD_SECONDS))[0]:
            return
    with engine.signals.watching(told.conversation_id) as watch:
        while not gone.done():
            told = await lines_after(engine.database, who, after) or told
            after = told.last
            yield told
            ring = asyncio.create_task(watch.ring(LOOK_SECONDS))
            await asyncio.wait({ring, gone}, return_when=asyncio.FIRST_COMPLETED)
            ring.cancel()


async def _until_gone(socket: WebSocket) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await socket.receive_text()


async def _next_lines(engine: Engine, who: Identity, told: Told) -> Told:
    after = told.last
    end = time.monotonic() + LONGEST_WAIT
    with engine.signals.watching(told.conversation_id) as watch:
        while not told.lines and (left := end - time.monotonic()) > 0:
            await watch.ring(min(LOOK_SECONDS, left))
            told = await lines_after(engine.database, who, after) or told
    return told
