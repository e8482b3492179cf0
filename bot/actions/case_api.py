"""The only door from the assistant to the case API.

CaseApiError
├── ApiUnavailable       no answer, a time-out, 5xx: try again later, keep what the citizen gave
└── ApiRefused           the API said no: `code` is a stable word of its problem+json
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

import httpx

TIMEOUT = httpx.Timeout(4.0, connect=2.0)


class CaseApiError(Exception):
    """Something went wrong between the assistant and the case API."""


class ApiUnavailable(CaseApiError):
    """The API did not answer, or answered that it is broken."""


class ApiRefused(CaseApiError):
    """The API answered with a problem (RFC 9457)."""

    def __init__(self, status: int, code: str, retry_after: int | None = None):
        super().__init__(f"{status} {code}")
        self.status, self.code, self.retry_after = status, code, retry_after


class CaseApi:
    """A client of `/api/v1`. Pass `transport` to talk to something else than a network."""

    def __init__(self, base_url: str, token: str, transport: httpx.AsyncBaseTransport | None = None):
        self._http = httpx.AsyncClient(
            base_url=f"{base_url.rstrip('/')}/api/v1/",
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT,
            transport=transport,
        )

    @classmethod
    def from_environment(cls) -> CaseApi:
        """The API named by `API_URL`, with the service token `BOT_TOKEN`."""
        return cls(os.environ.get("API_URL", "http://127.0.0.1:8000"), os.environ.get("BOT_TOKEN", ""))

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def file(self, case: dict[str, Any], key: str) -> dict[str, Any]:
        """Files a case once for `key`; returns its reference, follow-up code and status."""
        return await self._call("POST", "cases", json=case, headers={"Idempotency-Key": key})

    async def own_cases(self, identity: str) -> list[dict[str, Any]]:
        """The cases filed from this channel identity, newest first."""
        found = await self._call("GET", "cases", params={"channel_identity": identity})
        return found["items"] if isinstance(found, dict) else found

    async def read(self, reference: str, identity: str, code: str | None = None) -> dict[str, Any]:
        """A case: its public part, and all that the code or having filed it lets one see."""
        return await self._call("GET", f"cases/{reference}", headers=self._access(identity, code))

    async def follow(
        self, reference: str, what: str, body: dict[str, Any], identity: str, code: str | None, key: str
    ) -> dict[str, Any]:
        """Acts on a case: `what` is additions, withdrawal, rating or contest."""
        headers = {**self._access(identity, code), "Idempotency-Key": key}
        return await self._call("POST", f"cases/{reference}/{what}", json=body, headers=headers)

    async def article(self, slug: str) -> dict[str, Any]:
        """The guidance article of a service."""
        return await self._call("GET", f"guidance/{slug}")

    async def search(self, words: str, limit: int = 3) -> list[dict[str, Any]]:
        """The articles nearest to these words, best first."""
        return await self._call("GET", "guidance", params={"q": words[:300], "limit": limit})

    async def structure(self, slug: str) -> dict[str, Any]:
        """A structure by its slug."""
        return await self._call("GET", f"structures/{slug}")

    async def places(self, words: str) -> list[dict[str, Any]]:
        """Governorates, delegations and municipalities of this name, each with its governorate."""
        return await self._call("GET", "places", params={"q": words[:80]})

    async def structures(self, words: str) -> list[dict[str, Any]]:
        """Structures whose names hold these words, best first."""
        return await self._call("GET", "structures", params={"q": words[:120]})

    @staticmethod
    def _access(identity: str, code: str | None) -> dict[str, str]:
        """Headers carry ASCII only: what is typed in other letters travels percent-encoded."""
        given = {"X-Channel-Identity": identity, "X-Follow-Up-Code": code}
        return {name: quote(value, safe=":") for name, value in given.items() if value}

    async def _call(self, method: str, path: str, **request: Any) -> Any:
        try:
            response = await self._http.request(method, path, **request)
        except httpx.HTTPError as error:
            raise ApiUnavailable(type(error).__name__) from error
        if response.status_code >= 500:
            raise ApiUnavailable(str(response.status_code))
        if response.status_code >= 400:
            raise _refusal(response)
        return response.json()


def _refusal(response: httpx.Response) -> ApiRefused:
    try:
        code = response.json().get("code", "refused")
    except ValueError:
        code = "refused"
    wait = response.headers.get("Retry-After", "")
    return ApiRefused(response.status_code, code, int(wait) if wait.isdigit() else None)
