"""A guidance article as it is told: lines of an aspect, doubts, the source and its date."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from bot.actions.speech import Speech, isolate

ASPECTS = ("documents", "fee", "delay", "where", "conditions", "legal_basis", "online", "validity")
IN_SUMMARY = ("numbers", "documents", "fee", "delay", "where")
EXTRA = ("benefit", "notes")
LINES_SHOWN = 14
_LATIN_OR_NUMBER = re.compile(r"[+]?[0-9A-Za-zÀ-ÿ](?:[0-9A-Za-zÀ-ÿ@.,:/'’&°%\- ]*[0-9A-Za-zÀ-ÿ%])?")


class Article:
    """Reads an article of `GET /guidance/{slug}` in the language of the talk."""

    def __init__(self, data: dict[str, Any], speech: Speech):
        self._data, self._speech = data, speech
        self._aspects: dict[str, Any] = data.get("aspects") or {}
        self._sources = {source["id"]: source for source in data.get("sources") or []}

    @property
    def slug(self) -> str:
        """The service's slug."""
        return str(self._data["slug"])

    @property
    def title(self) -> str:
        """The service's name."""
        return self._speech.name(self._data)

    @property
    def unsure(self) -> bool:
        """Articles of low confidence are not answered from: the office is named instead (DESIGN section 5)."""
        return self._data.get("confidence") == "low"

    def payload(self, aspect: str) -> str:
        """The payload of a button that asks this aspect."""
        return f"/guidance/{self._data['slug']}:{aspect}"

    def others(self, told: list[str]) -> list[str]:
        """The aspects that hold something and were not told."""
        shown = told or self.summary()
        return [aspect for aspect in ASPECTS if aspect not in shown and self.lines(aspect)]

    def summary(self) -> list[str]:
        """What a general question is answered with."""
        known = [aspect for aspect in IN_SUMMARY if self.lines(aspect)]
        return known or [aspect for aspect in (*ASPECTS, *EXTRA) if self.lines(aspect)][:3]

    def offices(self) -> str:
        """The responsible structures, the leading one first."""
        responsible = sorted(self._data.get("responsible") or [], key=lambda r: r.get("role") != "lead")
        return self._isolated(", ".join(dict.fromkeys(self._speech.name(r) for r in responsible[:2])))

    def body(self, aspects: list[str]) -> str:
        """The lines of these aspects, each under its heading."""
        parts = []
        for aspect in aspects:
            lines = self.lines(aspect)
            more = [self._speech.word("utter_word_more_lines")] if len(lines) > LINES_SHOWN else []
            bullets = [f"• {line}" for line in lines[:LINES_SHOWN]]
            parts.append("\n".join([self._speech.word(f"utter_heading_{aspect}"), *bullets, *more]))
        return "\n\n".join(parts)

    def lines(self, aspect: str) -> list[str]:
        """The facts of an aspect as lines, each with its condition and its doubt."""
        return [line for item in _items(self._aspects.get(aspect)) if (line := self._line(item))]

    def _line(self, item: dict[str, Any]) -> str:
        text = item.get(self._speech.language) or item.get("fr") or item.get("ar") or ""
        if item.get("n"):
            text = self._speech.pair(text, item["n"])
        when = item.get("when")
        if when:
            text = f"{text} ({self._speech.name(when) if isinstance(when, dict) else when})"
        text = self._isolated(text)
        if item.get("tnd") is not None:
            amount = self._speech.word("utter_word_dinars", amount=isolate(_amount(item["tnd"])))
            text = self._speech.pair(text, amount) if text else amount
        return text + self._doubt(item) if text else ""

    def _doubt(self, item: dict[str, Any]) -> str:
        if item.get("conflict"):
            return " " + self._speech.word("utter_word_conflict")
        doubtful = item.get("check") or item.get("time_bound") or item.get("sourced") is False
        if doubtful and not self._doubted_as_a_whole:  # said once at the end, not at each line
            return " " + self._speech.word("utter_word_to_confirm")
        return ""

    @property
    def _doubted_as_a_whole(self) -> bool:
        return bool(self._data.get("time_bound") or self._data.get("needs_review"))

    def source_line(self, aspects: list[str]) -> str:
        """Where the facts come from and of when they are; what needs review says so."""
        named = [item.get("source") for aspect in aspects for item in _items(self._aspects.get(aspect))]
        ids = list(dict.fromkeys(name for name in named if name in self._sources)) or list(self._sources)[:1]
        told = [self._told(self._sources[name]) for name in ids[:2]]
        doubt = [self._speech.word("utter_word_confirm_with_office")] if self._doubted_as_a_whole else []
        return "\n".join([*told, *doubt])

    def _told(self, source: dict[str, Any]) -> str:
        date = str(source.get("date") or self._speech.word("utter_word_undated"))
        date = "/".join(reversed(date.split("-"))) if date[:4].isdigit() else date
        return self._speech.word("utter_word_source", title=isolate(source["title"]), date=isolate(date))

    def link(self) -> dict[str, str] | None:
        """The first page on which the service can be had, for clients that show one."""
        pages = [item for item in self._aspects.get("online") or [] if str(item).startswith("http")]
        return {"url": pages[0], "title": urlsplit(pages[0]).netloc} if pages else None

    def _isolated(self, text: str) -> str:
        """In Arabic, numbers and Latin words keep their order between isolates."""
        return (
            _LATIN_OR_NUMBER.sub(lambda m: isolate(m.group()), text)
            if self._speech.language == "ar"
            else text
        )


def _items(aspect: Any) -> list[dict[str, Any]]:
    if not aspect:
        return []
    return [
        item if isinstance(item, dict) else {"fr": str(item)}
        for item in (aspect if isinstance(aspect, list) else [aspect])
    ]


def _amount(value: float) -> str:
    return f"{value:g}".replace(".", ",")
