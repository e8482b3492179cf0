"""Keeps one page from filling the inbox: a short burst is free, after it messages wait their time."""

from __future__ import annotations

import math
import time
from collections import OrderedDict

from api.errors import Problem

BURST = 30.0
EVERY_SECONDS = 2.0
REMEMBERED = 20_000


class TooFast(Problem):
    """The page keeps the message and sends it again after `Retry-After`."""

    status, code, title = 429, "too_fast", "Too many messages in a short time: wait a moment."

    def __init__(self, seconds: float) -> None:
        super().__init__(headers={"Retry-After": str(math.ceil(seconds))})


class Flood:
    """A bucket of `burst` for each session, refilled by one every `every` seconds; in this process's memory."""

    def __init__(self, burst: float = BURST, every: float = EVERY_SECONDS) -> None:
        self._burst = burst
        self._every = every
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def spend(self, who: str, cost: float = 1.0) -> None:
        """Takes `cost` from the bucket.

        Raises:
            TooFast: the bucket does not hold that much yet.
        """
        now = time.monotonic()
        left, at = self._buckets.pop(who, (self._burst, now))
        left = min(self._burst, left + (now - at) / self._every)
        enough = left >= cost
        self._buckets[who] = (left - cost if enough else left, now)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        if not enough:
            raise TooFast((cost - left) * self._every)
