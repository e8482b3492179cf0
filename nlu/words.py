"""Word lists of the understanding, read once from nlu/lexicon and nlu/lookups."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def read_yaml(path: Path) -> Any:
    """Content of a YAML file with every scalar as text ("on", "no" and "3" are words here)."""
    with path.open(encoding="utf-8") as stream:
        return yaml.load(stream, Loader=_Loader)


@cache
def lexicon(name: str) -> Any:
    """Content of nlu/lexicon/<name>.yml."""
    return read_yaml(HERE / "lexicon" / f"{name}.yml")


@cache
def lookup(name: str) -> Any:
    """Content of nlu/lookups/<name>.yml."""
    return read_yaml(HERE / "lookups" / f"{name}.yml")
