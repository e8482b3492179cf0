"""A calibrated sparse linear classifier of sentences, usable with or without Rasa's graph."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.svm import LinearSVC

from nlu.components.features import WEIGHTS, SentenceFeatures

MANY_LABELS = 8
TEMPERATURE = 0.13
"""Divides decision values into calibrated log-odds; measured on sentences of other writers
(docs/understanding.md).
"""


class SentenceClassifier:
    """Linear one-versus-rest classifier over SentenceFeatures with temperature-scaled probabilities.

    `c` is the cost of the linear machine; `offsets` are added to the decision values of labels that the
    training sentences hold too rarely or too often. `fit` takes raw sentences and their labels; `predict`
    gives the best label of each sentence, `predict_proba` a (sentences × labels) array in the order of
    `labels`.
    """

    class_weight: str | None = None

    def __init__(
        self,
        weights: Mapping[str, float] | None = None,
        c: float = 1.0,
        temperature: float = TEMPERATURE,
        offsets: Mapping[str, float] | None = None,
    ):
        self.features = SentenceFeatures(dict(weights or WEIGHTS))
        self.c = c
        self.temperature = temperature
        self.offsets = dict(offsets or {})
        self.labels: list[str] = []
        self.coefficients = np.zeros((0, 0), dtype=np.float16)
        self.intercept = np.zeros(0, dtype=np.float32)

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> "SentenceClassifier":
        """Learn from raw sentences."""
        self.labels = sorted(set(labels))
        matrix = self.features.fit_matrix(texts)
        number = {label: i for i, label in enumerate(self.labels)}
        target = np.array([number[label] for label in labels])
        coefficients, intercept = _fit_halves(
            matrix, target, LinearSVC(C=self.c, tol=0.01, class_weight=self.class_weight)
        )
        offsets = np.array([self.offsets.get(label, 0.0) for label in self.labels])
        self.intercept = (intercept + offsets).astype(np.float32)
        self.coefficients = np.ascontiguousarray(coefficients.T).astype(np.float16)
        return self

    def scores(self, text: str) -> np.ndarray:
        """Decision value of each label for one sentence."""
        columns, values = self.features.vector(text)
        return values @ self.coefficients[columns].astype(np.float32) + self.intercept

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        """Probability of each label, sentence by sentence."""
        return np.stack([softmax(self.scores(text) / self.temperature) for text in texts])

    def predict(self, texts: Sequence[str]) -> list[str]:
        """The best label of each sentence."""
        return [self.labels[int(np.argmax(self.scores(text)))] for text in texts]

    def rank(self, text: str, length: int = 10) -> list[tuple[str, float]]:
        """The best labels of one sentence with their probabilities, best first."""
        probabilities = softmax(self.scores(text) / self.temperature)
        best = np.argsort(-probabilities)[:length]
        return [(self.labels[i], float(probabilities[i])) for i in best]

    def save(self, folder: Path) -> None:
        """Write the model as plain arrays and JSON (nothing is unpickled on load)."""
        np.savez_compressed(
            folder / "weights.npz",
            coefficients=self.coefficients,
            intercept=self.intercept,
            idf=self.features.idf,
        )
        head = {
            "labels": self.labels,
            "temperature": self.temperature,
            "spaces": self.features.weights,
            "vocabulary": {space: list(known) for space, known in self.features.vocabulary.items()},
        }
        (folder / "head.json").write_text(json.dumps(head, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "SentenceClassifier":
        """Read a model written by `save`."""
        head = json.loads((folder / "head.json").read_text(encoding="utf-8"))
        model = cls(weights=head["spaces"], temperature=head["temperature"])
        with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
            model.coefficients, model.intercept = arrays["coefficients"], arrays["intercept"]
            model.features.idf = arrays["idf"]
        model.labels = head["labels"]
        start = 0
        for space, known in head["vocabulary"].items():
            model.features.vocabulary[space] = {gram: start + i for i, gram in enumerate(known)}
            start += len(known)
        return model


def softmax(scores: np.ndarray) -> np.ndarray:
    """Scores as probabilities that sum to one."""
    raised = np.exp(scores - scores.max())
    return raised / raised.sum()


def _fit_halves(matrix: csr_matrix, target: np.ndarray, machine: LinearSVC) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (labels × features) and intercepts; with many labels, half of them in each of two threads.

    One-versus-rest machines do not depend on each other, so "all other labels" may be one label in each
    half.
    """
    labels = int(target.max()) + 1
    if labels < MANY_LABELS:
        return _fit(matrix, target, machine)
    matrix = matrix.astype(np.float64)
    matrix.sum_duplicates()  # in canonical form, so that neither thread rearranges what the other reads
    middle = labels // 2
    halves = (np.minimum(target, middle), np.maximum(target, middle - 1) - (middle - 1))
    with ThreadPoolExecutor(2) as threads:
        low, high = threads.map(lambda half: _fit(matrix, half, clone(machine)), halves)
    return np.vstack([low[0][:-1], high[0][1:]]), np.concatenate([low[1][:-1], high[1][1:]])


def _fit(matrix: csr_matrix, target: np.ndarray, machine: LinearSVC) -> tuple[np.ndarray, np.ndarray]:
    machine.fit(matrix, target)
    if len(machine.classes_) == 2:
        return np.vstack([-machine.coef_, machine.coef_]), np.concatenate(
            [-machine.intercept_, machine.intercept_]
        )
    return machine.coef_, machine.intercept_
