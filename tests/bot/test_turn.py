"""One turn after another, as the engine plays them: state goes in and out, nothing is kept between."""

import json

import pytest


def expects(said):
    return next(
        (r["custom"]["expects"]["field"] for r in reversed(said.replies) if "expects" in r["custom"]), None
    )


def words(said):
    return "\n".join(reply["text"] for reply in said.replies)


async def to_confirm(citizen):
    for text in (
        "je veux déposer une plainte",
        "oui",
        "la STEG",
        "Sfax",
        "Facture erronée",
        "Depuis avril je paie une facture qui n'est pas la mienne, je demande sa correction.",
        "Leila Trabelsi",
        "22 333 444",
        "passer",
    ):
        await citizen(text)
    return await citizen("passer")


async def test_greeting_in_the_language_of_the_message(citizen):
    assert (await citizen("aslema")).outcome["language"] == "ar"
    assert (await citizen("bonjour madame, comment allez vous")).outcome["language"] == "fr"


async def test_a_petition_from_first_word_to_reference(citizen, fake_api):
    assert expects(await to_confirm(citizen)) == "confirm"
    said = await citizen("oui")
    filed = next(r["custom"]["case"] for r in said.replies if "case" in r["custom"])
    assert filed["reference"] == "P-2026-7KQ4M2XC"
    (case,) = fake_api.cases.values()
    assert (case["structure"], case["governorate"], case["phone"]) == (
        "steg",
        "governorate-sfax",
        "+21622333444",
    )
    assert case["consent"]["version"] and said.outcome["form"] is None


async def test_a_repeated_turn_files_once(citizen, fake_api):
    await to_confirm(citizen)
    before = json.loads(json.dumps(citizen.memory["state"]))
    first = await citizen("oui")
    citizen.memory.update(state=before, n=citizen.memory["n"] - 1)
    again = await citizen("oui")
    assert words(first) == words(again) and len(fake_api.cases) == 1


async def test_api_down_in_the_middle_keeps_everything(citizen, fake_api):
    await to_confirm(citizen)
    fake_api.down = True
    said = await citizen("oui")
    assert "محفوظ" in words(said) and "gard" in words(said), "said in both languages"
    fake_api.down = False
    await citizen("oui")
    assert len(fake_api.cases) == 1


async def test_a_side_question_comes_back_to_the_same_field(citizen):
    await citizen("je veux déposer une plainte")
    said = await citizen("c'est quoi les papiers pour un passeport ?")
    assert "Copie de la CIN" in words(said) and expects(said) == "consent"


async def test_a_follow_up_needs_no_topic(citizen):
    await citizen("quels papiers pour renouveler mon passeport ?")
    said = await citizen("et le prix ?")
    assert "80" in words(said) and "SICAD" in words(said) and "01/05/2024" in words(said)


async def test_values_are_isolated_in_arabic(citizen):
    await citizen("قداش معلوم الباسبور؟")
    assert "\u206880\u2069" in words(await citizen("قداش معلوم الباسبور؟"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "😀😀",
        "\u0000\u0007",
        "x" * 100_000,
        "ا" * 50_000,
        "<b>hi</b>'; DROP TABLE cases;--",
        "你好",
        "\u202eabc\u202c",
        "/nothing",
        "/",
    ],
)
async def test_anything_gets_a_sentence(citizen, text):
    said = await citizen(text)
    assert said.replies and len(json.dumps(said.state)) < 60_000


@pytest.mark.parametrize(
    "text", ["", "😀", "\u0000", "x" * 100_000, "/choose/governorate/governorate-sfax", "/choose/no/x"]
)
async def test_anything_in_a_form_asks_again(citizen, text):
    await citizen("je veux déposer une plainte")
    await citizen("oui")
    said = await citizen(text)
    assert said.outcome["form"] == "filing_form" and expects(said)


async def test_markup_and_sql_are_only_words(citizen, fake_api):
    for text in (
        "/file_suggestion",
        "/skip",
        "<script>alert(1)</script> idée",
        "'); DROP TABLE cases; -- une belle idée ici",
    ):
        await citizen(text)
    await citizen("/deny")
    await citizen("/affirm")
    (case,) = fake_api.cases.values()
    assert case["subject"] == "<script>alert(1)</script> idée" and "DROP TABLE" in case["description"]


async def test_leaving_and_coming_back_days_later(citizen):
    await citizen("je veux déposer une plainte")
    said = await citizen("bonjour", sent_at="2026-11-25T10:00:00+00:00")
    assert "inachevée" in words(said) and expects(said) == "consent"


async def test_state_stays_small(citizen):
    await to_confirm(citizen)
    assert len(json.dumps(citizen.memory["state"])) < 10_000


async def test_an_edited_message_corrects_the_field_it_gave(citizen, fake_api):
    await citizen("je veux déposer une plainte")
    await citizen("oui")
    await citizen("la STEG")
    await citizen("Sfax")
    await citizen("Facture eronée")
    edited = await citizen("Facture erronée de mars", edits="m5", edited=True)
    assert "corrigé" in words(edited) and expects(edited) == "description"
    assert citizen.memory["state"]["slots"]["filing"]["fields"]["subject"] == "Facture erronée de mars"


async def test_an_edit_after_the_filing_is_noted_on_the_case(citizen, fake_api):
    await to_confirm(citizen)
    await citizen("oui")
    said = await citizen("Depuis mars je paie une facture qui n'est pas la mienne.", edits="m6", edited=True)
    assert "P-2026-7KQ4M2XC" in words(said) and fake_api.additions


async def test_a_shared_contact_fills_the_phone(citizen):
    for text in ("je veux déposer une plainte", "oui", "la STEG", "Sfax", "Facture erronée"):
        await citizen(text)
    await citizen("Depuis avril je paie une facture qui n'est pas la mienne.")
    await citizen("Leila Trabelsi")
    said = await citizen(contact={"phone": "+216 22 333 444", "name": "Leila"})
    assert expects(said) == "email"
    assert citizen.memory["state"]["slots"]["filing"]["fields"]["phone"] == "+21622333444"


async def test_a_pin_and_a_photo_go_with_the_notice(citizen, fake_api):
    await citizen("/file_notice")
    await citizen("Un trou profond devant l'école, des enfants tombent")
    await citizen(location={"latitude": 36.8, "longitude": 10.18})
    await citizen("/skip")
    photo = {"id": "a1", "name": "trou.jpg", "media_type": "image/jpeg", "size": 1, "kind": "image"}
    for part in ({"attachments": [photo]}, {"text": "/deny"}, {"text": "/affirm"}):
        await citizen(**part)
    (case,) = fake_api.cases.values()
    assert case["place"] == {"latitude": 36.8, "longitude": 10.18} and case["attachments"] == ["a1"]
    assert case["anonymous"] and "name" not in case


@pytest.mark.parametrize(
    "text",
    [
        "nheb neshki bel STEG fi Sfax 3la fatoura jetni men France",
        "je veux porter plainte contre l'INAI pour une réponse jamais reçue",
    ],
)
async def test_an_opening_that_names_what_cannot_be_taken_still_opens_the_form(citizen, fake_api, text):
    fake_api.closed = {"inai"}
    assert expects(await citizen(text)) == "consent"
