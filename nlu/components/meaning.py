"""Rasa graph component: which act or which service a sentence means, with calibrated confidence."""

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.aspect import is_bare_follow_up
from nlu.components.graph import SentenceComponent, add_entities, sentence_entity
from nlu.components.greeting import without_greeting
from nlu.components.linear import TEMPERATURE, SentenceClassifier
from nlu.components.normalisation import normalise

GUIDANCE = "guidance"
FALLBACK = "nlu_fallback"
SHORT_ANSWERS = frozenset({"affirm", "deny", "skip", "cancel", "thank"})
CERTAIN = 0.6
"""Confidence from which a short answer stands, although its words could ask for an aspect ("valide")."""
LONE_REFERENCE = ("check_status", 0.95)
"""What a message means that holds a reference and nothing else."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MeaningClassifier(SentenceComponent, IntentClassifier):
    """Sets `intent`, `intent_ranking` (full labels) and, for guidance, the entity `service`.

    Below `threshold` the intent is `nlu_fallback`; the ranking is kept so that the best readings can be
    offered. A bare follow-up ("et le délai ?") is `guidance` without a service: the talk knows which one
    is meant.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`threshold`: lowest confidence answered; `ranking_length`: labels kept."""
        return {"threshold": 0.25, "ranking_length": 10, "c": 1.0, "temperature": TEMPERATURE, "offsets": {}}

    def examples(self, training_data: TrainingData) -> tuple[list[str], list[str]]:
        """Every example that has an intent, with its full label."""
        kept = [m for m in training_data.intent_examples if m.get(TEXT)]
        return [m.get(TEXT) for m in kept], [m.get_full_intent() for m in kept]

    def annotate(self, message: Message, model: SentenceClassifier) -> None:
        """Intent, ranking and service."""
        text = without_greeting(message.get(TEXT))
        ranking = _lone_reference_first(text, model.rank(text, self._config["ranking_length"]))
        intent, service, confidence = self._decide(text, *ranking[0])
        message.set(INTENT, {"name": intent, "confidence": confidence}, add_to_output=True)
        message.set(
            INTENT_RANKING_KEY, [{"name": n, "confidence": p} for n, p in ranking], add_to_output=True
        )
        if service:
            name, whole = type(self).__name__, message.get(TEXT)
            add_entities(message, [sentence_entity("service", service, whole, confidence, name)])

    def _decide(self, text: str, label: str, confidence: float) -> tuple[str, str, float]:
        is_short_answer = label in SHORT_ANSWERS and confidence >= CERTAIN
        if is_bare_follow_up(text) and not is_short_answer:
            return GUIDANCE, "", confidence
        if confidence < self._config["threshold"]:
            return FALLBACK, "", confidence
        intent, _, service = label.partition("/")
        return intent, service, confidence


def _lone_reference_first(text: str, ranking: list[tuple[str, float]]) -> list[tuple[str, float]]:
    if normalise(text) != "xref":
        return ranking
    label, confidence = LONE_REFERENCE
    rest = [(name, share * (1 - confidence)) for name, share in ranking if name != label]
    return [LONE_REFERENCE, *rest]
