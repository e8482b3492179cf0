"""A bot for tests: speaks POST /turn like the real one, and does what the message tells it to.

Words it obeys: "boom" answers 500, "garbage" answers no turn, "slow N" takes N seconds, "nothing" gives no
reply, "choose" offers two buttons, "fr ..." and "ar ..." answer in that language, "file ..." files a
suggestion with the case API, keyed by the message's id as the real bot does it. Anything else is echoed with
its number in the conversation.

Run alone: `python fake_bot.py PORT`, with API_URL and BOT_TOKEN in the environment.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

GREETING = {"ar": "مرحبا بك، كيف يمكنني مساعدتك؟", "fr": "Bonjour, comment puis-je vous aider ?"}


class FakeBot:
    """Remembers what it was asked; `away` makes it answer 503, `hang` makes it answer nothing."""

    def __init__(self, api_url: str = "", token: str = "") -> None:
        self.requests: list[dict[str, Any]] = []
        self._api = httpx.AsyncClient(
            base_url=api_url, headers={"Authorization": f"Bearer {token}"}, trust_env=False
        )
        self.away = False
        self.hang = 0.0
        self.running: set[str] = set()
        self.overlaps = 0
        self.app = Starlette(
            routes=[
                Route("/turn", self.turn, methods=["POST"]),
                Route("/readyz", self.readyz),
                Route("/livez", self.readyz),
            ]
        )

    async def readyz(self, _request: Request) -> Response:
        return JSONResponse({"status": "away" if self.away else "ok"}, 503 if self.away else 200)

    async def turn(self, request: Request) -> Response:
        asked = await request.json()
        if self.away:
            return JSONResponse({"title": "not loaded"}, 503)
        await asyncio.sleep(self.hang)
        self.requests.append(asked)
        conversation = asked["conversation"]
        self.overlaps += conversation in self.running
        self.running.add(conversation)
        try:
            return await self._answer(asked)
        finally:
            self.running.discard(conversation)

    async def _answer(self, asked: dict[str, Any]) -> Response:
        text = asked["message"]["text"]
        word, _, rest = text.partition(" ")
        if word == "slow":
            await asyncio.sleep(float(rest))
        if word == "boom":
            return JSONResponse({"title": "boom"}, 500)
        if word == "garbage":
            return JSONResponse(["no", "turn"])
        state = {"heard": [*(asked["state"] or {"heard": []})["heard"], text]}
        language = word if word in ("ar", "fr") else None
        if word == "file" and not await self._file(asked):
            return JSONResponse({"title": "the case API is away"}, 503)
        replies = [] if word == "nothing" else [self._reply(asked, state, word, language)]
        outcome = {"language": language, "intent": None, "form": None, "handoff": False}
        return JSONResponse({"replies": replies, "state": state, "outcome": outcome})

    def _reply(
        self, asked: dict[str, Any], state: dict[str, Any], word: str, language: str | None
    ) -> dict[str, Any]:
        message = asked["message"]
        reply: dict[str, Any] = {
            "text": f"{len(state['heard'])}: {message['text']}",
            "buttons": [],
            "custom": {},
        }
        if language:
            reply |= {"text": GREETING[language], "language": language}
        if message["payload"]:
            reply["text"] = f"pressed {message['payload']}"
        if message["attachments"]:
            reply["text"] = "got " + ", ".join(one["kind"] for one in message["attachments"])
        if message["location"]:
            reply["text"] = f"at {message['location']['latitude']} {message['location']['longitude']}"
        if word == "choose":
            reply["buttons"] = [{"title": "Oui", "payload": "/affirm"}, {"title": "Non", "payload": "/deny"}]
            reply["custom"] = {
                "expects": {"form": "petition", "field": "confirm", "kind": "confirm", "optional": False}
            }
        return reply

    async def _file(self, asked: dict[str, Any]) -> bool:
        message = asked["message"]
        case = {
            "kind": "suggestion",
            "subject": message["text"],
            "description": message["text"],
            "language": "fr",
            "channel_identity": asked["conversation"],
        }
        try:
            answer = await self._api.post(
                "/api/v1/cases", json=case, headers={"Idempotency-Key": message["id"]}
            )
        except httpx.TransportError:
            return False
        return answer.status_code == 201


if __name__ == "__main__":
    import uvicorn

    fake = FakeBot(os.environ.get("API_URL", ""), os.environ.get("BOT_TOKEN", ""))
    uvicorn.run(fake.app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
