"""The real thing for tests: application and assistant as processes on free ports, with a folder of their own.

with running_stack() as stack:
    citizen = stack.citizen()
    replies = citizen.say("nheb na3mel 3aridha")
    stack.answer(reference, "…")       # what an official does, through the case service
"""

from __future__ import annotations

import asyncio
import ctypes
import itertools
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.cases.enums import AuthorKind
from api.cases.models import Case, Claimant
from api.cases.service import Author, CaseService
from api.conversations.models import Conversation
from api.database import Database

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS, STOP_SECONDS, REPLY_SECONDS = 90, 15, 30
OFFICIAL = Author(AuthorKind.OFFICIAL, "test")
T = TypeVar("T")


@dataclass(frozen=True)
class Replies:
    """What came back to one message, in order."""

    messages: list[dict[str, Any]]

    @property
    def texts(self) -> list[str]:
        return [message.get("text") or "" for message in self.messages]

    @property
    def text(self) -> str:
        """All replies together."""
        return "\n".join(self.texts)

    @property
    def buttons(self) -> list[dict[str, str]]:
        return [button for message in self.messages for button in message.get("buttons") or []]

    @property
    def language(self) -> str | None:
        """The language of the last reply."""
        return self._last("language")

    @property
    def expects(self) -> dict[str, Any]:
        """The field that is asked, as clients see it; empty when none is."""
        return self._last("expects") or {}

    @property
    def case(self) -> dict[str, Any]:
        """The case that was filed or told; empty when none was."""
        return self._last("case") or {}

    def _last(self, name: str) -> Any:
        found = [m["custom"][name] for m in self.messages if (m.get("custom") or {}).get(name)]
        return found[-1] if found else None


@dataclass
class Citizen:
    """Someone who talks over the REST channel; the sender's name is the identity that owns the cases."""

    stack: Stack
    sender: str
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def identity(self) -> str:
        return f"rest:{self.sender}"

    def say(self, text: str = "", *, message_id: str | None = None, **beside: Any) -> Replies:
        """Sends words or a button's payload; `beside` may hold `location`, `contact` and `attachments`."""
        body = {
            "sender": self.sender,
            "message": text,
            "message_id": message_id or f"{self.sender}-{next(self._numbers)}",
            "metadata": {name: value for name, value in beside.items() if value},
        }
        answer = self.stack.http.post("/webhooks/rest/webhook", json=body)
        answer.raise_for_status()
        return Replies(answer.json())

    def say_at_once(self, texts: Sequence[str], apart: float = 0.02) -> Replies:
        """Sends several messages without waiting for answers, in order, `apart` seconds from one another."""
        said: list[Replies | None] = [None] * len(texts)

        def send(number: int, text: str) -> None:
            said[number] = self.say(text)

        threads = [threading.Thread(target=send, args=pair) for pair in enumerate(texts)]
        for thread in threads:
            thread.start()
            time.sleep(apart)
        for thread in threads:
            thread.join()
        assert None not in said, "a message got no answer"
        return Replies([message for replies in said if replies for message in replies.messages])

    def hand_in(self, name: str, data: bytes) -> dict[str, Any]:
        """A file as a channel brings it in; the result goes into `say(attachments=[…])`."""
        return self.stack.hand_in(self.identity, name, data)

    def cases(self) -> list[dict[str, Any]]:
        """The cases filed by this citizen, newest first, as the API lists them."""
        return self.stack.cases_of(self.identity)

    def forget_the_talk_for(self, passed: timedelta) -> None:
        """Lets time pass: the kept talk becomes `passed` older."""
        self.stack.make_talk_older(self.sender, passed)


