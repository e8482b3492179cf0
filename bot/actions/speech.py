"""Choosing what is said: responses by key, in the language of the talk, values that never turn round."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

LANGUAGES = ("ar", "fr")
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"


def isolate(value: Any) -> str:
    """`value` between bidi isolates (Unicode UAX #9): numbers and Latin names keep their order in Arabic."""
    return f"{FIRST_STRONG_ISOLATE}{value}{POP_ISOLATE}"


def button(title: str, payload: str) -> dict[str, str]:
    """A button; its payload is ASCII and at most 64 bytes, as Telegram asks."""
    return {"title": title, "payload": payload}


class Speech:
    """Says responses of the domain and reads single words of it, in the citizen's language."""

    def __init__(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]):
        self._dispatcher = dispatcher
        self._responses = domain["responses"]
        self.language = tracker.get_slot("language") or "ar"

    def say(
        self,
        key: str,
        *,
        buttons: list[dict[str, str]] | None = None,
        custom: dict[str, Any] | None = None,
        **values: Any,
    ) -> None:
        """Utters the response `key`; `values` fill its placeholders."""
        self._dispatcher.utter_message(
            response=key, buttons=buttons or [], json_message=custom or {}, **values
        )

    def word(self, key: str, **values: Any) -> str:
        """The text of the response `key`, to be put into another response or on a button.

        Raises:
            KeyError: no such response in this language: a mistake in the domain, found by the tests.
        """
        for variation in self._responses[key]:
            if all(condition["value"] == self.language for condition in variation.get("condition", [])):
                return variation["text"].format(**values)
        raise KeyError(f"{key} in {self.language}")

    def has(self, key: str) -> bool:
        """Whether the domain knows this response."""
        return key in self._responses

    def place(self, governorate: str | None) -> str | None:
        """The name of a governorate by its slug; None for any other word."""
        key = f"utter_{(governorate or '').replace('-', '_')}"
        return self.word(key) if self.has(key) else None

    def pair(self, label: str, value: str) -> str:
        """ "label: value" with the colon of the language."""
        return self.word("utter_word_pair", label=label, value=value)

    def name(self, named: dict[str, Any]) -> str:
        """The name of a structure, place or service in the language of the talk."""
        names = named.get("name", named)
        return names.get(self.language) or names.get("fr") or names.get("ar") or named.get("slug", "")
