"""The same classifier on any label,text file, so that public sets can be measured."""

import csv
import time
from collections.abc import Sequence
from pathlib import Path

from sklearn.metrics import accuracy_score, f1_score

from nlu.components.linear import SentenceClassifier

LABEL_NAMES = {"label", "intent", "labels", "category", "class"}


def read_csv(path: Path) -> tuple[list[str], list[str]]:
    """Texts and labels of a `label,text` file; a header line that names the label settles the order.

    Raises ValueError on another shape.
    """
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = [row for row in csv.reader(stream) if row]
    header = [name.strip().lower() for name in rows[0]] if rows else []
    label = next((at for at, name in enumerate(header) if name in LABEL_NAMES), None)
    rows = rows if label is None else rows[1:]
    if any(len(row) < 2 for row in rows) or not rows:
        raise ValueError(f"{path}: every line must be label,text")
    if label:
        return [",".join(row[:label]).strip() for row in rows], [row[label].strip() for row in rows]
    return [",".join(row[1:]).strip() for row in rows], [row[0].strip() for row in rows]


def benchmark(train: Path, test: Path) -> dict[str, float]:
    """Train on one file, measure on another."""
    texts, labels = read_csv(train)
    start = time.perf_counter()
    model = SentenceClassifier().fit(texts, labels)
    trained = time.perf_counter()
    asked, expected = read_csv(test)
    got = model.predict(asked)
    return figures(expected, got, trained - start, time.perf_counter() - trained)


def figures(expected: Sequence[str], got: Sequence[str], training: float, asking: float) -> dict[str, float]:
    """Accuracy, micro and macro F1, seconds to train, milliseconds a sentence."""
    return {
        "accuracy": round(accuracy_score(expected, got), 4),
        "micro_f1": round(
            f1_score(expected, got, average="micro", labels=sorted(set(expected)), zero_division=0), 4
        ),
        "macro_f1": round(
            f1_score(expected, got, average="macro", labels=sorted(set(expected)), zero_division=0), 4
        ),
        "seconds_to_train": round(training, 2),
        "ms_per_sentence": round(asking / max(len(got), 1) * 1000, 3),
    }
