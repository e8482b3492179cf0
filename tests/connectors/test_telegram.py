"""The Telegram channel against the project's own Telegram, through the unmodified library."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO

import pytest
from fastapi import FastAPI
from PIL import Image
from pydantic import SecretStr

from api import errors
from api.attachments.intake import create_intake
from api.conversations import repository
from api.settings import Settings
from connectors.files import Files
from connectors.telegram.channel import TelegramChannel
from connectors.telegram.pace import Pace
from connectors.telegram.reading import CHANNEL
from connectors.telegram.router import telegram_router
from tests.connectors.helpers import eventually, served
from tests.connectors.telegram_server import TOKEN, TelegramServer

AMINA, SAMI, GROUP = 501, 502, -100900


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    server = TelegramServer()
    async with served(server.app) as url:
        server.url = url
        yield server
    await server.close()


@asynccontextmanager
async def talking(engine, telegram, tmp_path, mode="polling"):
    """The channel at work, by polling or by webhook."""
    app = FastAPI()
    errors.install(app)
    async with served(app) as url:
        settings = Settings(
            telegram_token=SecretStr(TOKEN),
            telegram_mode=mode,
            telegram_base_url=telegram.url,
            public_url=url,
            var_dir=tmp_path,
        )
        files = Files(create_intake(settings), engine.database)
        channel = TelegramChannel(settings, engine, files, Pace(overall=1000, apart=0.01))
        engine.push[CHANNEL] = channel
        app.include_router(telegram_router(channel))
        await channel.start()
        if mode == "webhook":
            await eventually(lambda: _true(telegram.webhook))
        try:
            yield channel
        finally:
            await channel.stop()


@pytest.fixture(params=["sqlite"])
async def database_url(tmp_path):
    yield f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"


@pytest.fixture
async def polling(engine, telegram, tmp_path):
    async with talking(engine, telegram, tmp_path) as channel:
        yield channel


async def _true(value):
    return value


def told(telegram, chat, number=1):
    async def enough():
        texts = telegram.texts(chat)
        return texts if len(texts) >= number else None

    return eventually(enough)


async def test_a_talk_by_polling(polling, telegram, bot):
    await telegram.says(AMINA, "slow 0.2")
    await telegram.says(AMINA, "encore")
    assert await told(telegram, AMINA, 2) == ["1: slow 0.2", "2: encore"]
    assert bot.requests[0]["conversation"] == f"telegram:{AMINA}"
    assert telegram.actions[0]["action"] == "typing"
    assert [one["command"] for one in telegram.commands["fr"]] == [
        "start", "help", "status", "langue", "annuler", "humain",
    ]  # fmt: skip
    assert telegram.commands[""][0]["description"] != telegram.commands["fr"][0]["description"]


async def test_a_talk_by_webhook_and_a_replayed_update(engine, telegram, tmp_path, bot):
    async with talking(engine, telegram, tmp_path, mode="webhook"):
        update = await telegram.says(AMINA, "aslema")
        assert await told(telegram, AMINA) == ["1: aslema"]
        assert await telegram.deliver(update) == 200
        await asyncio.sleep(0.2)
        assert len(bot.requests) == 1


async def test_a_forged_webhook_is_refused(engine, telegram, tmp_path, bot):
    async with talking(engine, telegram, tmp_path, mode="webhook"):
        update = {"update_id": 1, "message": telegram.message(AMINA, text="forged")}
        assert await telegram.deliver(update, secret="guess") == 403
        assert await telegram.deliver(update, secret="") == 403
        assert bot.requests == []


async def test_commands_are_understood_and_a_reference_after_status_is_said(polling, telegram, bot):
    for text in ("/start", "/langue@mouwaten_bot", "/status P-2026-7KQ4M2XC", "/unknown"):
        await telegram.says(AMINA, text)
    await told(telegram, AMINA, 4)
    asked = [(one["message"]["payload"], one["message"]["text"]) for one in bot.requests]
    assert asked[0][0] == "/greet" and asked[1][0] == "/change_language"
    assert asked[2] == (None, "P-2026-7KQ4M2XC") and asked[3] == (None, "unknown")


async def test_a_button_is_pressed_once_and_then_disabled(polling, telegram, bot):
    await telegram.says(AMINA, "choose")
    await told(telegram, AMINA)
    shown = telegram.sent[0]
    (row,) = shown["reply_markup"]["inline_keyboard"]
    assert [button["text"] for button in row] == ["Oui", "Non"]
    await telegram.presses(AMINA, shown["message_id"], "/affirm")
    assert (await told(telegram, AMINA, 2))[1] == "pressed /affirm"
    assert bot.requests[1]["message"]["text"] == "Oui"
    await eventually(lambda: _true(telegram.edits))
    left = telegram.edits[0]["reply_markup"]["inline_keyboard"]
    assert len(left) == 1 and left[0][0]["callback_data"] == "."


async def test_every_kind_of_message_reaches_the_bot(polling, telegram, bot):
    photo = telegram.holds(picture(), width=40, height=30)
    await telegram.sends(AMINA, photo=[photo], caption="voici")
    await telegram.sends(AMINA, location={"latitude": 34.74, "longitude": 10.76})
    own = {"phone_number": "21620123456", "first_name": "Amina", "user_id": AMINA}
    await telegram.sends(AMINA, contact=own)
    await telegram.sends(AMINA, contact={**own, "user_id": SAMI})
    message = telegram.message(AMINA, text="Sfax")
    await telegram.happens({"message": message})
    await telegram.edits_to(message, "Sousse")
    await told(telegram, AMINA, 6)
    one, place, contact, other, _, edited = (request["message"] for request in bot.requests)
    assert one["text"] == "voici" and one["attachments"][0]["kind"] == "image"
    assert place["location"] == {"latitude": 34.74, "longitude": 10.76}
    assert contact["contact"] == {"phone": "+21620123456", "name": "Amina"}
    assert other["contact"] is None and "+21620123456" in other["text"]
    assert edited["edited"] and edited["text"] == "Sousse"


async def test_an_album_is_one_message(polling, telegram, bot):
    for _ in range(3):
        photo = telegram.holds(picture(), width=40, height=30)
        await telegram.sends(AMINA, photo=[photo], media_group_id="77")
    await told(telegram, AMINA)
    assert len(bot.requests) == 1
    assert len(bot.requests[0]["message"]["attachments"]) == 3


async def test_what_cannot_be_taken_is_answered_politely(polling, telegram, bot):
    await telegram.sends(AMINA, sticker={"file_id": "s", "file_unique_id": "s", "type": "regular",
        "width": 1, "height": 1, "is_animated": False, "is_video": False})  # fmt: skip
    bad = telegram.holds(b"<html>not a picture</html>", file_name="x.jpg")
    await telegram.sends(AMINA, document=bad)
    await telegram.sends(AMINA, document={**bad, "file_size": 50_000_000})
    texts = await told(telegram, AMINA, 3)
    assert texts[0].startswith("Je ne peux pas lire") and texts[1] == texts[2]
    assert texts[1].startswith("Ce fichier n'a pas pu")
    assert bot.requests == []


async def test_a_file_is_fetched_again_after_a_fault(polling, telegram, bot, monkeypatch):
    monkeypatch.setattr("connectors.telegram.intake.PAUSE_SECONDS", 0.01)
    telegram.fails("getFile", 502)
    await telegram.sends(AMINA, photo=[telegram.holds(picture(), width=40, height=30)])
    assert await told(telegram, AMINA) == ["got image"]


async def test_groups_are_refused_and_left(polling, telegram, bot):
    await telegram.adds_to_group(GROUP)
    await eventually(lambda: _true(telegram.left))
    assert telegram.left == [GROUP] and "conversation privée" in telegram.texts(GROUP)[0]
    await telegram.says_in_group(GROUP, "just chatting")
    await telegram.says(AMINA, "aslema")
    await told(telegram, AMINA)
    assert len(telegram.texts(GROUP)) == 1 and len(bot.requests) == 1


async def test_429_and_5xx_lose_nothing_and_keep_the_order(polling, telegram, monkeypatch):
    monkeypatch.setattr("connectors.outbox.FIRST_WAIT", 0.05)
    telegram.fails("sendMessage", 429, retry_after=1)
    telegram.fails("sendMessage", 502, times=2)
    for number in range(3):
        await telegram.says(AMINA, f"n{number}")
    assert await told(telegram, AMINA, 3) == ["1: n0", "2: n1", "3: n2"]


async def test_a_citizen_who_blocked_the_bot_is_marked_until_he_writes_again(polling, telegram, database):
    async def reachable():
        async with database.session(writes=False) as session:
            conversation = await repository.find_conversation(session, "telegram", str(AMINA))
        return conversation is None or conversation.reachable

    async def unreachable():
        return not await reachable()

    telegram.fails("sendMessage", 403, description="Forbidden: bot was blocked by the user")
    await telegram.says(AMINA, "aslema")
    await eventually(unreachable)
    await telegram.says(AMINA, "back")
    assert await told(telegram, AMINA) == ["2: back"]
    assert await reachable()
    await telegram.blocks(AMINA)
    await eventually(unreachable)


async def test_a_chat_is_not_written_to_more_than_once_a_second():
    pace = Pace(overall=1000, apart=0.1)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await asyncio.gather(*(pace.turn("1") for _ in range(4)), pace.turn("2"))
    assert 0.3 <= loop.time() - began < 0.5


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "JPEG")
    return out.getvalue()
