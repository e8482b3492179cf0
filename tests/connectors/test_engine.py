"""The engine's promises, each on SQLite and on PostgreSQL."""

import asyncio
import time

import pytest
from sqlalchemy import update

from api.conversations import reading, repository, service
from api.conversations.enums import ConversationStatus, Direction
from api.conversations.models import Conversation
from api.conversations.schemas import Reply
from connectors.delivery import RefusedError, TryAgainError, UnreachableError
from connectors.engine import Engine, Pace
from tests.connectors.conftest import HASTY
from tests.connectors.helpers import Phone, eventually, said, told


async def answers(database, number, who="amina", channel="web"):
    async def enough():
        texts = await told(database, who, channel)
        return texts if len(texts) >= number else None

    return await eventually(enough)


async def test_a_message_is_answered_and_the_state_goes_on(engine, database, bot):
    await engine.receive(said("aslema"))
    assert await answers(database, 1) == ["1: aslema"]
    await engine.receive(said("encore"))
    assert await answers(database, 2) == ["1: aslema", "2: encore"]
    assert bot.requests[1]["state"] == {"heard": ["aslema"]}


async def test_the_same_message_twice_is_one_message(engine, database, bot):
    first = await engine.receive(said("aslema", id="7"))
    again = await engine.receive(said("aslema", id="7"))
    assert not first.duplicate and again.duplicate and again.inbound_id == first.inbound_id
    await answers(database, 1)
    await asyncio.sleep(0.2)
    assert len(bot.requests) == 1


async def test_order_is_kept_within_a_conversation_and_nobody_waits_for_a_stranger(engine, database, bot):
    await engine.receive(said("slow 0.3", who="slow one"))
    for number in range(20):
        await engine.receive(said(f"n{number}"))
    started = time.monotonic()
    texts = await answers(database, 20)
    assert time.monotonic() - started < 3
    assert texts == [f"{number + 1}: n{number}" for number in range(20)]
    assert bot.overlaps == 0


async def test_two_engines_share_conversations_without_overlap(make_engine, database, bot):
    engines = [await make_engine(), await make_engine()]
    messages = [said(f"n{n}", who=f"citizen {n % 5}") for n in range(40)]
    for number, message in enumerate(messages):
        await engines[number % 2].receive(message)
    for who in range(5):
        texts = await answers(database, 8, who=f"citizen {who}")
        assert texts == [f"{n + 1}: n{who + 5 * n}" for n in range(8)]
    assert bot.overlaps == 0 and len(bot.requests) == 40


async def test_a_dead_bot_is_told_and_the_message_handled_when_it_is_back(make_engine, database, bot):
    engine = await make_engine(HASTY)
    bot.away = True
    await engine.receive(said("aslema", language="fr"))
    texts = await answers(database, 1)
    assert texts[0].startswith("Cela prend plus de temps")
    bot.away = False
    assert (await answers(database, 2))[1] == "1: aslema"


async def test_a_slow_bot_is_told_once_in_both_languages_while_none_is_known(make_engine, database):
    engine = await make_engine(HASTY)
    await engine.receive(said("slow 0.9"))
    await engine.receive(said("second"))
    texts = await answers(database, 3)
    assert texts[1:] == ["1: slow 0.9", "2: second"]
    assert "يستغرق" in texts[0] and "Cela prend" in texts[0]


@pytest.mark.parametrize("word", ["boom", "garbage"])
async def test_a_message_the_bot_cannot_bear_becomes_a_dead_letter_and_the_talk_goes_on(
    engine, database, monkeypatch, word
):
    monkeypatch.setattr("connectors.turns.FIRST_WAIT", 0.01)
    await engine.receive(said(word, language="fr"))
    await engine.receive(said("encore"))
    await eventually(lambda: _last(database, "1: encore"))
    texts = [text for text in await told(database) if not text.startswith("Cela prend")]
    assert texts[0].startswith("Nous sommes désolés") and texts[1] == "1: encore"
    async with database.session(writes=False) as session:
        letters = await reading.dead_letters(session, 10)
    assert [(letter.direction, letter.identity) for letter in letters] == [("in", "web:amina")]


async def test_a_hanging_message_does_not_hold_the_others(make_engine, database, monkeypatch):
    monkeypatch.setattr("connectors.turns.FIRST_WAIT", 0.01)
    engine = await make_engine(turn_seconds=0.2)
    await engine.receive(said("slow 5", who="hanging"))
    await engine.receive(said("aslema"))
    assert await answers(database, 1) == ["1: aslema"]


