"""What one message means while a filing runs: a value, a step aside, a correction. Pure; the talk is in filing_form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.actions import fields
from bot.actions.filing import Filing
from bot.actions.lexicon import asks, denies, fields_named, has_any, is_correction, lexicon, yes_or_no
from bot.actions.message import Message

FREE_TEXT = {"subject", "description", "place"}
STEERING = {"cancel", "restart", "go_back", "skip", "why_asked"}
FILINGS = {"file_petition", "file_suggestion", "file_notice", "request_guidance"}
NOT_BESIDE = {"", "nlu_fallback", "inform", "affirm", "deny", "correct_field", *STEERING}
SIDE_TALK = {"change_language", "talk_to_human", "help", "bot_identity", "privacy_info"}
ENTITY_OF = {"governorate": "governorate", "phone": "phone", "email": "email", "national_id": "national_id"}
SURE, LIKELY = 0.75, 0.5
STEER_WORDS, CORRECTION_WORDS, QUESTION_WORDS = 6, 18, 16


def steering(message: Message, field: str) -> str | None:
    """The steering act in this message, if it is one: in free text only short and sure ones count."""
    if message.intent not in STEERING:
        return None
    if message.pressed:
        return message.intent
    if field in FREE_TEXT | {"name"}:
        brief = message.words <= STEER_WORDS
        return message.intent if brief and message.confidence >= SURE else None
    return message.intent if message.confidence >= LIKELY else None


def is_side_question(message: Message, field: str) -> bool:
    """Whether the citizen asks or says something beside the question that was put."""
    if message.pressed:
        return message.intent not in STEERING | {"affirm", "deny", "inform", "correct_field"}
    if message.intent in SIDE_TALK:
        return message.words <= QUESTION_WORDS and message.confidence >= (
            SURE if field in FREE_TEXT else LIKELY
        )
    if field in FREE_TEXT:
        return _is_question(message) and message.words <= QUESTION_WORDS and message.confidence >= SURE
    if field == "name":
        return _is_question(message) and message.confidence >= LIKELY
    return False


def answers_beside(message: Message) -> bool:
    """Whether a message that is no value of a typed field is at least something the assistant can answer."""
    if message.intent in NOT_BESIDE or not any(c.isalpha() for c in message.text):
        return False
    return message.confidence >= (SURE if message.intent in FILINGS else LIKELY)


def _is_question(message: Message) -> bool:
    return message.intent in {"guidance", "check_status"} and asks(message.text)


def agreement(message: Message) -> bool | None:
    """Yes, no, or neither: by the button, by the meaning, or by the first word of a short answer."""
    if message.intent in ("affirm", "deny") and (message.pressed or message.confidence >= LIKELY):
        return message.intent == "affirm"
    return yes_or_no(message.text)


def correction(message: Message, filing: Filing, field: str) -> tuple[str, Message] | None:
    """The field that the message corrects, and the message reduced to its new value; None when it corrects nothing.

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
    if sure and field not in FREE_TEXT - {"place"}:
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
    if not (field == "confirm" or is_correction(message.text) or message.intent == "correct_field"):
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
    """What a first sentence is about, when it says so ("… 3la fatoura ghalta"): the words after the last such cue."""
    words = message.text.split()
    for position in range(len(words) - 1, 0, -1):
        if has_any(words[position - 1], lexicon()["about"]) and len(words) - position >= 2:
            return " ".join(words[position:])
    return None


def opening(message: Message, filing: Filing) -> dict[str, Any]:
    """The fields that the first sentence of a filing gives at once (structures are asked of the API)."""
    if message.pressed:
        return {}
    given: dict[str, Any] = {}
    if "governorate" in filing.asked and message.all("governorate"):
        given["governorate"] = fields.governorate(message)
    subject = matter(message)
    if subject and "subject" in filing.asked and len(subject) <= fields.SUBJECT_LENGTH[1]:
        given["subject"] = fields.clean(subject)
    if filing.kind == "notice" and message.words >= 6 and len(message.text) <= fields.DESCRIPTION_LENGTH[1]:
        given["description"] = fields.clean(message.text)
    return given
