"""Rasa's default recipe on the same sentences, for comparison: accuracy, time, memory."""

import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import yaml

from nlu.corpus import DEV, Sentence, read_jsonl, read_training
from nlu.metrics import summary
from nlu.understanding import ask
from nlu.words import HERE

ROOT = HERE.parent
RECIPES = {"Mouwaten": ROOT / "config.yml", "Rasa default (DIET)": ROOT / "tests/bench/peer_config.yml"}
COLUMNS = [
    "recipe",
    "train s",
    "memory MB",
    "model MB",
    "ms",
    "all",
    "msa",
    "derja",
    "arabizi",
    "french",
    "mixed",
]


def compare(out: Path, epochs: int = 100, every: int = 1) -> str:
    """Train both recipes on every n-th sentence and measure them, each in a process of its own; give the table."""
    rows = [_measured(name, recipe, epochs, every) for name, recipe in RECIPES.items()]
    lines = [f"| {' | '.join(map(str, row))} |" for row in (COLUMNS, ["---"] * len(COLUMNS), *rows)]
    head = (
        f"{date.today()}: {len(read_training()[::every])} training and {len(read_jsonl())} development sentences, "
        f"{epochs} epochs of DIET and of ResponseSelector."
    )
    table = "\n".join([head, "", *lines, ""])
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(table, encoding="utf-8")
    return table


def _measured(name: str, recipe: Path, epochs: int, every: int) -> list[str]:
    command = [sys.executable, "-W", "ignore", "-m", "nlu.peer", str(recipe), str(epochs), str(every)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name, *done.stdout.strip().splitlines()[-1].split()]


def measure(recipe: Path, epochs: int, every: int) -> list[str]:
    """Train one recipe here and now and measure it: the columns after its name."""
    from rasa.model_training import train_nlu

    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        model = train_nlu(
            str(write_recipe(recipe, Path(folder), epochs)), str(write_data(Path(folder), every)), folder
        )
        seconds = time.perf_counter() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        size = Path(model).stat().st_size / 1e6
        figures = summary(ask(read_jsonl(DEV), Path(model)))
    by_register = [f"{figures['by_register'].get(name, 0):.3f}" for name in COLUMNS[6:]]
    shown = [f"{seconds:.0f}", f"{memory:.0f}", f"{size:.1f}", f"{figures['ms_per_sentence']:.2f}"]
    return [*shown, f"{figures['accuracy']:.3f}", *by_register]


def write_recipe(recipe: Path, folder: Path, epochs: int) -> Path:
    """The recipe's pipeline alone, with so many epochs."""
    content = yaml.safe_load(recipe.read_text(encoding="utf-8"))
    for component in content["pipeline"]:
        if "epochs" in component:
            component["epochs"] = epochs
    path = folder / "config.yml"
    path.write_text(
        yaml.safe_dump({k: content[k] for k in ("recipe", "language", "pipeline")}), encoding="utf-8"
    )
    return path


def write_data(folder: Path, every: int = 1) -> Path:
    """Every n-th training sentence as one Rasa file, with the responses that ResponseSelector wants."""
    blocks: dict[tuple[str, tuple[str, ...]], list[Sentence]] = {}
    for sentence in read_training()[::every]:
        blocks.setdefault((sentence.label, sentence.aspects), []).append(sentence)
    nlu = [
        {
            "intent": label,
            **({"metadata": {"aspect": aspects[0]}} if aspects else {}),
            "examples": "".join(f"- {s.text}\n" for s in sentences),
        }
        for (label, aspects), sentences in blocks.items()
    ]
    responses = {f"utter_{label}": [{"text": label}] for label, _ in blocks if "/" in label}
    path = folder / "nlu.yml"
    content = {"version": "3.1", "nlu": nlu, "responses": responses}
    path.write_text(yaml.safe_dump(content, allow_unicode=True, width=10_000), encoding="utf-8")
    return path


if __name__ == "__main__":
    print(*measure(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
