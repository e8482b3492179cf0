"""Pure rules of a filing: reading a field, what a message means meanwhile, what comes next, words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions import fields, filing_turn, lexicon
from bot.actions.fields import Unreadable
from bot.actions.filing import Filing, kind_of, plan
from bot.actions.message import Message

FILES = [{"id": "a1", "name": "photo.jpg", "kind": "image"}]


def said(text: str = "", intent: str = "", confidence: float = 0.95, **beside: Any) -> Message:
    """A message with its understanding."""
    return Message("m1", "rest:amina", text, intent, confidence, **beside)


def entity(kind: str, value: Any, text: str = "", within: str = "", **more: Any) -> dict[str, Any]:
    """An entity found in `within` where `text` stands."""
    start = within.find(text) if within else 0
    return {
        "entity": kind,
        "value": value,
        "text": text,
        "start": start,
        "end": start + len(text),
        "confidence": 1.0,
        **more,
    }


def reason(reader: Any, message: Message) -> str:
    """Why a reader refuses a message."""
    with pytest.raises(Unreadable) as refused:
        reader(message)
    return refused.value.key


# -- reading


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("20 123 456", "+21620123456"),
        ("٢٠ ١٢٣ ٤٥٦", "+21620123456"),
        ("00216 71 123 456", "+21671123456"),
        ("+216-98.765.432", "+21698765432"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("numrou 55667788", "+21655667788"),
    ],
)
def test_a_phone_is_read_however_typed(typed: str, number: str) -> None:
    assert fields.phone(said(typed)) == number


@pytest.mark.parametrize("typed", ["12 34", "00 000 000", "99999999999999", "ما عنديش", "", "1", "+216 1"])
def test_an_impossible_phone_is_refused(typed: str) -> None:
    assert reason(fields.phone, said(typed)) == "phone"


def test_a_shared_contact_gives_its_phone_and_its_name() -> None:
    shared = said(contact={"phone": "+21622333444", "name": "Amina Ben Salah"})
    assert fields.phone(shared) == "+21622333444"
    assert fields.name(shared) == "Amina Ben Salah"


@pytest.mark.parametrize("typed", ["04567891", "0456 7891", "CIN 04567891", "٠٤٥٦٧٨٩١", "04-56-78-91"])
def test_an_identity_number_has_eight_digits(typed: str) -> None:
    assert fields.national_id(said(typed)) == "04567891"


@pytest.mark.parametrize(("typed", "count"), [("0456789", 7), ("045678912", 9), ("ما نحبش", 0), ("", 0)])
def test_another_identity_number_is_refused_with_its_length(typed: str, count: int) -> None:
    with pytest.raises(Unreadable) as refused:
        fields.national_id(said(typed))
    assert (refused.value.key, refused.value.values) == ("national_id", {"count": count})


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("sami@example.tn", "sami@example.tn"),
        ("c'est sami.b+x@mail.example.com.", "sami.b+x@mail.example.com"),
        ("الايميل متاعي: amel@yahoo.fr،", "amel@yahoo.fr"),
    ],
)
def test_an_email_is_found_in_a_sentence(typed: str, address: str) -> None:
    assert fields.email(said(typed)) == address


@pytest.mark.parametrize("typed", ["sami.example.tn", "sami@", "@example.tn", "sami @ example", "لا"])
def test_what_is_no_email_is_refused(typed: str) -> None:
    assert reason(fields.email, said(typed)) == "email"


@pytest.mark.parametrize(
    "typed",
    ["سامي بن عمر", "Leïla Ben Salah-Dubois", "Mohamed Ali", "عَبْد السلام", "O'Connor", "N'Guessan Koffi"],
)
def test_names_of_people_are_names(typed: str) -> None:
    assert fields.name(said(typed)) == typed


@pytest.mark.parametrize(
    "typed", ["12345", "؟؟؟", "ab", "a@b.tn", "<b>Sami</b>", "😂😂😂", "x" * 81, "", "Sami?"]
)
def test_what_is_no_name_is_refused(typed: str) -> None:
    assert reason(fields.name, said(typed)) == "name"


@pytest.mark.parametrize("typed", ["هههههه", "😂😂😂", "!!!!!!!!!!!!", "12345678901", "lol mdr", ""])
def test_a_joke_is_no_description(typed: str) -> None:
    assert reason(fields.description, said(typed)) == "description_short"


def test_a_description_may_hold_lines_and_is_cleaned() -> None:
    assert fields.description(said("  une coupure\r\nchaque soir\x00\x07 ")) == "une coupure\nchaque soir"


def test_a_long_text_is_refused_with_both_numbers() -> None:
    with pytest.raises(Unreadable) as refused:
        fields.subject(said("كلمة " * 60))
    assert refused.value.key == "subject_long"
    assert refused.value.values == {"limit": 150, "length": 299}


def test_a_subject_is_one_line() -> None:
    assert fields.subject(said("facture\n  erronée")) == "facture erronée"


@given(st.text(max_size=400))
def test_reading_never_fails_otherwise_than_unreadable(text: str) -> None:
    for reader in fields.READERS.values():
        try:
            assert reader(said(text))
        except Unreadable as refused:
            assert refused.key


@given(st.text(max_size=60))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert fields.clean(fields.clean(text)) == fields.clean(text)


def test_the_governorate_that_is_not_denied_is_meant() -> None:
    text = "لا، الولاية صفاقس موش سوسة"
    both = [
        entity("governorate", "governorate-sfax", "صفاقس", text),
        entity("governorate", "governorate-sousse", "سوسة", text),
    ]
    assert fields.governorate(said(text, entities=both)) == "governorate-sfax"


def test_the_denied_governorate_may_come_first() -> None:
    text = "pas Sousse, Sfax"
    both = [
        entity("governorate", "governorate-sousse", "Sousse", text),
        entity("governorate", "governorate-sfax", "Sfax", text),
    ]
    assert fields.governorate(said(text, entities=both)) == "governorate-sfax"


def test_a_town_lies_in_its_governorate() -> None:
    town = entity("municipality", "municipality-el-jem", governorate="governorate-mahdia")
    assert fields.governorate(said("el jem", entities=[town])) == "governorate-mahdia"


def test_a_name_of_several_places_gives_its_only_governorate() -> None:
    place = entity("municipality", "municipality-sfax", candidates=["governorate-sfax", "municipality-sfax"])
    assert fields.governorate(said("sfax", entities=[place])) == "governorate-sfax"


def test_no_place_at_all_is_no_governorate() -> None:
    assert reason(fields.governorate, said("Paris")) == "governorate"


def test_a_pin_is_a_place() -> None:
    pin = {"latitude": 36.8, "longitude": 10.18}
    assert fields.place(said(location=pin)) == pin


@pytest.mark.parametrize("typed", ["", "..", "12"])
def test_a_place_needs_words_or_a_pin(typed: str) -> None:
    assert reason(fields.place, said(typed)) == "place_short"


def test_files_are_taken_and_words_are_none() -> None:
    assert fields.attachments(said(attachments=FILES)) == FILES
    assert reason(fields.attachments, said("voilà la photo")) == "attachments"


@pytest.mark.parametrize(
    "typed",
    [
        "7kq4-m2xc",
        "7KQ4 M2XC",
        "7kq4m2xc",
        "pardon, c'est 7KQ4-M2XC",
        "c'est 7kq4 m2xc",
        "code 7KQ4-M2XC",
        "الرمز هو 7KQ4-M2XC",
    ],
)
def test_a_code_is_read_however_typed(typed: str) -> None:
    assert fields.code(said(typed)) == "7KQ4-M2XC"


@pytest.mark.parametrize("intent", ["bot_identity", "goodbye", "skip", "help", "guidance"])
def test_a_code_is_an_answer_whatever_its_letters_look_like(intent: str) -> None:
    message = said("VRHK-88XV", intent)
    assert not filing_turn.is_side_question(message, "code")
    assert filing_turn.steering(message, "code", optional=True) is None


@pytest.mark.parametrize(("text", "intent"), [("زوز", "cancel"), ("واحد", "talk_to_human"), ("4", "cancel")])
def test_a_rating_is_an_answer_whatever_it_looks_like(text: str, intent: str) -> None:
    message = said(text, intent)
    assert not filing_turn.is_side_question(message, "rating")
    assert filing_turn.steering(message, "rating") is None


@pytest.mark.parametrize("typed", ["", "7KQ4", "ma3andich"])
def test_what_has_no_eight_characters_is_no_code(typed: str) -> None:
    assert reason(fields.code, said(typed)) == "code"


@pytest.mark.parametrize(
    ("typed", "score"), [("4", 4), ("٥", 5), ("a3tihom 1", 1), ("خمسة", 5), ("trois", 3)]
)
def test_a_rating_is_one_to_five_in_figures_or_words(typed: str, score: int) -> None:
    assert fields.rating(said(typed)) == score


@pytest.mark.parametrize("typed", ["9", "0", "10", "bien", "", "55"])
def test_no_other_number_is_a_rating(typed: str) -> None:
    assert reason(fields.rating, said(typed)) == "rating"


# -- what is asked next


@pytest.mark.parametrize("kind", ["petition", "guidance", "suggestion", "notice"])
def test_every_filing_asks_consent_before_anything_personal(kind: str) -> None:
    asked = Filing(kind).asked
    personal = [name for name in asked if plan()["fields"][name].get("personal")]
    assert asked.index("consent") < min(map(asked.index, personal))
    assert asked[-1] == "confirm"


def test_each_filing_has_its_intent() -> None:
    assert kind_of("file_petition") == "petition"
    assert kind_of("request_guidance") == "guidance"
    assert kind_of("greet") is None


def test_who_stays_anonymous_is_asked_nothing_personal() -> None:
    filing = Filing(
        "notice", fields={"consent": False, "name": "Sami", "description": "un trou", "place": {}}
    )
    assert not {"name", "phone", "email", "national_id"} & set(filing.asked)
    body = filing.case("rest:amina", "fr", "2026-11-22T10:00:00+00:00")
    assert body["anonymous"] and body["consent"] is None and "name" not in body


def test_the_next_question_is_the_first_missing() -> None:
    filing = Filing("petition", fields={"consent": True, "structure": {"slug": "steg"}})
    assert filing.next_field == "governorate"
    filing.give("governorate", "governorate-sfax")
    assert filing.next_field == "subject"


def test_a_skipped_field_is_not_asked_again_until_it_is_given() -> None:
    filing = Filing("petition", fields=dict.fromkeys(Filing("petition").asked[:-3], "x"))
    assert filing.next_field == "email"
    filing.skip("email")
    assert filing.next_field == "national_id"
    filing.give("email", "sami@example.tn")
    assert filing.skipped == [] and filing.fields["email"] == "sami@example.tn"


def test_going_back_opens_the_question_before_and_then_goes_on() -> None:
    filing = Filing("petition", fields={"consent": True, "structure": {}, "governorate": "g", "subject": "s"})
    assert (filing.go_back(), filing.go_back()) == ("subject", "governorate")
    filing.give("governorate", "governorate-sfax")
    assert filing.next_field == "description"


def test_there_is_nothing_before_the_first_question() -> None:
    assert Filing("petition").go_back() is None


def test_a_filing_survives_its_slot() -> None:
    filing = Filing("notice", fields={"place": {"words": "rue"}}, skipped=["attachments"], failures=2)
    assert Filing.from_slot(filing.to_slot()) == filing
    assert Filing.from_slot(None) is None


def test_a_notice_without_subject_takes_the_first_words() -> None:
    filing = Filing("notice", fields={"description": "lampadaire " * 20, "place": {"words": "rue"}})
    subject = filing.case("rest:a", "fr", "2026-11-22T10:00:00+00:00")["subject"]
    assert len(subject) <= 81 and subject.endswith("…")


# -- what a message means meanwhile


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("governorate", said("الكاف", "cancel", entities=[entity("governorate", "governorate-kef")])),
        ("governorate", said("Kébili", "go_back", entities=[entity("governorate", "governorate-kebili")])),
        ("phone", said("22 111 222", "go_back", entities=[entity("phone", "+21622111222")])),
        ("name", said("أنيس الطرابلسي", "cancel")),
        ("name", said("Asma Khelifi", "go_back")),
        ("subject", said("خط كار جديد", "restart")),
        ("subject", said("annulation d'une amende", "guidance")),
        ("subject", said("طلب إلغاء خطية", "cancel")),
        ("subject", said("retour de colis", "guidance")),
        ("subject", said("تخطي الطابور في البلدية", "skip")),
        ("name", said("Retour Habib", "go_back")),
        ("description", said("on m'a demandé d'annuler mon abonnement et de revenir demain", "cancel")),
    ],
)
def test_a_value_is_never_taken_for_steering(field: str, message: Message) -> None:
    assert filing_turn.steering(message, field) is None


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("annuler", "cancel"),
        ("بطلت", "cancel"),
        ("retour", "go_back"),
        ("ارجع", "go_back"),
        ("passer", "skip"),
    ],
)
@pytest.mark.parametrize("field", ["subject", "name", "phone", "structure"])
def test_the_words_that_steer_do_so_everywhere(text: str, act: str, field: str) -> None:
    assert filing_turn.steering(said(text, act), field) == act


@pytest.mark.parametrize("text", ["ma3andich", "ما عنديش", "non merci", "لا ما نحبش نعطيه", "skip", "تخطّي"])
def test_declining_an_optional_field_skips_it(text: str) -> None:
    assert filing_turn.steering(said(text, "deny"), "email", optional=True) == "skip"


def test_an_email_given_is_no_refusal() -> None:
    message = said("la, sami@example.tn", "deny", entities=[entity("email", "sami@example.tn")])
    assert filing_turn.steering(message, "email", optional=True) is None


@pytest.mark.parametrize("field", ["structure", "governorate", "subject", "name", "phone", "confirm"])
def test_a_question_on_a_service_is_answered_beside_every_field(field: str) -> None:
    asked = said("بقداش الباسبور؟", "guidance", entities=[entity("aspect", "fee")])
    assert filing_turn.is_side_question(asked, field)


@pytest.mark.parametrize(
    "text", ["الماء مقصوص علينا عندو جمعة", "حوالة ما وصلتش", "facture erronée", "خط كار من منوبة للبحيرة"]
)
def test_a_statement_is_a_subject_and_no_question(text: str) -> None:
    assert not filing_turn.is_side_question(said(text, "guidance"), "subject")


def test_a_long_story_with_a_question_mark_stays_a_story() -> None:
    story = said(
        "J'ai payé deux fois la facture de mars et personne ne me rembourse, que dois-je faire ?", "guidance"
    )
    assert not filing_turn.is_side_question(story, "description")


def test_a_button_of_another_topic_is_beside_the_form() -> None:
    assert filing_turn.is_side_question(said("/help", "help", pressed=True), "phone")
    assert not filing_turn.is_side_question(said("/affirm", "affirm", pressed=True), "confirm")


# -- corrections


def running(**given: Any) -> Filing:
    """A petition under way."""
    return Filing("petition", fields={"consent": True, "structure": {"slug": "steg"}, **given})


@pytest.mark.parametrize(
    "text",
    [
        "لا، الولاية صفاقس موش سوسة",
        "la, el wileya sfax mouch sousse",
        "عفوا، الولاية صفاقس وليست سوسة",
        "non, le gouvernorat c'est Sfax, pas Sousse",
    ],
)
@pytest.mark.parametrize("asked", ["subject", "description", "name", "email", "national_id", "confirm"])
def test_another_governorate_corrects_the_first(text: str, asked: str) -> None:
    named = entity("governorate", "governorate-sfax")
    filing = running(governorate="governorate-sousse")
    found = filing_turn.correction(said(text, "deny", 0.4, entities=[named]), filing, asked)
    assert found and found[0] == "governorate"


@pytest.mark.parametrize(
    "text",
    [
        "je me suis trompé de numéro, c'est 20 111 333",
        "le téléphone est faux, c'est 20 111 333",
        "غلطت في النومرو، الصحيح 20 111 333",
        "ghlott fel numero, houwa 20 111 333",
        "النومرو غالط، 20 111 333",
    ],
)
@pytest.mark.parametrize("asked", ["email", "national_id", "confirm"])
def test_another_number_corrects_the_phone(text: str, asked: str) -> None:
    given = running(governorate="g", subject="s", description="d", name="n", phone="+21620111222")
    message = said(text, "correct_field", 0.4, entities=[entity("phone", "+21620111333")])
    found = filing_turn.correction(message, given, asked)
    assert found and found[0] == "phone" and fields.phone(found[1]) == "+21620111333"


@pytest.mark.parametrize(
    "text", ["badel el mawdhou3", "نحب نبدل الموضوع", "أريد تعديل الموضوع", "je veux changer l'objet"]
)
def test_a_field_named_without_a_value_is_asked_again(text: str) -> None:
    filing = running(governorate="g", subject="s", description="d")
    found = filing_turn.correction(said(text, "correct_field"), filing, "name")
    assert found and found[0] == "subject" and not found[1].text


def test_the_new_words_stand_after_the_colon() -> None:
    filing = running(governorate="g", subject="s", description="d", name="n", phone="p")
    found = filing_turn.correction(
        said("l'objet est faux : facture de mars", "correct_field"), filing, "confirm"
    )
    assert found and (found[0], found[1].text) == ("subject", "facture de mars")


@pytest.mark.parametrize(
    ("asked", "text", "entities"),
    [
        ("governorate", "قفصة", [entity("governorate", "governorate-gafsa")]),
        ("phone", "22 100 200 la la ghlott 22 100 201", [entity("phone", "+21622100201")]),
        ("email", "sami@example.tn", [entity("email", "sami@example.tn")]),
    ],
)
def test_the_answer_to_the_question_is_no_correction(asked: str, text: str, entities: list[Any]) -> None:
    message = said(text, "correct_field", entities=entities)
    assert filing_turn.correction(message, running(), asked) is None


def test_a_story_that_tells_of_mistakes_is_no_correction() -> None:
    story = (
        "أخطأت الإدارة في رقم العداد وأرسلت لي فاتورة جاري ثلاث مرات متتالية "
        "رغم أني أعلمتها كتابيا بالخطأ وطلبت التصحيح"
    )
    filing = running(governorate="g", subject="s")
    assert filing_turn.correction(said(story, "correct_field"), filing, "description") is None


# -- the first sentence


def test_the_first_sentence_gives_governorate_and_subject() -> None:
    text = "nheb neshki bel STEG fi Sfax 3la fatoura ghalta"
    named = [
        entity("structure", "steg", "STEG", text),
        entity("governorate", "governorate-sfax", "Sfax", text),
    ]
    opened = filing_turn.opening(said(text, "file_petition", entities=named), Filing("petition"))
    assert opened == {"governorate": "governorate-sfax", "subject": "fatoura ghalta"}


def test_the_administration_alone_is_no_subject() -> None:
    text = "نحب نقترح حاجة على بلدية سوسة"
    named = [
        entity("structure", "municipality", "بلدية", text),
        entity("governorate", "governorate-sousse", "سوسة", text),
    ]
    assert "subject" not in filing_turn.opening(said(text, entities=named), Filing("suggestion"))


def test_a_button_gives_nothing_but_the_kind() -> None:
    assert filing_turn.opening(said("/file_notice", pressed=True), Filing("notice")) == {}


def test_the_first_words_of_a_notice_describe_it() -> None:
    text = "Je veux signaler que l'éclairage public est en panne dans ma rue"
    assert filing_turn.opening(said(text), Filing("notice"))["description"] == text


# -- words


@pytest.mark.parametrize(
    "text",
    [
        "فما ريحة غاز قوية في العمارة",
        "cable dhaw tayah fel 9a3a",
        "il y a un incendie",
        "جاري يضرب في مرتو",
        "wa7ed yaghra9 fel wed",
        "جدار آيل للسقوط",
        "une fuite de gaz dans l'immeuble !",
        "راجلي يضربني شنوة نعمل",
        "mon mari me frappe",
        "rajli yodhrobni 9oddem el wled",
        "زوجي يضربني أمام الأطفال",
        "un mur menace de s'écrouler sur les élèves",
        "un gamin a pris une décharge en touchant le poteau, fils dénudés",
        "خيط ضو مقصوص يعمل في الشرار",
        "أسلاك عارية في عمود الإنارة",
        "poteau steg bech yti7 3la ennes",
        "jari ta7 w ma yetnaffasch",
        "cable steg tayeh fi wost el nahj",
    ],
)
def test_danger_is_heard(text: str) -> None:
    assert lexicon.is_danger(text)


@pytest.mark.parametrize(
    "text",
    [
        "بقداش دبوزة الغاز؟",
        "feu rouge en panne",
        "chnouma wra9 mta3 compteur dhaw?",
        "أريد تقديم عريضة ضد الستاغ",
        "combien coûte la vignette ?",
        "passeport brûlé dans l'incendie de la maison, comment le refaire ?",
        "ابني مصاب بالتوحد، كيف أحصل على بطاقة إعاقة",
        "devis pour tirer une ligne électrique",
        "je suis blessant",
    ],
)
def test_no_danger_is_heard_where_there_is_none(text: str) -> None:
    assert not lexicon.is_danger(text)


@pytest.mark.parametrize("text", ["ههههه", "hahaha", "mdr lol", "hhhhh"])
def test_laughter_is_laughter(text: str) -> None:
    assert lexicon.is_laughter(text)


@pytest.mark.parametrize("text", ["", "ههههه الماء مقطوع", "bonjour"])
def test_words_beside_laughter_count(text: str) -> None:
    assert not lexicon.is_laughter(text)


@pytest.mark.parametrize(
    ("text", "answer"), [("oui", True), ("ey mwefe9", True), ("لا بلاش اسم", False), ("peut-être", None)]
)
def test_yes_and_no_by_their_first_word(text: str, answer: bool | None) -> None:
    assert lexicon.yes_or_no(text) is answer


def test_no_word_steers_two_ways() -> None:
    acts = [set(words) for words in lexicon.lexicon()["steering"].values()]
    assert sum(map(len, acts)) == len(set().union(*acts))


def test_every_field_that_can_be_named_is_a_field() -> None:
    assert set(lexicon.lexicon()["fields"]) <= set(plan()["fields"])
