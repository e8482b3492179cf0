"""The REST channel as contract/interfaces.md promises it."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from api import errors
from connectors.rest.router import rest_router
from tests.connectors.conftest import HASTY


@pytest.fixture
async def rest(engine):
    """A client of the channel on this machine."""
    async with client_of(engine, loopback_only=True) as client:
        yield client


def client_of(engine, address="127.0.0.1", **options):
    app = FastAPI()
    errors.install(app)
    app.include_router(rest_router(engine, **options))
    transport = httpx.ASGITransport(app, client=(address, 1234))
    return httpx.AsyncClient(transport=transport, base_url="http://test")


async def say(rest, message, sender="amina", **more):
    body = {"sender": sender, "message": message, **more}
    answer = await rest.post("/webhooks/rest/webhook", json=body, timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_replies_have_rasas_shape(rest):
    assert await say(rest, "aslema") == [{"recipient_id": "amina", "text": "1: aslema"}]
    (reply,) = await say(rest, "choose")
    assert reply["buttons"] == [
        {"title": "Oui", "payload": "/affirm"},
        {"title": "Non", "payload": "/deny"},
    ]
    assert reply["custom"]["expects"]["kind"] == "confirm"
    assert await say(rest, "nothing to say") == []


async def test_a_payload_sent_as_a_message_presses_the_button(rest, bot):
    await say(rest, "choose")
    assert (await say(rest, "/affirm"))[0]["text"] == "pressed /affirm"
    assert bot.requests[1]["message"] | {"text": "Oui", "payload": "/affirm"} == bot.requests[1]["message"]
    await say(rest, "what / is this")
    assert bot.requests[2]["message"]["payload"] is None


async def test_a_sender_may_talk_all_at_once_and_each_call_gets_its_own_replies(rest, bot):
    answers = await asyncio.gather(*(say(rest, f"n{n}") for n in range(15)))
    for number, (reply,) in enumerate(answers):
        assert reply["text"].endswith(f": n{number}")
    heard = [one["message"]["text"] for one in bot.requests]
    assert bot.requests[-1]["state"]["heard"] == heard[:-1] and bot.overlaps == 0


async def test_a_repeated_message_id_is_answered_and_not_repeated(rest, bot):
    first = await say(rest, "aslema", message_id="x1")
    assert await say(rest, "aslema", message_id="x1") == first
    assert len(bot.requests) == 1


async def test_a_dead_bot_is_told_in_time_and_the_answer_comes_with_the_next(make_engine, bot):
    rest = client_of(await make_engine(HASTY), loopback_only=True)
    bot.away = True
    (told,) = await asyncio.wait_for(say(rest, "first"), 2)
    assert "Cela prend plus de temps" in told["text"]
    bot.away = False
    texts = [one["text"] for one in await say(rest, "second")]
    assert texts == ["1: first", "2: second"]
    await rest.aclose()


@pytest.mark.parametrize(
    "text", ["", " ", "😀" * 50, "x" * 100_000, "a\x00b\x07c\ud83d", "<script>", None, "'; --"]
)
async def test_bad_input_reaches_the_bot_clean_and_is_answered(rest, bot, text):
    answer = await rest.post("/webhooks/rest/webhook", content=_json(text), timeout=10)
    assert answer.status_code == 200 and len(answer.json()) == 1
    said = bot.requests[0]["message"]["text"]
    assert "\x00" not in said and "\x07" not in said and len(said) <= 100_000


async def test_callers_from_elsewhere_and_through_proxies_are_refused(engine):
    body = {"sender": "a", "message": "b"}
    async with client_of(engine, "203.0.113.9", loopback_only=True) as stranger:
        refused = await stranger.post("/webhooks/rest/webhook", json=body)
        assert refused.status_code == 403 and refused.json()["code"] == "only_from_this_machine"
    async with client_of(engine, loopback_only=True) as proxied:
        headers = {"X-Forwarded-For": "203.0.113.9"}
        assert (await proxied.post("/webhooks/rest/webhook", json=body, headers=headers)).status_code == 403
    async with client_of(engine, "203.0.113.9", loopback_only=False) as friend:
        assert (await friend.post("/webhooks/rest/webhook", json=body)).status_code == 200


@pytest.mark.parametrize("body", [{"sender": "x" * 201}, {"message": 3}, {"message_id": ""}, []])
async def test_a_wrong_body_is_a_problem(rest, body):
    answer = await rest.post("/webhooks/rest/webhook", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def _json(text):
    import json

    return json.dumps({"sender": "amina", "message": text}).encode()
