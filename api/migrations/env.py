"""Alembic's environment: the connection given by `api.migrations.upgrade`, or one made from the settings."""

import asyncio

from alembic import context
from sqlalchemy import Connection

from api.database import Base, create_engine
from api.migrations.tables import belongs_to_models
from api.settings import load_settings


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=belongs_to_models,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_alone() -> None:
    engine = create_engine(load_settings().database)
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


given = context.config.attributes.get("connection")
if given is None:
    asyncio.run(run_alone())
else:
    run(given)
