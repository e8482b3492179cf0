"""What the turns of both forms share: coming back from a side question, steering, an API that is down."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.action import ApiAction, Events
from bot.actions.case_api import ApiUnavailable
from bot.actions.fields import Unreadable
from bot.actions.filing_turn import (
    ANSWERABLE,
    FREE_TEXT,
    SIDE_TALK,
    answers_beside,
    is_side_question,
    steering,
)
from bot.actions.lexicon import asks
from bot.actions.message import Message
from bot.actions.speech import Speech, button, isolate

EXAMPLE_AFTER, HELP_AFTER = 2, 4
LONG_AWAY = 6.0  # hours


class FormAction(ApiAction):
    """Runs one turn of a form; Rasa calls it `validate_<form>` at every message while the form is active."""

    turn: type[FormTurn]

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        turn = self.turn(self, Speech(dispatcher, tracker, domain), tracker)
        try:
            return await turn.play()
        except ApiUnavailable:
            return turn.api_is_down()


class FormTurn(ABC):
    """One turn of a form. No events at all hand the message over to the rules: it is a side question."""

    slot: str
    state: Any

    def __init__(self, action: ApiAction, speech: Speech, tracker: Tracker):
        self.api, self.speech = action.api, speech
        self.message = Message.of(tracker)
        self.asked = tracker.get_slot("requested_slot")
        self.restore(tracker)
        self.comes_back = _rejected_since_last_message(tracker)

    @abstractmethod
    def restore(self, tracker: Tracker) -> None:
        """Reads the state of the form from its slot."""

    @abstractmethod
    async def begin(self) -> Events:
        """The first turn: reads what the opening sentence gives."""

    @abstractmethod
    async def read(self, field: str) -> Events:
        """Takes the message as the answer to `field`."""

    @abstractmethod
    async def ask(self) -> Events:
        """Puts the next question, or carries out what is ready."""

    async def play(self) -> Events:
        """Reads, answers, asks."""
        if self.state is None:
            return await self.begin()
        if self.message.away_hours >= LONG_AWAY:
            self.remind()
        field = self.asked or self.state.next_field
        if self.comes_back:
            self.count_if_missed(field)
        if self.comes_back or self.only_comes_back_to_it():
            return await self.ask()
        if act := steering(self.message, field, self.state.optional(field)):
            return await getattr(self, f"on_{act}")(field)
        if self.is_aside(field):
            return []
        try:
            return await self.read(field)
        except Unreadable as problem:
            return await self.not_understood(field, problem)

    def only_comes_back_to_it(self) -> bool:
        """After a long absence, a few words of greeting or agreement are no answer yet."""
        likely = {reading["name"] for reading in self.message.ranking[:2]} | {self.message.intent}
        long_away = (
            self.message.away_hours >= LONG_AWAY and self.message.words <= 5 and not self.message.pressed
        )
        return long_away and bool(likely & {"greet", "affirm"}) and not self.message.all("phone")

    def is_aside(self, field: str) -> bool:
        """Whether the message is a side question, answered by the rules."""
        return is_side_question(self.message, field)

    def remind(self) -> None:  # noqa: B027 - a form that need not remind says nothing
        """After a long absence: what was left unfinished."""

    def api_is_down(self) -> Events:
        """Says so and keeps everything, so that the next message goes on from here."""
        self.speech.say("utter_api_down_kept" if self.state else "utter_api_down")
        return self.keep(self.asked or self.state.next_field) if self.state else self.end()

    def end(self) -> Events:
        """Leaves the form."""
        return [SlotSet(self.slot, None), SlotSet("requested_slot", None)]

    def keep(self, field: str) -> Events:
        """Stays in the form, waiting for `field`."""
        return [SlotSet(self.slot, self.state.to_slot()), SlotSet("requested_slot", field)]

    async def on_cancel(self, field: str) -> Events:
        self.speech.say("utter_cancelled", buttons=[button(self.speech.word("utter_title_help"), "/help")])
        return self.end()

    on_restart = on_cancel

    async def on_skip(self, field: str) -> Events:
        if self.state.optional(field):
            self.skip(field)
        else:
            self.speech.say("utter_needed", field=self.speech.word(f"utter_field_{field}"))
            self.count_failure(field)
        return await self.ask()

    def skip(self, field: str) -> None:
        """Leaves an optional field unanswered."""
        self.state.skip(field)

    async def on_why_asked(self, field: str) -> Events:
        self.speech.say(f"utter_why_{field}")
        return await self.ask()

    async def not_understood(self, field: str, problem: Unreadable) -> Events:
        """Explains, gives an example the second time, a way out the fourth; then the same question again."""
        if field not in FREE_TEXT | {"name"} and answers_beside(self.message):
            return []
        self.say_problem(problem)
        self.count_failure(field)
        return await self.ask()

    def say_problem(self, problem: Unreadable) -> None:
        """Why the message could not be taken."""
        values = {name: isolate(value) for name, value in problem.values.items()}
        self.speech.say(f"utter_problem_{problem.key}", **values)

    def count_failure(self, field: str) -> None:
        """An answer was missed once more: an example the second time, ways out from the fourth."""
        self.state.failures += 1
        if self.state.failures >= EXAMPLE_AFTER and self.speech.has(f"utter_example_{field}"):
            self.speech.say(f"utter_example_{field}")
        if self.state.failures >= HELP_AFTER:
            self.speech.say("utter_stuck", buttons=self.ways_out(field))

    def count_if_missed(self, field: str) -> None:
        """Small talk where a value was asked ("the same number") is an answer missed; a question is none."""
        helps = ANSWERABLE | SIDE_TALK | {"greet", "thank", "goodbye"}
        if not self.message.pressed and self.message.intent not in helps and not asks(self.message.text):
            self.count_failure(field)

    def ways_out(self, field: str) -> list[dict[str, str]]:
        acts = [*(["skip"] if self.state.optional(field) else []), "talk_to_human", "cancel"]
        return [button(self.speech.word(f"utter_title_{act}"), f"/{act}") for act in acts]


def _rejected_since_last_message(tracker: Tracker) -> bool:
    """Whether this message was handed over to the rules already, so that the form is only resumed."""
    for event in reversed(tracker.events):
        if event["event"] == "user":
            return False
        if event["event"] == "action_execution_rejected":
            return True
    return False
