"""What the talk so far adds to the understanding of a message. Pure; Rasa's parse in, a parse out."""

from __future__ import annotations

from typing import Any

from bot.actions.following import plan
from bot.actions.lexicon import wished_filing
from nlu.components.aspect import cued_aspects, is_bare_follow_up
from nlu.components.normalisation import normalise

FOLLOW_UP_WORDS, NAMES_A_SERVICE = 6, 0.5
FOLLOWING = {"check_status", *plan()["acts"]}


def in_view(parsed: dict[str, Any], text: str, state: dict[str, Any]) -> dict[str, Any]:
    """The parse with what the words alone do not show.

    A reference is a wish to follow that case, whatever else the words may look like. A question that only names an
    aspect is about the topic of the talk. Whoever wishes to complain or to report, and asks nothing, wants to file
    even where the words also name a service. Rasa throws everything away at the intent `restart`, before any form is
    asked: while one runs, it is `cancel`, which the form weighs.
    """
    intent, entities = parsed["intent"], parsed["entities"]
    if intent["name"] not in FOLLOWING and any(entity["entity"] == "reference" for entity in entities):
        return {**parsed, "intent": {"name": "check_status", "confidence": 1.0}}
    if intent["name"] == "guidance" and (act := wished_filing(text)):
        return {**parsed, "intent": {"name": act, "confidence": 1.0}}
    if state.get("loop"):
        return {**parsed, "intent": {**intent, "name": "cancel"}} if intent["name"] == "restart" else parsed
    topic = state.get("slots", {}).get("topic")
    if not topic:
        return parsed
    aspects = [_entity("aspect", aspect) for aspect in cued_aspects(normalise(text).split())]
    if not is_bare_follow_up(text):
        seen = [e for e in entities if e["entity"] == "aspect" and e["value"] != "general"]
        unsure = intent["name"] == "nlu_fallback" or intent["confidence"] < NAMES_A_SERVICE
        aspects = seen if unsure and len(text.split()) <= FOLLOW_UP_WORDS else []
    if not aspects:
        return parsed
    asked = [*aspects, _entity("service", topic)]
    return {**parsed, "intent": {"name": "guidance", "confidence": 1.0}, "entities": asked}


def of_edit(parsed: dict[str, Any], edits: str | None, state: dict[str, Any]) -> dict[str, Any]:
    """An edit of a message that told a filed case is noted on it; of any other, it is read as a new message."""
    if not edits or state.get("loop") or edits not in (state.get("slots", {}).get("told_by") or []):
        return parsed
    return {**parsed, "intent": {"name": "inform", "confidence": 1.0}}


def _entity(name: str, value: str) -> dict[str, Any]:
    return {"entity": name, "value": value, "confidence": 1.0, "extractor": "context"}
