"""The YAML files beside the actions, each read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def read_plan(name: str) -> dict[str, Any]:
    """Content of bot/<name>.yml."""
    path = Path(__file__).resolve().parent.parent / f"{name}.yml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))
