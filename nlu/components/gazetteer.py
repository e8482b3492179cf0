"""Names of places and structures found in a sentence, in any spelling of either script."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from nlu.components.normalisation import clean_script
from nlu.words import lexicon

LONGEST_NAME = 8
"""Words of the longest name looked for."""

_WORD = re.compile(r"\w+")
_ARTICLE = re.compile(lexicon("letters")["arabic_article"])
_PREFIXES = tuple((prefix, article) for prefix, article in lexicon("letters")["prefixes"])
_LATIN_ARTICLES = frozenset(lexicon("letters")["latin_articles"])


@dataclass(frozen=True)
class Token:
    """A word of the raw text with its normalised form."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Match:
    """A name found: where it stands (character and token positions) and the slugs it may mean."""

    start: int
    end: int
    first: int
    last: int
    slugs: tuple[str, ...]
    ordinary: bool = False

    def keep(self, slugs: Iterable[str]) -> "Match":
        """The same match narrowed to some slugs."""
        return replace(self, slugs=tuple(slugs))


def tokenise(text: str) -> list[Token]:
    """Normalised words of a raw text with their positions in it."""
    found = (Token(clean_script(m.group()), m.start(), m.end()) for m in _WORD.finditer(text))
    return [token for token in found if token.text]


def name_key(name: str) -> tuple[str, ...]:
    """Normalised words of a name."""
    return tuple(token.text for token in tokenise(name))


@dataclass
class Gazetteer:
    """Longest-match search of names; `ordinary` names are marked so that the caller asks for context."""

    names: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    ordinary: frozenset[tuple[str, ...]] = frozenset()
    _first: dict[str, int] = field(default_factory=dict)

    @classmethod
    def build(cls, names: dict[str, Sequence[str]], ordinary: Iterable[str] = ()) -> "Gazetteer":
        """From name → slugs; a name is also found without its article, unless that is an ordinary word."""
        weak = {name_key(str(name)) for name in ordinary}
        known: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for name, slugs in names.items():
            for key in _with_and_without_article(name_key(str(name)), weak):
                known[key].extend(slug for slug in slugs if slug not in known[key])
        gazetteer = cls({key: tuple(slugs) for key, slugs in known.items()}, frozenset(weak))
        for key in known:
            gazetteer._first[key[0]] = max(len(key), gazetteer._first.get(key[0], 0))
        return gazetteer

    def find(self, tokens: Sequence[Token]) -> list[Match]:
        """Names in reading order, the longest first, none inside another."""
        matches, at = [], 0
        while at < len(tokens):
            match = self._longest(tokens, at)
            matches += [match] if match else []
            at = match.last + 1 if match else at + 1
        return matches

    def _longest(self, tokens: Sequence[Token], at: int) -> Match | None:
        for first in _readings(tokens[at].text):
            reach = min(self._first.get(first, 0), LONGEST_NAME, len(tokens) - at)
            for length in range(reach, 0, -1):
                key = (first, *(token.text for token in tokens[at + 1 : at + length]))
                if key in self.names:
                    end = tokens[at + length - 1].end
                    ordinary = key in self.ordinary
                    return Match(tokens[at].start, end, at, at + length - 1, self.names[key], ordinary)
        return None


def _with_and_without_article(key: tuple[str, ...], weak: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    if not key:
        return set()
    short = key[1:] if key[0] in _LATIN_ARTICLES else (_ARTICLE.sub("", key[0]), *key[1:])
    long_enough = len(short) > 1 or (short and len(short[0]) > 3)
    return {key, short} if long_enough and short not in weak and key not in weak else {key}


def _readings(word: str) -> Iterable[str]:
    yield word
    for prefix, article in _PREFIXES:
        rest = word[len(prefix) :]
        if word.startswith(prefix) and len(rest) > 2:
            yield from (article + rest, rest) if article else (rest,)
