"""The language of the talk: that of the message, unless the citizen asked for another."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.lexicon import has_any, lexicon, wants_language
from bot.actions.message import Message
from bot.actions.speech import LANGUAGES, Speech
from nlu.components.normalisation import normalise, variants

SPOKEN = {"msa": "ar", "derja": "ar", "arabizi": "ar", "french": "fr"}
VALUE_FIELDS = {
    "name",
    "phone",
    "email",
    "national_id",
    "governorate",
    "structure",
    "place",
    "reference",
    "code",
}
DIGIT_AS_LETTER = re.compile(r"(?=.*[a-z].*[a-z])(?=.*[235789])[a-z235789]+")
QUANTITY = re.compile(r"[a-z]?\d+(?:h\d*|e|er|eme|km|dt|m|g|mn|min|go|mo|ans?|dinars?|x)?")
SURE, FEW_WORDS, MANY_WORDS = 0.8, 2, 4


class ActionChooseLanguage(Action):
    """Sets the slot `language` (Rasa calls it with every message, before anything is said)."""

    def name(self) -> str:
        return "action_choose_language"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        message = Message.of(tracker)
        now = tracker.get_slot("language")
        in_value = tracker.get_slot("requested_slot") in VALUE_FIELDS and not wants_language(message.text)
        if (
            message.intent == "change_language"
            and not asks_for_another(message)
            and (message.pressed or not in_value)
        ):
            language = asked_language(message, now)
            return [SlotSet("language", language), SlotSet("language_asked", language)]
        language = heard_language(message, tracker, now)
        return [] if language == now else [SlotSet("language", language)]


class ActionTellLanguage(Action):
    """Confirms the language, or says which are spoken when another was asked for."""

    def name(self) -> str:
        return "action_tell_language"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        other = asks_for_another(Message.of(tracker))
        Speech(dispatcher, tracker, domain).say("utter_two_languages" if other else "utter_language_changed")
        return []


def asks_for_another(message: Message) -> bool:
    """Whether a language is named that is not spoken here."""
    return message.value("language") not in (None, *LANGUAGES)


def asked_language(message: Message, now: str | None) -> str:
    """The language that the message asks for; the other one when it names none."""
    wanted = message.value("language") or (message.choice or {}).get("value")
    return wanted if wanted in LANGUAGES else {"ar": "fr"}.get(now or "ar", "ar")


def heard_language(message: Message, tracker: Tracker, now: str | None) -> str | None:
    """The language of the message; what is only a value (a name, a number) leaves the language as it is."""
    register = (tracker.latest_message or {}).get("register") or {}
    if message.pressed or not any(c.isalpha() for c in message.text):
        return now or "ar"
    heard = SPOKEN.get(register.get("name", ""), "ar")
    if heard == "ar" and _looks_french(message.text, register.get("confidence", 0.0)):
        heard = "fr"
    if now is None or heard == now:
        return heard
    is_value = tracker.get_slot("requested_slot") in VALUE_FIELDS and message.words < MANY_WORDS
    asked_for = tracker.get_slot("language_asked") == now and not _in_arabic_letters(message.text)
    if is_value or asked_for or message.words < FEW_WORDS:
        return now
    return heard if _evident(message, heard, register.get("confidence", 0.0)) else now


def _evident(message: Message, heard: str, confidence: float) -> bool:
    """Whether the change is more than a likeness: letters, or for Arabizi a word that only Tunisian has."""
    if heard == "ar":
        return _in_arabic_letters(message.text) or any(_is_arabizi(word) for word in message.text.split())
    return confidence >= SURE


def _looks_french(text: str, confidence: float) -> bool:
    """Latin letters without a Tunisian word are French, unless it is certain and no French word is there."""
    if _in_arabic_letters(text) or any(_is_arabizi(word) for word in text.split()):
        return False
    return confidence < SURE or has_any(text, lexicon()["french"])


def _in_arabic_letters(text: str) -> bool:
    return sum("\u0600" <= c <= "\u06ff" for c in text) > len(text) / 3


def _is_arabizi(word: str) -> bool:
    """A digit that stands for a letter ("n7eb", not "24h" or "A4"), or a usual Tunisian word ("barcha")."""
    bare = normalise(word)
    if not bare.isascii() or not word.strip(".,;:!?()\"'«»").isalnum():
        return False
    return bare in variants() or (bool(DIGIT_AS_LETTER.fullmatch(bare)) and not QUANTITY.fullmatch(bare))
