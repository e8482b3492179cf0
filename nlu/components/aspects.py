"""Rasa graph component: the entity `aspect` of guidance questions."""

from types import MappingProxyType
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.aspect import AspectClassifier, cued_aspects, is_bare_follow_up
from nlu.components.graph import SentenceComponent, add_entities, sentence_entity
from nlu.components.normalisation import normalise

READINGS_OFFERED = 3
"""Readings that a citizen may be asked to choose from."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class AspectExtractor(SentenceComponent, EntityExtractorMixin):
    """Adds one entity `aspect` per aspect asked, best first, to sentences that may be guidance questions.

    Learns from the block metadata `{aspect: …}` of guidance examples; a bare follow-up is read from its
    words.
    """

    classifier = AspectClassifier
    spaces = MappingProxyType({"word": 1.0, "char": 1.0, "bone": 1.0, "idea": 1.0})

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See SentenceClassifier; `general` is used more freely in training than citizens mean it."""
        return {"c": 0.2, "temperature": 0.2, "offsets": {"general": -0.45}}

    def examples(self, training_data: TrainingData) -> tuple[list[str], list[str]]:
        """Guidance examples whose block says which aspect is asked."""
        pairs = [(m.get(TEXT), _aspect(m)) for m in training_data.intent_examples if m.get(TEXT)]
        kept = [(text, aspect) for text, aspect in pairs if aspect]
        return [text for text, _ in kept], [aspect for _, aspect in kept]

    def annotate(self, message: Message, model: AspectClassifier) -> None:
        """Aspects of a guidance question or of a sentence that may be one."""
        if not _may_be_guidance(message):
            return
        text = message.get(TEXT)
        found = model.several(text)
        if is_bare_follow_up(text):
            found = [(aspect, 0.9) for aspect in cued_aspects(normalise(text).split())]
        name = type(self).__name__
        add_entities(
            message, [sentence_entity("aspect", aspect, text, share, name) for aspect, share in found]
        )


def _may_be_guidance(message: Message) -> bool:
    readings = [item["name"] for item in message.get(INTENT_RANKING_KEY) or []][:READINGS_OFFERED]
    return message.get(INTENT, {}).get("name") == "guidance" or any("/" in name for name in readings)


def _aspect(message: Message) -> str | None:
    return ((message.get("metadata") or {}).get("intent") or {}).get("aspect")
