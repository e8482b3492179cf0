"""Every error has one shape and says nothing of what was sent."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.errors import ProblemBody
from tests.api.acting import BOT, petition, problem

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECRET = "Amina-secret-22123456"


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "code"),
    [
        ("GET", f"/{SECRET}", {}, 404, "not_found"),
        ("DELETE", "/policy", {}, 405, "method_not_allowed"),
        ("GET", f"/cases/{SECRET}", {}, 422, "invalid_reference"),
        ("GET", f"/structures/{SECRET}", {}, 404, "unknown_structure"),
        ("GET", f"/places?kind={SECRET}", {}, 422, "invalid_request"),
        ("GET", f"/guidance/{SECRET}", {}, 404, "unknown_article"),
        ("POST", "/cases", {"json": {"name": SECRET, "kind": SECRET}}, 422, "invalid_request"),
        ("POST", "/cases", {"json": [SECRET]}, 422, "invalid_request"),
        ("POST", "/cases", {"json": petition(structure=SECRET)}, 422, "unknown_structure"),
        (
            "POST",
            "/cases",
            {"content": "{" + SECRET, "headers": {"Content-Type": "application/json"}},
            422,
            "",
        ),
        (
            "POST",
            "/cases",
            {"content": b"\xff\xfe", "headers": {"Content-Type": "application/json"}},
            422,
            "",
        ),
        ("POST", "/cases", {"json": petition(description=SECRET * 60_000)}, 413, "too_large"),
        ("POST", "/attachments", {"data": {"file": SECRET}}, 422, "invalid_request"),
    ],
)
async def test_an_error_is_a_problem_without_what_was_sent(
    bot: httpx.AsyncClient, method: str, path: str, sent: dict[str, Any], status: int, code: str
) -> None:
    response = await bot.request(method, path, **sent)
    assert response.status_code == status
    assert problem(response) == (code or "invalid_request")
    ProblemBody.model_validate(response.json())
    assert "Amina" not in response.text


async def test_a_failure_on_our_side_tells_nothing_of_it(
    bot: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(*_: object) -> None:
        raise RuntimeError(f"the table of {SECRET} is gone")

    monkeypatch.setattr("api.guidance.service.GuidanceService.get", failing)
    response = await bot.get("/guidance/building-permit")
    assert (response.status_code, problem(response)) == (500, "internal_error")
    assert "Amina" not in response.text


async def test_a_problem_carries_the_number_of_its_request(anyone: httpx.AsyncClient) -> None:
    response = await anyone.get("/structures/nowhere")
    assert response.json()["instance"] == f"urn:uuid:{response.headers['x-request-id']}"


async def test_a_body_without_end_is_cut_off(bot: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b" " * 100_000

    response = await bot.post("/cases", content=endless(), headers={"Content-Type": "application/json"})
    assert (response.status_code, problem(response)) == (413, "too_large")


async def test_the_description_is_openapi_31_and_tells_problems(
    app: FastAPI, anyone: httpx.AsyncClient
) -> None:
    api = (await anyone.get("http://api/openapi.json")).json()
    assert api["openapi"].startswith("3.1")
    filing = api["paths"]["/api/v1/cases"]["post"]
    assert "application/problem+json" in filing["responses"]["default"]["content"]
    assert "422" not in filing["responses"]
    assert filing["security"]


async def test_the_docs_page_asks_nothing_of_third_parties(anyone: httpx.AsyncClient) -> None:
    page = await anyone.get("http://api/docs")
    assert page.status_code == 200
    assert "/api/v1/cases/{reference}/contest" in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert "<script" not in page.text
    assert BOT["Authorization"] not in page.text
