"""One spelling out of many."""

import pytest

from nlu.components.normalisation import HEAD, TAIL, fold, normalise
from nlu.components.skeleton import skeleton


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("شُنُوّة الأوراق؟", "شنوه الاوراق"),
        ("بطـــاقة إقامـة", "بطاقه اقامه"),
        ("ﻻ", "لا"),
        ("ڨفصة مستشفى", "قفصه مستشفي"),
        ("سنة ٢٠٢٦ و ۱۲", "سنه 2026 و 12"),
        ("Où est l'Hôtel de Ville ???", "ou est l hotel de ville"),
        ("bonjouuuuur", "bonjour"),
        ("\u202bسلام\u202c \u200fعليكم", "سلام عليكم"),
        ("ne7ki 3la L9arar", "ne7ki 3la l9arar"),
        ("👍 ok", "👍 ok"),
    ],
)
def test_letters_marks_and_digits_are_unified(typed, expected):
    assert normalise(typed) == expected


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("وين ملفي P-2026-7KQ4M2XF", "xref"),
        ("appelez-moi au 22 345 678", "xphone"),
        ("moi@exemple.tn", "xemail"),
        ("voir https://exemple.tn/page", "xurl"),
    ],
)
def test_numbers_and_addresses_become_one_word(typed, word):
    assert word in normalise(typed).split()


@pytest.mark.parametrize(
    "spellings",
    [
        ["باش", "بش", "bech", "bch"],
        ["متاع", "تاع", "امتاع", "mta3", "mte3"],
        ["موش", "مش", "مهوش", "mouch", "mch"],
        ["شنوة", "شنية", "شنو", "chnowa", "chniya"],
        ["كيفاش", "كيفاه", "kifech", "kifach"],
        ["قداش", "9addech", "b9addech", "kadech"],
        ["وين", "فين", "win"],
    ],
)
def test_derja_spellings_are_folded_across_scripts(spellings):
    assert len({fold(normalise(word)) for word in spellings}) == 1


@pytest.mark.parametrize(
    "spellings",
    [
        ["بطاقة", "bita9a", "bta9a", "bitaqa"],
        ["شكاية", "chkeya", "chikaya"],
        ["رخصة", "rokhsa", "ro5sa"],
        ["البلدية", "baladiya", "elbaladia", "بالبلدية"],
        ["كرهبة", "karhba", "kerhba"],
        ["خدمة", "khedma", "5idma"],
        ["غدوة", "ghodwa", "8odwa"],
    ],
)
def test_arabizi_and_arabic_letters_share_a_skeleton(spellings):
    bones = {skeleton(normalise(word)) for word in spellings}
    assert len(bones) == 1 and bones != {""}


def test_a_long_message_keeps_its_beginning_and_its_end():
    text = normalise("debut " + "bla " * 20_000 + " fin")
    assert text.startswith("debut") and text.endswith("fin")
    assert len(text) <= HEAD + TAIL + 1


@pytest.mark.parametrize("text", ["", "   ", "\u200f\u200e", "؟!…", "\x00"])
def test_nothing_is_nothing(text):
    assert normalise(text) == ""
