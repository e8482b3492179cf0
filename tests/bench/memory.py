"""Resident memory of the application and the bot together, after some talk."""

from __future__ import annotations

import httpx
from figures import Figure
from processes import megabytes
from start import Started
from talking import talk

CITIZENS = 5


def measure(started: Started) -> list[Figure]:
    """The sum of RSS over every process that `make run` started; shared pages count in each."""
    _talk(started.url)
    processes = megabytes(started.pid)
    bot = sum(size for name, size in processes.items() if "-m bot" in name)
    whole = sum(processes.values())
    return [
        Figure("memory of the bot", round(bot), "MB"),
        Figure("memory of everything", round(whole), "MB", 1200),
    ]


def _talk(url: str) -> None:
    """A few citizens go through the talk, so that nothing is still unloaded."""
    with httpx.Client(base_url=url, timeout=30) as citizen:
        for number in range(CITIZENS):
            for said in talk():
                body = {"sender": f"memory-{number}", "message": said.get("text") or said.get("payload")}
                citizen.post("/webhooks/rest/webhook", json=body).raise_for_status()
