"""The assistant's client against the real application: what it sends is taken, every refusal comes back as its code."""

import httpx
import pytest

from api.app import create_app
from api.settings import Settings
from bot.actions.case_api import ApiRefused, ApiUnavailable, CaseApi

TOKEN = "t" * 24
MINE, OTHER = "web:leila", "web:sami"


@pytest.fixture
async def api(tmp_path):
    settings = Settings(_env_file=None, var_dir=tmp_path, bot_token=TOKEN)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        client = CaseApi("http://api", TOKEN, transport=httpx.ASGITransport(app))
        yield client
        await client.close()


def a_petition(**changes):
    return {
        "kind": "petition",
        "structure": "steg",
        "governorate": "governorate-sfax",
        "subject": "فاتورة غالطة",
        "description": "من شهر أفريل وأنا نخلص في فاتورة موش متاعي.",
        "name": "Leila Trabelsi",
        "phone": "+21622333444",
        "language": "ar",
        "channel_identity": MINE,
        "anonymous": False,
        "consent": {"version": "2026-11-1", "at": "2026-11-22T10:00:00+00:00"},
        **changes,
    }


async def test_a_petition_is_filed_once_for_its_key(api):
    first, again = await api.file(a_petition(), "key-1"), await api.file(a_petition(), "key-1")
    assert first == again
    assert first["structure"]["slug"] == "steg" and first["code"]


async def test_the_one_who_filed_reads_all_and_another_only_the_public_part(api):
    filed = await api.file(a_petition(), "key-1")
    mine, theirs = await api.read(filed["reference"], MINE), await api.read(filed["reference"], OTHER)
    assert mine["subject"] == "فاتورة غالطة" and mine["events"]
    assert "subject" not in theirs and theirs["status"] == mine["status"]
    with_code = await api.read(filed["reference"].lower(), OTHER, filed["code"])
    assert with_code["subject"] == mine["subject"]


async def test_own_cases_are_listed_newest_first(api):
    references = [(await api.file(a_petition(), key))["reference"] for key in ("a", "b")]
    assert [case["reference"] for case in await api.own_cases(MINE)] == references[::-1]
    assert await api.own_cases(OTHER) == []


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda api: api.read("P-2026-00000000", MINE), "invalid_reference"),
        (lambda api: api.article("no-such-service"), "unknown_article"),
        (lambda api: api.structure("no-such-structure"), "unknown_structure"),
        (lambda api: api.file(a_petition(phone="123"), "k"), "invalid_request"),
        (lambda api: api.file(a_petition(consent=None), "k"), "consent_needed"),
    ],
)
async def test_each_refusal_carries_its_code(api, call, code):
    with pytest.raises(ApiRefused) as refused:
        await call(api)
    assert refused.value.code == code


async def test_a_wrong_code_is_refused_and_tries_are_limited(api):
    filed = await api.file(a_petition(), "key-1")
    codes = set()
    for _ in range(8):
        with pytest.raises(ApiRefused) as refused:
            await api.read(filed["reference"], OTHER, "0000-0000")
        codes.add(refused.value.code)
    assert codes == {"wrong_code", "too_many_attempts"}
    assert refused.value.retry_after


async def test_a_case_is_followed_to_its_end(api):
    filed = await api.file(a_petition(), "key-1")
    reference, code = filed["reference"], filed["code"]
    added = await api.follow(
        reference, "additions", {"text": "وصلتني فاتورة ثانية", "attachments": []}, OTHER, code, "a"
    )
    assert added["event"] == "addition"
    withdrawn = await api.follow(reference, "withdrawal", {}, MINE, None, "w")
    assert withdrawn["status"] == "withdrawn"
    with pytest.raises(ApiRefused) as refused:
        await api.follow(reference, "contest", {"reasons": "لا أوافق على هذا"}, MINE, None, "c")
    assert refused.value.status == 409


async def test_articles_are_read_and_found(api):
    article = await api.article("passport-first-issue-renewal")
    assert article["aspects"]["documents"] and article["sources"]
    assert (await api.search("جواز سفر"))[0]["slug"].startswith("passport")
    assert (await api.structures("steg"))[0]["slug"] == "steg"


@pytest.mark.parametrize(
    "answer", [httpx.ConnectError("down"), httpx.ReadTimeout("slow"), httpx.Response(502)]
)
async def test_an_api_that_is_down_is_one_error(answer):
    def respond(request):
        if isinstance(answer, Exception):
            raise answer
        return answer

    api = CaseApi("http://api", TOKEN, transport=httpx.MockTransport(respond))
    with pytest.raises(ApiUnavailable):
        await api.own_cases(MINE)
