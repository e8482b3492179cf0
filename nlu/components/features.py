"""Sparse features of a sentence, weighted by TF-IDF: words, character n-grams, skeleton n-grams, ideas."""

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.preprocessing import normalize

from nlu.components.ideas import ideas_space
from nlu.components.normalisation import fold, normalise
from nlu.components.skeleton import skeleton
from nlu.words import lexicon

_CLITICS = re.compile(lexicon("letters")["arabic_article"])

WEIGHTS = {"word": 0.7, "char": 1.0, "bone": 1.2, "idea": 0.7}
"""Share of each feature space: a space is scaled to unit length on its own, then multiplied by its weight."""


@lru_cache(maxsize=100_000)
def char_ngrams(word: str, low: int = 2, high: int = 5) -> tuple[str, ...]:
    """Character n-grams of a word with its borders marked."""
    padded = f" {word} "
    return tuple(
        padded[i : i + n] for n in range(low, min(high, len(padded)) + 1) for i in range(len(padded) - n + 1)
    )


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Folded word without article and conjunction."""
    word = fold(word)
    return fold(_CLITICS.sub("", word))


def pairs(words: Sequence[str]) -> list[str]:
    """Neighbouring words, joined."""
    return [f"{a} {b}" for a, b in pairwise(words)]


def words_space(words: Sequence[str]) -> list[str]:
    """Folded words and their pairs."""
    stems = [stem(word) for word in words]
    return stems + pairs(["^", *stems, "$"])


def chars_space(words: Sequence[str]) -> list[str]:
    """Character n-grams inside each word."""
    return [gram for word in words for gram in char_ngrams(word)]


def bones_space(words: Sequence[str]) -> list[str]:
    """Skeletons, pairs of skeletons and skeleton n-grams: the space that all registers share."""
    bones = [bone for bone in map(skeleton, words) if bone]
    return bones + pairs(bones) + [gram for bone in bones for gram in char_ngrams(bone, 3, 5)]


_EXTRACT = {"word": words_space, "char": chars_space, "bone": bones_space, "idea": ideas_space}


@lru_cache(maxsize=64)
def counts(text: str, space: str) -> Counter:
    """How often each feature of a space stands in a raw sentence (kept a moment: several classifiers ask)."""
    return Counter(_EXTRACT[space](_words(text)))


@lru_cache(maxsize=64)
def _words(text: str) -> tuple[str, ...]:
    return tuple(normalise(text).split())


@dataclass
class SentenceFeatures:
    """TF-IDF over several feature spaces.

    `weights` gives each space its share; features seen in fewer than `min_count` sentences are left out.
    """

    weights: dict[str, float] = field(default_factory=lambda: dict(WEIGHTS))
    min_count: int = 2
    vocabulary: dict[str, dict[str, int]] = field(default_factory=dict)
    idf: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.float32))

    def fit(self, texts: Sequence[str]) -> "SentenceFeatures":
        """Learn the vocabulary and document frequencies of raw sentences."""
        self.fit_matrix(texts)
        return self

    def fit_matrix(self, texts: Sequence[str]) -> csr_matrix:
        """Learn from raw sentences and return their feature matrix, reading each sentence once."""
        documents = [normalise(text).split() for text in texts]
        parts = [self._fit_space(space, documents) for space in self.weights]
        self.idf = np.concatenate([idf for idf, _ in parts])
        return hstack([matrix for _, matrix in parts], format="csr")

    def _fit_space(self, space: str, documents: Sequence[Sequence[str]]) -> tuple[np.ndarray, csr_matrix]:
        names, table = _count(map(_EXTRACT[space], documents))
        frequency = np.bincount(table.indices, minlength=table.shape[1])
        enough = min(self.min_count, frequency.max(initial=0))
        kept = np.flatnonzero(frequency >= enough)
        start = sum(map(len, self.vocabulary.values()))
        self.vocabulary[space] = {names[column]: start + i for i, column in enumerate(kept)}
        idf = (np.log((1 + len(documents)) / (1 + frequency[kept])) + 1).astype(np.float32)
        weighed = _weigh(table[:, kept], idf)
        return idf, normalize(weighed) * self.weights[space] if len(kept) else weighed

    @property
    def size(self) -> int:
        """Number of features over all spaces."""
        return len(self.idf)

    def vector(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Feature numbers and values of one raw sentence."""
        parts = [self._space(space, counts(text, space)) for space in self.weights]
        return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])

    def _space(self, space: str, found: Counter) -> tuple[np.ndarray, np.ndarray]:
        known = self.vocabulary[space]
        hits = [(known[gram], n) for gram, n in found.items() if gram in known]
        if not hits:
            return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)
        table = np.array(hits, dtype=np.int32)
        columns = table[:, 0]
        values = (1 + np.log(table[:, 1].astype(np.float32))) * self.idf[columns]
        return columns, values * (self.weights[space] / np.linalg.norm(values))

    def matrix(self, texts: Iterable[str]) -> csr_matrix:
        """Feature matrix of raw sentences, one row each."""
        rows = [self.vector(text) for text in texts]
        starts = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        columns = np.concatenate([row[0] for row in rows]) if rows else np.zeros(0, dtype=np.int32)
        values = np.concatenate([row[1] for row in rows]) if rows else np.zeros(0, dtype=np.float32)
        return csr_matrix((values, columns, starts), shape=(len(rows), self.size))


def _count(documents: Iterable[Sequence[str]]) -> tuple[list[str], csr_matrix]:
    """Names of all features, and how often each stands in each document."""
    known: dict[str, int] = {}
    columns, values, starts = array("i"), array("f"), [0]
    for document in documents:
        for gram, times in Counter(document).items():
            columns.append(known.setdefault(gram, len(known)))
            values.append(times)
        starts.append(len(columns))
    shape = (len(starts) - 1, len(known))
    return list(known), csr_matrix(
        (np.array(values), np.array(columns), starts), shape=shape, dtype=np.float32
    )


def _weigh(table: csr_matrix, idf: np.ndarray) -> csr_matrix:
    table.data = (1 + np.log(table.data)) * idf[table.indices]
    return table
