"""The pages: the chat on `/`, the same in a frame on `/embed`, the line other sites put in (`/widget.js`)."""

from __future__ import annotations

import mimetypes
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.errors import NotFound
from api.policy import policy
from api.settings import Settings
from connectors.web.session import Sessions

HERE = Path(__file__).parent
STATIC = HERE / "static"
MODULES = HERE.parent.parent / "node_modules"
LANGUAGE_COOKIE = "mouwaten_language"
A_YEAR = 365 * 24 * 3600

Language = Literal["ar", "fr"]

# What the pages load from packages, by the name it has under /assets/.
PACKAGED = {
    "deep-chat.js": "deep-chat/dist/deepChat.bundle.js",
    "arabic.woff2": "@fontsource-variable/noto-sans-arabic/files/noto-sans-arabic-arabic-wght-normal.woff2",
    "latin.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "latin-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
}

# The chat component writes its own style elements: styles may be inline, scripts never.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors {ancestors}"
)


def page_router(settings: Settings, sessions: Sessions) -> APIRouter:
    """Routes of the pages and of what they load."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def chat(request: Request, lang: Language | None = None) -> Response:
        """The chat; the first visit gives a session, nothing is stored about it before the first message."""
        return _page(request, lang, sessions, ancestors="'self'", framed=False)

    @router.get("/embed")
    async def embed(
        request: Request,
        lang: Language | None = None,
        color: str | None = Query(None, pattern="^[0-9a-fA-F]{6}$"),
    ) -> Response:
        """The chat alone, for a frame on the sites named in ALLOWED_ORIGINS."""
        ancestors = " ".join(["'self'", *settings.allowed_origins])
        return _page(request, lang, sessions, ancestors=ancestors, framed=True, color=color)

    @router.get("/widget.js")
    async def widget() -> Response:
        """`<script src=".../widget.js" data-lang="fr" data-color="0a6b5e" data-position="left"
        defer></script>`
        """
        headers = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}
        return FileResponse(STATIC / "widget.js", media_type="text/javascript", headers=headers)

    @router.get("/assets/{name}")
    async def asset(name: str) -> Response:
        """A file of the pages; nothing outside the two folders can be named."""
        return _asset(name)

    return router


@cache
def words() -> dict[str, dict[str, Any]]:
    """The words of the pages, by language."""
    read: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "words.yml").read_text(encoding="utf-8"))
    return read


def language_of(request: Request, asked: Language | None) -> Language:
    """The page's language: the one asked for, the one chosen before, the browser's, else Arabic."""
    chosen = asked or request.cookies.get(LANGUAGE_COOKIE)
    if chosen in ("ar", "fr"):
        return chosen  # type: ignore[return-value]
    preferred = request.headers.get("accept-language", "").lower()
    return "fr" if preferred.startswith("fr") else "ar"


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )


def _page(
    request: Request,
    lang: Language | None,
    sessions: Sessions,
    *,
    ancestors: str,
    framed: bool,
    color: str | None = None,
) -> Response:
    language = language_of(request, lang)
    body = (
        _templates()
        .get_template("chat.html")
        .render(
            words=words()[language],
            other=words()["fr" if language == "ar" else "ar"],
            language=language,
            framed=framed,
            color=color,
            limits=policy().limits,
        )
    )
    response = HTMLResponse(body, headers=_headers(ancestors, framed))
    if lang:
        response.set_cookie(LANGUAGE_COOKIE, lang, max_age=A_YEAR, samesite="lax")
    sessions.give(request, response)
    return response


def _headers(ancestors: str, framed: bool) -> dict[str, str]:
    headers = {
        "Content-Security-Policy": POLICY.format(ancestors=ancestors),
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Permissions-Policy": "geolocation=(self), microphone=(self), camera=(), payment=()",
        "Cache-Control": "no-store",
    }
    return headers if framed else {**headers, "X-Frame-Options": "SAMEORIGIN"}


def _asset(name: str) -> Response:
    packaged = PACKAGED.get(name)
    path = MODULES / packaged if packaged else STATIC / name
    if not packaged and (path.parent != STATIC or not path.is_file()):
        raise NotFound
    kind = "font/woff2" if name.endswith(".woff2") else mimetypes.guess_type(name)[0]
    caching = "public, max-age=604800" if packaged else "no-cache"
    headers = {"Cache-Control": caching, "X-Content-Type-Options": "nosniff"}
    return FileResponse(path, media_type=kind, headers=headers)
