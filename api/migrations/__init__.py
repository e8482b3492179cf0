"""The database's shape, revision after revision; `upgrade` brings it to the newest at start.

One line of revisions: a new one names the newest as its parent (a test checks that there is one head).
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from api.database import create_engine
from api.settings import Settings

FOLDER = Path(__file__).parent
# Any constant: two replicas that start together on PostgreSQL migrate one after the other.
_LOCK = 20261122


def configuration() -> Config:
    """Alembic's configuration, for the command line as well."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


async def upgrade(settings: Settings) -> None:
    """Create or update every table of the database in use."""
    if settings.database.startswith("sqlite") and not settings.database_url:
        settings.var_dir.mkdir(parents=True, exist_ok=True)
    engine = create_engine(settings.database)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def is_current(connection: Connection) -> bool:
    """Whether the database has the newest revision."""
    return MigrationContext.configure(connection).get_current_revision() == newest()


def newest() -> str | None:
    """The one head of the revisions."""
    return ScriptDirectory.from_config(configuration()).get_current_head()


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
