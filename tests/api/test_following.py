"""A case from filing to its end, as the citizen and the officials live it."""

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.cases.enums import Audience
from api.cases.errors import NotPossibleNow, UnknownReference
from api.cases.service import CaseService
from api.cases.transitions import status_of
from api.structures.errors import StructureNotFound
from tests.api.acting import Citizen, Desk, problem

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_precision_and_its_repetition_are_one_event(citizen: Citizen) -> None:
    reference = (await citizen.files())["reference"]
    first = await citizen.does("additions", reference, text="Le compteur est neuf.", key="message-2")
    again = await citizen.does("additions", reference, text="Le compteur est neuf.", key="message-2")
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    story = await citizen.reads(reference)
    assert [event["type"] for event in story["events"]] == ["received", "assigned", "addition"]
    assert story["events"][-1]["text"] == "Le compteur est neuf."


async def test_an_empty_precision_is_refused(citizen: Citizen) -> None:
    reference = (await citizen.files())["reference"]
    for words in ({}, {"text": " "}, {"text": "!!"}):
        assert problem(await citizen.does("additions", reference, **words)) == "invalid_request"


async def test_a_question_waits_for_the_citizen_and_the_reply_gives_the_case_back(
    citizen: Citizen, desk: Desk
) -> None:
    reference = (await citizen.files())["reference"]
    await desk.does("ask_citizen", reference, "Quel est le numéro du compteur ?")
    waiting = await citizen.reads(reference)
    assert waiting["status"] == "awaiting_citizen"
    assert waiting["next"]["what"] == "your_reply"
    assert waiting["next"]["aim"] is not None
    reply = await citizen.does("additions", reference, text="C'est le 12345.")
    assert reply.json()["status"] == "assigned"
    assert (await citizen.reads(reference))["next"]["what"] == "answer"


async def test_a_transfer_is_seen_by_everybody(
    citizen: Citizen, desk: Desk, anyone: httpx.AsyncClient
) -> None:
    reference = (await citizen.files())["reference"]
    await desk.does("transfer", reference, "sonede", "Il s'agit d'eau.")
    public = (await anyone.get(f"/cases/{reference}")).json()
    assert (public["status"], public["structure"]["slug"]) == ("transferred", "sonede")
    await desk.does("assign", reference)
    story = await citizen.reads(reference)
    assert story["status"] == "assigned"
    assert [event["structure"]["slug"] for event in story["events"]] == ["steg", "steg", "sonede", "sonede"]


async def test_a_transfer_to_nowhere_changes_nothing(citizen: Citizen, desk: Desk) -> None:
    reference = (await citizen.files())["reference"]
    with pytest.raises(StructureNotFound):
        await desk.does("transfer", reference, "nowhere", "?")
    assert (await citizen.reads(reference))["structure"]["slug"] == "steg"


async def test_the_answer_is_read_rated_and_contested_once(citizen: Citizen, desk: Desk) -> None:
    reference = (await citizen.files())["reference"]
    assert problem(await citizen.does("contest", reference, reasons="Non")) == "nothing_to_contest"
    assert problem(await citizen.does("rating", reference, score=5)) == "nothing_to_rate"

    await desk.does("reply_interim", reference, "Une visite est prévue.")
    await desk.does("answer", reference, "Le compteur a été vérifié.")
    told = await citizen.reads(reference)
    assert (told["status"], told["answer"]["text"]) == ("answered", "Le compteur a été vérifié.")
    assert told["next"] == {"what": "contest_or_close", "aim": None}
    assert told["can"] == ["contest", "rate"]

    assert (await citizen.does("rating", reference, score=2, comment="trop long")).json()["can"] == [
        "contest"
    ]
    assert problem(await citizen.does("rating", reference, score=3)) == "already_rated"
    assert (await citizen.does("contest", reference, reasons="Ma facture reste fausse.")).status_code == 201
    assert problem(await citizen.does("contest", reference, reasons="Encore")) == "already_contested"
    again = await citizen.reads(reference)
    assert (again["status"], again["next"]["what"]) == ("contested", "new_answer")

    await desk.does("answer", reference, "La facture est corrigée.")
    final = await citizen.reads(reference)
    assert final["answer"]["text"] == "La facture est corrigée."
    assert final["can"] == ["contest", "rate"]
    assert (await citizen.does("rating", reference, score=5)).status_code == 201


@pytest.mark.parametrize("words", [{"score": 0}, {"score": 6}, {"score": 2.5}, {"score": "five"}, {}])
async def test_a_rating_is_one_to_five(citizen: Citizen, words: dict[str, Any]) -> None:
    reference = (await citizen.files())["reference"]
    assert problem(await citizen.does("rating", reference, **words)) == "invalid_request"


