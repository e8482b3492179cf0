"""How long it takes to understand one sentence: over HTTP, and inside the process."""

from __future__ import annotations

import json
import subprocess
import time
from statistics import median

import httpx
from figures import Figure
from processes import APP, ROOT

SENTENCES = ROOT / "nlu/data/dev.jsonl"
ASKED = 400


def measure(bot_url: str) -> list[Figure]:
    """`POST /model/parse` sentence by sentence, and what `mouwaten nlu evaluate` measures."""
    return [
        Figure("sentence by POST /model/parse, median", round(_over_http(bot_url), 2), "ms"),
        Figure("sentence inside the process, median", _in_process(), "ms", 2.0),
    ]


def _over_http(bot_url: str) -> float:
    lines = SENTENCES.read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines[:: max(1, len(lines) // ASKED)]]
    with httpx.Client(base_url=bot_url, timeout=30) as bot:
        for text in texts[:20]:
            _parse(bot, text)
        return median(_parse(bot, text) for text in texts)


def _parse(bot: httpx.Client, text: str) -> float:
    began = time.perf_counter()
    bot.post("/model/parse", json={"text": text}).raise_for_status()
    return (time.perf_counter() - began) * 1000


def _in_process() -> float:
    command = [APP, "mouwaten.py", "nlu", "evaluate", SENTENCES, "--json"]
    told = subprocess.run(
        [str(word) for word in command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return float(json.loads(told.stdout)["ms_per_sentence"])
