"""The sentences under nlu/data: training sentences by register, and the development set that never trains."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nlu.words import HERE, read_yaml

DATA = HERE / "data"
DEV = DATA / "dev.jsonl"
HELD_OUT = DATA / "held_out.jsonl"
"""Sentences by yet other writers, used to choose nothing: what the dev set flatters, it does not."""
REGISTERS = ("msa", "derja", "arabizi", "french")


@dataclass(frozen=True)
class Sentence:
    """One example: its text, accepted labels (best first), register and, for guidance, the aspects asked."""

    text: str
    labels: tuple[str, ...]
    register: str
    aspects: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The first label."""
        return self.labels[0]


def read_training(folder: Path = DATA) -> list[Sentence]:
    """Training sentences of every register folder, in file order."""
    return [
        sentence
        for register in REGISTERS
        for path in sorted((folder / register).glob("*.yml"))
        for sentence in _read_file(path, register)
    ]


def _read_file(path: Path, register: str) -> Iterator[Sentence]:
    for block in (read_yaml(path) or {}).get("nlu") or []:
        aspect = (block.get("metadata") or {}).get("aspect")
        for line in block["examples"].splitlines():
            if line.strip():
                yield Sentence(
                    line.strip().removeprefix("- "), (block["intent"],), register, (aspect,) if aspect else ()
                )


def read_jsonl(path: Path = DEV) -> list[Sentence]:
    """Sentences of a JSON-lines file: {"text", "labels": [...], "register", "aspect"?: word or list}.

    Raises ValueError with the line number when a line is not of that shape.
    """
    sentences = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            sentences.append(_parse(json.loads(line)))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}, line {number}: {error!r}") from error
    return sentences


def _parse(item: dict) -> Sentence:
    aspect = item.get("aspect") or ()
    aspects = (aspect,) if isinstance(aspect, str) else tuple(aspect)
    labels = item["labels"]
    labels = (labels,) if isinstance(labels, str) else tuple(labels)
    return Sentence(item["text"], labels, item.get("register", "unknown"), aspects)
