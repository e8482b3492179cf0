"""200 citizens at once through the whole way, as tests/bench/load.py measures them."""

from __future__ import annotations

import json
import subprocess

from figures import Figure
from processes import APP, ROOT


def measure() -> list[Figure]:
    """Runs the load test with its own settings and takes its figures over."""
    command = [str(APP), "-m", "tests.bench.load"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    name = f"{told['citizens']} citizens at once"
    return [
        Figure(f"{name}: errors in {told['messages']} messages", told["errors"], "", 0),
        Figure(f"{name}: messages", told["per_second"], "a second"),
        Figure(f"{name}: reply, median", told["p50"], "s"),
        Figure(f"{name}: reply, 95th percentile", told["p95"], "s", 1.0),
    ]
