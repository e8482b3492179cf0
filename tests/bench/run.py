"""`make bench`: measures what is promised, prints a table and writes var/bench.json.

`python tests/bench/run.py [--citizens]`; what each figure is: tests/bench/README.md. It takes about two
minutes and says little on a machine that does something else meanwhile.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

import citizens
import classify
import depth
import memory
import start
import throughput
from figures import Figure, circumstances, keep, table
from processes import ROOT
from talking import running_bot


def main() -> int:
    """0 when every goal was reached."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--citizens", action="store_true", help="also 200 citizens at once (a minute more)")
    options = parser.parse_args()
    print("  ".join(f"{name} {value}" for name, value in circumstances().items()), flush=True)
    figures: list[Figure] = []
    for found in measured(options.citizens):
        print("\n".join(f"· {figure.name}: {figure.value:g} {figure.unit}" for figure in found), flush=True)
        figures += found
    print(f"\n{table(figures)}")
    keep(figures, ROOT / "var/bench.json")
    return 1 if any(figure.verdict == "NO" for figure in figures) else 0


def measured(with_citizens: bool) -> Iterator[list[Figure]]:
    """The figures, group by group as they are found."""
    with running_bot() as url:
        yield depth.measure(url)
        yield throughput.measure(url)
        yield classify.measure(url)
    with start.folder() as var:
        with start.started_application(var) as first:
            pass
        with start.started_application(var) as again:
            yield start.measure(first, again)
            yield memory.measure(again)
    if with_citizens:
        yield citizens.measure()


if __name__ == "__main__":
    sys.exit(main())
