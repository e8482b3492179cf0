"""Who is calling: the bot, by its service token, or anyone.

The owner's channel identity is believed only from the bot, which has it from the channel itself.
"""

import hashlib
import hmac
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, Header, Request, Security
from fastapi.security import HTTPBearer
from pydantic import SecretStr

from api.errors import Unauthorised
from api.settings import Settings
from api.text import clean


@dataclass(frozen=True)
class Caller:
    """`is_bot`: a valid token was shown. `identity`: whom the bot speaks for. `address`: whom to throttle."""

    is_bot: bool
    identity: str | None
    address: str


def get_caller(
    request: Request,
    _documented: Annotated[object, Security(HTTPBearer(auto_error=False))],
    x_channel_identity: Annotated[str | None, Header(max_length=2000)] = None,
) -> Caller:
    """Raises `Unauthorised` when a token is shown and is wrong."""
    authorization = request.headers.get("Authorization")
    is_bot = authorization is not None and _is_token(authorization, request.app.state.settings)
    if authorization is not None and not is_bot:
        raise Unauthorised()
    identity = header_text(x_channel_identity) if is_bot and x_channel_identity else None
    host = request.client.host if request.client else "unknown"
    return Caller(is_bot, identity, f"identity:{identity}" if identity else f"address:{host}")


def get_bot(caller: Annotated[Caller, Depends(get_caller)]) -> Caller:
    """The caller, who must be the bot; raises `Unauthorised`."""
    if not caller.is_bot:
        raise Unauthorised()
    return caller


AnyCaller = Annotated[Caller, Depends(get_caller)]
Bot = Annotated[Caller, Depends(get_bot)]


def header_text(value: str) -> str:
    """A header's words: HTTP carries only Latin letters in it, others come percent-encoded or as UTF-8."""
    with suppress(UnicodeError):
        value = value.encode("latin-1").decode("utf-8")
    return str(clean(unquote(value)))


def keyed_hash(key: SecretStr, purpose: str, value: str | bytes) -> str:
    """A fingerprint that says nothing without the server's key, 64 hexadecimal digits."""
    raw = value.encode() if isinstance(value, str) else value
    return hmac.new(
        key.get_secret_value().encode(), purpose.encode() + b"\n" + raw, hashlib.sha256
    ).hexdigest()


def _is_token(authorization: str, settings: Settings) -> bool:
    scheme, _, token = authorization.partition(" ")
    expected = settings.bot_token.get_secret_value()
    return scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), expected.encode())
