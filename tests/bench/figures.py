"""A measured figure, the table of all of them and the file they are kept in."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """`value` in `unit`; `at_most` is what it is to reach, None where no goal was set."""

    name: str
    value: float
    unit: str
    at_most: float | None = None

    @property
    def goal(self) -> str:
        """The goal as the table shows it."""
        return "" if self.at_most is None else f"≤ {self.at_most:g}"

    @property
    def verdict(self) -> str:
        """Whether the goal was reached."""
        return "" if self.at_most is None else ("yes" if self.value <= self.at_most else "NO")


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table with columns of equal width."""
    head = ("figure", "measured", "to reach", "reached")
    rows = [(f.name, f"{f.value:g} {f.unit}".strip(), f.goal, f.verdict) for f in figures]
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [head, tuple("-" * width for width in widths), *rows]
    return "\n".join(_line(line, widths) for line in lines)


def keep(figures: Sequence[Figure], path: Path) -> None:
    """Writes the figures with the day and the machine."""
    told = {**circumstances(), "figures": [{**asdict(f), "reached": f.verdict or None} for f in figures]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def circumstances() -> dict[str, object]:
    """When and where: a figure means little without it."""
    return {
        "at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "cores": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
