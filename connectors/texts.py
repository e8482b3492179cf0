"""Reads connectors/texts.yml, the few sentences a channel says when the bot cannot."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

import yaml

from connectors.messages import OutgoingMessage

_FILE = Path(__file__).with_name("texts.yml")


@dataclass(frozen=True)
class Command:
    """One entry of a messaging application's menu."""

    name: str
    payload: str
    title: dict[str, str]


@cache
def _texts() -> dict[str, Any]:
    texts: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return texts


def sentence(key: str, language: str | None, **values: str) -> OutgoingMessage:
    """The sentence `key` in `language`, or in Arabic and French when the language is not known yet."""
    entry = _texts()[key]
    if language in ("ar", "fr"):
        known = cast(Literal["ar", "fr"], language)
        return OutgoingMessage(text=entry[known].format(**values), language=known)
    return OutgoingMessage(text="\n\n".join(entry[code].format(**values) for code in ("ar", "fr")))


@cache
def commands() -> tuple[Command, ...]:
    """The menu, in the order of the file."""
    return tuple(
        Command(name, entry["payload"], {code: entry[code] for code in ("ar", "fr")})
        for name, entry in _texts()["commands"].items()
    )
