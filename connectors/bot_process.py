"""Keeps the bot running as a child process.

Started at once, restarted with back-off when it ends, ended and restarted when it answers nothing any more, and
never left behind.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Mapping, Sequence

log = logging.getLogger(__name__)

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0
STEADY_SECONDS = 60.0
"""A bot that ran this long was well: its next end starts with the shortest pause again."""
STOP_SECONDS = 8.0
PROBE_EVERY = 5.0
PROBE_SECONDS = 4.0
SILENCES = 5
"""A bot is given up after about 45 s without an answer: long enough for a machine that is only busy."""

_PR_SET_PDEATHSIG = 1
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class BotProcess:
    """One supervised child. `start` returns at once; `stop` returns when no process is left."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None, probe: str | None = None
    ) -> None:
        """`probe` is an address that answers as long as the bot is well; without one only its end is noticed."""
        self._command = list(command)
        self._probe = probe
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
            self._command, env=self._environment, start_new_session=True, preexec_fn=die_with_parent
        )
        if self._stopping.is_set():
            self._signal(signal.SIGTERM)
        return self._wait_for_end(self._child)

    def _wait_for_end(self, child: subprocess.Popen[bytes]) -> int:
        """Waits, and ends a child that answered once and then failed to answer `SILENCES` times in a row."""
        answered, silences = False, 0
        while True:
            try:
                return child.wait(PROBE_EVERY if self._probe else None)
            except subprocess.TimeoutExpired:
                silences = 0 if self._answers() else silences + 1
                answered = answered or not silences
            if answered and silences >= SILENCES:
                log.error("the bot answers nothing any more, it is ended")
                self._signal(signal.SIGKILL)

    def _answers(self) -> bool:
        assert self._probe is not None
        try:
            with _OPENER.open(self._probe, timeout=PROBE_SECONDS):
                return True
        except OSError:
            return False

    def _signal(self, number: signal.Signals) -> None:
        if (pid := self.pid) is not None:
            try:
                os.killpg(pid, number)
            except ProcessLookupError:
                return


def die_with_parent() -> None:
    """A parent that is killed cannot stop its child: on Linux the kernel does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
