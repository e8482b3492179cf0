"""Structures and places: the whole country is there, and is found by any usual spelling."""

import httpx
import pytest
from fastapi import FastAPI

from api import seed
from api.folding import fold, tokens
from tests.api.acting import problem


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("بلديّة صفاقس", "بلدية صفاقس"),
        ("ڨابس", "قابس"),
        ("القلعة الكبرى", "القلعه الكبري"),
        ("أريانة", "اريانه"),
        ("Béja", "BEJA"),
        ("L'Ariana", "l ariana"),
    ],
)
def test_spellings_of_one_name_fold_together(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_articles_and_plurals_do_not_hide_a_word() -> None:
    assert tokens("والبلديات الكبرى") == tokens("بلديات كبرى")
    assert tokens("nouveaux passeports") == tokens("nouveau passeport")


@pytest.mark.asyncio(loop_scope="session")
class TestOverHttp:
    async def test_the_country_is_complete(self, anyone: httpx.AsyncClient) -> None:
        counts = {}
        for kind in ("governorate", "delegation", "municipality"):
            counts[kind] = len((await anyone.get("/places", params={"kind": kind})).json())
        assert counts == {"governorate": 24, "delegation": 264, "municipality": 350}

    async def test_later_delegations_are_told_apart(self, anyone: httpx.AsyncClient) -> None:
        found = (await anyone.get("/places", params={"kind": "delegation", "later": True})).json()
        assert len(found) == 270
        assert sum(place["later"] for place in found) == 6

    async def test_every_municipality_can_receive_a_case(self, anyone: httpx.AsyncClient) -> None:
        found = (await anyone.get("/structures", params={"parent": "municipality"})).json()
        assert len(found) == 350
        assert all(one["governorate"].startswith("governorate-") for one in found)
        assert all("building-permit" in one["handles"] for one in found)

    async def test_every_structure_is_in_the_tree(self, anyone: httpx.AsyncClient) -> None:
        found = (await anyone.get("/structures")).json()
        assert len(found) == 99 + 24 + 350
        slugs = {one["slug"] for one in found}
        assert all(one["parent"] in slugs for one in found if one["parent"])
        assert all(one["name"]["ar"] and one["name"]["fr"] for one in found)

    @pytest.mark.parametrize(
        ("words", "slug"),
        [
            ("STEG", "steg"),
            ("steg", "steg"),
            ("بلدية صفاقس", "municipality-sfax"),
            ("الشركة التونسية للكهرباء والغاز", "steg"),
            ("وزارة الداخلية", "ministry-interior"),
            ("Commune d'Ariana", "municipality-ariana"),
            ("ولاية قابس", "governorate-gabes"),
            ("cnss", "cnss"),
        ],
    )
    async def test_a_structure_is_found_by_its_names(
        self, anyone: httpx.AsyncClient, words: str, slug: str
    ) -> None:
        found = (await anyone.get("/structures", params={"q": words})).json()
        assert found[0]["slug"] == slug

    async def test_a_structure_tells_its_way_up_and_its_sources(self, anyone: httpx.AsyncClient) -> None:
        steg = (await anyone.get("/structures/steg")).json()
        assert [one["slug"] for one in steg["ancestors"]] == [
            "ministry-industry-energy",
            "presidency-government",
        ]
        assert steg["sources"]
        generic = (await anyone.get("/structures/municipality")).json()
        assert len(generic["children"]) == 350

    async def test_an_unknown_structure_is_a_problem(self, anyone: httpx.AsyncClient) -> None:
        assert problem(await anyone.get("/structures/nowhere")) == "unknown_structure"

    async def test_percent_signs_and_quotes_are_only_words(self, anyone: httpx.AsyncClient) -> None:
        for words in ("%", "_", "' OR 1=1 --", "\\", "100%"):
            assert (await anyone.get("/structures", params={"q": words})).status_code == 200

    async def test_a_second_seed_changes_nothing(self, app: FastAPI, anyone: httpx.AsyncClient) -> None:
        before = (await anyone.get("/structures")).text
        await seed.seed(app.state.database)
        assert (await anyone.get("/structures")).text == before
