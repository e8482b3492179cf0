"""What the citizen just sent, as the actions read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Tracker


@dataclass(frozen=True)
class Message:
    """One message with its understanding: intent, entities, and what is not text."""

    id: str
    identity: str
    text: str = ""
    intent: str = ""
    confidence: float = 0.0
    entities: list[dict[str, Any]] = field(default_factory=list)
    ranking: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    location: dict[str, float] | None = None
    contact: dict[str, str] | None = None
    pressed: bool = False
    choice: dict[str, str] | None = None
    sent_at: str = ""
    away_hours: float = 0.0
    edits: str | None = None

    @classmethod
    def of(cls, tracker: Tracker) -> Message:
        """The latest message of the tracker."""
        latest = tracker.latest_message or {}
        metadata = latest.get("metadata") or {}
        intent = latest.get("intent") or {}
        return cls(
            id=str(metadata.get("id") or latest.get("message_id") or ""),
            identity=tracker.sender_id,
            text=metadata.get("text", latest.get("text")) or "",
            intent=intent.get("name") or "",
            confidence=intent.get("confidence") or 0.0,
            entities=latest.get("entities") or [],
            ranking=latest.get("intent_ranking") or [],
            attachments=metadata.get("attachments") or [],
            location=metadata.get("location"),
            contact=metadata.get("contact"),
            pressed=bool(metadata.get("pressed")),
            choice=metadata.get("choice"),
            sent_at=metadata.get("sent_at") or "",
            away_hours=metadata.get("away_hours") or 0.0,
            edits=metadata.get("edits"),
        )

    def all(self, kind: str) -> list[dict[str, Any]]:
        """The entities of one kind, in the order of the text."""
        return [entity for entity in self.entities if entity.get("entity") == kind]

    def value(self, kind: str) -> Any:
        """The value of the last entity of this kind, or None."""
        found = self.all(kind)
        return found[-1]["value"] if found else None

    @property
    def words(self) -> int:
        """How many words were written."""
        return len(self.text.split())
