"""The talk that is measured: the bot as a process of its own, asked over HTTP with the state fed back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import yaml
from processes import APP, BOT, ROOT, free_ports, running, says_ok, wait_until

SENT_AT = "2026-11-22T10:00:00+00:00"


@dataclass
class Conversation:
    """One conversation with its state, as a channel would keep it."""

    name: str
    state: dict[str, Any] | None = None
    depth: int = 0
    intents: list[str] = field(default_factory=list)

    def next_turn(self) -> dict[str, Any]:
        """The body of `POST /turn` for the next message of the talk."""
        said = talk()[self.depth % len(talk())]
        message = {"id": f"m{self.depth}", "text": "", "payload": None, "sent_at": SENT_AT, **said}
        return {"conversation": f"bench:{self.name}", "message": message, "state": self.state}

    def take(self, answer: dict[str, Any]) -> None:
        """Keeps the state that the bot gave back."""
        self.state, self.depth = answer["state"], self.depth + 1
        self.intents.append(answer["outcome"]["intent"])


def play(bot: httpx.Client, conversation: Conversation, turns: int) -> list[float]:
    """So many turns, one after the other; the milliseconds of each."""
    return [_turn(bot, conversation) for _ in range(turns)]


def _turn(bot: httpx.Client, conversation: Conversation) -> float:
    body = conversation.next_turn()
    began = time.perf_counter()
    answer = bot.post("/turn", json=body)
    passed = (time.perf_counter() - began) * 1000
    conversation.take(answer.raise_for_status().json())
    return passed


@cache
def talk() -> list[dict[str, str]]:
    """The messages of talk.yml."""
    return yaml.safe_load((Path(__file__).parent / "talk.yml").read_text(encoding="utf-8"))


@contextmanager
def running_bot() -> Iterator[str]:
    """The bot on a free port with an API that answers from memory; gives its address."""
    port, api_port = free_ports(2)
    settings = {"BOT_PORT": str(port), "API_URL": f"http://127.0.0.1:{api_port}", "BOT_TOKEN": "t" * 20}
    api = [APP, ROOT / "tests/bench/case_api.py", api_port]
    with running(api, {}) as fake, running([BOT, "-m", "bot"], settings) as bot:
        wait_until(lambda: says_ok(f"http://127.0.0.1:{api_port}/"), fake)
        wait_until(lambda: says_ok(f"http://127.0.0.1:{port}/readyz"), bot)
        yield f"http://127.0.0.1:{port}"
