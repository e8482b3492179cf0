"""GET /docs: the API described on a plain page that asks nothing of third parties; OpenAPI 3.1 beside it."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape

from api.errors import MEDIA_TYPE, ProblemBody

router = APIRouter(include_in_schema=False)
PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(),
    trim_blocks=True,
)
PROBLEM = {
    "description": "A problem (RFC 9457)",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """Every operation with its parameters and answers."""
    page = PAGES.get_template("docs.html").render(api=request.app.openapi())
    return HTMLResponse(
        page, headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    )


def document(app: FastAPI) -> None:
    """Let the description of `app` say how errors are told: one shape for every status."""

    def described() -> dict[str, Any]:
        if not app.openapi_schema:
            app.openapi_schema = _with_problems(
                get_openapi(
                    title=app.title, version=app.version, routes=app.routes, description=app.description
                )
            )
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _with_problems(api: dict[str, Any]) -> dict[str, Any]:
    schemas = api["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    for path in api["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = PROBLEM
    return api
