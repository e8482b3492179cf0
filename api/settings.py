"""Settings, from environment variables and `.env`; the secrets nobody set are made once and kept.

A wrong value stops the start with one sentence that names the setting (`WrongSetting`), never its value:
it may be a secret.
"""

import base64
import os
import secrets
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AnyHttpUrl, BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

MADE_ONCE = ("bot_token", "attachments_key", "session_secret", "cases_key")
DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
    "postgresql+psycopg": "postgresql+asyncpg",
}


class WrongSetting(ValueError):
    """A setting that cannot be used; the message is one sentence that names it."""


def _plain_url(value: object) -> object:
    return str(AnyHttpUrl(value)).rstrip("/") if isinstance(value, str) else value


def _fresh_key() -> SecretStr:
    return SecretStr(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())


HttpUrl = Annotated[str, BeforeValidator(_plain_url)]


class Settings(BaseSettings):
    """Everything that can be set from outside; each name in capitals is the environment variable."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, use_attribute_docstrings=True
    )

    host: str = "127.0.0.1"
    """Address the web server listens on."""
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    """Port the web server listens on."""
    public_url: HttpUrl = "http://127.0.0.1:8000"
    """Address under which citizens reach the site; used in links and for the webhook."""
    var_dir: Path = Path("var")
    """Folder of the database, the attachments and the generated secrets."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """How much is logged: DEBUG, INFO, WARNING or ERROR."""

    database_url: str = ""
    """postgresql://… or sqlite:///…; unset: SQLite in VAR_DIR."""
    redis_url: str | None = None
    """redis://…; rate-limit counters go there when it is set, else to the database."""

    bot_url: HttpUrl = "http://127.0.0.1:8001"
    """Where the bot answers turns."""
    bot_token: SecretStr = Field(default_factory=_fresh_key)
    """The token with which the bot calls the case API; generated when unset."""
    session_secret: SecretStr = Field(default_factory=_fresh_key)
    """Signs the website's sessions; generated when unset."""
    cases_key: SecretStr = Field(default_factory=_fresh_key)
    """The key behind follow-up codes and fingerprints; generated when unset. A new one ends all codes."""
    attachments_key: SecretStr = Field(default_factory=_fresh_key)
    """Seals attachments, 32 bytes in URL-safe base64; generated when unset. A new one closes them all."""
    attachments_dir: Path | None = None
    """Folder of the attachments; unset: VAR_DIR/attachments. Replicas share it."""
    clamav_socket: str | None = None
    """clamd's socket (path or host:port); files are refused while it is set and does not answer."""

    telegram_token: SecretStr | None = None
    """Token of the Telegram bot; unset: no Telegram."""
    telegram_mode: Literal["polling", "webhook"] = "polling"
    """polling or webhook."""
    telegram_base_url: HttpUrl = "https://api.telegram.org"
    """Address of the Bot API, for a test server."""
    telegram_secret: SecretStr | None = None
    """Secret that Telegram's webhook calls carry."""

    rest_channel: Literal["on", "off"] = "off"
    """on: POST /webhooks/rest/webhook is served."""
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Origins that may embed the chat, separated by commas."""

    signing_key: Path | None = None
    """File of the key that signs answers."""
    signing_certificate: Path | None = None
    """File of the certificate of that key."""
    signing_passphrase: SecretStr | None = None
    """Passphrase of that key."""

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        return async_database_url(value) if value else value

    @field_validator("redis_url")
    @classmethod
    def _known_redis(cls, value: str | None) -> str | None:
        if value and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("it must start with redis://, rediss:// or unix://")
        return value

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("attachments_key")
    @classmethod
    def _aes_key(cls, value: SecretStr) -> SecretStr:
        if len(key_bytes(value)) != 32:
            raise ValueError("it must be 32 bytes in URL-safe base64")
        return value

    @field_validator("bot_token", "session_secret", "cases_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < 16:
            raise ValueError("it must have at least 16 characters")
        return value

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in use: DATABASE_URL, or SQLite in VAR_DIR."""
        return self.database_url or f"sqlite+aiosqlite:///{self.var_dir.absolute() / 'mouwaten.db'}"


def key_bytes(secret: SecretStr) -> bytes:
    """The bytes of a key given in URL-safe base64; empty when it is not base64."""
    try:
        return base64.urlsafe_b64decode(secret.get_secret_value().encode())
    except ValueError:
        return b""


def async_database_url(url: str) -> str:
    """`url` with the asynchronous driver; accepts postgres://, postgresql:// and sqlite:///.

    Raises ValueError with a sentence when the database is neither PostgreSQL nor SQLite.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ValueError("it is not a database URL") from None
    if parsed.drivername not in DRIVERS:
        raise ValueError("it must be a postgresql:// or sqlite:/// URL")
    query = dict(parsed.query)
    if "sslmode" in query:
        query["ssl"] = query.pop("sslmode")
    parsed = parsed.set(drivername=DRIVERS[parsed.drivername], query=query)
    return parsed.render_as_string(hide_password=False)


def load_settings() -> Settings:
    """Settings of this process, unset secrets from VAR_DIR/secrets.env (mode 600); raises `WrongSetting`."""
    try:
        given = Settings()
        missing = set(MADE_ONCE) - given.model_fields_set
        kept = _keep_secrets(given.var_dir / "secrets.env", missing)
        return Settings(**{name: SecretStr(kept[name]) for name in missing})  # type: ignore[arg-type]
    except ValidationError as wrong:
        raise WrongSetting(_sentence(wrong)) from None
    except OSError as failure:
        raise WrongSetting(
            f"The setting VAR_DIR is wrong: {failure.strerror or 'it cannot be written'}."
        ) from None


def _sentence(wrong: ValidationError) -> str:
    first = wrong.errors(include_input=False, include_url=False)[0]
    reason = first["msg"].removeprefix("Value error, ").rstrip(".")
    return f"The setting {str(first['loc'][0]).upper()} is wrong: {reason[:1].lower()}{reason[1:]}."


def _keep_secrets(path: Path, names: set[str]) -> dict[str, str]:
    kept = _read(path)
    fresh = {name: _fresh_key().get_secret_value() for name in sorted(names - set(kept))}
    if fresh:
        path.parent.mkdir(parents=True, exist_ok=True)
        _append(path, fresh)
        kept = _read(path)  # two processes may start at once: the first line written for a name wins
    return kept


def _append(path: Path, values: dict[str, str]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("".join(f"{name.upper()}={value}\n" for name, value in values.items()))


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    pairs = [line.partition("=") for line in path.read_text().splitlines() if "=" in line]
    return {name.strip().lower(): value.strip() for name, _, value in reversed(pairs)}
