"""How a case is told: where it is, since when, what comes next, the answer."""

from __future__ import annotations

from typing import Any

from bot.actions.speech import Speech, button, isolate

EVENTS_SHOWN = 5
UNDATED = "contest_or_close"
TO_A_STRUCTURE = {"assigned", "transferred"}
TELLS_ITS_TEXT = {"information_asked", "interim_reply", "inadmissible", "addition", "merged"}
ACTS = {
    "add": "add_to_case",
    "withdraw": "withdraw_case",
    "contest": "contest_answer",
    "rate": "rate_service",
}


def tell_case(speech: Speech, case: dict[str, Any]) -> None:
    """The whole story, for who may see it."""
    acts = [
        button(speech.word(f"utter_title_{ACTS[name]}"), f"/{ACTS[name]}")
        for name in case.get("can") or []
        if name in ACTS
    ]
    speech.say(
        "utter_case",
        buttons=acts,
        custom=case_custom(case),
        **_values(speech, case),
        subject=isolate(case.get("subject") or ""),
        story=_story(speech, case),
        next=_next(speech, case),
    )
    if case.get("answer"):
        tell_answer(speech, case)


def tell_public_part(speech: Speech, case: dict[str, Any]) -> None:
    """What the reference alone shows: kind, status, dates and structure."""
    speech.say("utter_case_public", custom=case_custom(case), **_values(speech, case))


def tell_answer(speech: Speech, case: dict[str, Any]) -> None:
    """The administration's final answer, if there is one."""
    answer = case.get("answer")
    if not answer:
        speech.say("utter_no_answer_yet", custom=case_custom(case), **_values(speech, case))
        return
    speech.say("utter_answer", answer=isolate(answer["text"]), date=day(answer.get("at")))


def case_custom(case: dict[str, Any]) -> dict[str, Any]:
    """`custom.case` of the outside contract."""
    return {"case": {name: case.get(name) for name in ("reference", "kind", "status")}}


def day(moment: str | None) -> str:
    """2026-11-22T… as 22/11/2026, isolated."""
    return isolate(f"{moment[8:10]}/{moment[5:7]}/{moment[:4]}") if moment else ""


def _values(speech: Speech, case: dict[str, Any]) -> dict[str, Any]:
    structure = case.get("structure")
    return {
        "reference": isolate(case["reference"]),
        "kind": speech.word(f"utter_kind_{case['kind']}"),
        "status": speech.word(f"utter_status_{case['status']}"),
        "structure": isolate(speech.name(structure))
        if structure
        else speech.word("utter_word_central_office"),
        "filed": day(case.get("filed_at")),
        "since": day(_held_since(case)),
    }


def _held_since(case: dict[str, Any]) -> str | None:
    """When the case came to the structure that has it; the last news of it where the story is not told."""
    moves = [event["at"] for event in case.get("events") or [] if event["type"] in TO_A_STRUCTURE]
    return moves[-1] if moves else case.get("last_event_at") or case.get("filed_at")


def _story(speech: Speech, case: dict[str, Any]) -> str:
    lines = [_event(speech, event) for event in case.get("events") or []]
    return "\n".join([line for line in lines if line][-EVENTS_SHOWN:])


def _event(speech: Speech, event: dict[str, Any]) -> str:
    key = f"utter_event_{event['type']}"
    if not speech.has(key):
        return ""
    where = (
        speech.name(event["structure"]) if event.get("structure") and event["type"] in TO_A_STRUCTURE else ""
    )
    told = " ".join(part for part in (speech.word(key), where) if part)
    words = (
        speech.pair(told, event["text"]) if event.get("text") and event["type"] in TELLS_ITS_TEXT else told
    )
    return f"• {speech.pair(day(event.get('at')), isolate(words))}"


def _next(speech: Speech, case: dict[str, Any]) -> str:
    """What comes next, and by when the administration aims to do it, if it named a day."""
    coming = case.get("next") or {}
    key, aim = f"utter_next_{coming.get('what')}", coming.get("aim")
    if not speech.has(key) or not (aim or coming["what"] == UNDATED):
        return ""
    return speech.word(key, date=day(aim))
