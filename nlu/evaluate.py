"""The development set, or any file of its shape, through the trained model."""

from pathlib import Path

from nlu.corpus import read_jsonl
from nlu.metrics import Result, best_aspect, calibration_error, refusal, summary
from nlu.understanding import ask


def evaluate(path: Path, model: Path | None = None) -> tuple[dict, list[Result]]:
    """The promised figures and every sentence with its answer."""
    results = ask(read_jsonl(path), model)
    return summary(results), results


def as_text(figures: dict, results: list[Result]) -> str:
    """The figures for people, with calibration and refusal."""
    outside = refusal(results)
    registers = "  ".join(f"{name} {value:.3f}" for name, value in figures["by_register"].items())
    lines = [
        f"{figures['n']} sentences",
        f"accuracy            {figures['accuracy']:.3f}   {registers}",
        f"among three         {figures['top3']:.3f}",
        f"macro F1            {figures['macro_f1']:.3f}",
        f"aspect              {figures['aspect_accuracy']:.3f}   the best alone {best_aspect(results):.3f}",
        f"out of scope        {outside['recall']:.3f}   good ones refused {outside['good_refused']:.3f},"
        f" of them below the threshold {outside['good_fallback']:.3f}",
        f"calibration error   {calibration_error(results):.3f}",
        f"ms a sentence       {figures['ms_per_sentence']:.2f}   median",
    ]
    return "\n".join(lines)
