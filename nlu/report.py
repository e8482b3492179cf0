"""A page that shows what is confused: per label and register, the worst thirty, a heat map."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from string import Template

from nlu.evaluate import as_text, evaluate
from nlu.metrics import Result, errors, is_right, ratio
from nlu.words import HERE

WORST = 30


def write_report(path: Path, out: Path, model: Path | None = None) -> Path:
    """Evaluate a file and write index.html and confusions.png into a folder; the page's path."""
    figures, results = evaluate(path, model)
    out.mkdir(parents=True, exist_ok=True)
    draw_heat_map(results, out / "confusions.png")
    page = out / "index.html"
    template = Template((HERE / "templates" / "report.html").read_text(encoding="utf-8"))
    data = {"summary": as_text(figures, results), **tables(results)}
    escaped = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    page.write_text(template.substitute(data=escaped), encoding="utf-8")
    return page


def tables(results: Sequence[Result]) -> dict[str, dict]:
    """Columns and rows of the worst labels, the confusions and the errors."""
    registers = sorted({sentence.register for sentence, _ in results})
    confused = Counter((s.label, a.label) for s, a in results if not is_right((s, a)))
    wrong = errors(results)[:WORST]
    return {
        "labels": {"columns": ["label", "all", *registers], "rows": label_rows(results, registers)[:WORST]},
        "confusions": {
            "columns": ["expected", "given", "times"],
            "rows": [[expected, given, n] for (expected, given), n in confused.most_common(WORST)],
        },
        "errors": {
            "columns": ["sentence", "expected", "given", "confidence"],
            "rows": [[e["text"], ", ".join(e["expected"]), e["got"], e["confidence"]] for e in wrong],
        },
    }


def label_rows(results: Sequence[Result], registers: Sequence[str]) -> list[list]:
    """Label, accuracy over all and per register ("" where none was asked), worst first."""
    hits = defaultdict(list)
    for result in results:
        label, register = result[0].label, result[0].register
        hits[label, register].append(is_right(result))
        hits[label, "all"].append(is_right(result))
    labels = sorted({label for label, _ in hits}, key=lambda label: (ratio(hits[label, "all"]), label))
    return [
        [label, *(ratio(hits[label, r]) if hits.get((label, r)) else "" for r in ("all", *registers))]
        for label in labels
    ]


def draw_heat_map(results: Sequence[Result], path: Path) -> None:
    """Expected labels down, given labels across, each row as shares."""
    import matplotlib
    import numpy as np

    matplotlib.use("Agg")
    from matplotlib import pyplot

    labels = sorted({label for s, a in results for label in (s.label, a.label)})
    number = {label: i for i, label in enumerate(labels)}
    counts = np.zeros((len(labels), len(labels)))
    for sentence, answer in results:
        given = sentence.label if is_right((sentence, answer)) else answer.label
        counts[number[sentence.label], number[given]] += 1
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure, axes = pyplot.subplots(figsize=(24, 24))
    axes.imshow(shares, cmap="magma_r", vmin=0, vmax=1)
    names = [label.removeprefix("guidance/") for label in labels]
    axes.set_xticks(range(len(labels)), names, rotation=90, fontsize=6)
    axes.set_yticks(range(len(labels)), names, fontsize=6)
    figure.savefig(path, dpi=90, bbox_inches="tight")
    pyplot.close(figure)
