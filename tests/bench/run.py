"""`make bench`: measures what is promised, prints a table and writes var/bench.json.

`python tests/bench/run.py [--citizens]`; what each figure is: tests/bench/README.md. It takes about two
minutes and says little on a machine that does something else meanwhile.
"""

from __future__ import annotations

import argparse
import sys

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
    figures = [*of_the_bot(), *of_the_application()]
    if options.citizens:
        print("· 200 citizens at once", flush=True)
        figures += citizens.measure()
    print(f"\n{table(figures)}")
    keep(figures, ROOT / "var/bench.json")
    return 1 if any(figure.verdict == "NO" for figure in figures) else 0


def of_the_bot() -> list[Figure]:
    """What is measured on the bot alone."""
    print("· the bot alone: depth, throughput, understanding", flush=True)
    with running_bot() as url:
        return [*depth.measure(url), *throughput.measure(url), *classify.measure(url)]


def of_the_application() -> list[Figure]:
    """What is measured on everything that `make run` starts."""
    print("· everything: start, memory", flush=True)
    with start.folder() as var:
        with start.started_application(var) as first:
            pass
        with start.started_application(var) as again:
            talked = memory.measure(again)
    return [*start.measure(first, again), *talked]


if __name__ == "__main__":
    sys.exit(main())
