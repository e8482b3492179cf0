"""The application: `create_app(settings)` joins the packages of the API."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from fastapi import FastAPI

from api import errors, migrations, seed
from api.attachments.intake import create_intake
from api.attachments.router import router as attachments
from api.cases.router import router as cases
from api.database import Database
from api.docs import document
from api.docs import router as docs
from api.guidance.router import router as guidance
from api.health import router as health
from api.housekeeping import tidy
from api.http import install as install_http
from api.policy_router import router as policy
from api.settings import Settings
from api.structures.router import router as structures
from api.throttle import create_throttle

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[object]]


def create_app(settings: Settings, beside: Sequence[Lifespan] = ()) -> FastAPI:
    """The case API on the database of `settings`, migrated and seeded at start.

    `beside` are context managers entered after that, for what runs in the same process. `app.state` has
    `settings`, `database`, `throttle`, `intake` and `readiness`, a dict of named checks (see `api.health`).
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await migrations.upgrade(settings)
        await seed.seed(app.state.database)
        await tidy(settings, app.state.database, app.state.intake)
        async with AsyncExitStack() as stack:
            for one in beside:
                await stack.enter_async_context(one(app))
            yield
        await app.state.throttle.close()
        await app.state.database.close()

    app = FastAPI(title="Mouwaten case API", version="1", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.settings = settings
    app.state.database = Database(settings.database)
    app.state.throttle = create_throttle(settings, app.state.database)
    app.state.intake = create_intake(settings)
    app.state.readiness = {}
    errors.install(app)
    install_http(app)
    for router in (cases, attachments, structures, guidance, policy):
        app.include_router(router, prefix="/api/v1")
    app.include_router(health)
    app.include_router(docs)
    document(app)
    return app
