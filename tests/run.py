"""Runs the whole suite, each part in its own environment; one closing line over all.

`python tests/run.py [PATH …]` runs only the parts that hold these paths.
"""

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APP, BOT = ROOT / ".venv/bin/python", ROOT / ".venv-bot/bin/python"
PARTS = [
    (APP, "tests/test_architecture.py"),
    (APP, "tests/api"),
    (APP, "tests/connectors"),
    (BOT, "tests/nlu"),
    (BOT, "tests/bot"),
    (APP, "tests/contract"),
    (APP, "tests/dialogue"),
    (APP, "tests/e2e"),
]


def main(wanted: list[str]) -> int:
    """Exit status: 0 when nothing failed and something passed."""
    total: Counter[str] = Counter()
    for python, part in PARTS:
        asked = [path for path in wanted if path.startswith(part)]
        if (asked or not wanted) and (ROOT / part).exists():
            total += _run(python, asked or [part])
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if total["failed"] or not total["passed"] else 0


def _run(python: Path, paths: list[str]) -> Counter[str]:
    print(f"── {' '.join(paths)}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        quiet = ["-W", "ignore"] if python == BOT else []  # Rasa's old libraries warn when they are imported
        command = [python, "-m", "pytest", "-p", "no:cacheprovider", *quiet, f"--junitxml={report}", *paths]
        status = subprocess.run([str(word) for word in command], cwd=ROOT, env=_environment()).returncode
        return _counted(report, status)


def _environment() -> dict[str, str]:
    return {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}


def _counted(report: Path, status: int) -> Counter[str]:
    """What the part's report says; a part that broke or ran nothing counts as one failure."""
    if status not in (0, 1) or not report.exists():
        return Counter(failed=1)
    suite = next(ElementTree.parse(report).getroot().iter("testsuite")).attrib
    failed = int(suite["failures"]) + int(suite["errors"])
    skipped = int(suite["skipped"])
    return Counter(passed=int(suite["tests"]) - failed - skipped, failed=failed, skipped=skipped)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
