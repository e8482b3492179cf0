"""Starting, migrating, watching: what an operator relies on."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from fastapi import FastAPI
from sqlalchemy import Connection, bindparam, text

from api import migrations, seed
from api.app import create_app
from api.database import Base, Database, UtcDateTime
from api.health import NotReady
from api.housekeeping import tidy
from api.logs import TALKATIVE, JsonLines
from api.migrations.tables import belongs_to_models
from api.policy import Window
from api.throttle import Throttle, create_throttle
from tests.api.acting import Citizen, client_of, make_settings

OLD = bindparam("old", datetime(2020, 1, 1, tzinfo=UTC), UtcDateTime)
WINDOW = Window(attempts=3, seconds=60)


def test_revisions_are_one_line() -> None:
    assert len(ScriptDirectory.from_config(migrations.configuration()).get_heads()) == 1


@pytest.mark.asyncio(loop_scope="session")
class TestDatabase:
    async def test_the_migrated_database_is_what_the_models_say(self, app: FastAPI) -> None:
        def differences(connection: Connection) -> list[object]:
            options = {"include_object": belongs_to_models, "compare_type": True}
            context = MigrationContext.configure(connection, opts=options)
            return list(compare_metadata(context, Base.metadata))

        async with app.state.database.engine.connect() as connection:
            assert await connection.run_sync(differences) == []

    async def test_a_second_start_changes_nothing_and_reads_no_facts(
        self, app: FastAPI, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await migrations.upgrade(app.state.settings)
        monkeypatch.setattr(seed, "_write", None)
        await seed.seed(app.state.database)

    async def test_replicas_that_start_together_make_one_database(
        self, fresh_database: str, tmp_path: Path
    ) -> None:
        replicas = [create_app(make_settings(tmp_path, database_url=fresh_database)) for _ in range(3)]

        async def start(app: FastAPI) -> None:
            async with app.router.lifespan_context(app), client_of(app) as client:
                articles = (await client.get("/guidance", params={"limit": 100})).json()
                assert len(articles) == 88
                assert (await client.get("/guidance/building-permit")).json()["version"] == 1

        await asyncio.gather(*map(start, replicas))

    async def test_old_keys_counters_and_files_are_forgotten(self, app: FastAPI, citizen: Citizen) -> None:
        state = app.state
        await citizen.files("an old key")
        await state.throttle.count(WINDOW, "reference", "E")
        async with state.database.session() as session:
            for table, column in (("idempotency_keys", "created_at"), ("rate_counters", "expires_at")):
                await session.execute(text(f"UPDATE {table} SET {column} = :old").bindparams(OLD))
        await tidy(state.settings, state.database, state.intake)
        async with state.database.session(writes=False) as session:
            for table in ("idempotency_keys", "rate_counters"):
                assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == 0
            assert await session.scalar(text("SELECT count(*) FROM cases")) == 1

    async def test_what_fails_is_rolled_back_whole(self, app: FastAPI) -> None:
        database: Database = app.state.database
        with pytest.raises(RuntimeError):
            async with database.session() as session:
                await session.execute(text("DELETE FROM seeds"))
                raise RuntimeError
        async with database.session(writes=False) as session:
            assert await session.scalar(text("SELECT count(*) FROM seeds")) == 5


@pytest.mark.asyncio(loop_scope="session")
class TestHealth:
    async def test_it_is_alive_and_ready(self, anyone: httpx.AsyncClient) -> None:
        assert (await anyone.get("http://api/livez")).json() == {"status": "alive"}
        ready = await anyone.get("http://api/readyz")
        assert (ready.status_code, ready.json()["parts"]) == (200, {"database": "ready"})

    async def test_it_is_not_ready_while_a_part_is_not(self, app: FastAPI, anyone: httpx.AsyncClient) -> None:
        async def bot_is_loading(_: object) -> None:
            raise NotReady("model not loaded")

        app.state.readiness["bot"] = bot_is_loading
        try:
            response = await anyone.get("http://api/readyz")
        finally:
            del app.state.readiness["bot"]
        assert response.status_code == 503
        assert response.json()["parts"] == {"database": "ready", "bot": "model not loaded"}

    async def test_it_is_not_ready_before_its_migrations(self, tmp_path: Path) -> None:
        app = create_app(make_settings(tmp_path))
        async with client_of(app) as client:
            response = await client.get("http://api/readyz")
        await app.state.database.close()
        assert response.status_code == 503

    async def test_it_counts_by_route_and_by_kind(self, citizen: Citizen, anyone: httpx.AsyncClient) -> None:
        receipt = await citizen.files()
        await citizen.reads(receipt["reference"])
        counted = (await anyone.get("http://api/metrics")).text
        assert 'mouwaten_cases_filed_total{kind="petition"}' in counted
        assert 'route="/api/v1/cases/{reference}"' in counted
        assert receipt["reference"] not in counted


@pytest.mark.asyncio(loop_scope="session")
class TestLogs:
    async def test_requests_are_logged_without_anything_personal(
        self, citizen: Citizen, anyone: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.DEBUG):
            receipt = await citizen.files()
            headers = {"X-Follow-Up-Code": receipt["code"]}
            await anyone.get(f"/cases/{receipt['reference']}?x=secret", headers=headers)
        records = [record for record in caplog.records if not record.name.startswith(TALKATIVE)]
        lines = [json.loads(JsonLines().format(record)) for record in records]
        told = json.dumps(lines, ensure_ascii=False)
        assert "/api/v1/cases/{reference}" in told
        for personal in (
            receipt["reference"],
            receipt["code"],
            citizen.identity,
            "22123456",
            "203.0.113.7",
            "secret",
        ):
            assert personal not in told

    async def test_a_failure_is_logged_without_its_words(self) -> None:
        try:
            raise ValueError("invalid input: 'Amina'")
        except ValueError as error:
            record = logging.LogRecord(
                "x", 40, "f", 1, "failed", (), (ValueError, error, error.__traceback__)
            )
        line = json.loads(JsonLines().format(record))
        assert line["failure"] == ["ValueError"]
        assert "test_operating" in line["way"][0]
        assert "Amina" not in json.dumps(line)


@pytest.mark.asyncio(loop_scope="session")
class TestThrottle:
    @pytest_asyncio.fixture(loop_scope="session", params=["database", "redis"])
    async def throttles(
        self, request: pytest.FixtureRequest, app: FastAPI, tmp_path: Path, redis_url: str | None
    ) -> AsyncIterator[tuple[Throttle, Throttle]]:
        """Those of two replicas."""
        if request.param == "redis" and redis_url is None:
            pytest.skip("Redis does not answer at TEST_REDIS_URL")
        settings = app.state.settings.model_copy(
            update={"redis_url": redis_url if request.param == "redis" else None}
        )
        one, other = (create_throttle(settings, app.state.database) for _ in range(2))
        yield one, other
        await one.close()
        await other.close()

    async def test_it_holds_across_replicas(self, throttles: tuple[Throttle, Throttle]) -> None:
        one, other = throttles
        counted = [await throttle.count(WINDOW, "reference", "A") for throttle in (one, other, one)]
        assert counted == [None, None, None]
        for wait in (await other.wait(WINDOW, "reference", "A"), await other.count(WINDOW, "reference", "A")):
            assert wait is not None
            assert 0 < wait <= 60
        assert await other.wait(WINDOW, "reference", "B") is None
        assert await other.wait(WINDOW, "caller", "A") is None

    async def test_asking_does_not_count(self, throttles: tuple[Throttle, Throttle]) -> None:
        one, other = throttles
        for _ in range(5):
            assert await one.wait(WINDOW, "reference", "C") is None
        assert await other.count(WINDOW, "reference", "C") is None

    async def test_the_database_counts_while_redis_does_not_answer(self, app: FastAPI) -> None:
        settings = app.state.settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
        throttle = create_throttle(settings, app.state.database)
        counted = [await throttle.count(WINDOW, "reference", "F") for _ in range(4)]
        assert counted[:3] == [None, None, None]
        assert counted[3] is not None
        await throttle.close()

    async def test_it_begins_anew_when_the_window_is_over(self, app: FastAPI) -> None:
        throttle = create_throttle(app.state.settings, app.state.database)
        short = Window(attempts=1, seconds=1)
        assert await throttle.count(short, "reference", "D") is None
        assert await throttle.wait(short, "reference", "D") is not None
        async with app.state.database.session() as session:
            await session.execute(text("UPDATE rate_counters SET expires_at = :old").bindparams(OLD))
        assert await throttle.count(short, "reference", "D") is None
