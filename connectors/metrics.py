"""What the engine counts for Prometheus; nothing here names a person."""

from __future__ import annotations

from prometheus_client import Gauge

MESSAGES = Gauge(
    "mouwaten_messages", "Messages waiting, and given up as dead letters", ["direction", "status"]
)
TAKEN_OVER = Gauge("mouwaten_queues_taken_over", "Queues whose worker died with them in hand", ["direction"])
WATCHED = ("pending", "dead")


def show(counts: dict[str, int]) -> None:
    """Sets the gauges from `reading.counts`."""
    for direction in ("in", "out"):
        for status in WATCHED:
            MESSAGES.labels(direction, status).set(counts.get(f"{direction}_{status}", 0))
        TAKEN_OVER.labels(direction).set(counts.get(f"{direction}_taken_over", 0))
