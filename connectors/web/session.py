"""Who is at the other end of the page: a signed cookie, and the origin the request comes from.

The cookie holds a random name and nothing else; it is signed, bound to the kind of browser it was given to,
and
renewed while it is used. A copied one is refused in another browser.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import HTTPConnection
from starlette.responses import Response

from api.errors import Problem
from api.settings import Settings
from connectors.messages import Identity

COOKIE = "mouwaten_session"
HEADER = "x-mouwaten-session"
PROTOCOL = "mouwaten"
KEPT_SECONDS = 180 * 24 * 3600
CHANNEL = "web"


class SessionRefused(Problem):
    status, code = 401, "session_refused"
    title = "This session is not valid here: reload the page to begin again."


class OriginRefused(Problem):
    status, code = 403, "origin_refused"
    title = "Requests from this site are not allowed."


@dataclass(frozen=True)
class Sessions:
    """Gives out session cookies and reads them back."""

    settings: Settings

    @property
    def _signer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.settings.session_secret.get_secret_value(), salt="web session")

    def identity(self, connection: HTTPConnection) -> Identity:
        """The citizen of this request.

        Raises:
            SessionRefused: there is no cookie, it was forged, is too old, or was given to another browser.
        """
        identity = self.known(connection)
        if identity is None:
            raise SessionRefused
        return identity

    def known(self, connection: HTTPConnection) -> Identity | None:
        """Like `identity`, with None instead of a refusal."""
        try:
            name, browser = self._signer.loads(_shown(connection), max_age=KEPT_SECONDS)
        except (BadSignature, ValueError, TypeError):
            return None
        if browser != _browser(connection):
            return None
        return Identity(channel=CHANNEL, external_id=name)

    def give(self, connection: HTTPConnection, response: Response) -> None:
        """Sets the cookie: the citizen's own again, or a new one."""
        cookie = f"{COOKIE}={self.token(connection)}; Path=/; Max-Age={KEPT_SECONDS}; HttpOnly"
        response.headers.append("set-cookie", f"{cookie}; {self._scope(connection)}")

    def token(self, connection: HTTPConnection) -> str:
        """The signed words of a session: the citizen's own again, or a new one's."""
        known = self.known(connection)
        name = known.external_id if known else secrets.token_urlsafe(18)
        return self._signer.dumps([name, _browser(connection)])

    def end(self, connection: HTTPConnection, response: Response) -> None:
        """Takes the cookie away: the next visit is a stranger's."""
        response.headers.append(
            "set-cookie", f"{COOKIE}=; Path=/; Max-Age=0; HttpOnly; {self._scope(connection)}"
        )

    def check_origin(self, connection: HTTPConnection) -> None:
        """Every write and every live line must come from our own pages (frames on other sites are ours too).

        Raises:
            OriginRefused: another site's page sends this.
        """
        origin = connection.headers.get("origin")
        if origin is None:
            if (
                connection.scope["type"] == "websocket"
                or connection.headers.get("sec-fetch-site") == "cross-site"
            ):
                raise OriginRefused
            return
        if origin not in (_origin(self.settings.public_url), f"{_scheme(connection)}://{_host(connection)}"):
            raise OriginRefused

    def _scope(self, connection: HTTPConnection) -> str:
        """A frame on another site gets its cookie only where the site is served by https (CHIPS)."""
        if self.settings.public_url.startswith("https://") or _scheme(connection) == "https":
            return "SameSite=None; Secure; Partitioned"
        return "SameSite=Lax"


def _shown(connection: HTTPConnection) -> str:
    """The signed words: from the header, a WebSocket's second protocol name, or the cookie."""
    if HEADER in connection.headers:
        return connection.headers[HEADER]
    protocols = connection.headers.get("sec-websocket-protocol", "").split(",")
    if len(protocols) == 2:
        return protocols[1].strip()
    return connection.cookies.get(COOKIE, "")


def _browser(connection: HTTPConnection) -> str:
    """The kind of browser, without version numbers: an update must not end a session."""
    words = re.sub(r"[\d.]+", "", connection.headers.get("user-agent", ""))
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _scheme(connection: HTTPConnection) -> str:
    return {"ws": "http", "wss": "https"}.get(connection.url.scheme, connection.url.scheme)


def _host(connection: HTTPConnection) -> str:
    return connection.headers.get("host", "")
