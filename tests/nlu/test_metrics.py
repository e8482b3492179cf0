"""The figures are what they say."""

from nlu.corpus import Sentence
from nlu.metrics import Answer, accuracy, aspect_accuracy, calibration_error, macro_f1, refusal, summary, top3
from nlu.understanding import read_parse

RESULTS = [
    (Sentence("a", ("greet",), "msa"), Answer("greet", ("greet", "thank"), 0.9)),
    (Sentence("b", ("thank", "affirm"), "derja"), Answer("affirm", ("affirm", "thank"), 0.8)),
    (
        Sentence("c", ("guidance/x",), "derja", ("fee",)),
        Answer("nlu_fallback", ("guidance/x",), 0.1, ("fee", "delay")),
    ),
    (Sentence("d", ("out_of_scope",), "french"), Answer("nlu_fallback", ("greet",), 0.1)),
]


def test_accuracy_counts_fallback_as_wrong():
    assert accuracy(RESULTS) == 0.5
    assert top3(RESULTS) == 0.75
    assert aspect_accuracy(RESULTS) == 1


def test_refusal_counts_fallback_as_refused():
    assert refusal(RESULTS) == {"recall": 1.0, "good_refused": 0.3333, "good_fallback": 0.3333}


def test_an_accepted_second_label_is_a_hit_for_f1():
    assert macro_f1(RESULTS[:2]) == 1


def test_calibration_error():
    sure = [(Sentence("a", ("greet",), "msa"), Answer("greet", ("greet",), 0.75))] * 3
    sure += [(Sentence("a", ("thank",), "msa"), Answer("greet", ("greet",), 0.75))]
    assert calibration_error(sure) == 0


def test_summary_keeps_the_contract():
    promised = "n accuracy top3 macro_f1 by_register aspect_accuracy ms_per_sentence errors"
    figures = summary(RESULTS)
    assert list(figures) == promised.split()
    assert figures["by_register"] == {"derja": 0.5, "french": 0.0, "msa": 1.0}
    assert figures["errors"][0] == {
        "text": "c",
        "expected": ["guidance/x"],
        "got": "nlu_fallback",
        "confidence": 0.1,
    }


def test_a_service_is_read_as_its_full_label():
    parsed = {
        "intent": {"name": "guidance", "confidence": 0.7},
        "intent_ranking": [{"name": "guidance/hajj-registration", "confidence": 0.7}],
        "entities": [
            {"entity": "service", "value": "hajj-registration"},
            {"entity": "aspect", "value": "fee"},
        ],
    }
    answer = read_parse(parsed)
    assert (answer.label, answer.aspects) == ("guidance/hajj-registration", ("fee",))
