"""Who acts in the tests of the API, in citizens' terms: a citizen, somebody on the web, an official."""

import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from fastapi import FastAPI

from api.cases.enums import AuthorKind
from api.cases.service import Author, CaseService
from api.settings import Settings

BOT_TOKEN = "a token of the bot, for tests"
BOT = {"Authorization": f"Bearer {BOT_TOKEN}"}
OFFICIAL = Author(AuthorKind.OFFICIAL, "official-1")


def make_settings(folder: Path, **given: Any) -> Settings:
    """Settings that read no environment and no file."""
    return Settings(_env_file=None, **{"var_dir": folder, "bot_token": BOT_TOKEN, **given})  # type: ignore[call-arg]


def client_of(app: FastAPI, address: str = "203.0.113.7", **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 1234))
    return httpx.AsyncClient(transport=transport, base_url="http://api/api/v1", headers=headers)


def petition(**changes: Any) -> dict[str, Any]:
    """What the bot sends for a citizen's petition."""
    filing = {
        "kind": "petition",
        "structure": "steg",
        "governorate": "governorate-sfax",
        "subject": "فاتورة كهرباء مرتفعة",
        "description": "الفاتورة الأخيرة تضاعفت دون سبب.",
        "name": "أمينة بن صالح",
        "phone": "22 123 456",
        "language": "ar",
        "channel_identity": "web:3f21",
        "consent": {"version": "2026-11-1", "at": "2026-11-22T09:30:00+01:00"},
    }
    return {**filing, **changes}


@dataclass
class Citizen:
    """Acts through the bot, as the channel identity that filed."""

    bot: httpx.AsyncClient
    identity: str = field(default_factory=lambda: f"web:{uuid.uuid4().hex}")

    async def files(self, key: str | None = None, **changes: Any) -> dict[str, Any]:
        sent = petition(channel_identity=self.identity, **changes)
        response = await self.bot.post(
            "/cases", json=sent, headers={"Idempotency-Key": key or uuid.uuid4().hex}
        )
        assert response.status_code == 201, response.text
        return response.json()  # type: ignore[no-any-return]

    async def reads(self, reference: str) -> dict[str, Any]:
        response = await self.bot.get(f"/cases/{reference}", headers=self._as_owner())
        assert response.status_code == 200, response.text
        return response.json()  # type: ignore[no-any-return]

    async def does(self, act: str, reference: str, **words: Any) -> httpx.Response:
        """`act`: additions, withdrawal, rating or contest."""
        key = words.pop("key", None)
        headers = {**self._as_owner(), **({"Idempotency-Key": key} if key else {})}
        return await self.bot.post(f"/cases/{reference}/{act}", json=words, headers=headers)

    def _as_owner(self) -> dict[str, str]:
        return {"X-Channel-Identity": quote(self.identity, safe=":")}


@dataclass
class Desk:
    """An official at work: the same service, as the desk will use it."""

    app: FastAPI

    async def does(self, act: str, reference: str, *words: Any, **named: Any) -> Any:
        async with self.app.state.database.session() as session:
            cases = CaseService(session, self.app.state.settings.cases_key)
            case = await cases.find(reference)
            return await getattr(cases, act)(case.id, *words, by=OFFICIAL, **named)


def problem(response: httpx.Response) -> str:
    """The code of an error, after checking its shape."""
    body = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance", "code"} <= set(body)
    assert body["status"] == response.status_code
    return str(body["code"])
