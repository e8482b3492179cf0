"""The trained assistant in-process, with a case API that lives in memory."""

import json
import os
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
ROOT = Path(__file__).resolve().parents[2]


class FakeApi:
    """Answers like the case API as far as a talk needs it; `down` makes it fail, `cases` holds what was filed."""

    def __init__(self):
        self.cases, self.additions, self.down, self.closed = {}, [], False, set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("down")
        path = request.url.path.removeprefix("/api/v1/")
        if request.method == "POST" and path == "cases":
            return self._file(request)
        if path.endswith("/additions"):
            self.additions.append(json.loads(request.content))
            return httpx.Response(201, json={"reference": "P-2026-7KQ4M2XC", "status": "assigned"})
        if path.startswith("structures/"):
            slug = path.removeprefix("structures/")
            name = {"ar": f"هيكل {slug}", "fr": f"Structure {slug}"}
            return httpx.Response(200, json={"slug": slug, "name": name, "closed": slug in self.closed})
        if path.startswith("guidance/"):
            return httpx.Response(200, json=_article(path.removeprefix("guidance/")))
        return httpx.Response(200, json=[])

    def _file(self, request: httpx.Request) -> httpx.Response:
        key = request.headers["Idempotency-Key"]
        self.cases.setdefault(key, json.loads(request.content))
        receipt = {
            "reference": "P-2026-7KQ4M2XC",
            "code": "ABCD-EFGH",
            "kind": "petition",
            "status": "assigned",
        }
        return httpx.Response(201, json={**receipt, "structure": None, "aim": {"days": 30}})


def _article(slug: str) -> dict:
    fact = {"ar": "نسخة من بطاقة التعريف", "fr": "Copie de la CIN", "source": "s"}
    fee = {"ar": "معلوم", "fr": "tarif", "tnd": 80.0, "check": True, "source": "s"}
    return {
        "slug": slug,
        "name": {"ar": f"خدمة {slug}", "fr": f"Service {slug}"},
        "confidence": "high",
        "responsible": [{"slug": "steg", "ar": "الستاغ", "fr": "STEG", "role": "lead"}],
        "aspects": {"documents": [fact], "fee": [fee]},
        "sources": [{"id": "s", "title": "SICAD", "date": "2024-05-01"}],
    }


@pytest.fixture
def fake_api():
    return FakeApi()


@pytest.fixture(scope="session")
def loaded():
    """The model, loaded once; each test puts its own API behind it."""
    from bot.__main__ import quiet_logs
    from bot.actions.case_api import CaseApi
    from bot.talk import load

    quiet_logs()
    switch = {}
    api = CaseApi(
        "http://api", "t" * 20, transport=httpx.MockTransport(lambda request: switch["api"](request))
    )
    return load(str(ROOT / "models"), api), switch


@pytest_asyncio.fixture
async def citizen(loaded, fake_api):
    """Says things in one conversation: `await citizen("aslema")` gives what the assistant answered."""
    from bot.talk import Turn

    talk, switch = loaded
    switch["api"] = fake_api
    memory = {"state": None, "n": 0}

    async def say(text="", sent_at="2026-11-22T10:00:00+00:00", **parts):
        memory["n"] += 1
        message = {"id": f"m{memory['n']}", "text": text, "sent_at": sent_at, **parts}
        said = await talk.turn(Turn("web:test", message, memory["state"]))
        memory["state"] = json.loads(json.dumps(said.state))
        return said

    say.memory = memory
    return say
