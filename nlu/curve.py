"""The learning curve: accuracy on the development set over the number of training sentences, per register."""

import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from nlu.components.linear import SentenceClassifier
from nlu.corpus import Sentence, read_jsonl, read_training

SHARES = (0.1, 0.2, 0.35, 0.5, 0.75, 1.0)


def learning_curve(shares: Sequence[float] = SHARES, seed: int = 1) -> dict[str, list[tuple[int, float]]]:
    """Register (or "all") → (training sentences, accuracy); a share of every label and register."""
    training, asked = read_training(), read_jsonl()
    points = defaultdict(list)
    for share in shares:
        taught = sample(training, share, seed)
        model = SentenceClassifier().fit([s.text for s in taught], [s.label for s in taught])
        hits = defaultdict(list)
        for sentence, label in zip(asked, model.predict([s.text for s in asked]), strict=True):
            hits[sentence.register].append(label in sentence.labels)
            hits["all"].append(label in sentence.labels)
        for register, values in hits.items():
            points[register].append((len(taught), sum(values) / len(values)))
    return dict(points)


def sample(sentences: Sequence[Sentence], share: float, seed: int) -> list[Sentence]:
    """The same share of every label in every register, at least one sentence each."""
    cells = defaultdict(list)
    for sentence in sentences:
        cells[sentence.label, sentence.register].append(sentence)
    picker = random.Random(seed)
    return [s for cell in cells.values() for s in picker.sample(cell, max(1, round(len(cell) * share)))]


def draw_curve(path: Path) -> str:
    """Draw the curve into a picture; the points as text."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    points = learning_curve()
    figure, axes = pyplot.subplots(figsize=(8, 5))
    for register, curve in sorted(points.items()):
        width = 2.5 if register == "all" else 1.2
        axes.plot(*zip(*curve, strict=True), marker="o", label=register, linewidth=width)
    axes.set(xlabel="training sentences", ylabel="accuracy on the development set", ylim=(0.4, 1))
    axes.grid(alpha=0.3)
    axes.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, bbox_inches="tight")
    rows = (
        f"{register:9}" + "".join(f"{n:>8}: {a:.3f}" for n, a in curve)
        for register, curve in sorted(points.items())
    )
    return "\n".join([*rows, str(path)])
