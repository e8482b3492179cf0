"""A short run of the fault test; the long ones are commands (docs/channels.md)."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_nothing_is_lost_doubled_or_disordered_under_kill_9():
    size = ["--messages", "60", "--conversations", "8", "--every", "1.5", "--patience", "90"]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.bench.faults", *size],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
    )
    found = json.loads(ended.stdout[ended.stdout.rindex("\n{") if "\n{" in ended.stdout else 0 :])
    assert ended.returncode == 0, found
    assert found["kills"] > 0 and found["cases_filed"] == found["cases_expected"] == 6
