"""When the assistant is not sure: the best readings as buttons, and after two failures a way on."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from bot.actions.action import CaseAction, Events
from bot.actions.case_api import ApiRefused
from bot.actions.fields import clean
from bot.actions.message import Message
from bot.actions.speech import Speech, button

READINGS, WORTH_OFFERING, GIVE_UP_AFTER = 3, 0.08, 2
QUESTION_KEPT = 1000
OFFERED_ACTS = {
    *("file_petition", "file_suggestion", "file_notice", "request_guidance", "open_forum"),
    *("check_status", "add_to_case", "withdraw_case", "contest_answer", "rate_service", "verify_answer"),
    *("privacy_info", "export_my_data", "erase_my_data", "talk_to_human", "help", "change_language"),
}


class ActionClarify(CaseAction):
    """Offers the readings of an unclear message, the nearest articles, or a person and a written request."""

    def name(self) -> str:
        return "action_clarify"

    async def act(self, speech: Speech, tracker: Tracker) -> Events:
        message = Message.of(tracker)
        failures = int(tracker.get_slot("misunderstood") or 0) + 1
        buttons = [*await self.readings(speech, message), way_on(speech, "request_guidance")]
        if failures >= GIVE_UP_AFTER or len(buttons) == 1:
            buttons.append(way_on(speech, "talk_to_human"))
            speech.say(
                "utter_not_understood_again" if failures >= GIVE_UP_AFTER else "utter_not_understood",
                buttons=buttons,
            )
        else:
            speech.say("utter_did_you_mean", buttons=buttons)
        return [
            SlotSet("misunderstood", failures),
            SlotSet("last_question", clean(message.text)[:QUESTION_KEPT]),
        ]

    async def readings(self, speech: Speech, message: Message) -> list[dict[str, str]]:
        """Up to three buttons: likely readings first, then what full-text search finds."""
        buttons = []
        for reading in message.ranking[:READINGS]:
            if reading["confidence"] >= WORTH_OFFERING and (
                found := await self.reading(speech, reading["name"])
            ):
                buttons.append(found)
        if len(buttons) < READINGS and message.text.strip():
            known = {b["payload"] for b in buttons}
            for article in await self.found(message.text):
                offer = button(speech.name(article), f"/guidance/{article['slug']}")
                buttons += [offer] if offer["payload"] not in known else []
        return buttons[:READINGS]

    async def reading(self, speech: Speech, label: str) -> dict[str, str] | None:
        if not label.startswith("guidance/"):
            return way_on(speech, label) if label in OFFERED_ACTS else None
        try:
            article = await self.api.article(label.removeprefix("guidance/"))
        except ApiRefused:
            return None
        return button(speech.name(article), f"/{label}")

    async def found(self, words: str) -> list[dict[str, Any]]:
        try:
            return await self.api.search(words, READINGS)
        except ApiRefused:
            return []


def way_on(speech: Speech, act: str) -> dict[str, str]:
    """A button for an act."""
    return button(speech.word(f"utter_title_{act}"), f"/{act}")


class ActionNotHelped(CaseAction):
    """After a useless answer: other readings, or a written request."""

    def name(self) -> str:
        return "action_not_helped"

    async def act(self, speech: Speech, tracker: Tracker) -> Events:
        speech.say(
            "utter_not_helped", buttons=[way_on(speech, "request_guidance"), way_on(speech, "talk_to_human")]
        )
        return []
