"""A short run of the fault test; the long ones are commands (docs/channels.md)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(300)
def test_nothing_is_lost_doubled_or_disordered_under_kill_9():
    size = ["--messages", "60", "--conversations", "8", "--every", "3", "--pause", "1"]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.bench.faults", *size],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
    )
    found = json.loads(ended.stdout[ended.stdout.index("{") :])
    assert ended.returncode == 0, found
    assert found["kills"] > 0 and found["cases_filed"] == found["cases_expected"] == 6
