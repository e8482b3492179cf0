"""What the trainable Rasa components have in common: a sentence classifier kept as plain arrays."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.features import WEIGHTS
from nlu.components.linear import TEMPERATURE, SentenceClassifier
from nlu.words import HERE


class SentenceComponent(GraphComponent):
    """A graph component around a SentenceClassifier: subclasses say what to learn and what to write on a
    message.
    """

    classifier = SentenceClassifier
    spaces: Mapping[str, float] = WEIGHTS

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`c`, `temperature`, `offsets`: of the SentenceClassifier."""
        return {"c": 1.0, "temperature": TEMPERATURE, "offsets": {}}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """The code and word lists a model is made with: Rasa's cache must not serve one made with others."""
        sources = sorted([*HERE.glob("components/*.py"), *HERE.glob("lexicon/*.yml"), HERE / "corpus.py"])
        return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        """Component over a not yet trained classifier."""
        self._config, self._storage, self._resource = config, storage, resource
        self._model: SentenceClassifier | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceComponent":
        """Untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "SentenceComponent":
        """Trained component; one that found nothing to learn from stays silent."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            if (Path(folder) / "head.json").exists():
                component._model = cls.classifier.load(Path(folder))
        return component

    def examples(self, training_data: TrainingData) -> tuple[list[str], list[str]]:
        """Sentences and labels to learn from."""
        raise NotImplementedError

    def annotate(self, message: Message, model: SentenceClassifier) -> None:
        """Write what the model sees in a message on it."""
        raise NotImplementedError

    def train(self, training_data: TrainingData) -> Resource:
        """Fit and store the classifier."""
        texts, labels = self.examples(training_data)
        with self._storage.write_to(self._resource) as folder:
            if len(set(labels)) > 1:
                settings = {key: self._config[key] for key in ("c", "temperature", "offsets")}
                self._model = self.classifier(self.spaces, **settings).fit(texts, labels)
                self._model.save(Path(folder))
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Annotate every message that carries text."""
        for message in messages:
            if self._model and message.get(TEXT) is not None:
                self.annotate(message, self._model)
        return messages


def add_entities(message: Message, entities: list[dict[str, Any]]) -> None:
    """Append entities to those a message already has."""
    if entities:
        message.set(ENTITIES, [*message.get(ENTITIES, []), *entities], add_to_output=True)


def sentence_entity(name: str, value: str, text: str, confidence: float, extractor: str) -> dict[str, Any]:
    """An entity that the whole sentence carries."""
    return {
        "entity": name,
        "value": value,
        "text": text,
        "start": 0,
        "end": len(text),
        "confidence": confidence,
        "extractor": extractor,
    }
