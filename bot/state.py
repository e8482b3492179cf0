"""The dialogue state that travels in and out of a turn: slots and the active form, nothing else.

Rules need no older events than the present turn's, so none are kept: a turn costs the same at any depth.
"""

from __future__ import annotations

from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

VERSION = 1


def restore(conversation: str, state: dict[str, Any] | None, domain: Domain) -> DialogueStateTracker:
    """The tracker as it stood when `state` was taken; slots that this domain does not know are dropped."""
    state = state or {}
    known = {slot.name for slot in domain.slots}
    slots: list[Event] = [
        SlotSet(name, value) for name, value in state.get("slots", {}).items() if name in known
    ]
    loop = state.get("loop")
    running: list[Event] = [ActiveLoop(loop), ActionExecuted(loop)] if loop in domain.form_names else []
    events = [
        ActionExecuted("action_session_start"),
        SessionStarted(),
        *running,
        *slots,
        ActionExecuted("action_listen"),
    ]
    return DialogueStateTracker.from_events(conversation, events, domain.slots)


def take(tracker: DialogueStateTracker) -> dict[str, Any]:
    """The state to keep after a turn."""
    slots = {name: value for name, value in tracker.current_slot_values().items() if value is not None}
    return {"version": VERSION, "slots": slots, "loop": tracker.active_loop_name}
