"""Rasa graph component: every entity that is found without training."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.components.gazetteer import tokenise
from nlu.components.graph import add_entities
from nlu.components.patterns import find_patterns
from nlu.components.places import find_places
from nlu.components.structures import find_structures

LONGEST_READ = 10_000
"""Characters of a message that are searched."""
SHORT_MESSAGE = 3
MOST_FOUND = 50
"""Entities of one message that are kept."""


def find_entities(text: str) -> list[dict[str, Any]]:
    """Entities by shape, then places and structures by name, each with its text."""
    text = text[:LONGEST_READ]
    tokens = tokenise(text)
    found = [*find_patterns(text), *find_places(tokens), *find_structures(tokens)]
    return [{**entity, "text": text[entity["start"] : entity["end"]]} for entity in found[:MOST_FOUND]]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class NamedThingExtractor(GraphComponent, EntityExtractorMixin):
    """Adds reference, code, phone, email, national_id, date, language, places and structures."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "NamedThingExtractor":
        """The component; it has no state."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Annotate messages that carry text."""
        for message in messages:
            if message.get(TEXT):
                found = [e for e in find_entities(message.get(TEXT)) if _is_meant(e, message)]
                add_entities(message, [{**e, "extractor": type(self).__name__} for e in found])
        return messages


def _is_meant(entity: dict[str, Any], message: Message) -> bool:
    """A language is asked for in a short message or where the act may be a change of language, else only named."""
    if entity["entity"] != "language" or len(message.get(TEXT).split()) <= SHORT_MESSAGE:
        return True
    return any(item["name"] == "change_language" for item in (message.get(INTENT_RANKING_KEY) or [])[:2])