async def test_a_worker_that_dies_loses_nothing(make_engine, database, bot):
    """A claim whose holder never comes back is taken over when its lease has run out; the late holder is
    fenced.
    """
    dead = Engine(database, None)  # type: ignore[arg-type]
    await dead.receive(said("aslema"))
    async with database.session() as session:
        (held,) = await service.claim(session, Direction.inbound, "dead", 0.3, 1)
    async with database.session() as session:
        pending = await service.next_pending(session, held)
    await make_engine()
    assert await answers(database, 1) == ["1: aslema"]
    with pytest.raises(service.LeaseLostError):
        async with database.session() as session:
            reply = Reply({"text": "too late"}, push=False)
            await service.finish_turn(session, held, pending.inbound_id, {"stale": True}, None, [reply])
    assert await told(database) == ["1: aslema"]
    async with database.session(writes=False) as session:
        assert (await reading.counts(session))["in_taken_over"] == 1


async def test_an_official_holds_the_conversation_and_the_bot_is_not_called(engine, database, bot):
    await engine.receive(said("aslema"))
    await answers(database, 1)
    async with database.session() as session:
        await session.execute(update(Conversation).values(status=ConversationStatus.human))
    await engine.receive(said("for the official"))
    await asyncio.sleep(0.5)
    assert len(bot.requests) == 1 and await told(database) == ["1: aslema"]


async def test_news_take_the_same_way_out(make_engine, database):
    phone = Phone()
    engine = await make_engine(phone=phone)
    received = await engine.receive(said("aslema", channel="phone"))
    await eventually(lambda: _got(phone, 1))
    async with database.session() as session:
        await service.say(session, received.conversation_id, [Reply({"text": "news"}, push=True)])
    await eventually(lambda: _got(phone, 2))
    assert phone.got == [("amina", "1: aslema"), ("amina", "news")]


async def test_a_channel_in_trouble_gets_its_messages_later_in_order(make_engine, database, monkeypatch):
    monkeypatch.setattr("connectors.outbox.FIRST_WAIT", 0.01)
    phone = Phone(TryAgainError("429", after=0.05), TryAgainError("network"), TryAgainError("network"))
    engine = await make_engine(phone=phone)
    for number in range(3):
        await engine.receive(said(f"n{number}", channel="phone"))
    await eventually(lambda: _got(phone, 3))
    assert [text for _, text in phone.got] == ["1: n0", "2: n1", "3: n2"]


async def test_what_a_channel_refuses_is_a_dead_letter_and_the_rest_goes_on(make_engine, database):
    phone = Phone(RefusedError("bad request"), UnreachableError("blocked"))
    engine = await make_engine(phone=phone)
    for number in range(3):
        await engine.receive(said(f"n{number}", channel="phone"))
    await eventually(lambda: _got(phone, 1))
    assert phone.got == [("amina", "3: n2")]
    async with database.session(writes=False) as session:
        assert (await reading.counts(session))["out_dead"] == 2
        conversation = await repository.find_conversation(session, "phone", "amina")
    assert conversation is not None and not conversation.reachable


async def _last(database, text: str) -> bool:
    return (await told(database) or [""])[-1] == text


async def _got(phone: Phone, number: int) -> bool:
    return len(phone.got) >= number


async def test_replicas_hear_of_messages_at_once(make_engine, database):
    """On PostgreSQL a message stored by one process is handled by another before its next look."""
    if database.dialect != "postgresql":
        pytest.skip("processes hear of each other through PostgreSQL")
    await make_engine(Pace(look=30, patience=60))
    await asyncio.sleep(0.7)
    idle = Engine(database, None)  # type: ignore[arg-type]
    await idle.receive(said("aslema"))
    assert await answers(database, 1) == ["1: aslema"]


async def test_a_process_without_the_channel_leaves_its_replies_to_one_that_has_it(
    make_engine, database, monkeypatch
):
    monkeypatch.setattr("connectors.outbox.ELSEWHERE_WAIT", 0.1)
    without = await make_engine()
    await without.receive(said("aslema", channel="phone"))
    await answers(database, 1, channel="phone")
    phone = Phone()
    await make_engine(phone=phone)
    await eventually(lambda: _got(phone, 1))
    assert phone.got == [("amina", "1: aslema")]
