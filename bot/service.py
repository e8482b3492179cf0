"""POST /turn: the assistant as a pure service, and POST /model/parse in Rasa's shape."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.talk import Talk, Turn

logger = logging.getLogger(__name__)
BODY_LIMIT = 2_000_000


def create_service(talk: Talk, close: Any = None) -> Starlette:
    """The ASGI application around a loaded assistant; `close` is awaited at the end."""

    async def turn(request: Request) -> Response:
        body = await _body(request, {"conversation": str, "message": dict})
        said = await talk.turn(Turn(body["conversation"], body["message"], body.get("state")))
        return JSONResponse(asdict(said))

    async def parse(request: Request) -> Response:
        body = await _body(request, {"text": str})
        return JSONResponse(await talk.parse(body["text"]))

    async def alive(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        if close:
            await close()

    routes = [
        Route("/turn", turn, methods=["POST"]),
        Route("/model/parse", parse, methods=["POST"]),
        Route("/livez", alive),
        Route("/readyz", alive),
    ]
    handlers = {HTTPException: _problem, Exception: _broken}
    return Starlette(routes=routes, exception_handlers=handlers, lifespan=lifespan)


async def _body(request: Request, needed: dict[str, type]) -> dict[str, Any]:
    raw = await request.body()
    if len(raw) > BODY_LIMIT:
        raise HTTPException(413, "The body is too large.")
    try:
        body = json.loads(raw)
    except ValueError:
        raise HTTPException(400, "The body is not JSON.") from None
    for name, kind in needed.items():
        if not isinstance(body, dict) or not isinstance(body.get(name), kind):
            raise HTTPException(422, f"`{name}` is missing or is not a {kind.__name__}.")
    return body


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _problem_json(error.status_code, error.detail)


async def _broken(request: Request, error: Exception) -> Response:
    """A mistake of ours: its kind and place go to the log, never the citizen's words."""
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
    logger.error("turn failed: %s at %s", type(error).__name__, where)
    return _problem_json(500, "The turn failed.")


def _problem_json(status: int, detail: str) -> Response:
    body = {"type": "about:blank", "title": detail, "status": status, "code": f"bot_{status}"}
    return JSONResponse(body, status, media_type="application/problem+json")
