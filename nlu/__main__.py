"""python -m nlu evaluate | report | benchmark | learning-curve | peer | train"""

import argparse
import json
import sys
from pathlib import Path

from nlu.corpus import DEV
from nlu.understanding import NoModel, quiet


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 1 and a sentence on standard error when it cannot be done."""
    options = _parser().parse_args(arguments)
    quiet()
    try:
        options.run(options)
    except (NoModel, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nlu", description="Train and measure what the assistant understands."
    )
    commands = parser.add_subparsers(required=True, metavar="command")

    evaluate = _command(commands, "evaluate", _evaluate, "measure the trained model on a JSON-lines file")
    evaluate.add_argument("file", type=Path, nargs="?", default=DEV)
    evaluate.add_argument("--json", action="store_true", help="print the figures as JSON")
    evaluate.add_argument("--model", type=Path, help="a model file instead of the newest in models/")

    report = _command(commands, "report", _report, "write a page of confusions and weak labels to var/")
    report.add_argument("file", type=Path, nargs="?", default=DEV)
    report.add_argument("--model", type=Path)
    report.add_argument("--out", type=Path, default=Path("var/nlu-report"))

    bench = _command(commands, "benchmark", _benchmark, "train and test on label,text files")
    bench.add_argument("--train", type=Path, required=True)
    bench.add_argument("--test", type=Path, required=True)
    bench.add_argument("--json", action="store_true")

    curve = _command(commands, "learning-curve", _curve, "accuracy over the number of training sentences")
    curve.add_argument("--out", type=Path, default=Path("docs/learning-curve.png"))

    peer = _command(
        commands, "peer", _peer, "compare with Rasa's default recipe on the same data (takes hours)"
    )
    peer.add_argument("--out", type=Path, default=Path("tests/bench/peer.md"))
    peer.add_argument("--epochs", type=int, default=100)
    peer.add_argument("--every", type=int, default=1, help="train on every n-th sentence only")

    train = _command(commands, "train", _train, "train the understanding alone")
    train.add_argument("--out", type=Path, default=Path("models"))
    return parser


def _command(commands, name: str, run, words: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=words, description=words)
    command.set_defaults(run=run)
    return command


def _evaluate(options: argparse.Namespace) -> None:
    from nlu.evaluate import as_text, evaluate

    figures, results = evaluate(options.file, options.model)
    print(json.dumps(figures, ensure_ascii=False) if options.json else as_text(figures, results))


def _report(options: argparse.Namespace) -> None:
    from nlu.report import write_report

    print(write_report(options.file, options.out, options.model))


def _benchmark(options: argparse.Namespace) -> None:
    from nlu.benchmark import benchmark

    figures = benchmark(options.train, options.test)
    print(
        json.dumps(figures)
        if options.json
        else "\n".join(f"{name:18}{value}" for name, value in figures.items())
    )


def _curve(options: argparse.Namespace) -> None:
    from nlu.curve import draw_curve

    print(draw_curve(options.out))


def _peer(options: argparse.Namespace) -> None:
    from nlu.peer import compare

    print(compare(options.out, options.epochs, options.every))


def _train(options: argparse.Namespace) -> None:
    from nlu.training import train

    print(train(options.out))


if __name__ == "__main__":
    sys.exit(main())
