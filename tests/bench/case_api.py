"""`python tests/bench/case_api.py PORT`: a case API that answers from memory, for the bot measured alone.

Articles are those of api/data/services.yml, as large as the real ones.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

import uvicorn
import yaml
from processes import ROOT
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

DETAILS = ("documents", "fee", "delay", "where", "conditions", "legal_basis", "online", "validity", "notes")
RECEIPT = {"reference": "P-2026-7KQ4M2XC", "code": "ABCD-EFGH", "kind": "petition", "status": "assigned"}


async def article(request: Request) -> Response:
    """An article of the facts in the shape of `GET /guidance/{slug}`."""
    found = articles().get(request.path_params["slug"])
    return JSONResponse(found, 200 if found else 404)


async def structure(request: Request) -> Response:
    slug = request.path_params["slug"]
    return JSONResponse({"slug": slug, "name": {"ar": slug, "fr": slug}, "governorate": None})


async def filed(request: Request) -> Response:
    return JSONResponse({**RECEIPT, "structure": None, "aim": {"days": 30}}, 201)


async def nothing(request: Request) -> Response:
    return JSONResponse([])


@cache
def articles() -> dict[str, dict[str, Any]]:
    """The facts by slug."""
    facts = yaml.load((ROOT / "api/data/services.yml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    return {service["slug"]: _article(service) for service in facts["services"]}


def _article(service: dict[str, Any]) -> dict[str, Any]:
    aspects = {name: service[name] for name in DETAILS if service.get(name)}
    kept = ("slug", "name", "confidence", "time_bound", "needs_review", "sources")
    return {**{name: service.get(name) for name in kept}, "aspects": aspects, "responsible": []}


def create_app() -> Starlette:
    routes = [
        Route("/api/v1/guidance/{slug}", article),
        Route("/api/v1/structures/{slug}", structure),
        Route("/api/v1/cases", filed, methods=["POST"]),
        Route("/{path:path}", nothing),
    ]
    return Starlette(routes=routes)


if __name__ == "__main__":
    articles()
    uvicorn.run(create_app(), port=int(sys.argv[1]), log_level="error", access_log=False)
