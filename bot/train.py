"""`python -m bot.train MODEL`: trains everything, understanding and rules, into one model file."""

import logging
import os
import sys
import time
import warnings
from pathlib import Path

import structlog

os.environ["TQDM_DISABLE"] = "1"


UNFINISHED = Path("var/training")
"""Where a model is written before it takes the place of the old one at once: a bot may start at any moment."""


def train(model: Path) -> Path:
    """Trains on nlu/data and bot/ and writes `model`; the messages of Rasa that help nobody are kept back."""
    from rasa.model_training import train as rasa_train

    found = rasa_train(
        domain="bot/domain",
        config="config.yml",
        training_files=["bot/rules"],
        output=str(UNFINISHED),
        fixed_model_name=model.name.removesuffix(".tar.gz"),
        force_training=False,
    )
    if not found or not found.model:
        raise SystemExit("training failed: see the messages above")
    model.parent.mkdir(parents=True, exist_ok=True)
    return Path(found.model).replace(model)


def main() -> None:
    """Trains and says how long it took."""
    warnings.filterwarnings("ignore")
    logging.basicConfig(level=logging.ERROR)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    model, began = Path(sys.argv[1] if len(sys.argv) > 1 else "models/mouwaten.tar.gz"), time.monotonic()
    train(model)
    print(f"· trained {model} in {time.monotonic() - began:.0f} s ({model.stat().st_size / 1e6:.0f} MB)")


if __name__ == "__main__":
    main()
