"""Rasa graph component: the register of a sentence (MSA, derja, Arabizi, French), as message property
`register`.
"""

from collections import defaultdict
from types import MappingProxyType

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.graph import SentenceComponent
from nlu.components.linear import SentenceClassifier
from nlu.corpus import read_training


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class RegisterClassifier(SentenceComponent, IntentClassifier):
    """Learns which folder of nlu/data a sentence is in: Rasa's messages do not keep the file name."""

    spaces = MappingProxyType({"char": 1.0})

    def examples(self, training_data: TrainingData) -> tuple[list[str], list[str]]:
        """Training sentences found under nlu/data, once for each register they are written in."""
        registers = defaultdict(set)
        for sentence in read_training():
            registers[sentence.text].add(sentence.register)
        texts = {m.get(TEXT) for m in training_data.intent_examples if m.get(TEXT)}
        pairs = [(text, register) for text in sorted(texts) for register in sorted(registers.get(text, ()))]
        return [text for text, _ in pairs], [register for _, register in pairs]

    def annotate(self, message: Message, model: SentenceClassifier) -> None:
        """The best register and its probability."""
        name, confidence = model.rank(message.get(TEXT), 1)[0]
        message.set("register", {"name": name, "confidence": confidence}, add_to_output=True)
