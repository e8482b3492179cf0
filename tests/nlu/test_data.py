"""The sentences: labels of the contract, no label for two meanings, a development set that never trains."""

from collections import defaultdict

import pytest

from nlu.components.normalisation import normalise
from nlu.corpus import DATA, DEV, HELD_OUT, REGISTERS, read_jsonl, read_training
from nlu.words import HERE, read_yaml

ASPECTS = {"documents", "fee", "delay", "where", "conditions", "legal_basis", "online", "validity", "general"}


@pytest.fixture(scope="module")
def training():
    return read_training()


@pytest.fixture(scope="module")
def dev():
    return read_jsonl(DEV)


@pytest.fixture(scope="module")
def labels():
    acts = read_yaml(HERE.parent / "tests/contract/intents.yml")
    services = read_yaml(HERE.parent / "api/data/services.yml")["services"]
    guidance = {f"guidance/{service['slug']}" for service in services}
    return {act for group, names in acts.items() if group != "guidance" for act in names} | guidance


def test_training_labels_are_those_of_the_contract(training, labels):
    assert {sentence.label for sentence in training} == labels


def test_every_label_is_taught_in_every_register(training, labels):
    taught = {(sentence.label, sentence.register) for sentence in training}
    assert not {(label, register) for label in labels for register in REGISTERS} - taught


def test_guidance_sentences_carry_a_known_aspect(training):
    assert {
        s.aspects[0] if s.aspects else None for s in training if s.label.startswith("guidance/")
    } == ASPECTS


def test_no_sentence_has_two_labels(training):
    meanings = defaultdict(set)
    for sentence in training:
        meanings[normalise(sentence.text)].add(sentence.label)
    assert not {text: sorted(labels) for text, labels in meanings.items() if len(labels) > 1}


def test_the_development_set_is_large_and_covers_labels_and_registers(dev, labels):
    assert len(dev) >= 1200
    assert {label for sentence in dev for label in sentence.labels} == labels
    assert {sentence.register for sentence in dev} >= {*REGISTERS, "mixed"}


def test_no_development_sentence_stands_in_the_training_data(training, dev):
    taught = {normalise(sentence.text) for sentence in training}
    measured = [*dev, *read_jsonl(HELD_OUT)]
    assert not [sentence.text for sentence in measured if normalise(sentence.text) in taught]


def test_a_wrong_line_is_named(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text('{"text": "a", "labels": ["greet"]}\n{"text": "b"}\n', encoding="utf-8")
    with pytest.raises(ValueError, match="line 2"):
        read_jsonl(path)


def test_data_folder_holds_the_four_registers():
    assert {path.name for path in DATA.iterdir() if path.is_dir()} == set(REGISTERS)
