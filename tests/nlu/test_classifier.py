"""The classifier without Rasa: what it learns, keeps and refuses."""

import numpy as np
import pytest

from nlu.benchmark import benchmark
from nlu.components.aspect import AspectClassifier, cued_aspects, is_bare_follow_up
from nlu.components.ideas import known_ideas
from nlu.components.linear import SentenceClassifier
from nlu.components.normalisation import normalise
from nlu.corpus import read_jsonl, read_training

LABELS = {
    "greet", "thank", "cancel", "check_status", "file_notice", "file_suggestion", "talk_to_human",
    "erase_my_data",
    "out_of_scope", "guidance/passport-minor", "guidance/national-id-card-loss",
    "guidance/vehicle-tax-vignette",
    "guidance/university-housing", "guidance/building-permit", "guidance/cnam-labes-card",
    "guidance/hajj-registration",
    "guidance/electricity-bill-complaint", "guidance/birth-registration", "guidance/auto-entrepreneur",
}  # fmt: skip
FLOOR = 0.9
BAD_INPUT = [
    "", " ", "\u200f", "1" * 50_000, "كلمة " * 10_000, "22345678", "😀😀😀", "שלום עולם", "你好世界",
    "\u202e\u2067abc\u2069\u202c", "\x00\x01", "\ud83d", "ـــــ",
]  # fmt: skip


@pytest.fixture(scope="module")
def model():
    kept = [sentence for sentence in read_training() if sentence.label in LABELS]
    return SentenceClassifier().fit([s.text for s in kept], [s.label for s in kept])


def test_it_understands_other_writers(model):
    asked = [sentence for sentence in read_jsonl() if sentence.label in LABELS]
    hits = [got in s.labels for s, got in zip(asked, model.predict([s.text for s in asked]), strict=True)]
    assert np.mean(hits) >= FLOOR


@pytest.mark.parametrize("text", BAD_INPUT, ids=range(len(BAD_INPUT)))
def test_bad_input_gets_a_ranking(model, text):
    ranking = model.rank(text)
    assert len(ranking) == 10
    assert all(0 <= probability <= 1 for _, probability in ranking)


def test_probabilities_sum_to_one(model):
    assert model.predict_proba(["passeport", ""]).sum(axis=1) == pytest.approx([1, 1], abs=1e-4)


def test_it_reads_back_what_it_wrote(model, tmp_path):
    model.save(tmp_path)
    again = SentenceClassifier.load(tmp_path)
    assert again.rank("بطاقة تعريف ضاعت") == model.rank("بطاقة تعريف ضاعت")


def test_one_register_teaches_the_other():
    taught = SentenceClassifier().fit(
        ["نحب نجدد البطاقة", "البطاقة وفات", "نحب نشكي بالبلدية", "شكاية ضد البلدية"] * 2,
        ["renew", "renew", "complain", "complain"] * 2,
    )
    assert taught.predict(["nheb njaded el bita9a", "chkeya bel baladiya"]) == ["renew", "complain"]


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ("w b9addech?", "fee"),
        ("et le délai ?", "delay"),
        ("وين؟", "where"),
        ("w lawra9?", "documents"),
        ("والوثائق؟", "documents"),
    ],
)
def test_bare_follow_ups(text, aspect):
    assert is_bare_follow_up(text)
    assert cued_aspects(normalise(text).split())[0] == aspect


@pytest.mark.parametrize(
    "text", ["", "combien coûte le passeport", "وين بلدية سوسة", "b9addech el vignette", "merci", "non"]
)
def test_full_sentences_are_no_follow_ups(text):
    assert not is_bare_follow_up(text)


def test_aspects_may_be_several():
    texts = [
        "quels papiers",
        "les documents",
        "combien ça coûte",
        "le prix",
        "en général",
        "comment faire",
    ] * 2
    labels = ["documents", "documents", "fee", "fee", "general", "general"] * 2
    model = AspectClassifier(temperature=0.5).fit(texts, labels)
    assert {name for name, _ in model.several("quels papiers et combien")} == {"documents", "fee"}


@pytest.mark.parametrize(
    ("sentences", "idea"),
    [
        (["باسبور", "jawez safar", "passeport", "الجواز"], "thing-passport"),
        (["ضيعت", "perdue", "mchet"], "do-lose"),
        (["فاتورة", "fatoura", "facture"], "thing-bill"),
    ],
)
def test_ideas_have_one_name_in_every_language(sentences, idea):
    assert all(idea in known_ideas().of_sentence(normalise(s).split()) for s in sentences)


def test_benchmark_reads_csv_with_or_without_header(tmp_path):
    train, test = tmp_path / "train.csv", tmp_path / "test.csv"
    train.write_text(
        "label,text\na,bonjour madame\na,bonjour monsieur\nb,au revoir madame\nb,au revoir monsieur\n"
    )
    test.write_text("a,bonjour\nb,au revoir\n")
    figures = benchmark(train, test)
    assert figures["accuracy"] == figures["micro_f1"] == figures["macro_f1"] == 1


def test_a_handful_of_sentences_is_enough_to_learn_from():
    model = SentenceClassifier().fit(["bonjour", "au revoir"], ["a", "b"])
    assert model.predict(["bonjour", "revoir"]) == ["a", "b"]


def test_benchmark_names_a_wrong_file(tmp_path):
    (tmp_path / "x.csv").write_text("only one column\n")
    with pytest.raises(ValueError, match="label,text"):
        benchmark(tmp_path / "x.csv", tmp_path / "x.csv")
