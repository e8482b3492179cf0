"""Fault test: citizens talk on two channels while applications and bots are killed with SIGKILL at random.

    .venv/bin/python -m tests.bench.faults [--database postgresql] [--messages 1000] [--conversations 50]

Counts, at the end: messages lost, cases missing or filed twice, conversations out of order, and replies
repeated where the channel cannot tell whether it had got them. All but the repeated replies must be zero.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import re
import signal
import socket
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import uvicorn
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from api.cases.models import Case
from api.conversations import reading
from api.database import Database
from api.settings import async_database_url
from connectors.bot_process import die_with_parent
from tests.connectors.telegram_server import TOKEN, TelegramServer

ROOT = Path(__file__).resolve().parents[2]
SECRET = "fault-test-secret-0123456789abcdef"
NUMBERED = re.compile(r"^(\d+): (.*)$", re.DOTALL)
EVERY_FILING = 10
"""One message in so many files a case."""


@dataclass
class Found:
    """What the test counted."""

    database: str
    replicas: int
    messages: int
    conversations: int
    kills: int = 0
    seconds: float = 0.0
    lost: int = 0
    out_of_order: int = 0
    cases_expected: int = 0
    cases_filed: int = 0
    dead_letters: int = 0
    replies_repeated: int = 0
    taken_over: int = 0

    @property
    def good(self) -> bool:
        wrong = self.lost + self.out_of_order + self.dead_letters
        return wrong == 0 and self.cases_expected == self.cases_filed


@dataclass
class Replica:
    """One application and one bot, which can be killed and come back."""

    port: int
    bot_port: int
    environment: dict[str, str]
    log: Any
    processes: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self, name: str) -> None:
        commands = {
            "app": ["mouwaten.py", "run"],
            "bot": ["tests/connectors/fake_bot.py", str(self.bot_port)],
        }
        self.processes[name] = await asyncio.create_subprocess_exec(
            sys.executable,
            *commands[name],
            cwd=ROOT,
            env=self.environment,
            stdout=self.log,
            stderr=self.log,
            preexec_fn=die_with_parent,
        )

    async def kill(self, name: str) -> None:
        """SIGKILL, and a new one at once."""
        with contextlib.suppress(ProcessLookupError):
            self.processes[name].send_signal(signal.SIGKILL)
        await self.processes[name].wait()
        await self.start(name)

    async def stop(self) -> None:
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        for process in self.processes.values():
            await process.wait()


class RotatingTelegram(TelegramServer):
    """Posts each update to one replica after the other, as a load balancer in front of them would."""

    replicas: Sequence[Replica] = ()

    async def deliver(self, update: dict[str, Any], secret: str | None = None) -> int:
        assert self.webhook
        for attempt in range(500):
            url = self.replicas[(update["update_id"] + attempt) % len(self.replicas)].url
            headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook["secret_token"]}
            with contextlib.suppress(httpx.TransportError):
                answer = await self._client.post(f"{url}/webhooks/telegram", json=update, headers=headers)
                if answer.status_code == 200:
                    return 200
            await asyncio.sleep(0.2)
        raise AssertionError("an update was never accepted")


async def measure(options: argparse.Namespace) -> Found:
    """Runs the whole test and returns what was counted."""
    replicas_wanted = 2 if options.database == "postgresql" else 1
    found = Found(options.database, replicas_wanted, options.messages, options.conversations)
    with tempfile.TemporaryDirectory(prefix="mouwaten-faults-") as folder:
        async with _database(options.database, Path(folder)) as url, _telegram() as telegram:
            replicas = [_replica(url, Path(folder), telegram.url, n) for n in range(replicas_wanted)]
            telegram.replicas = replicas
            try:
                await _run(options, replicas, telegram, url, found)
            finally:
                await asyncio.gather(*(replica.stop() for replica in replicas))
    return found


async def _run(
    options: argparse.Namespace, replicas: list[Replica], telegram: RotatingTelegram, url: str, found: Found
) -> None:
    for replica in replicas:
        await replica.start("bot")
        await replica.start("app")
        await _until_ready(replica)
    began = time.monotonic()
    busy = asyncio.create_task(_busy(telegram, options.busy))
    killer = asyncio.create_task(_kill_at_random(replicas, options.every, found))
    talks = _talks(options.messages, options.conversations)
    async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
        speakers = [
            _speak(name, texts, replicas, telegram, client, options.pause) for name, texts in talks.items()
        ]
        await asyncio.gather(*speakers)
    killer.cancel()
    await busy
    await _until_answered(url, options.patience)
    found.seconds = round(time.monotonic() - began, 1)
    await _count(url, talks, telegram, found)


def _talks(messages: int, conversations: int) -> dict[str, list[str]]:
    """What each citizen says: half on the website, half on Telegram; every tenth message files a case."""
    talks: dict[str, list[str]] = {}
    for number in range(messages):
        channel = "web" if number % 2 else "telegram"
        name = f"{channel}:{9000 + number % conversations}"
        word = "file" if number % EVERY_FILING == 3 else "say"
        talks.setdefault(name, []).append(f"{word} {number}")
    return talks


async def _speak(
    name: str,
    texts: list[str],
    replicas: list[Replica],
    telegram: TelegramServer,
    client: httpx.AsyncClient,
    pause: float,
) -> None:
    channel, _, number = name.partition(":")
    for text in texts:
        if channel == "telegram":
            await telegram.says(int(number), text)
        else:
            await _post(number, text, replicas, client)
        await asyncio.sleep(random.uniform(0, 2 * pause))


async def _post(sender: str, text: str, replicas: list[Replica], client: httpx.AsyncClient) -> None:
    """Sends as the chat page does: the same id until it is acknowledged."""
    message = {"id": uuid.uuid4().hex, "text": text}
    for attempt in range(500):
        replica = replicas[(int(sender) + attempt) % len(replicas)]
        headers = {"X-Mouwaten-Session": _session(sender), "User-Agent": "fault test"}
        with contextlib.suppress(httpx.TransportError):
            answer = await client.post(f"{replica.url}/chat/messages", json=message, headers=headers)
            if answer.status_code == 202:
                return
            assert answer.status_code >= 500, answer.text
        await asyncio.sleep(0.2)
    raise AssertionError("a message was never acknowledged")


def _session(sender: str) -> str:
    """A session of the website with a name we know."""
    from starlette.requests import HTTPConnection

    from api.settings import Settings
    from connectors.web.session import Sessions, _browser

    headers = [(b"user-agent", b"fault test")]
    connection = HTTPConnection({"type": "http", "headers": headers})
    sessions = Sessions(Settings(session_secret=SECRET))
    return sessions._signer.dumps([sender, _browser(connection)])


async def _kill_at_random(replicas: list[Replica], every: float, found: Found) -> None:
    while True:
        await asyncio.sleep(random.uniform(0.5 * every, 1.5 * every))
        await random.choice(replicas).kill(random.choice(["app", "bot"]))
        found.kills += 1


async def _busy(telegram: TelegramServer, seconds: float) -> None:
    """Telegram takes no messages for so long: 429, come back in three seconds."""
    if seconds:
        telegram.fails("sendMessage", 429, times=1_000_000, retry_after=3)
        await asyncio.sleep(seconds)
        telegram.faults["sendMessage"].clear()


async def _until_ready(replica: Replica) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(600):
            with contextlib.suppress(httpx.TransportError):
                if (await client.get(f"{replica.url}/readyz")).is_success:
                    return
            await asyncio.sleep(0.1)
    raise AssertionError("the application did not start")


async def _until_answered(url: str, patience: float) -> None:
    database = Database(url)
    end = time.monotonic() + patience
    while time.monotonic() < end:
        async with database.session(writes=False) as session:
            counts = await reading.counts(session)
        if not counts.get("in_pending") and not counts.get("out_pending"):
            break
        await asyncio.sleep(0.5)
    await database.close()


async def _count(url: str, talks: dict[str, list[str]], telegram: TelegramServer, found: Found) -> None:
    database = Database(url)
    async with database.session(writes=False) as session:
        counts = await reading.counts(session)
        found.dead_letters = counts.get("in_dead", 0) + counts.get("out_dead", 0)
        found.taken_over = counts["in_taken_over"] + counts["out_taken_over"]
        found.cases_filed = (await session.execute(select(func.count()).select_from(Case))).scalar_one()
        for name, texts in talks.items():
            channel, _, number = name.partition(":")
            told = await reading.transcript(session, channel, number, 0, 100_000)
            lines = told.lines if told else []
            answered = [line.body["text"] for line in lines if line.author == "assistant"]
            _judge(found, texts, answered)
            if channel == "telegram":
                _judge_delivery(found, texts, telegram.texts(int(number)))
    await database.close()
    found.cases_expected = sum(text.startswith("file") for texts in talks.values() for text in texts)


def _judge(found: Found, said: list[str], answered: list[str]) -> None:
    """The bot numbers what it hears: 1, 2, 3 and the citizen's own words in the order he said them."""
    numbered = [match.groups() for text in answered if (match := NUMBERED.match(text))]
    wanted = [(str(number), text) for number, text in enumerate(said, start=1)]
    found.lost += len(set(wanted) - set(numbered))
    found.out_of_order += numbered != wanted


