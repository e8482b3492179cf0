"""Public sets come as label,text or text,label, with or without a header."""

import pytest

from nlu.benchmark import benchmark, read_csv

ROWS = [
    ("greet", "bonjour à tous"),
    ("greet", "salut, ça va ?"),
    ("thank", "merci bien"),
    ("thank", "grand merci"),
]


def write(path, header, order):
    lines = [header] if header else []
    lines += [",".join(f'"{row[at]}"' for at in order) for row in ROWS]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("header", "order"),
    [("", (0, 1)), ("label,text", (0, 1)), ("text,label", (1, 0)), ("Utterance,Intent", (1, 0))],
)
def test_any_usual_file_is_read(tmp_path, header, order):
    texts, labels = read_csv(write(tmp_path / "set.csv", header, order))
    assert list(zip(labels, texts, strict=True)) == ROWS


def test_a_file_is_trained_and_measured(tmp_path):
    path = write(tmp_path / "set.csv", "text,label", (1, 0))
    assert benchmark(path, path)["accuracy"] == 1.0


def test_another_shape_is_named(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text("only one column\n", encoding="utf-8")
    with pytest.raises(ValueError, match="label,text"):
        read_csv(path)
