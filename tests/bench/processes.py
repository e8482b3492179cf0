"""Processes that a measurement needs: started on free ports, stopped at the end, their memory read."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
APP, BOT = ROOT / ".venv/bin/python", ROOT / ".venv-bot/bin/python"
START_SECONDS, STOP_SECONDS = 120.0, 15.0
LOOK_SECONDS = 0.05


@contextmanager
def running(command: Sequence[object], settings: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process group with these environment variables beside ours; ended when the block ends.

    What it writes is shown when it ends by itself with an error.
    """
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=ROOT,
            env=_environment(settings),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll():
                log.seek(0)
                sys.stderr.write(log.read().decode(errors="replace")[-4000:])
            _stop(process)


def wait_until(answers: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Looks until `answers`; RuntimeError when the process ends before, or takes too long."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        if answers():
            return
        time.sleep(LOOK_SECONDS)
    raise RuntimeError(f"{process.args} did not begin to answer")


def says_ok(url: str) -> bool:
    """Whether a GET of `url` succeeds."""
    try:
        return httpx.get(url, timeout=2).is_success
    except httpx.TransportError:
        return False


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nothing listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def megabytes(root: int) -> dict[str, float]:
    """Resident memory (RSS, MB of 10^6 bytes) of a process and all below it, by process."""
    return {f"{pid} {_name(pid)}": _rss(pid) for pid in [root, *_below(root)]}


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    elsewhere = (
        "DATABASE_URL",
        "REDIS_URL",
        "BOT_URL",
        "TELEGRAM_TOKEN",
        "REST_CHANNEL",
        "MAKEFLAGS",
        "MAKELEVEL",
    )
    ours = {name: value for name, value in os.environ.items() if name not in elsewhere}
    return {**ours, "PYTHONPATH": str(ROOT), "RASA_TELEMETRY_ENABLED": "false", **settings}


def _stop(process: subprocess.Popen[bytes]) -> None:
    _signal(process, signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        _signal(process, signal.SIGKILL)
        process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def _below(root: int) -> list[int]:
    parents = {int(path.name): _parent(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
    children = [pid for pid, parent in parents.items() if parent == root]
    return [pid for child in children for pid in [child, *_below(child)]]


def _parent(path: Path) -> int:
    try:
        return int((path / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return -1


def _rss(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in status.splitlines() if line.startswith("VmRSS"))


def _name(pid: int) -> str:
    return " ".join(Path(f"/proc/{pid}/cmdline").read_text().split("\0")[1:3])
