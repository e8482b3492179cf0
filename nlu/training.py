"""Training of the understanding alone (dialogue is trained by `rasa train`)."""

import warnings
from pathlib import Path

from nlu.corpus import DATA
from nlu.words import HERE


def train(out: Path) -> Path:
    """Train the pipeline of config.yml on nlu/data and return the model's path. Raises ValueError without
    data.
    """
    from rasa.model_training import train_nlu

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        model = train_nlu(str(HERE.parent / "config.yml"), str(DATA), str(out))
    if not model:
        raise ValueError(f"nothing to train on in {DATA}")
    return Path(model)
