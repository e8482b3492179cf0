"""Which aspect of a service a sentence asks about: documents, fee, delay, where, conditions, law, online,
validity.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from nlu.components.features import stem
from nlu.components.linear import SentenceClassifier
from nlu.components.normalisation import normalise
from nlu.words import lexicon

GENERAL = "general"
HANDICAP = 0.4
"""Taken off the decision value of `general`, used more freely in training than citizens do."""
SECOND = 0.12
"""Lowest probability of a second aspect."""
LONGEST_FOLLOW_UP = 7
"""Words beyond which a message is read as a full question."""


class AspectClassifier(SentenceClassifier):
    """A sentence classifier that may give two aspects; `general` only when nothing else is asked."""

    class_weight = "balanced"

    def scores(self, text: str) -> np.ndarray:
        """Decision value of each aspect."""
        scores = super().scores(text)
        if GENERAL in self.labels:
            scores[self.labels.index(GENERAL)] -= HANDICAP
        return scores

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
    """Aspects whose words stand among normalised words, in order."""
    found = [_cues()[stem(word)] for word in words if stem(word) in _cues()]
    return list(dict.fromkeys(found))


def is_bare_follow_up(text: str) -> bool:
    """Whether a message asks for an aspect and names nothing else ("et le délai ?")."""
    words = normalise(text).split()
    if not 0 < len(words) <= LONGEST_FOLLOW_UP:
        return False
    cued = [stem(word) in _cues() for word in words]
    return any(cued) and all(cue or stem(word) in _fillers() for cue, word in zip(cued, words, strict=True))
