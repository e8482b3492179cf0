"""From `make run` on a prepared checkout to the first reply."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from figures import Figure
from processes import free_ports, running, says_ok, wait_until

# What is already there is not made again, even when a file was touched: a start is measured, not a training.
COMMAND = ["make", "--no-print-directory", "-o", "setup", "-o", "models/mouwaten.tar.gz", "run"]


@dataclass(frozen=True)
class Started:
    """The running application: its address, its first process, and how long its first reply took."""

    url: str
    pid: int
    seconds: float


def measure(started: Started, again: Started) -> list[Figure]:
    """A start on an empty folder, where the database is made, and one on what the first left."""
    return [
        Figure("first reply after `make run`, new database", round(started.seconds, 1), "s", 15),
        Figure("first reply after `make run`, later start", round(again.seconds, 1), "s", 15),
    ]


@contextmanager
def folder() -> Iterator[str]:
    """A folder for the application's database and secrets."""
    with tempfile.TemporaryDirectory(prefix="mouwaten-bench-") as made:
        yield made


@contextmanager
def started_application(var: str) -> Iterator[Started]:
    """`make run` with everything it makes in `var`, stopped when the block ends."""
    port, bot_port = free_ports(2)
    url = f"http://127.0.0.1:{port}"
    settings = {"PORT": str(port), "BOT_PORT": str(bot_port), "PUBLIC_URL": url, "VAR_DIR": var}
    began = time.monotonic()
    with running(COMMAND, settings) as process:
        wait_until(lambda: says_ok(f"{url}/readyz"), process)
        _first_reply(url)
        yield Started(url, process.pid, time.monotonic() - began)


def _first_reply(url: str) -> None:
    said = httpx.post(
        f"{url}/webhooks/rest/webhook", json={"sender": "first", "message": "aslema"}, timeout=30
    )
    if not said.raise_for_status().json():
        raise RuntimeError("the first message was not answered")
