"""Reference numbers and codes: any typing of a right one reads back, a wrong character never does."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from api.cases.enums import Kind
from api.cases.errors import InvalidReference
from api.cases.reference import (
    CROCKFORD,
    ReferenceNumber,
    check_character,
    follow_up_code,
    hash_code,
    normalise_code,
    show_code,
)

VECTORS = yaml.safe_load((Path(__file__).parents[1] / "contract" / "references.yml").read_text("utf-8"))
ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
MARKS = ["", " ", "-", "–", "\u200f", "\u200e", "\u2066", "\u2069", "\u00a0", "."]
SPELLINGS = {"0": ["0", "O", "o"], "1": ["1", "I", "i", "L", "l"]}


@st.composite
def references(draw: st.DrawFn) -> str:
    letter, year = draw(st.sampled_from(Kind)).letter, draw(st.integers(2000, 2999))
    drawn = draw(st.text(CROCKFORD, min_size=7, max_size=7))
    return f"{letter}-{year}-{drawn}{check_character(f'{letter}{year}{drawn}')}"


@st.composite
def typings(draw: st.DrawFn, reference: str) -> str:
    table = draw(st.sampled_from([{}, ARABIC_INDIC, PERSIAN]))
    typed = ""
    for char in reference.replace("-", ""):
        spelled = draw(st.sampled_from(SPELLINGS.get(char, [char, char.lower()])))
        typed += draw(st.sampled_from(MARKS)) + spelled.translate(table)
    return typed + draw(st.sampled_from(MARKS))


@given(st.data())
def test_any_typing_of_a_reference_reads_back(data: st.DataObject) -> None:
    reference = data.draw(references())
    assert str(ReferenceNumber.parse(data.draw(typings(reference)))) == reference


@given(references())
def test_every_single_wrong_character_is_refused(reference: str) -> None:
    characters = reference.replace("-", "")
    for position, right in enumerate(characters):
        for wrong in set(CROCKFORD) - {right}:
            with pytest.raises(InvalidReference):
                ReferenceNumber.parse(characters[:position] + wrong + characters[position + 1 :])


@given(references(), st.integers(0, 12), st.integers(0, 12))
def test_two_characters_that_changed_places_are_refused(reference: str, one: int, other: int) -> None:
    characters = list(reference.replace("-", ""))
    characters[one], characters[other] = characters[other], characters[one]
    typed = "".join(characters)
    if typed != reference.replace("-", ""):
        with pytest.raises(InvalidReference):
            ReferenceNumber.parse(typed)


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(typed: str) -> None:
    with suppress(InvalidReference):
        assert str(ReferenceNumber.parse(typed))[1] == "-"
    normalise_code(typed)


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda vector: ascii(vector["typed"]))
def test_valid_references_of_the_contract(vector: dict[str, Any]) -> None:
    assert str(ReferenceNumber.parse(vector["typed"])) == vector["canonical"]


@pytest.mark.parametrize("typed", VECTORS["invalid"], ids=ascii)
def test_invalid_references_of_the_contract(typed: str) -> None:
    with pytest.raises(InvalidReference):
        ReferenceNumber.parse(typed)


def test_references_are_random_and_check_themselves() -> None:
    drawn = {str(ReferenceNumber.draw(Kind.PETITION, 2026)) for _ in range(500)}
    assert len(drawn) == 500
    assert {str(ReferenceNumber.parse(one)) for one in drawn} == drawn


def test_a_code_is_said_again_only_for_the_same_case_and_key() -> None:
    code = follow_up_code(b"server key", "P-2026-7KQ4M2XF", "message 1")
    assert code == follow_up_code(b"server key", "P-2026-7KQ4M2XF", "message 1")
    others = [
        follow_up_code(b"other key", "P-2026-7KQ4M2XF", "message 1"),
        follow_up_code(b"server key", "P-2026-0000000F", "message 1"),
        follow_up_code(b"server key", "P-2026-7KQ4M2XF", "message 2"),
    ]
    assert code not in others


@given(st.binary(min_size=1), st.text(max_size=20))
def test_a_code_reads_back_however_typed(key: bytes, nonce: str) -> None:
    code = follow_up_code(key, "P-2026-7KQ4M2XF", nonce)
    shown = show_code(code)
    assert len(shown) == 9
    for typed in (shown, shown.lower(), code, f" {shown.replace('-', ' ')} ", shown.translate(ARABIC_INDIC)):
        assert normalise_code(typed) == code


def test_the_kept_hash_needs_the_key_and_the_reference() -> None:
    kept = hash_code(b"key", "P-2026-7KQ4M2XF", "AAAABBBB")
    assert "AAAABBBB" not in kept
    assert kept != hash_code(b"other", "P-2026-7KQ4M2XF", "AAAABBBB")
    assert kept != hash_code(b"key", "G-2026-0000000F", "AAAABBBB")
