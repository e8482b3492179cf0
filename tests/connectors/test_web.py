"""The website's routes: sessions, origins, transcript, live line, files."""

import asyncio
import json
import time
from io import BytesIO

import httpx
import pytest
import websockets
import yaml
from fastapi import FastAPI
from PIL import Image

from api import errors
from api.attachments.intake import create_intake
from api.settings import Settings
from connectors.files import Files
from connectors.web import pages
from connectors.web.flood import Flood, TooFast
from connectors.web.pages import page_router
from connectors.web.router import web_router
from connectors.web.session import COOKIE, Sessions
from tests.connectors.helpers import eventually, served

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0", "Origin": "http://site.test"}


@pytest.fixture(params=["sqlite"])
async def database_url(tmp_path):
    yield f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"


@pytest.fixture
def app(engine, tmp_path):
    settings = Settings(
        var_dir=tmp_path, public_url="http://site.test", allowed_origins="https://partner.test"
    )
    sessions = Sessions(settings)
    app = FastAPI()
    errors.install(app)
    app.include_router(page_router(settings, sessions))
    app.include_router(web_router(engine, sessions, Files(create_intake(settings), engine.database)))
    return app


@pytest.fixture
async def page(app):
    """A browser that has opened the chat page."""
    async with browser(app) as client:
        assert (await client.get("/")).status_code == 200
        yield client


def browser(app, **headers):
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url="http://site.test", headers=BROWSER | headers)


async def post(page, text, number="00000001", **more):
    return await page.post("/chat/messages", json={"id": number, "text": text, **more})


async def lines(page, number, **query):
    async def enough():
        told = (await page.get("/chat/messages", params=query)).json()
        return told if len(told["lines"]) >= number else None

    return await eventually(enough)


async def test_a_message_is_stored_then_acknowledged_and_answered(page):
    answer = await post(page, "aslema")
    assert answer.status_code == 202 and answer.json()["position"] == 1
    told = await lines(page, 2)
    assert [(one["author"], one["text"]) for one in told["lines"]] == [
        ("citizen", "aslema"),
        ("assistant", "1: aslema"),
    ]
    assert told["lines"][0]["id"] == "00000001" and told["last"] == 2
    assert (await page.get("/chat/messages", params={"after": 1})).json()["lines"][0]["position"] == 2


async def test_a_message_sent_again_is_acknowledged_once_more_and_stored_once(page):
    await post(page, "aslema")
    assert (await post(page, "aslema")).json()["duplicate"]
    assert len((await lines(page, 2))["lines"]) == 2


async def test_waiting_answers_as_soon_as_there_is_something(page):
    await post(page, "slow 0.2")
    last = (await page.get("/chat/messages")).json()["last"]
    told = (await page.get("/chat/messages", params={"after": last, "wait": True}, timeout=5)).json()
    assert told["lines"][0]["text"] == "1: slow 0.2"


async def test_a_session_is_needed_and_a_copied_or_forged_one_is_refused(app, page):
    cookie = page.cookies[COOKIE]
    async with browser(app) as stranger:
        assert (await post(stranger, "hello")).status_code == 401
        stranger.cookies.set(COOKIE, cookie[:-3] + "abc")
        refused = await post(stranger, "hello")
        assert refused.status_code == 401 and "reload the page" in refused.json()["title"]
    async with browser(app, **{"User-Agent": "Chrome on somebody else's phone"}) as thief:
        thief.cookies.set(COOKIE, cookie)
        assert (await post(thief, "hello")).status_code == 401
        assert (await thief.get("/chat/messages")).json()["lines"] == []
    newer = BROWSER | {"User-Agent": BROWSER["User-Agent"].replace("140", "141")}
    async with browser(app, **newer) as updated:
        updated.cookies.set(COOKIE, cookie)
        assert (await post(updated, "hello", "00000009")).status_code == 202


async def test_a_page_that_floods_is_slowed_and_told_when_to_come_back(page):
    answers = [await post(page, "x", f"0000000{number}"[-8:] + "-flood") for number in range(32)]
    assert answers[0].status_code == 202 and answers[-1].status_code == 429
    assert answers[-1].json()["code"] == "too_fast" and int(answers[-1].headers["retry-after"]) >= 1


