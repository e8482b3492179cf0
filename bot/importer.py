"""Where Rasa finds this project's parts, so that plain `rasa train`, `rasa shell` … work from the root."""

from rasa.shared.importers.rasa import RasaFileImporter

DOMAIN = "bot/domain"
TRAINING_DATA = ["nlu/data", "bot/rules"]


class ProjectImporter(RasaFileImporter):
    """Reads domain, rules and sentences from the project's own folders, whatever Rasa's defaults are."""

    def __init__(self, config_file=None, domain_path=None, training_data_paths=None):
        super().__init__(config_file, DOMAIN, TRAINING_DATA)
