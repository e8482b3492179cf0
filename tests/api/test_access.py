"""Who may see a case: anyone its state, its owner all of it, and nobody by guessing."""

import asyncio
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI

from tests.api.acting import BOT, Citizen, client_of, problem

pytestmark = pytest.mark.asyncio(loop_scope="session")

PERSONAL = ("أمينة", "22123456", "فاتورة", "web:")


async def read(client: httpx.AsyncClient, reference: str, code: str | None = None) -> httpx.Response:
    return await client.get(f"/cases/{reference}", headers={"X-Follow-Up-Code": code} if code else {})


def wrong(code: str, n: int = 0) -> str:
    return f"{'A' if code[0] != 'A' else 'B'}{n}{code[2:]}"


async def test_the_reference_alone_shows_the_state_and_nothing_personal(
    citizen: Citizen, anyone: httpx.AsyncClient
) -> None:
    receipt = await citizen.files()
    response = await read(anyone, receipt["reference"])
    assert response.status_code == 200
    assert set(response.json()) == {"reference", "kind", "status", "structure", "filed_at", "last_event_at"}
    assert not [word for word in PERSONAL if word in response.text]


async def test_the_code_shows_all_of_it(citizen: Citizen, anyone: httpx.AsyncClient) -> None:
    receipt = await citizen.files()
    seen = (await read(anyone, receipt["reference"], receipt["code"])).json()
    assert seen["subject"] == "فاتورة كهرباء مرتفعة"
    assert seen["governorate"] == "governorate-sfax"
    assert seen["can"] == ["add", "withdraw"]


@pytest.mark.parametrize("typing", [str.lower, lambda r: r.replace("-", " "), lambda r: r.replace("0", "o")])
async def test_any_spelling_of_reference_and_code_reads(
    citizen: Citizen, anyone: httpx.AsyncClient, typing: Any
) -> None:
    receipt = await citizen.files()
    response = await read(anyone, typing(receipt["reference"]), typing(receipt["code"]))
    assert response.json()["reference"] == receipt["reference"]
    assert "subject" in response.json()


async def test_a_code_in_arabic_digits_reads(citizen: Citizen, anyone: httpx.AsyncClient) -> None:
    receipt = await citizen.files()
    typed = receipt["code"].translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert "subject" in (await read(anyone, receipt["reference"], quote(typed))).json()


async def test_the_owner_needs_no_code_on_the_channel_that_filed(citizen: Citizen) -> None:
    receipt = await citizen.files()
    assert (await citizen.reads(receipt["reference"]))["subject"]


async def test_another_citizen_of_the_bot_sees_only_the_public_part(
    citizen: Citizen, bot: httpx.AsyncClient
) -> None:
    receipt = await citizen.files()
    assert "subject" not in await Citizen(bot).reads(receipt["reference"])


async def test_a_channel_identity_is_not_believed_without_the_token(
    citizen: Citizen, anyone: httpx.AsyncClient
) -> None:
    receipt = await citizen.files()
    claimed = {"X-Channel-Identity": citizen.identity}
    response = await anyone.get(f"/cases/{receipt['reference']}", headers=claimed)
    assert "subject" not in response.json()
    refused = await anyone.post(f"/cases/{receipt['reference']}/withdrawal", json={}, headers=claimed)
    assert problem(refused) == "access_needed"


