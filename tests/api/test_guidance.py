"""Guidance: every service is told with its sources and doubts, and an edit shows at once."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api import seed
from api.guidance.errors import InvalidArticle, UnknownArticle
from api.guidance.service import GuidanceService
from tests.api.acting import problem

pytestmark = pytest.mark.asyncio(loop_scope="session")

CARD = "national-id-card-first-issue"


async def edit(app: FastAPI, slug: str, **changes: Any) -> None:
    async with app.state.database.session() as session:
        await GuidanceService(session).edit(slug, changes, author="official-1", reason="nouveau tarif")


async def search(client: httpx.AsyncClient, words: str, limit: int = 3) -> list[str]:
    response = await client.get("/guidance", params={"q": words, "limit": limit})
    assert response.status_code == 200
    return [hit["slug"] for hit in response.json()]


async def test_all_services_are_told(anyone: httpx.AsyncClient) -> None:
    hits = (await anyone.get("/guidance", params={"limit": 100})).json()
    assert len(hits) == 88
    for hit in hits:
        article = (await anyone.get(f"/guidance/{hit['slug']}")).json()
        assert article["responsible"]
        assert article["confidence"] in ("high", "medium", "low")


async def test_a_figure_keeps_its_source_its_date_and_its_doubt(anyone: httpx.AsyncClient) -> None:
    article = (await anyone.get(f"/guidance/{CARD}")).json()
    (fee,) = article["aspects"]["fee"]
    assert (fee["tnd"], fee["source"], fee["as_of"], fee["check"]) == (3, "sicad_cin_first", "undated", True)
    assert fee["source"] in {source["id"] for source in article["sources"]}
    assert [told["conflict"] for told in article["aspects"]["conditions"]] == [False, True, False]
    assert article["aspects"]["documents"][-1]["when"]["fr"] == "résidents à l'étranger"


async def test_what_is_not_known_is_empty(anyone: httpx.AsyncClient) -> None:
    aspects = (await anyone.get(f"/guidance/{CARD}")).json()["aspects"]
    assert aspects["validity"] is None
    assert aspects["online"] == []


async def test_an_unknown_article_is_a_problem(anyone: httpx.AsyncClient) -> None:
    assert problem(await anyone.get("/guidance/flying-carpet-licence")) == "unknown_article"


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("renouveler mon passeport", "passport-first-issue-renewal"),
        ("الباسبور", "passport-first-issue-renewal"),
        ("قص فاتورة الكهرباء", "electricity-bill-complaint"),
        ("رخصة بناء", "building-permit"),
        ("permis de construire", "building-permit"),
        ("PERMIS DE CONDUIRE", "driving-licence-first-issue"),
        ("بطاقة إعاقة", "disability-card"),
        ("carte de handicapé", "disability-card"),
        ("extrait de naissance", "civil-status-extracts"),
        ("مضمون ولادة", "civil-status-extracts"),
        ("B3", "criminal-record-bulletin-3"),
        ("vignette voiture", "vehicle-tax-vignette"),
    ],
)
async def test_words_find_the_article_among_the_first_three(
    anyone: httpx.AsyncClient, words: str, slug: str
) -> None:
    assert slug in await search(anyone, words)


@pytest.mark.parametrize("words", ["'", '"', "a OR b", "NEAR(", "* & | !", "😀", "\\", "<->", "-", "a'b:*"])
async def test_signs_of_a_search_language_are_only_words(anyone: httpx.AsyncClient, words: str) -> None:
    await search(anyone, words)


async def test_nonsense_finds_nothing(anyone: httpx.AsyncClient) -> None:
    assert await search(anyone, "xyzzy qwrtp") == []


async def test_scores_fall_from_one(anyone: httpx.AsyncClient) -> None:
    hits = (await anyone.get("/guidance", params={"q": "carte d'identité nationale"})).json()
    scores = [hit["score"] for hit in hits]
    assert scores[0] == 1
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 3


async def test_an_edit_shows_at_once_and_the_old_version_stays(
    app: FastAPI, anyone: httpx.AsyncClient
) -> None:
    before = (await anyone.get("/guidance/building-permit")).json()
    await edit(app, "building-permit", where={"ar": "مكتب الزرافات", "fr": "Bureau des girafes"})
    after = (await anyone.get("/guidance/building-permit")).json()
    assert after["aspects"]["where"]["fr"] == "Bureau des girafes"
    assert after["version"] == before["version"] + 1
    assert after["updated_at"] > before["updated_at"]
    assert "building-permit" in await search(anyone, "girafe")
    assert "building-permit" in await search(anyone, "الزرافات")
    async with app.state.database.session(writes=False) as session:
        versions = await GuidanceService(session).versions("building-permit")
    assert [one.author for one in versions][-1] == "official-1"
    assert versions[-2].facts["where"] == {name: before["aspects"]["where"][name] for name in ("ar", "fr")}


async def test_new_facts_do_not_overwrite_an_official(app: FastAPI, anyone: httpx.AsyncClient) -> None:
    await edit(app, "hajj-registration", fee=[{"ar": "بلا معلوم", "fr": "gratuit"}])
    async with app.state.database.session() as session:
        guidance = GuidanceService(session)
        article = await guidance.get("hajj-registration")
        await guidance.take_from_facts({**article.facts, "fee": []})
    assert (await anyone.get("/guidance/hajj-registration")).json()["aspects"]["fee"][0]["fr"] == "gratuit"


async def test_new_facts_refresh_what_nobody_edited(app: FastAPI, anyone: httpx.AsyncClient) -> None:
    async with app.state.database.session() as session:
        guidance = GuidanceService(session)
        facts = (await guidance.get("vehicle-registration")).facts
        await guidance.take_from_facts({**facts, "links": ["https://example.tn"]})
        await guidance.take_from_facts({**facts, "links": ["https://example.tn"]})
    article = (await anyone.get("/guidance/vehicle-registration")).json()
    assert article["aspects"]["online"] == ["https://example.tn"]
    assert article["version"] == 2


async def test_an_article_needs_both_languages(app: FastAPI) -> None:
    with pytest.raises(InvalidArticle):
        await edit(app, CARD, name={"ar": "", "fr": "Carte"})
    with pytest.raises(UnknownArticle):
        await edit(app, "nothing", name={"ar": "x", "fr": "x"})


async def test_a_second_start_keeps_the_edits(app: FastAPI, anyone: httpx.AsyncClient) -> None:
    await edit(app, "water-connection-sonede", notes=["Une note."])
    await seed.seed(app.state.database)
    article = (await anyone.get("/guidance/water-connection-sonede")).json()
    assert article["aspects"]["notes"] == ["Une note."]


async def test_the_policy_says_what_it_is(anyone: httpx.AsyncClient) -> None:
    policy = (await anyone.get("/policy")).json()
    assert policy["nature"] == "policy"
    assert set(policy["aims"]) == {"petition", "guidance", "suggestion", "notice"}
    assert policy["consent"]["version"]
    assert policy["limits"]["description"] > 0
    assert "throttle" not in policy
