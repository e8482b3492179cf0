"""What a pressed button means: its payload read as an understanding, without the classifier.

/file_petition                      an intent
/guidance/passport-minor:fee        a service and the aspect asked
/choose/structure/steg              the value of a field of the running form
"""

from __future__ import annotations

import re
from typing import Any

PAYLOAD = re.compile(r"/([a-z_]+)(?:/([a-z0-9_-]+))?(?:[:/]([A-Za-z0-9_-]+))?", re.ASCII)
COMMANDS = {
    "start": "greet",
    "aide": "help",
    "status": "check_status",
    "langue": "change_language",
    "annuler": "cancel",
    "humain": "talk_to_human",
}


def read_payload(text: str, intents: set[str]) -> tuple[dict[str, Any], dict[str, str] | None] | None:
    """The parse data and the choice that a payload stands for; None when `text` is no payload."""
    match = PAYLOAD.fullmatch(text.strip())
    if not match:
        return None
    name, middle, last = match.groups()
    if name == "choose" and middle and last:
        return _parse(text, "inform"), {"field": middle, "value": last}
    if name == "guidance" and middle:
        aspect = [_entity("aspect", last)] if last else []
        return _parse(text, "guidance", [_entity("service", middle), *aspect]), None
    name = COMMANDS.get(name, name)
    if name not in intents or middle:
        return None
    return _parse(text, name), None


def _parse(text: str, intent: str, entities: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {
        "text": text,
        "intent": {"name": intent, "confidence": 1.0},
        "entities": entities or [],
        "intent_ranking": [],
    }


def _entity(name: str, value: str) -> dict[str, Any]:
    return {"entity": name, "value": value, "confidence": 1.0, "extractor": "button"}
