"""Which aspect of a service a sentence asks about: documents, fee, delay, where, conditions, law, online,
validity.
"""

from collections.abc import Sequence
from functools import lru_cache

from nlu.components.features import stem
from nlu.components.linear import SentenceClassifier
from nlu.components.normalisation import normalise
from nlu.words import lexicon

SECOND = 0.05
"""Lowest probability of a second aspect."""
LONGEST_FOLLOW_UP = 7
"""Words beyond which a message is read as a full question."""


class AspectClassifier(SentenceClassifier):
    """A sentence classifier that may give two aspects."""

    class_weight = "balanced"

    def several(self, text: str) -> list[tuple[str, float]]:
        """The best aspect and, when it is likely enough, the second, with probabilities."""
        first, *rest = self.rank(text, 2)
        return [first, *(other for other in rest if other[1] >= SECOND)]


@lru_cache(maxsize=1)
def _cues() -> dict[str, str]:
    return {
        stem(normalise(word)): aspect
        for aspect, words in lexicon("aspects")["cues"].items()
        for word in words
    }


@lru_cache(maxsize=1)
def _fillers() -> frozenset[str]:
    return frozenset(stem(normalise(word)) for word in lexicon("aspects")["fillers"] if normalise(word))


def cued_aspects(words: Sequence[str]) -> list[str]:
    """Aspects whose words stand among normalised words, in order; "how much" is of time when time is named."""
    found = [(cue, word) for word in words if (cue := _cue(word))]
    others = [cue for cue, word in found if not _how_much(word)]
    return list(dict.fromkeys(others or [cue for cue, _ in found]))


@lru_cache(maxsize=1)
def _amounts() -> frozenset[str]:
    return frozenset(stem(normalise(word)) for word in lexicon("aspects")["how_much"])


def _how_much(word: str) -> bool:
    return any(stem(form) in _amounts() for form in _without_clitics(word))


def is_bare_follow_up(text: str) -> bool:
    """Whether a message asks for an aspect and names nothing else ("et le délai ?")."""
    words = normalise(text).split()
    if not 0 < len(words) <= LONGEST_FOLLOW_UP:
        return False
    cued = [_cue(word) for word in words]
    return any(cued) and all(cue or _is_filler(word) for cue, word in zip(cued, words, strict=True))


def _cue(word: str) -> str | None:
    """The aspect that a word asks for, also with the Arabic "and", "with" or "for" written onto it."""
    return next((_cues()[stem(form)] for form in _without_clitics(word) if stem(form) in _cues()), None)


def _is_filler(word: str) -> bool:
    return any(stem(form) in _fillers() for form in _without_clitics(word))


def _without_clitics(word: str) -> tuple[str, ...]:
    clitics = lexicon("aspects")["clitics"]
    return (word, *(word[len(c) :] for c in clitics if word.startswith(c) and len(word) > len(c) + 1))
