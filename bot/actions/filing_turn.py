"""What one message means while a form runs: a value, a step aside, a correction. Pure rules, no talk."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.actions import fields
from bot.actions.filing import Filing
from bot.actions.lexicon import (
    asks,
    denies,
    fields_named,
    has_any,
    is_correction,
    lexicon,
    steering_named,
    wants_language,
    yes_or_no,
)
from bot.actions.message import Message

FREE_TEXT = {"subject", "description", "place", "comment"}
OPEN = FREE_TEXT | {"name", "structure", "governorate"}
"""Fields whose values look like any other words: there, only the words of the lexicon steer, never a likeness."""
STEERING = {"cancel", "restart", "go_back", "skip", "why_asked"}
LIKENESS_IS_ENOUGH = {"cancel", "skip", "why_asked"}
FILINGS = {"file_petition", "file_suggestion", "file_notice", "request_guidance"}
NOT_BESIDE = {"", "nlu_fallback", "inform", "affirm", "deny", "correct_field", *STEERING}
ANSWERABLE = {"guidance", "check_status", "why_asked", "verify_answer", "export_my_data", "erase_my_data"}
SIDE_TALK = {"change_language", "talk_to_human", "help", "bot_identity", "privacy_info"}
PLAIN = {"code", "rating"}
ENTITY_OF = {"governorate": "governorate", "phone": "phone", "email": "email", "national_id": "national_id"}
CERTAIN, SURE, LIKELY = 0.9, 0.75, 0.5
STEER_WORDS, CORRECTION_WORDS, QUESTION_WORDS, SHORT_QUESTION = 6, 18, 16, 8


def steering(message: Message, field: str, optional: bool = False) -> str | None:
    """The steering act in this message, if it is one; whatever declines an optional field skips it."""
    act = message.intent if message.intent in STEERING else None
    if message.pressed:
        return "skip" if optional and message.intent == "deny" else act
    if message.words > STEER_WORDS or asks_for_value(message, field):
        return None
    if optional and declines(message):
        return "skip"
    if field in OPEN:
        return steering_named(message.text, alone=True)
    named = steering_named(message.text)
    return named or (act if act in LIKENESS_IS_ENOUGH and message.confidence >= CERTAIN else None)


def declines(message: Message) -> bool:
    """Whether a short message leaves a question unanswered ("ma3andich", "non merci")."""
    if fields_named(message.text) and denies(message.text) and message.words > 2:
        return False
    if steering_named(message.text) == "skip" or yes_or_no(message.text) is False:
        return True
    return message.intent in ("skip", "deny") and message.confidence >= CERTAIN


def asks_for_value(message: Message, field: str) -> bool:
    """Whether the message plainly holds what was asked: a number, an address, a governorate, a code, a mark."""
    if field in ENTITY_OF:
        return bool(message.all(ENTITY_OF[field]))
    if field == "reference":
        return bool(message.all("reference") or message.all("reference_like"))
    if field not in PLAIN:
        return False
    try:
        fields.READERS[field](message)
    except fields.Unreadable:
        return False
    return True


def is_side_question(message: Message, field: str) -> bool:
    """Whether the citizen asks or says something beside the question that was put."""
    if message.pressed:
        return message.intent not in STEERING | {"affirm", "deny", "inform", "correct_field"}
    if message.words > QUESTION_WORDS or asks_for_value(message, field):
        return False
    if message.intent == "change_language" and wants_language(message.text):
        return True
    if field == "name" and not asks(message.text):
        return False
    if message.intent in SIDE_TALK:
        if field not in OPEN:
            return message.confidence >= LIKELY
        return message.confidence >= CERTAIN and (message.words >= 3 or asks(message.text))
    if field == "structure" and message.intent in FILINGS and not message.all("structure"):
        return message.confidence >= CERTAIN
    if not asks(message.text):
        return False
    if message.words <= SHORT_QUESTION and any(e["value"] != "general" for e in message.all("aspect")):
        return True
    enough = SURE if field in FREE_TEXT and message.words > SHORT_QUESTION else LIKELY
    return message.intent in ANSWERABLE and message.confidence >= enough


def answers_beside(message: Message) -> bool:
    """Whether a message that is no value of a typed field is at least something the assistant can answer."""
    if message.intent in NOT_BESIDE or not any(c.isalpha() for c in message.text):
        return False
    return message.confidence >= (SURE if message.intent in FILINGS else LIKELY)


def agreement(message: Message) -> bool | None:
    """Yes, no, or neither: by the button, by the meaning, or by the first word of a short answer."""
    if message.intent in ("affirm", "deny") and (message.pressed or message.confidence >= LIKELY):
        return message.intent == "affirm"
    return yes_or_no(message.text)


def correction(message: Message, filing: Filing, field: str) -> tuple[str, Message] | None:
    """The field that is corrected and the message reduced to its new value; None when nothing is corrected.

    Raises:
        Unreadable: something is to be corrected and it is not clear what (`which_field`).
    """
    sure = message.intent == "correct_field" and message.confidence >= LIKELY
    said = sure or field == "confirm" or is_correction(message.text) or denies(message.text)
    if message.pressed or message.words > CORRECTION_WORDS or not said:
        return None
    target = _corrected_field(message, filing, field)
    if target:
        return target, _new_value(message, target)
    if sure and field not in OPEN and not asks_for_value(message, field):
        raise fields.Unreadable("which_field")
    return None


def _corrected_field(message: Message, filing: Filing, field: str) -> str | None:
    given = [
        name
        for name in filing.asked
        if name in {*filing.fields, *filing.skipped} and name not in ("consent", "confirm")
    ]
    named = [name for name in fields_named(message.text) if name in given and name != field]
    by_entity = [
        name for name, entity in ENTITY_OF.items() if message.all(entity) and name in given and name != field
    ]
    both = [name for name in named if name in by_entity]
    if both:
        return both[0]
    said = (
        is_correction(message.text) or message.intent == "correct_field" or yes_or_no(message.text) is False
    )
    if not (field == "confirm" or said):
        return None
    if named:
        return named[0]
    if "structure" in given and message.all("structure") and field == "confirm":
        return "structure"
    return by_entity[0] if by_entity else None


def _new_value(message: Message, target: str) -> Message:
    """For words: what stands after the colon, or nothing, so that the field is asked again."""
    if target in ENTITY_OF or target in ("structure", "attachments"):
        return message
    for sign in (":", "：", "«", '"'):
        if sign in message.text:
            return replace(message, text=message.text.split(sign, 1)[1].strip(' »"'))
    return replace(message, text="")


def matter(message: Message) -> str | None:
    """What a first sentence is about, when it says so ("… 3la fatoura ghalta"): what follows the last cue.

    Words that only name the administration or the place are no matter.
    """
    words = message.text.split()
    for position in range(len(words) - 1, 0, -1):
        about = " ".join(words[position:])
        if has_any(words[position - 1], lexicon()["about"]) and _beside_names(about, message) >= 2:
            return about
    return None


def _beside_names(words: str, message: Message) -> int:
    """How many of these words belong to no structure or place."""
    for entity in message.entities:
        if entity.get("entity") in ("structure", "governorate", "municipality", "delegation"):
            words = words.replace(str(entity.get("text") or ""), " ")
    return len(words.split())


def governorate_said(message: Message) -> str | None:
    """The governorate that the words name or imply, if they do."""
    try:
        return fields.governorate(message)
    except fields.Unreadable:
        return None


def opening(message: Message, filing: Filing) -> dict[str, Any]:
    """The fields that the first sentence of a filing gives at once, structures apart."""
    if message.pressed:
        return {}
    given: dict[str, Any] = {}
    if "governorate" in filing.asked and message.all("governorate") and (said := governorate_said(message)):
        given["governorate"] = said
    subject = matter(message)
    if subject and "subject" in filing.asked and len(subject) <= fields.SUBJECT_LENGTH[1]:
        given["subject"] = fields.clean(subject)
    if filing.kind == "notice" and message.words >= 6 and len(message.text) <= fields.DESCRIPTION_LENGTH[1]:
        given["description"] = fields.clean(message.text)
    return given
