"""Figures of a classifier's answers: accuracy, first three, F1, calibration, refusals."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from nlu.corpus import Sentence

REFUSALS = frozenset({"out_of_scope", "nlu_fallback"})


@dataclass(frozen=True)
class Answer:
    """What was understood of one sentence: the label acted on, full labels best first, aspects."""

    label: str
    ranking: tuple[str, ...]
    confidence: float
    aspects: tuple[str, ...] = ()
    register: str = ""
    milliseconds: float = 0.0


Result = tuple[Sentence, Answer]


def ratio(hits: Iterable[bool]) -> float:
    """Share of true values, 0 of none."""
    hits = list(hits)
    return round(sum(hits) / len(hits), 4) if hits else 0.0


def is_right(result: Result) -> bool:
    """Whether the label acted on is one of those expected."""
    return result[1].label in result[0].labels


def accuracy(results: Sequence[Result]) -> float:
    """Share of sentences understood; a fallback counts as wrong."""
    return ratio(map(is_right, results))


def top3(results: Sequence[Result]) -> float:
    """Share of sentences whose label is among the first three of the ranking."""
    return ratio(bool(set(answer.ranking[:3]) & set(sentence.labels)) for sentence, answer in results)


def macro_f1(results: Sequence[Result]) -> float:
    """Mean F1 over the expected labels (an accepted second label counts as the label itself)."""
    pairs = [(a.label if a.label in s.labels else s.label, a.label) for s, a in results]
    expected, got = Counter(e for e, _ in pairs), Counter(g for _, g in pairs)
    hits = Counter(e for e, g in pairs if e == g)
    scores = [2 * hits[label] / (expected[label] + got[label]) for label in expected]
    return round(sum(scores) / len(scores), 4) if scores else 0.0


def by_register(results: Sequence[Result]) -> dict[str, float]:
    """Accuracy register by register."""
    groups = defaultdict(list)
    for result in results:
        groups[result[0].register].append(result)
    return {register: accuracy(group) for register, group in sorted(groups.items())}


def aspect_accuracy(results: Sequence[Result]) -> float:
    """Share of sentences with a known aspect that are answered with it: it is one of the one or two found."""
    return ratio(bool(set(a.aspects) & set(s.aspects)) for s, a in results if s.aspects)


def best_aspect(results: Sequence[Result]) -> float:
    """The same, counting the best aspect alone."""
    return ratio(bool(set(a.aspects[:1]) & set(s.aspects)) for s, a in results if s.aspects)


def calibration_error(results: Sequence[Result], bins: int = 10) -> float:
    """Expected calibration error of the first label: mean gap of confidence and accuracy over equal-width
    bins.
    """
    groups = defaultdict(list)
    for sentence, answer in results:
        hit = bool(answer.ranking) and answer.ranking[0] in sentence.labels
        groups[min(int(answer.confidence * bins), bins - 1)].append((answer.confidence, hit))
    gaps = (abs(sum(c - h for c, h in group)) for group in groups.values())
    return round(sum(gaps) / len(results), 4) if results else 0.0


def refusal(results: Sequence[Result]) -> dict[str, float]:
    """Recall of out-of-scope sentences, and share of good ones refused (out of scope or fallback)."""
    outside = [a.label in REFUSALS for s, a in results if s.label == "out_of_scope"]
    good = [a.label in REFUSALS for s, a in results if "out_of_scope" not in s.labels]
    fallback = [a.label == "nlu_fallback" for s, a in results if "out_of_scope" not in s.labels]
    return {"recall": ratio(outside), "good_refused": ratio(good), "good_fallback": ratio(fallback)}


def errors(results: Sequence[Result]) -> list[dict]:
    """Sentences misunderstood, the surest first."""
    wrong = sorted((r for r in results if not is_right(r)), key=lambda r: -r[1].confidence)
    return [
        {"text": s.text, "expected": list(s.labels), "got": a.label, "confidence": round(a.confidence, 4)}
        for s, a in wrong
    ]


def summary(results: Sequence[Result]) -> dict:
    """The figures that `nlu evaluate --json` promises (contract/interfaces.md)."""
    return {
        "n": len(results),
        "accuracy": accuracy(results),
        "top3": top3(results),
        "macro_f1": macro_f1(results),
        "by_register": by_register(results),
        "aspect_accuracy": aspect_accuracy(results),
        "ms_per_sentence": round(median(a.milliseconds for _, a in results), 3) if results else 0.0,
        "errors": errors(results),
    }
