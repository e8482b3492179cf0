"""The pure parts: cleaning, rendering for each channel, the words of the connectors."""

import re
import unicodedata

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from connectors import texts
from connectors.messages import (
    MAX_TEXT,
    Button,
    Contact,
    Identity,
    IncomingMessage,
    OutgoingMessage,
    clean_text,
)
from connectors.outbox import LONGEST_WAIT, backoff
from connectors.rest.rendering import RestMessage, incoming
from connectors.telegram import writing
from tests.connectors.helpers import said

ARABIC = "هذه جملة أولى طويلة بعض الشيء. وهذه جملة ثانية؟ نعم! "


@given(st.text())
def test_cleaning_leaves_nothing_a_database_or_screen_cannot_hold(text):
    cleaned = clean_text(text)
    cleaned.encode("utf-8")
    assert not [char for char in cleaned if unicodedata.category(char) == "Cc" and char not in "\n\t"]
    assert clean_text(cleaned) == cleaned


def test_cleaning_keeps_words_and_cuts_what_is_far_too_long():
    assert clean_text("a\x00b\r\nc\td\x1b[31m\ud83d é ع") == "ab\nc\td[31m é ع"
    assert len(clean_text("x" * (MAX_TEXT + 5))) == MAX_TEXT


def test_a_message_has_one_name_for_ever_and_no_other_has_it():
    first = said("a", id="1")
    assert first.turn_id == said("b", id="1").turn_id
    assert first.turn_id != said("a", id="2").turn_id
    assert first.turn_id != said("a", id="1", who="sami").turn_id
    assert first.turn_id != said("a", id="1", channel="rest").turn_id


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=400), st.integers(20, 90))
def test_a_text_is_cut_into_pieces_that_fit_and_nothing_is_lost(text, most):
    pieces = writing.split(text, most)
    assert all(0 < writing.units(piece) <= most for piece in pieces)
    assert re.sub(r"\s", "", "".join(pieces)) == re.sub(r"\s", "", text)


def test_a_long_answer_is_cut_at_sentences_and_keeps_its_buttons_at_the_end():
    reply = OutgoingMessage(
        text=ARABIC * 150, language="ar", buttons=(Button(title="نعم", payload="/affirm"),)
    )
    parts = writing.parts(reply)
    assert len(parts) == 2
    assert all(part.text.rstrip()[-1] in ".؟!" and writing.units(part.text) <= 4096 for part in parts)
    assert [bool(part.buttons) for part in parts] == [False, True]


def test_arabic_that_begins_with_a_latin_word_still_runs_from_right_to_left():
    assert writing.directed("CIN هي بطاقة", "ar") == "\u200fCIN هي بطاقة"
    assert writing.directed("بطاقة CIN", "ar") == "بطاقة CIN"
    assert writing.directed("CIN", "fr") == "CIN"


def test_buttons_fit_telegram_whatever_their_payload():
    long = "/guidance/" + "x" * 80
    assert len(writing.callback_data(long).encode()) <= 64
    assert writing.payload_of(writing.callback_data(long), ["/affirm", long]) == long
    assert writing.payload_of("/affirm", [long]) == "/affirm"
    message = OutgoingMessage(
        text="?",
        buttons=(Button(title="Oui", payload="/affirm"), Button(title="Non", payload="/deny")),
        custom={"link": {"url": "https://www.example.tn/", "title": "Site"}},
    )
    rows = writing.keyboard(message).inline_keyboard
    assert [[button.text for button in row] for row in rows] == [["Oui", "Non"], ["Site"]]
    assert (
        writing.keyboard(OutgoingMessage(text="x", custom={"link": {"url": "javascript:alert(1)"}})) is None
    )


def test_telegram_offers_to_hand_over_what_is_asked_for():
    asked = OutgoingMessage(text="?", language="fr", custom={"expects": {"kind": "phone"}})
    ((button,),) = writing.keyboard(asked).keyboard
    assert button.request_contact and button.text == "Envoyer mon numéro"
    placed = asked.model_copy(update={"custom": {"expects": {"kind": "location"}}})
    assert writing.keyboard(placed).keyboard[0][0].request_location
    skippable = asked.model_copy(update={"buttons": (Button(title="Passer", payload="/skip"),)})
    assert writing.keyboard(skippable).inline_keyboard[0][0].callback_data == "/skip"


@pytest.mark.parametrize(
    ("text", "payload"),
    [("/affirm", "/affirm"), ("7", "7"), ("/not a payload", None), ("/", None), ("oui", None), ("/é", None)],
)
def test_rest_knows_a_payload_when_it_sees_one(text, payload):
    assert incoming(RestMessage(message=text), {"7": "Sept"}).payload == payload


def test_an_empty_message_is_seen_as_one():
    who = Identity(channel="web", external_id="a")
    assert IncomingMessage(sender=who, id="1", text=" \n").is_empty
    assert not IncomingMessage(sender=who, id="1", contact=Contact(phone="+216")).is_empty


def test_back_off_doubles_and_ends():
    assert [backoff(tries) for tries in range(4)] == [1, 2, 4, 8]
    assert backoff(60) == LONGEST_WAIT


def test_every_sentence_is_there_in_both_languages():
    read = yaml.safe_load(texts._FILE.read_text(encoding="utf-8"))
    menu = read.pop("commands")
    for key, entry in [*read.items(), *menu.items()]:
        assert {"ar", "fr"} <= entry.keys(), key
        assert re.search("[\u0600-\u06ff]", entry["ar"]), key
    assert texts.sentence("private_only", "fr").language == "fr"
    both = texts.sentence("private_only", None)
    assert read["private_only"]["ar"] in both.text and read["private_only"]["fr"] in both.text
    assert all(len(command.payload.encode()) <= 64 for command in texts.commands())
