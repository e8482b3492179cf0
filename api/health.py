"""/livez, /readyz, /metrics."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from api import migrations
from api.database import Database

router = APIRouter(tags=["health"])
Check = Callable[[Request], Awaitable[None]]


class NotReady(Exception):
    """Raised by a readiness check."""


@router.get("/livez")
async def livez() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.get("/readyz")
async def readyz(request: Request) -> JSONResponse:
    """Every part that is needed answers; 503 with the parts that do not."""
    checks = {"database": _database_is_current, **request.app.state.readiness}
    parts = {}
    for name, check in checks.items():
        parts[name] = await _outcome(check, request)
    ready = all(state == "ready" for state in parts.values())
    return JSONResponse({"status": "ready" if ready else "not ready", "parts": parts}, 200 if ready else 503)


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _outcome(check: Check, request: Request) -> str:
    try:
        await check(request)
    except (NotReady, SQLAlchemyError, OSError) as failure:
        return str(failure) if isinstance(failure, NotReady) else "does not answer"
    return "ready"


async def _database_is_current(request: Request) -> None:
    database: Database = request.app.state.database
    async with database.session(writes=False) as session:
        connection = await session.connection()
        if not await connection.run_sync(migrations.is_current):
            raise NotReady("not migrated")
