"""A greeting before a request must not swallow it."""

from functools import lru_cache

from nlu.components.normalisation import normalise
from nlu.words import lexicon

WORTH_READING = 3
"""Words that must follow a greeting for it to be left aside: "bonjour madame" stays a greeting."""


def without_greeting(text: str) -> str:
    """The message without the words of greeting it begins with, when a request follows them.

    >>> without_greeting("Bonjour, je souhaite déposer une pétition")
    'je souhaite déposer une pétition'
    """
    words = text.split()
    opening = 0
    while opening < len(words) and _is_greeting(words[opening]):
        opening += 1
    return " ".join(words[opening:]) if opening and len(words) - opening >= WORTH_READING else text


def _is_greeting(word: str) -> bool:
    bare = normalise(word)
    return not bare or bare in _greetings()


@lru_cache(maxsize=1)
def _greetings() -> frozenset[str]:
    return frozenset(normalise(str(word)) for word in lexicon("greetings"))
