"""Talk that looks at something first: a file out of the blue, a button that is over, a person asked for."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from bot.actions.action import CaseAction, Events
from bot.actions.case_api import ApiRefused
from bot.actions.clarify import way_on
from bot.actions.fields import clean
from bot.actions.message import Message
from bot.actions.speech import Speech, isolate


class ActionReceive(CaseAction):
    """A file, a pin, a contact or a button that belongs to no running form."""

    def name(self) -> str:
        return "action_receive"

    async def act(self, speech: Speech, tracker: Tracker) -> Events:
        message = Message.of(tracker)
        if message.edits:
            await self.note_edit(speech, message, tracker.get_slot("last_reference"))
        elif message.choice:
            speech.say("utter_button_over")
        elif message.location:
            speech.say("utter_place_out_of_the_blue", buttons=[way_on(speech, "file_notice")])
        elif message.attachments or message.contact:
            acts = ("file_petition", "file_notice", "add_to_case")
            speech.say("utter_file_out_of_the_blue", buttons=[way_on(speech, act) for act in acts])
        else:
            speech.say("utter_empty")
        return []

    async def note_edit(self, speech: Speech, message: Message, reference: str) -> None:
        """A message that told a case was edited after the filing: the case keeps both."""
        body = {"text": clean(message.text), "attachments": [file["id"] for file in message.attachments]}
        try:
            await self.api.follow(reference, "additions", body, message.identity, None, message.id)
        except ApiRefused:
            speech.say("utter_problem_refused")
        else:
            speech.say("utter_done_add_to_case", reference=isolate(reference))


class ActionTalkToHuman(CaseAction):
    """Says truly that no official is reachable here, names the office, offers a written request."""

    def name(self) -> str:
        return "action_talk_to_human"

    async def act(self, speech: Speech, tracker: Tracker) -> Events:
        running = tracker.get_slot("filing") or tracker.get_slot("following")
        buttons = [] if running else [way_on(speech, "request_guidance"), way_on(speech, "file_petition")]
        buttons.append(
            {
                "title": speech.word("utter_title_office"),
                "payload": "/guidance/citizen-relations-offices:where",
            }
        )
        speech.say("utter_no_person_yet", buttons=buttons)
        return [SlotSet("misunderstood", 0)]