def _judge_delivery(found: Found, said: list[str], delivered: list[str]) -> None:
    numbered = [text for text in delivered if NUMBERED.match(text)]
    once = list(dict.fromkeys(numbered))
    found.replies_repeated += len(numbered) - len(once)
    found.lost += len(said) - len(once)
    numbers = [int(text.partition(":")[0]) for text in once]
    found.out_of_order += numbers != sorted(numbers)


def _replica(url: str, folder: Path, telegram_url: str, number: int) -> Replica:
    port, bot_port = _free_port(), _free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "API_URL": f"http://127.0.0.1:{port}",
        "BOT_URL": f"http://127.0.0.1:{bot_port}",
        "DATABASE_URL": url,
        "VAR_DIR": str(folder),
        "SESSION_SECRET": SECRET,
        "BOT_TOKEN": SECRET,
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_SECRET": SECRET,
        "TELEGRAM_MODE": "webhook",
        "TELEGRAM_BASE_URL": telegram_url,
    }
    return Replica(port, bot_port, environment, open(folder / f"log{number}.txt", "wb"))


@contextlib.asynccontextmanager
async def _telegram():
    server = RotatingTelegram()
    port = _free_port()
    web = uvicorn.Server(uvicorn.Config(server.app, host="127.0.0.1", port=port, log_level="error"))
    task = asyncio.create_task(web.serve())
    server.url = f"http://127.0.0.1:{port}"
    yield server
    web.should_exit = web.force_exit = True
    await task
    await server.close()


@contextlib.asynccontextmanager
async def _database(kind: str, folder: Path):
    if kind == "sqlite":
        yield f"sqlite+aiosqlite:///{folder / 'faults.db'}"
        return
    server = os.environ.get("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
    url = make_url(async_database_url(server))
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    name = f"faults_{uuid.uuid4().hex[:10]}"
    connection = await asyncpg.connect(plain)
    await connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--conversations", type=int, default=50)
    parser.add_argument("--every", type=float, default=4.0, help="seconds between two kills, on average")
    parser.add_argument(
        "--pause", type=float, default=0.15, help="seconds between two messages of one citizen"
    )
    parser.add_argument("--busy", type=float, default=0.0, help="seconds Telegram answers 429 at first")
    parser.add_argument("--patience", type=float, default=180.0, help="seconds for the last answers")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    result = asyncio.run(measure(options_of()))
    print(json.dumps(asdict(result), indent=2))
    sys.exit(0 if result.good else 1)