async def test_a_contest_needs_reasons(citizen: Citizen, desk: Desk) -> None:
    reference = (await citizen.files())["reference"]
    await desk.does("answer", reference, "Non.")
    for reasons in ("", "???"):
        assert problem(await citizen.does("contest", reference, reasons=reasons)) == "invalid_request"


async def test_a_closed_case_can_still_be_contested(citizen: Citizen, desk: Desk) -> None:
    reference = (await citizen.files())["reference"]
    await desk.does("answer", reference, "Voilà.")
    await desk.does("close", reference)
    assert (await citizen.reads(reference))["next"] is None
    assert (await citizen.does("contest", reference, reasons="Rien n'a changé.")).json()[
        "status"
    ] == "contested"


async def test_a_withdrawn_case_is_over(citizen: Citizen, desk: Desk) -> None:
    reference = (await citizen.files())["reference"]
    done = await citizen.does("withdrawal", reference, reason="C'est réglé.")
    assert done.json() == {**done.json(), "status": "withdrawn", "can": []}
    assert problem(await citizen.does("withdrawal", reference)) == "case_closed"
    assert problem(await citizen.does("additions", reference, text="Encore un mot")) == "case_closed"
    for act, words in (
        ("answer", ["?"]),
        ("transfer", ["sonede", "?"]),
        ("ask_citizen", ["?"]),
        ("close", []),
    ):
        with pytest.raises(NotPossibleNow):
            await desk.does(act, reference, *words)


async def test_a_repeated_withdrawal_message_is_answered_not_refused(citizen: Citizen) -> None:
    reference = (await citizen.files())["reference"]
    first = await citizen.does("withdrawal", reference, key="message-3")
    again = await citizen.does("withdrawal", reference, key="message-3")
    assert again.json() == first.json()


async def test_an_inadmissible_case_says_why(citizen: Citizen, desk: Desk) -> None:
    reference = (await citizen.files())["reference"]
    await desk.does("declare_inadmissible", reference, "Affaire devant le tribunal.")
    story = await citizen.reads(reference)
    assert (story["status"], story["events"][-1]["text"]) == ("inadmissible", "Affaire devant le tribunal.")


async def test_a_merged_case_does_not_show_the_other(
    citizen: Citizen, desk: Desk, bot: httpx.AsyncClient
) -> None:
    reference, other = (await citizen.files())["reference"], (await Citizen(bot).files())["reference"]
    await desk.does("merge", reference, other)
    assert (await citizen.reads(reference))["status"] == "merged"
    assert other not in str(await citizen.reads(reference))
    with pytest.raises(UnknownReference):
        await desk.does("merge", other, "P-2026-7KQ4M2XF")


async def test_a_note_is_for_the_staff_alone(app: FastAPI, citizen: Citizen, desk: Desk) -> None:
    reference = (await citizen.files())["reference"]
    before = await citizen.reads(reference)
    await desk.does("note", reference, "Dossier sensible.")
    await desk.does("note", reference, "À vérifier sur place.", audience=Audience.STRUCTURE)
    assert await citizen.reads(reference) == before
    async with app.state.database.session(writes=False) as session:
        cases = CaseService(session, app.state.settings.cases_key)
        case = await cases.find(reference)
        seen = {who: len((await cases.story(case.id, who)).events) for who in Audience}
    assert seen == {Audience.CITIZEN: 2, Audience.STRUCTURE: 3, Audience.STAFF: 4}


async def test_the_official_is_not_named_to_the_citizen(citizen: Citizen, desk: Desk) -> None:
    reference = (await citizen.files())["reference"]
    await desk.does("answer", reference, "Voilà.")
    assert "official-1" not in str(await citizen.reads(reference))


async def test_two_acts_at_once_happen_one_after_the_other(citizen: Citizen, desk: Desk) -> None:
    reference = (await citizen.files())["reference"]
    outcomes = await asyncio.gather(
        *(citizen.does("withdrawal", reference, reason=f"raison {n}") for n in range(5))
    )
    assert sorted(one.status_code for one in outcomes) == [201, 409, 409, 409, 409]
    events = (await citizen.reads(reference))["events"]
    assert [event["type"] for event in events].count("withdrawn") == 1


async def test_the_status_kept_is_the_status_that_the_events_tell(
    app: FastAPI, citizen: Citizen, desk: Desk
) -> None:
    reference = (await citizen.files())["reference"]
    for act, words in (
        ("transfer", ["sonede", "x"]),
        ("ask_citizen", ["?"]),
        ("reply_interim", ["x"]),
        ("answer", ["x"]),
    ):
        await desk.does(act, reference, *words)
        async with app.state.database.session(writes=False) as session:
            cases = CaseService(session, app.state.settings.cases_key)
            story = await cases.story((await cases.find(reference)).id, Audience.STAFF)
        assert story.case.status is status_of(event.type for event in story.events)
