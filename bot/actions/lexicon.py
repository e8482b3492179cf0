"""The words that steer a filing, and finding them in what a citizen wrote."""

from __future__ import annotations

from functools import cache
from typing import Any

from bot.actions.plans import read_plan
from nlu.components.normalisation import normalise as fold

ANSWER_WORDS = 8


@cache
def lexicon() -> dict[str, Any]:
    """bot/lexicon.yml with every word folded the way sentences are."""
    return {key: _folded(words) for key, words in read_plan("lexicon").items()}


def _folded(words: Any) -> Any:
    if isinstance(words, dict):
        return {key: _folded(value) for key, value in words.items()}
    return [fold(str(word)) for word in words]


def has_any(text: str, words: list[str]) -> bool:
    """Whether one of the folded `words` stands in `text` as a whole word or phrase."""
    folded = f" {fold(text)} "
    return any(f" {word} " in folded for word in words)


def is_danger(text: str) -> bool:
    """Whether the words tell of a danger to life (fire, gas, live cable, violence, collapse)."""
    folded = f" {fold(text)} "
    for harmless in lexicon()["no_danger"]:
        folded = folded.replace(f" {harmless} ", " ")
    if any(f" {word} " in folded for word in lexicon()["danger"]):
        return True
    return any(f" {stem}" in folded for stem in lexicon()["danger_stems"])


def wants_language(text: str) -> bool:
    """Whether the words themselves ask for a language, not only look like it ("Nadia Tounsi" is a name)."""
    return has_any(text, lexicon()["language_cues"])


def without_introduction(text: str) -> str:
    """A name without what introduces it ("je m'appelle …", "الاسم: …")."""
    text = text.split(":", 1)[-1].strip() if ":" in text else text
    words = text.split()
    for count in (4, 3, 2, 1):
        if len(words) > count and fold(" ".join(words[:count])) in lexicon()["name_cues"]:
            return " ".join(words[count:])
    return text


def is_correction(text: str) -> bool:
    """Whether the words say that something given before was wrong."""
    return has_any(text, lexicon()["correction"])


def asks(text: str) -> bool:
    """Whether the words are a question: a question mark, or a question word at their beginning."""
    return "?" in text or "؟" in text or has_any(" ".join(fold(text).split()[:3]), lexicon()["question"])


def wished_filing(text: str) -> str | None:
    """The filing that the words plainly wish for ("nheb neshki bel …", "je veux signaler …"), if they ask nothing."""
    if asks(text) or not has_any(text, lexicon()["wishes"]):
        return None
    return next((act for act, words in lexicon()["filing_words"].items() if has_any(text, words)), None)


def yes_or_no(text: str) -> bool | None:
    """What a short answer says by its first word; None when it says neither."""
    words = fold(text).split()
    if not words or len(words) > ANSWER_WORDS:
        return None
    if words[0] in lexicon()["no"] or " ".join(words[:2]) in lexicon()["no"] or words == ["la"]:
        return False
    return True if words[0] in lexicon()["yes"] else None


def steering_named(text: str, alone: bool = False) -> str | None:
    """The steering act whose own words stand in the text; `alone`: and nothing else of weight does."""
    for act, phrases in lexicon()["steering"].items():
        if has_any(text, phrases) and not (alone and _weight_beside(text, phrases)):
            return act
    return None


def _weight_beside(text: str, phrases: list[str]) -> int:
    """How many words are neither of the phrases nor mere fillers."""
    rest = f" {fold(text)} "
    for phrase in sorted(phrases, key=len, reverse=True):
        rest = rest.replace(f" {phrase} ", " ")
    return sum(word not in lexicon()["steering_fillers"] for word in rest.split())


def number(text: str) -> int | None:
    """The first whole number in a short text, in digits of any script or as a word from one to five."""
    for word in fold(text).split():
        if word.isdigit():
            return int(word)
        for value, names in lexicon()["numbers"].items():
            if word in names:
                return int(value)
    return None


def denies(text: str) -> bool:
    """Whether something is denied somewhere in the words ("… موش سوسة", "pas Sousse")."""
    return has_any(text, lexicon()["negation"])


def is_laughter(text: str) -> bool:
    """Whether nothing but laughter was written."""
    words = fold(text).split()
    return bool(words) and all(word in lexicon()["laughter"] for word in words)


def fields_named(text: str) -> list[str]:
    """The fields of a filing that the words name, in the order of the lexicon."""
    return [field for field, words in lexicon()["fields"].items() if has_any(text, words)]


def negated_before(text: str, start: int) -> bool:
    """Whether the word before position `start` denies what follows ("موش سوسة", "pas Sousse")."""
    before = fold(text[:start]).split()
    return bool(before) and before[-1] in lexicon()["negation"]
