"""Errors: every one is RFC 9457 `application/problem+json`, in one shape, with nothing personal in it.

    Problem                      (this module; a subclass per sentence, next to the rule it guards)
    ├─ NotFound                  404
    ├─ Unauthorised              401
    └─ …                         api/<domain>/errors.py

Shape: {type, title, status, detail?, instance, code, errors?: [{field, code, detail}]}. `code` is stable;
clients map it to a sentence in the citizen's language. What a caller sent is never repeated.
"""

import uuid
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.types import Scope

MEDIA_TYPE = "application/problem+json"
CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}


class Problem(Exception):
    """What went wrong, as a sentence; subclasses fix `status`, `code` and `title`."""

    status = 400
    code = "bad_request"
    title = "The request cannot be served."

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})


class NotFound(Problem):
    status, code, title = 404, "not_found", "There is nothing at this address."


class Unauthorised(Problem):
    status, code, title = 401, "unauthorised", "A valid service token is needed."

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class InvalidRequest(Problem):
    status, code, title = 422, "invalid_request", "Something in the request is missing or cannot be used."


class TooLarge(Problem):
    status, code, title = 413, "too_large", "The request is larger than is accepted."


class FieldProblem(BaseModel):
    field: str
    code: str
    detail: str


class ProblemBody(BaseModel):
    """The shape of every error, RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: list[FieldProblem] = []


def request_id(scope: Scope) -> str:
    """The number of a request, the same in its logs, its X-Request-Id and its problem."""
    return str(scope.setdefault("mouwaten.request", uuid.uuid4()))


def install(app: FastAPI) -> None:
    """Make every error of `app` answer as a problem."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)


def respond(problem: Problem, scope: Scope) -> JSONResponse:
    """`problem` as a response; its `instance` is the number that the logs give the request."""
    body: dict[str, Any] = {
        "type": f"urn:mouwaten:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail or problem.title,
        "instance": f"urn:uuid:{request_id(scope)}",
        "code": problem.code,
    }
    if problem.errors:
        body["errors"] = problem.errors
    return JSONResponse(body, problem.status, problem.headers, media_type=MEDIA_TYPE)


async def _problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return respond(error, request.scope)


async def _validation(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return respond(InvalidRequest(errors=[_field_error(one) for one in error.errors()]), request.scope)


def _field_error(one: Mapping[str, Any]) -> dict[str, str]:
    where = one["loc"][1:] if len(one["loc"]) > 1 else one["loc"]
    detail = one["msg"] if one["type"] != "json_invalid" else "The body is not JSON."
    return {"field": ".".join(str(part) for part in where), "code": one["type"], "detail": detail}


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    problem = Problem(headers=error.headers)
    problem.status = error.status_code
    problem.code = CODES.get(error.status_code, "bad_request")
    problem.title = HTTPStatus(error.status_code).phrase
    return respond(problem, request.scope)


async def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    problem = Problem("The request failed on our side; nothing of it was kept.")
    problem.status, problem.code, problem.title = 500, "internal_error", "Internal error"
    return respond(problem, request.scope)