def test_a_bucket_refills():
    flood = Flood(burst=2, every=0.05)
    for who in ("amina", "amina", "sami"):
        flood.spend(who)
    with pytest.raises(TooFast):
        flood.spend("amina")
    time.sleep(0.06)
    flood.spend("amina")


@pytest.mark.parametrize("origin", ["https://evil.test", "https://partner.test", "null"])
async def test_other_sites_pages_cannot_write(page, origin):
    refused = await page.post("/chat/messages", json={"id": "00000001"}, headers={"Origin": origin})
    assert refused.status_code == 403 and refused.json()["code"] == "origin_refused"


async def test_only_named_sites_may_frame_the_chat(page):
    policy = (await page.get("/embed")).headers["content-security-policy"]
    assert "frame-ancestors 'self' https://partner.test" in policy
    policy = (await page.get("/")).headers["content-security-policy"]
    assert policy.endswith("frame-ancestors 'self'") and "script-src 'self';" in policy


async def test_the_page_speaks_the_language_asked_for(app):
    async with browser(app) as client:
        assert '<html lang="ar" dir="rtl"' in (await client.get("/")).text
        french = await client.get("/", headers={"Accept-Language": "fr-TN,fr;q=0.9"})
        assert '<html lang="fr" dir="ltr"' in french.text
        assert '<html lang="fr"' in (await client.get("/?lang=fr")).text
        assert '<html lang="fr"' in (await client.get("/")).text
        assert (await client.get("/?lang=de")).status_code == 422


async def test_nothing_but_the_pages_own_files_is_served(page):
    assert (await page.get("/assets/chat.js")).headers["content-type"].startswith("text/javascript")
    for name in ("router.py", "..%2Frouter.py", "%2e%2e%2fwords.yml", ".env", ""):
        assert (await page.get(f"/assets/{name}")).status_code == 404


async def test_a_file_is_kept_and_named_to_the_bot(page, bot):
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    kept = await page.post("/chat/attachments", files={"file": ("plan.png", out.getvalue())})
    assert kept.status_code == 201 and kept.json()["kind"] == "image"
    await post(page, "", attachments=[kept.json()])
    assert (await lines(page, 2))["lines"][1]["text"] == "got image"
    assert bot.requests[0]["message"]["attachments"][0]["id"] == kept.json()["id"]


async def test_a_page_named_jpg_is_refused(page):
    refused = await page.post("/chat/attachments", files={"file": ("x.jpg", b"<html></html>")})
    assert refused.status_code == 415 and refused.json()["code"] == "attachment_type_refused"


async def test_the_live_line_pushes_and_catches_up(app, page):
    await post(page, "aslema")
    await lines(page, 2)
    async with served(app) as url:
        address = url.replace("http", "ws") + "/chat/socket"
        headers = {"Cookie": f"{COOKIE}={page.cookies[COOKIE]}"}
        options = {"additional_headers": headers, "user_agent_header": BROWSER["User-Agent"]}
        with pytest.raises(websockets.InvalidStatus):
            await websockets.connect(address, origin="https://evil.test", **options)
        with pytest.raises(websockets.InvalidStatus):
            await websockets.connect(address, origin="http://site.test")
        async with websockets.connect(f"{address}?after=1", origin="http://site.test", **options) as line:
            assert [one["position"] for one in json.loads(await line.recv())["lines"]] == [2]
            await post(page, "encore", "00000002")
            heard = []
            while not any(one["author"] == "assistant" for one in heard):
                heard += json.loads(await asyncio.wait_for(line.recv(), 3))["lines"]
            assert [one["text"] for one in heard] == ["encore", "2: encore"]


def test_both_languages_have_the_same_words():
    words = yaml.safe_load((pages.HERE / "words.yml").read_text(encoding="utf-8"))
    assert words["ar"].keys() == words["fr"].keys()
    assert [one.keys() for one in words["ar"]["starters"]] == [one.keys() for one in words["fr"]["starters"]]
    scripts = "".join(path.read_text(encoding="utf-8") for path in pages.STATIC.glob("*.js"))
    template = (pages.HERE / "templates" / "chat.html").read_text(encoding="utf-8")
    unused = [
        word
        for word in words["ar"]
        if f"words.{word}" not in scripts + template and f'"{word}"' not in scripts
    ]
    assert unused == []