async def test_own_cases_are_listed_newest_first_for_the_bot_alone(
    citizen: Citizen, bot: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    filed = [(await citizen.files())["reference"] for _ in range(3)]
    await Citizen(bot).files()
    listed = (await bot.get("/cases", params={"channel_identity": citizen.identity})).json()
    assert [line["reference"] for line in listed] == filed[::-1]
    refused = await anyone.get("/cases", params={"channel_identity": citizen.identity})
    assert problem(refused) == "unauthorised"


@pytest.mark.parametrize("typed", ["P-2026-7KQ4M2XC", "hello", "P-2026", "'%20OR%201=1", "%00", "😀"])
async def test_what_is_not_a_reference_is_said_to_be_none(anyone: httpx.AsyncClient, typed: str) -> None:
    response = await read(anyone, typed)
    assert response.status_code == 422
    assert problem(response) == "invalid_reference"


async def test_an_unknown_reference_is_not_found(anyone: httpx.AsyncClient) -> None:
    response = await read(anyone, "P-2026-7KQ4M2XF")
    assert response.status_code == 404
    assert problem(response) == "unknown_reference"


async def test_wrong_codes_of_one_case_are_throttled_and_the_owner_is_not(
    citizen: Citizen, app: FastAPI, anyone: httpx.AsyncClient
) -> None:
    receipt = await citizen.files()
    tries = [await read(anyone, receipt["reference"], wrong(receipt["code"], n)) for n in range(6)]
    assert [problem(one) for one in tries] == ["wrong_code"] * 5 + ["too_many_attempts"]
    assert 0 < int(tries[-1].headers["Retry-After"]) <= 900
    async with client_of(app, address="198.51.100.9") as somebody_else:
        right_but_late = await read(somebody_else, receipt["reference"], receipt["code"])
        assert problem(right_but_late) == "too_many_attempts"
    assert (await citizen.reads(receipt["reference"]))["subject"]


async def test_one_caller_is_throttled_over_many_cases(
    citizen: Citizen, app: FastAPI, anyone: httpx.AsyncClient
) -> None:
    receipts = [await citizen.files() for _ in range(6)]
    tried = [
        problem(await read(anyone, receipt["reference"], wrong(receipt["code"], n)))
        for receipt in receipts
        for n in range(4)
    ]
    assert tried == ["wrong_code"] * 20 + ["too_many_attempts"] * 4
    async with client_of(app, address="198.51.100.9") as somebody_else:
        assert "subject" in (await read(somebody_else, receipts[0]["reference"], receipts[0]["code"])).json()


async def test_callers_of_the_bot_are_told_apart_by_their_identity(
    citizen: Citizen, bot: httpx.AsyncClient
) -> None:
    receipts = [await citizen.files() for _ in range(6)]

    async def guess(identity: str, receipt: dict[str, Any], n: int) -> str:
        headers = {"X-Channel-Identity": identity, "X-Follow-Up-Code": wrong(receipt["code"], n)}
        return problem(await bot.get(f"/cases/{receipt['reference']}", headers=headers))

    for receipt in receipts[:5]:
        for n in range(4):
            await guess("web:guesser", receipt, n)
    assert await guess("web:guesser", receipts[5], 0) == "too_many_attempts"
    assert await guess("web:somebody", receipts[5], 0) == "wrong_code"


async def test_right_codes_do_not_count(citizen: Citizen, anyone: httpx.AsyncClient) -> None:
    receipt = await citizen.files()
    for _ in range(25):
        assert (await read(anyone, receipt["reference"], receipt["code"])).status_code == 200


async def test_guesses_at_the_same_time_are_all_counted(citizen: Citizen, anyone: httpx.AsyncClient) -> None:
    receipt = await citizen.files()
    tries = [read(anyone, receipt["reference"], wrong(receipt["code"], n)) for n in range(10)]
    codes = sorted(problem(one) for one in await asyncio.gather(*tries))
    assert codes == ["too_many_attempts"] * 5 + ["wrong_code"] * 5


async def test_a_wrong_code_also_stops_an_act(citizen: Citizen, anyone: httpx.AsyncClient) -> None:
    receipt = await citizen.files()
    headers = {"X-Follow-Up-Code": wrong(receipt["code"])}
    response = await anyone.post(f"/cases/{receipt['reference']}/withdrawal", json={}, headers=headers)
    assert problem(response) == "wrong_code"
    assert (await citizen.reads(receipt["reference"]))["status"] == "assigned"


async def test_a_case_filed_on_one_channel_is_followed_on_another_by_its_code(
    citizen: Citizen, bot: httpx.AsyncClient
) -> None:
    receipt = await citizen.files()
    headers = {"X-Channel-Identity": "telegram:42", "X-Follow-Up-Code": receipt["code"]}
    response = await bot.post(
        f"/cases/{receipt['reference']}/additions", json={"text": "voici"}, headers=headers
    )
    assert response.status_code == 201


async def test_a_wrong_token_is_refused_where_a_token_means_something(anyone: httpx.AsyncClient) -> None:
    response = await anyone.get("/policy", headers={"Authorization": "Bearer x"})
    assert response.status_code == 200
    response = await anyone.get("/cases/P-2026-7KQ4M2XF", headers={**BOT, "Authorization": "Basic x"})
    assert problem(response) == "unauthorised"


@pytest.mark.parametrize(
    "identity", ["rest: سليم ", "rest:a\u0000b", "telegram:-100", "rest:" + "س" * 200, "rest:50%25"]
)
async def test_any_channel_identity_finds_its_cases_again(bot: httpx.AsyncClient, identity: str) -> None:
    citizen = Citizen(bot, identity)
    receipt = await citizen.files()
    listed = (await bot.get("/cases", params={"channel_identity": identity})).json()
    assert [line["reference"] for line in listed] == [receipt["reference"]]
    assert (await citizen.reads(receipt["reference"]))["subject"]
