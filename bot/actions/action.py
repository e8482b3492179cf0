"""What all actions share: the door to the case API and the one policy for an API that is down."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.case_api import ApiUnavailable, CaseApi
from bot.actions.speech import Speech

Events = list[dict[str, Any]]


class ApiAction(Action, ABC):
    """An action that holds the door to the case API."""

    def __init__(self, api: CaseApi | None = None):
        self.api = api or CaseApi.from_environment()

    @abstractmethod
    def name(self) -> str:
        """The action's name in the domain."""


class CaseAction(ApiAction):
    """An action that may ask the case API. When the API is down it says so and changes nothing."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        speech = Speech(dispatcher, tracker, domain)
        try:
            return await self.act(speech, tracker)
        except ApiUnavailable:
            speech.say("utter_api_down")
            return []

    @abstractmethod
    async def act(self, speech: Speech, tracker: Tracker) -> Events:
        """Says something and returns the events that change the talk."""
