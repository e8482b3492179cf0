"""The REST channel's one address."""

from __future__ import annotations

import asyncio
import ipaddress
from typing import Any

from fastapi import APIRouter, Request

from api.conversations import reading
from api.errors import Problem
from connectors.engine import Engine
from connectors.rest.rendering import CHANNEL, RestMessage, incoming, may_be_payload, outgoing
from connectors.waiting import Waiting


class OnlyFromThisMachine(Problem):
    status, code = 403, "only_from_this_machine"
    title = "The REST channel answers callers on this machine only; REST_CHANNEL=on opens it."


def rest_router(engine: Engine, *, loopback_only: bool) -> APIRouter:
    """The channel's routes. `loopback_only` refuses callers from elsewhere, also when a proxy brings them."""
    router = APIRouter(tags=["rest"], strict_content_type=False)  # as Rasa reads it
    waiting = Waiting(engine)

    @router.get("/webhooks/rest/")
    async def health() -> dict[str, str]:
        """Rasa's own health answer of a channel."""
        return {"status": "ok"}

    @router.post("/webhooks/rest/webhook")
    async def webhook(posted: RestMessage, request: Request) -> list[dict[str, Any]]:
        """Takes a message the way every channel does and answers with the replies to it."""
        if loopback_only and not _is_local(request):
            raise OnlyFromThisMachine
        # In a task of its own: a caller who hangs up does not stop it, and each of its many small waits
        # does not
        # wake the whole chain of middlewares.
        return await asyncio.create_task(_converse(posted))

    async def _converse(posted: RestMessage) -> list[dict[str, Any]]:
        message = incoming(posted, await _offered(engine, posted))
        received = await engine.receive(message)
        return [outgoing(posted.sender, reply) for reply in await waiting.answer(received)]

    return router


async def _offered(engine: Engine, posted: RestMessage) -> dict[str, str]:
    if not may_be_payload(posted.message or ""):
        return {}
    async with engine.database.session(writes=False) as session:
        return await reading.offered_buttons(session, CHANNEL, posted.sender)


def _is_local(request: Request) -> bool:
    if "forwarded" in request.headers or "x-forwarded-for" in request.headers or request.client is None:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
