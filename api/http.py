"""What every request passes: a size limit, a number for its logs, a measure of its time."""

import logging
import time

from fastapi import FastAPI
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.attachments.errors import AttachmentTooLarge
from api.errors import TooLarge, request_id, respond
from api.metrics import LATENCY, REQUESTS
from api.policy import policy

log = logging.getLogger("mouwaten.http")

JSON_BYTES = 1 << 20
MULTIPART_SLACK = 1 << 16


def install(app: FastAPI) -> None:
    """Wrap `app`; the first added is the innermost."""
    app.add_middleware(BodyLimit)
    app.add_middleware(Observed)


class BodyLimit:
    """Refuses bodies that are too long while they arrive, so that none is kept in memory or on disk (413)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        if _content_length(scope) > _limit(scope):
            return await _refuse(scope, receive, send)
        counted = _Counted(scope, receive, send)
        await self._app(scope, counted.receive, counted.send)


class _Counted:
    """A body without a declared length: cut off at the limit, and whatever is answered then is 413."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._left = _limit(scope)
        self._refused = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise ClientDisconnect()
        return message

    async def send(self, message: Message) -> None:
        if self._left >= 0:
            await self._send(message)
        elif not self._refused:
            self._refused = True
            await _refuse(self._scope, self._receive, self._send)


class Observed:
    """Counts and logs by route template: no path, query, address or header reaches a log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started, status, number = time.perf_counter(), 500, request_id(scope)

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", number.encode())]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            _note(scope, status, time.perf_counter() - started, number)


def _note(scope: Scope, status: int, seconds: float, number: str) -> None:
    route = _template(scope)
    method = scope["method"] if route != "unmatched" else "ANY"
    REQUESTS.labels(method, route, status).inc()
    LATENCY.labels(method, route).observe(seconds)
    milliseconds = round(seconds * 1000, 1)
    known = {"method": method, "route": route, "status": status, "ms": milliseconds, "request": number}
    log.info("request", extra=known)


def _template(scope: Scope) -> str:
    # An included router's route does not know its prefix; FastAPI keeps the whole beside it.
    whole = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return getattr(whole, "path", "unmatched")


def _limit(scope: Scope) -> int:
    is_file = scope["path"].endswith("/attachments")
    return policy().limits.attachment_bytes + MULTIPART_SLACK if is_file else JSON_BYTES


def _content_length(scope: Scope) -> int:
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    return int(declared) if declared.isdigit() else 0


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    problem = AttachmentTooLarge() if scope["path"].endswith("/attachments") else TooLarge()
    await respond(problem, scope)(scope, receive, send)
