"""Ideas named in a sentence (nlu/lexicon/ideas.yml), the same in every language and script."""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations

from nlu.components.normalisation import normalise
from nlu.components.skeleton import skeleton, without_article
from nlu.words import lexicon

SHORTEST_SKELETON = 3
SHORTEST_PREFIX = 3
MOST_WORDS_KEPT = 100_000
_SUFFIXES = tuple(lexicon("letters")["arabic_suffixes"])


class Ideas:
    """Index of the lexicon: whole words, beginnings of words, consonants of Arabic words, phrases."""

    def __init__(self, entries: dict[str, list[str]]):
        self.words: dict[str, set[str]] = defaultdict(set)
        self.beginnings: dict[str, set[str]] = defaultdict(set)
        self.bones: dict[str, set[str]] = defaultdict(set)
        self.phrases: dict[tuple[str, ...], set[str]] = defaultdict(set)
        self._known: dict[str, frozenset[str]] = {}
        for idea, forms in entries.items():
            for form in forms:
                self._add(idea, form)

    def _add(self, idea: str, form: str) -> None:
        words = normalise(form).split()
        if len(words) > 1:
            self.phrases[tuple(map(without_article, words))].add(idea)
        elif form.endswith("*"):
            self.beginnings[words[0]].add(idea)
        elif words:
            self.words[without_article(words[0])].add(idea)
            if not words[0].isascii() and len(skeleton(words[0])) >= SHORTEST_SKELETON:
                self.bones[skeleton(words[0])].add(idea)

    def of_word(self, word: str) -> frozenset[str]:
        """Ideas one normalised word names."""
        if len(self._known) > MOST_WORDS_KEPT:
            self._known.clear()
        if word not in self._known:
            self._known[word] = self._look_up(word)
        return self._known[word]

    def _look_up(self, word: str) -> frozenset[str]:
        bare = without_article(word)
        found = self.words.get(word, set()) | self.words.get(bare, set())
        for end in range(SHORTEST_PREFIX, len(bare) + 1):
            found = found | self.beginnings.get(bare[:end], set())
        return frozenset(found or self._bent(bare) or self.bones.get(skeleton(word), set()))

    def _bent(self, word: str) -> set[str]:
        for suffix in _SUFFIXES:
            if word.endswith(suffix) and len(word) - len(suffix) >= SHORTEST_PREFIX:
                stem = word[: -len(suffix)]
                if known := self.words.get(stem) or self.words.get(stem + _SUFFIXES[0]):
                    return known
        return set()

    def of_sentence(self, words: Sequence[str]) -> list[str]:
        """Ideas of normalised words, in order, each once."""
        bare = [without_article(word) for word in words]
        found = [sorted(self.of_word(word)) for word in words]
        found += [
            sorted(self.phrases.get(tuple(bare[at : at + length]), ()))
            for length in (2, 3, 4)
            for at in range(len(bare) - length + 1)
        ]
        return list(dict.fromkeys(idea for ideas in found for idea in ideas))


@lru_cache(maxsize=1)
def known_ideas() -> Ideas:
    """The index of nlu/lexicon/ideas.yml."""
    return Ideas(lexicon("ideas"))


def ideas_space(words: Sequence[str]) -> list[str]:
    """Ideas of a sentence and every pair of them."""
    ideas = known_ideas().of_sentence(words)
    return ideas + [f"{a}+{b}" for a, b in combinations(sorted(ideas)[:20], 2)]
