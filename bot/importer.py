"""Where Rasa finds this project's parts, so that plain `rasa train`, `rasa shell` … work from the root."""

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.corpus import Sentence, read_training

DOMAIN = "bot/domain"
RULES = ["bot/rules"]


class ProjectImporter(RasaFileImporter):
    """Reads domain, rules and sentences from the project's own folders, whatever Rasa's defaults are.

    Sentences come through nlu.corpus: Rasa's own YAML reader takes half a minute, the C parser one second.
    """

    def __init__(self, config_file=None, domain_path=None, training_data_paths=None):
        super().__init__(config_file, DOMAIN, RULES)

    def get_nlu_data(self, language="en") -> TrainingData:
        """Every training sentence as a Rasa message, the aspect asked in its metadata."""
        return TrainingData([_message(sentence) for sentence in read_training()])


def _message(sentence: Sentence) -> Message:
    aspect = {"aspect": sentence.aspects[0]} if sentence.aspects else {}
    return Message.build(sentence.text, sentence.label, intent_metadata=aspect or None)
