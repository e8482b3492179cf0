"""A citizen files a case: what is needed, what is refused, and that nothing is filed twice."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from tests.api.acting import Citizen, petition, problem

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def send(bot: httpx.AsyncClient, key: str = "message-1", **changes: Any) -> httpx.Response:
    return await bot.post("/cases", json=petition(**changes), headers={"Idempotency-Key": key})


async def count_cases(app: Any) -> int:
    async with app.state.database.session(writes=False) as session:
        return int(await session.scalar(text("SELECT count(*) FROM cases")))


async def test_a_petition_gets_a_receipt(citizen: Citizen) -> None:
    receipt = await citizen.files()
    assert receipt["reference"].startswith("P-")
    assert receipt["status"] == "assigned"
    assert receipt["structure"]["slug"] == "steg"
    assert receipt["aim"]["days"] == 30
    assert len(receipt["code"]) == 9
    story = await citizen.reads(receipt["reference"])
    assert [event["type"] for event in story["events"]] == ["received", "assigned"]
    assert story["next"] == {"what": "answer", "aim": receipt["aim"]["answer_by"]}


@pytest.mark.parametrize(
    ("kind", "letter", "changes"),
    [
        ("petition", "P", {}),
        ("guidance", "G", {"name": None, "phone": None, "consent": None}),
        ("suggestion", "S", {"name": None, "phone": None, "consent": None, "anonymous": True}),
        ("notice", "N", {"place": {"words": "أمام المدرسة"}}),
        ("notice", "N", {"place": {"latitude": 34.74, "longitude": 10.76}}),
        ("notice", "N", {"delegation": "delegation-sfax-ville"}),
    ],
)
async def test_each_kind_asks_only_what_it_needs(
    citizen: Citizen, kind: str, letter: str, changes: dict[str, Any]
) -> None:
    receipt = await citizen.files(kind=kind, **changes)
    assert receipt["reference"][0] == letter


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": None}, "field_needed"),
        ({"phone": None}, "field_needed"),
        ({"consent": None}, "consent_needed"),
        ({"anonymous": True}, "not_anonymous"),
        ({"kind": "suggestion", "anonymous": True}, "not_anonymous"),
        ({"kind": "notice"}, "field_needed"),
        ({"kind": "complaint"}, "invalid_request"),
        ({"phone": "123"}, "invalid_request"),
        ({"phone": "+216 00 000 000"}, "invalid_request"),
        ({"national_id": "1234567"}, "invalid_request"),
        ({"email": "amina@"}, "invalid_request"),
        ({"subject": ""}, "invalid_request"),
        ({"subject": "😡😡😡"}, "invalid_request"),
        ({"description": "\u0000\u0007 \u200f"}, "invalid_request"),
        ({"description": "a" * 100_000}, "invalid_request"),
        ({"language": "it"}, "invalid_request"),
        ({"place": {"latitude": 34.0}}, "invalid_request"),
        ({"place": {"latitude": 340.0, "longitude": 10.0}}, "invalid_request"),
        ({"colour": "red"}, "invalid_request"),
        ({"structure": "ministry-of-magic"}, "unknown_structure"),
        ({"structure": "inai"}, "structure_closed"),
        ({"structure": "inlucc"}, "structure_closed"),
        ({"governorate": "governorate-paris"}, "unknown_place"),
        ({"delegation": "delegation-carthage"}, "unknown_place"),
        ({"attachments": ["0" * 32]}, "unknown_attachment"),
        ({"attachments": [f"{n:032}" for n in range(6)]}, "too_many_attachments"),
    ],
)
async def test_what_cannot_be_filed_is_refused_and_not_kept(
    app: Any, bot: httpx.AsyncClient, changes: dict[str, Any], code: str
) -> None:
    response = await send(bot, **changes)
    assert response.status_code == 422
    assert problem(response) == code
    assert await count_cases(app) == 0


async def test_a_refusal_names_the_field_and_repeats_nothing_personal(bot: httpx.AsyncClient) -> None:
    response = await send(bot, phone="00 secret phone", email="amina@secret")
    fields = {error["field"]: error["code"] for error in response.json()["errors"]}
    assert fields == {"phone": "phone_invalid", "email": "email_invalid"}
    assert "secret" not in response.text


async def test_words_are_kept_as_they_are_and_run_nowhere(citizen: Citizen) -> None:
    words = "<script>alert(1)</script>'; DROP TABLE cases; --"
    receipt = await citizen.files(description=words)
    assert (await citizen.reads(receipt["reference"]))["description"] == words


async def test_control_characters_and_half_characters_are_dropped(
    citizen: Citizen, bot: httpx.AsyncClient
) -> None:
    words = '"description":"\\u0000\\ud800\\u202e\\u0007'
    body = json.dumps(petition(channel_identity=citizen.identity), separators=(",", ":"), ensure_ascii=True)
    sent = body.replace('"description":"', words).encode()
    response = await bot.post("/cases", content=sent, headers={"Content-Type": "application/json"})
    assert response.status_code == 201
    assert (await citizen.reads(response.json()["reference"]))["description"] == petition()["description"]


async def test_a_notice_keeps_its_place(citizen: Citizen) -> None:
    place = {"words": "أمام المدرسة", "latitude": 34.74, "longitude": 10.76}
    receipt = await citizen.files(kind="notice", place=place)
    assert (await citizen.reads(receipt["reference"]))["place"] == place


async def test_a_phone_in_arabic_digits_is_the_same_phone(app: Any, citizen: Citizen) -> None:
    await citizen.files(phone="٢٢ ١٢٣ ٤٥٦", national_id="٠١٢٣٤٥٦٧")
    async with app.state.database.session(writes=False) as session:
        row = (await session.execute(text("SELECT phone, national_id FROM case_claimants"))).one()
    assert tuple(row) == ("+21622123456", "01234567")


@pytest.mark.parametrize(
    ("named", "delegation", "receives"),
    [
        (None, None, "citizen-relations-central-office"),
        ("municipality-sfax", None, "municipality-sfax"),
        ("governorate", None, "governorate-sfax"),
        ("municipality", None, "governorate-sfax"),
        ("municipality", "delegation-mahres", "municipality-mahres"),
        ("delegation", "delegation-mahres", "governorate-sfax"),
    ],
)
async def test_a_case_goes_to_one_office(
    citizen: Citizen, named: str | None, delegation: str | None, receives: str
) -> None:
    receipt = await citizen.files(structure=named, delegation=delegation)
    assert receipt["structure"]["slug"] == receives
    assert receipt["structure"]["name"]["ar"]


async def test_the_same_message_sent_again_gets_the_same_receipt(app: Any, bot: httpx.AsyncClient) -> None:
    first, again = await send(bot), await send(bot)
    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    assert await count_cases(app) == 1


async def test_the_same_receipt_comes_back_after_the_case_moved_on(citizen: Citizen, desk: Any) -> None:
    receipt = await citizen.files("message-7")
    await desk.does("answer", receipt["reference"], "Voici la réponse.")
    assert await citizen.files("message-7") == receipt


async def test_the_same_key_with_another_body_is_a_conflict(bot: httpx.AsyncClient) -> None:
    await send(bot)
    response = await send(bot, subject="autre chose")
    assert response.status_code == 409
    assert problem(response) == "idempotency_conflict"


async def test_a_refused_filing_leaves_its_key_free(bot: httpx.AsyncClient) -> None:
    assert (await send(bot, consent=None)).status_code == 422
    assert (await send(bot)).status_code == 201


async def test_ten_at_once_with_one_key_file_one_case(app: Any, bot: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(send(bot) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert await count_cases(app) == 1


async def test_twenty_citizens_at_once_all_get_their_own(app: Any, bot: httpx.AsyncClient) -> None:
    receipts = await asyncio.gather(*(Citizen(bot).files() for _ in range(20)))
    assert len({receipt["reference"] for receipt in receipts}) == 20
    assert len({receipt["code"] for receipt in receipts}) == 20


async def test_only_the_bot_files(anyone: httpx.AsyncClient) -> None:
    assert problem(await send(anyone)) == "unauthorised"
    wrong = await anyone.post(
        "/cases", json=petition(), headers={"Authorization": "Bearer wrong token wrong"}
    )
    assert wrong.status_code == 401
    assert "wrong" not in wrong.text.replace("wrong_", "")


async def test_nothing_is_confirmed_that_was_not_committed(
    app: Any, bot: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(self: Any) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr("sqlalchemy.ext.asyncio.AsyncSession.commit", failing)
        response = await send(bot)
    assert response.status_code == 500
    assert problem(response) == "internal_error"
    assert await count_cases(app) == 0


async def test_neither_code_nor_key_nor_address_is_kept_in_clear(app: Any, citizen: Citizen) -> None:
    receipt = await citizen.files("a telling key")
    async with app.state.database.session(writes=False) as session:
        kept = [str(row) for row in await session.execute(text("SELECT * FROM idempotency_keys"))]
        kept += [str(row) for row in await session.execute(text("SELECT code_hash FROM cases"))]
    for secret in (receipt["code"], receipt["code"].replace("-", ""), "a telling key", citizen.identity):
        assert not [row for row in kept if secret in row]
