"""Load test: many citizens at once against the whole thing, application and bot, on this machine.

    .venv/bin/python -m tests.bench.load [--citizens 200] [--messages 5] [--think 8] [--fake-bot]

Each citizen writes, waits for the answer, thinks, and writes again. Prints errors and the time to the answer.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

import httpx

from tests.bench.faults import ROOT, _free_port

SENTENCES = [
    "aslema",
    "comment renouveler mon passeport",
    "شنوة الوثائق متاع بطاقة التعريف",
    "n7eb nejded el permis",
    "merci",
    "ما هي ساعات العمل",
    "quels papiers pour un extrait de naissance",
    "chnia el prix mta3 el passeport",
]
DELAYED = ("Cela prend plus de temps",)


async def measure(options: argparse.Namespace) -> dict[str, float]:
    """Starts everything, lets the citizens talk, and returns the figures (times in seconds)."""
    port, bot_port = _free_port(), _free_port()
    with tempfile.TemporaryDirectory(prefix="mouwaten-load-") as folder:
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PORT": str(port),
            "BOT_PORT": str(bot_port),
            "VAR_DIR": folder,
            "DATABASE_URL": options.database_url,
        }
        if options.fake_bot:
            environment["BOT_URL"] = f"http://127.0.0.1:{bot_port}"
        with open(Path(folder) / "log.txt", "wb") as log:  # noqa: ASYNC230
            async with _running(options, environment, bot_port, log):
                await _until_ready(port)
                return await _talks(port, options)


async def _talks(port: int, options: argparse.Namespace) -> dict[str, float]:
    times: list[float] = []
    errors: list[str] = []
    limits = httpx.Limits(max_connections=options.citizens + 10)
    url = f"http://127.0.0.1:{port}/webhooks/rest/webhook"
    began = time.monotonic()
    async with httpx.AsyncClient(timeout=30, limits=limits, trust_env=False) as client:

        async def citizen(number: int) -> None:
            await asyncio.sleep(random.uniform(0, options.think))
            for _ in range(options.messages):
                body = {"sender": f"citizen {number}", "message": random.choice(SENTENCES)}
                sent = time.monotonic()
                answer = await client.post(url, json=body)
                times.append(time.monotonic() - sent)
                if (
                    answer.status_code != 200
                    or not answer.json()
                    or any(one in answer.text for one in DELAYED)
                ):
                    errors.append(answer.text[:200])
                await asyncio.sleep(random.uniform(0.5, 1.5) * options.think)

        await asyncio.gather(*(citizen(number) for number in range(options.citizens)))
    times.sort()
    return {
        "citizens": options.citizens,
        "messages": len(times),
        "errors": len(errors),
        "per_second": round(len(times) / (time.monotonic() - began), 1),
        "p50": round(times[len(times) // 2], 3),
        "p95": round(times[int(len(times) * 0.95)], 3),
        "p99": round(times[int(len(times) * 0.99)], 3),
    }


@contextlib.asynccontextmanager
async def _running(options: argparse.Namespace, environment: dict[str, str], bot_port: int, log):
    commands = [["mouwaten.py", "run"]]
    if options.fake_bot:
        commands.append(["tests/connectors/fake_bot.py", str(bot_port)])
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, *command, cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        for command in commands
    ]
    try:
        yield
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        for process in processes:
            await process.wait()


async def _until_ready(port: int) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(600):
            with contextlib.suppress(httpx.TransportError):
                if (await client.get(f"http://127.0.0.1:{port}/readyz")).is_success:
                    return
            await asyncio.sleep(0.2)
    raise AssertionError("the application did not start")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--citizens", type=int, default=200)
    parser.add_argument("--messages", type=int, default=5)
    parser.add_argument(
        "--think", type=float, default=8.0, help="seconds between an answer and the next message"
    )
    parser.add_argument("--fake-bot", action="store_true", help="measure the application alone")
    parser.add_argument("--database-url", default="", help="a PostgreSQL database instead of SQLite")
    print(json.dumps(asyncio.run(measure(parser.parse_args())), indent=2))
