"""POST /turn and /model/parse over HTTP: good answers, and problems for what cannot be read."""

import httpx
import pytest
import pytest_asyncio

from bot.service import create_service


@pytest_asyncio.fixture
async def http(loaded, fake_api):
    talk, switch = loaded
    switch["api"] = fake_api
    transport = httpx.ASGITransport(create_service(talk), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        yield client


async def test_a_turn(http):
    answer = await http.post(
        "/turn", json={"conversation": "web:1", "message": {"id": "1", "text": "aslema"}, "state": None}
    )
    body = answer.json()
    assert answer.status_code == 200 and body["replies"][0]["text"] and body["outcome"]["language"] == "ar"


async def test_parse_gives_rasas_shape_with_full_labels(http):
    body = (await http.post("/model/parse", json={"text": "je veux renouveler mon passeport"})).json()
    assert body["intent"]["name"] == "guidance/passport-first-issue-renewal"
    assert body["intent_ranking"][0]["name"] == body["intent"]["name"]
    assert {"text", "intent", "intent_ranking", "entities"} <= set(body)


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b"[]", 422),
        (b'{"conversation": "x"}', 422),
        (b'{"conversation": 1, "message": {}}', 422),
    ],
)
async def test_what_cannot_be_read_is_a_problem(http, content, status):
    answer = await http.post("/turn", content=content)
    assert answer.status_code == status and answer.headers["content-type"] == "application/problem+json"


async def test_a_state_of_another_version_does_not_break_the_talk(http):
    odd = {"version": 0, "slots": {"gone": 1, "language": "fr"}, "loop": "old_form"}
    turn = {"conversation": "web:1", "message": {"id": "1", "text": "bonjour"}, "state": odd}
    assert (await http.post("/turn", json=turn)).status_code == 200


async def test_a_mistake_of_ours_logs_no_words(http, loaded, monkeypatch, caplog):
    async def broken(turn):
        raise RuntimeError("secret words of a citizen")

    monkeypatch.setattr(loaded[0], "turn", broken)
    answer = await http.post(
        "/turn", json={"conversation": "web:1", "message": {"id": "1", "text": "secret words"}}
    )
    assert answer.status_code == 500 and "secret" not in caplog.text + answer.text
