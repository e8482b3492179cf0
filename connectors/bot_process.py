"""Keeps the bot running as a child process: started at once, restarted with back-off, never left behind."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence

log = logging.getLogger(__name__)

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0
STEADY_SECONDS = 60.0
"""A bot that ran this long was well: its next end starts with the shortest pause again."""
STOP_SECONDS = 8.0

_PR_SET_PDEATHSIG = 1


class BotProcess:
    """One supervised child. `start` returns at once; `stop` returns when no process is left."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self._command = list(command)
        self._environment = {**os.environ, **(environment or {})}
        self._stopping = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._supervise, name="bot", daemon=True)
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """The child's process number, while there is one."""
        return self._child.pid if self._child and self._child.poll() is None else None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends the child, politely first, and waits for it."""
        self._stopping.set()
        self._signal(signal.SIGTERM)
        self._thread.join(STOP_SECONDS)
        if self._thread.is_alive():
            self._signal(signal.SIGKILL)
            self._thread.join(STOP_SECONDS)

    def _supervise(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            begun = time.monotonic()
            status = self._run_once()
            if self._stopping.is_set():
                return
            pause = (
                FIRST_PAUSE if time.monotonic() - begun > STEADY_SECONDS else min(pause * 2, LONGEST_PAUSE)
            )
            self.restarts += 1
            log.error("the bot ended (%s), it is started again in %.0f s", status, pause)
            self._stopping.wait(pause)

    def _run_once(self) -> int:
        # The death signal is tied to this thread, which lives as long as the supervision does.
        self._child = subprocess.Popen(
            self._command, env=self._environment, start_new_session=True, preexec_fn=_die_with_parent
        )
        if self._stopping.is_set():
            self._signal(signal.SIGTERM)
        return self._child.wait()

    def _signal(self, number: signal.Signals) -> None:
        if (pid := self.pid) is not None:
            try:
                os.killpg(pid, number)
            except ProcessLookupError:
                return


def _die_with_parent() -> None:
    """A parent that is killed cannot stop its child: on Linux the kernel does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
