"""What the talk so far adds to the understanding of a message: follow-ups that do not name their topic again."""

from __future__ import annotations

from typing import Any

from rasa.shared.core.trackers import DialogueStateTracker

FOLLOW_UP_WORDS, NAMES_A_SERVICE = 6, 0.6
MAY_BE_A_FOLLOW_UP = {"guidance", "nlu_fallback", "check_status", "out_of_scope", "affirm", "why_asked"}


def reinterpret(parsed: dict[str, Any], text: str, tracker: DialogueStateTracker) -> dict[str, Any]:
    """The parse, with the topic of the talk put in when a short question on an aspect names none ("w b9addech?")."""
    topic = tracker.get_slot("topic")
    aspects = [e for e in parsed.get("entities", []) if e["entity"] == "aspect" and e["value"] != "general"]
    if not topic or not aspects or len(text.split()) > FOLLOW_UP_WORDS or not _may_follow(parsed):
        return parsed
    service = {"entity": "service", "value": topic, "confidence": 1.0, "extractor": "context"}
    return {**parsed, "intent": {"name": "guidance", "confidence": 1.0}, "entities": [*aspects, service]}


def _may_follow(parsed: dict[str, Any]) -> bool:
    intent = parsed["intent"]
    if intent["name"] not in MAY_BE_A_FOLLOW_UP:
        return False
    return intent["name"] == "nlu_fallback" or intent["confidence"] < NAMES_A_SERVICE