@dataclass
class Stack:
    """Both processes, and what tests may read and do behind the citizen's back."""

    url: str
    bot_url: str
    var: Path
    bot_token: str
    cases_key: str
    http: httpx.Client
    _names: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def citizen(self, sender: str | None = None) -> Citizen:
        """Someone nobody has talked with yet, unless `sender` names one."""
        return Citizen(self, sender or f"citizen-{next(self._names)}-{secrets.token_hex(3)}")

    # -- reading and filing by the API, with the assistant's own token

    def api(self, method: str, path: str, identity: str | None = None, **request: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.bot_token}"}
        if identity:
            headers["X-Channel-Identity"] = identity
        return self.http.request(method, f"/api/v1/{path}", headers=headers, **request)

    def file(self, identity: str, **given: Any) -> dict[str, Any]:
        """Files a case of `identity` straight by the API; returns its receipt."""
        answer = self.api("POST", "cases", json={"channel_identity": identity, **given})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def cases_of(self, identity: str) -> list[dict[str, Any]]:
        listed = self.api("GET", "cases", params={"channel_identity": identity}).raise_for_status().json()
        return listed["items"] if isinstance(listed, dict) else listed

    def case(self, reference: str) -> dict[str, Any]:
        """All of a case: what its owner sees, with the person behind it and the place."""
        owner = self._in_database(lambda session: _behind(session, reference))
        seen = self.api("GET", f"cases/{reference}", identity=owner["channel_identity"]).raise_for_status()
        return {**seen.json(), **owner}

    def hand_in(self, identity: str, name: str, data: bytes) -> dict[str, Any]:
        answer = self.api(
            "POST", "attachments", files={"file": (name, data)}, data={"channel_identity": identity}
        )
        assert answer.status_code == 201, answer.text
        kept = answer.json()
        return {key: kept[key] for key in ("id", "name", "media_type", "size", "kind") if key in kept}

    # -- what officials do

    def answer(self, reference: str, text: str) -> None:
        self._official(reference, lambda service, id: service.answer(id, text, OFFICIAL))

    def ask_citizen(self, reference: str, question: str) -> None:
        self._official(reference, lambda service, id: service.ask_citizen(id, question, OFFICIAL))

    def reply_interim(self, reference: str, text: str) -> None:
        self._official(reference, lambda service, id: service.reply_interim(id, text, OFFICIAL))

    def transfer(self, reference: str, to: str, reason: str) -> None:
        self._official(reference, lambda service, id: service.transfer(id, to, reason, OFFICIAL))

    def close(self, reference: str) -> None:
        self._official(reference, lambda service, id: service.close(id, OFFICIAL))

    def _official(self, reference: str, act: Callable[[CaseService, int], Awaitable[Any]]) -> None:
        async def do(session: AsyncSession) -> None:
            service = CaseService(session, SecretStr(self.cases_key))
            await act(service, (await service.find(reference)).id)

        self._in_database(do)

    # -- the clock

    def make_talk_older(self, sender: str, passed: timedelta) -> None:
        """Moves every moment in the kept dialogue state into the past."""

        async def do(session: AsyncSession) -> None:
            found = await session.scalars(
                select(Conversation).where(Conversation.channel == "rest", Conversation.external_id == sender)
            )
            talk = found.one()
            talk.state = _older(talk.state, passed)
            talk.last_message_at -= passed.total_seconds()

        self._in_database(do)

    def _in_database(self, act: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """Runs `act` in a transaction beside the application, in a thread: callers may own a loop."""

        async def run() -> T:
            database = Database(f"sqlite+aiosqlite:///{self.var / 'mouwaten.db'}")
            try:
                async with database.session() as session:
                    return await act(session)
            finally:
                await database.close()

        results: list[T] = []
        failures: list[BaseException] = []

        def in_thread() -> None:
            try:
                results.append(asyncio.run(run()))
            except BaseException as failure:
                failures.append(failure)

        thread = threading.Thread(target=in_thread)
        thread.start()
        thread.join()
        if failures:
            raise failures[0]
        return results[0]


@contextmanager
def running_stack(**settings: str) -> Iterator[Stack]:
    """Starts application and assistant, waits until both are ready, stops both at the end.

    `settings` are further environment variables of the application. Raises RuntimeError, with what the
    processes wrote, when they do not become ready or end before they are stopped.
    """
    port, bot_port = _free_ports(2)
    token, key = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    with tempfile.TemporaryDirectory(prefix="mouwaten-") as folder, _log(folder) as log:
        environment = {
            **{
                name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")
            },
            "PORT": str(port),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "BOT_URL": f"http://127.0.0.1:{bot_port}",
            "BOT_PORT": str(bot_port),
            "API_URL": f"http://127.0.0.1:{port}",
            "VAR_DIR": folder,
            "BOT_TOKEN": token,
            "CASES_KEY": key,
            **settings,
        }
        processes = [_start([command], environment, log) for command in ("bot", "run")]
        with httpx.Client(base_url=environment["API_URL"], timeout=REPLY_SECONDS) as client:
            try:
                _wait_until_ready(client, processes, log)
                yield Stack(environment["API_URL"], environment["BOT_URL"], Path(folder), token, key, client)
                ended = [process.returncode for process in processes if process.poll() is not None]
            finally:
                _stop(processes)
        if ended:
            raise RuntimeError(f"A process ended by itself ({ended}):\n{_tail(log)}")


def _start(arguments: list[str], environment: dict[str, str], log: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [str(ROOT / ".venv/bin/python"), "mouwaten.py", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
        preexec_fn=_die_with_parent,
    )


def _wait_until_ready(client: httpx.Client, processes: Sequence[subprocess.Popen[bytes]], log: Any) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if any(process.poll() is not None for process in processes):
            break
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"The application did not become ready:\n{_tail(log)}")


def _stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


@contextmanager
def _log(folder: str) -> Iterator[Any]:
    with open(Path(folder) / "stack.log", "wb") as log:
        yield log


def _tail(log: Any) -> str:
    return Path(log.name).read_text(errors="replace")[-4000:]


def _die_with_parent() -> None:
    """Tests that are killed leave nothing behind (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


async def _behind(session: AsyncSession, reference: str) -> dict[str, Any]:
    """The person and the place of a case, which the API shows to nobody but the structure."""
    found = await session.execute(
        select(Case, Claimant).join(Claimant, Claimant.case_id == Case.id).where(Case.reference == reference)
    )
    case, claimant = found.one()
    personal = ("name", "phone", "email", "national_id", "channel_identity", "consent_version", "consent_at")
    placed = ("place_words", "latitude", "longitude", "anonymous", "language")
    return {
        **{name: getattr(claimant, name) for name in personal},
        **{name: getattr(case, name) for name in placed},
    }


def _older(kept: Any, passed: timedelta) -> Any:
    if isinstance(kept, dict):
        return {name: _older(value, passed) for name, value in kept.items()}
    if isinstance(kept, list):
        return [_older(value, passed) for value in kept]
    if isinstance(kept, str) and len(kept) >= 19 and kept[4:5] == kept[7:8] == "-":
        try:
            return (datetime.fromisoformat(kept) - passed).isoformat()
        except ValueError:
            return kept
    return kept
