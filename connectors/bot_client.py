"""The one door to the bot: `POST /turn` over HTTP.

BotError
├── BotUnavailableError   nobody there, not loaded yet, or hanging: the message is innocent and waits
└── BotRefusedError       the bot answered, and the answer to this message is an error
"""

from __future__ import annotations

from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from connectors.messages import IncomingMessage, OutgoingMessage

TURN_SECONDS = 20.0
PROBE_SECONDS = 2.0
AWAY = frozenset({502, 503, 504})


class BotError(Exception):
    """The bot gave no turn."""


class BotUnavailableError(BotError):
    """Nobody answers, or the model is not loaded: the same message may go well later."""


class BotRefusedError(BotError):
    """The bot failed on this message."""


class Outcome(BaseModel):
    """What the bot tells about a turn beside its words."""

    model_config = ConfigDict(extra="ignore")

    language: str | None = None
    intent: str | None = None
    form: str | None = None
    handoff: bool = False


class Turn(BaseModel):
    """An answered turn: what to say, and the dialogue's new state (opaque here)."""

    model_config = ConfigDict(extra="ignore")

    replies: tuple[OutgoingMessage, ...] = ()
    state: dict[str, Any] | None = None
    outcome: Outcome = Outcome()


class BotClient:
    """Asks the bot for turns. `transport` replaces the network in tests."""

    def __init__(
        self,
        base_url: str,
        *,
        turn_seconds: float = TURN_SECONDS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=32, keepalive_expiry=30)
        self._http = httpx.AsyncClient(
            base_url=base_url,
            timeout=httpx.Timeout(turn_seconds, connect=PROBE_SECONDS),
            limits=limits,
            transport=transport,
            trust_env=False,
        )

    async def turn(self, message: IncomingMessage, state: dict[str, Any] | None) -> Turn:
        """The bot's answer to one message.

        Raises:
            BotUnavailableError: no answer came; says nothing about the message.
            BotRefusedError: the bot answered with an error, or with something that is not a turn.
        """
        try:
            response = await self._http.post("/turn", json=turn_request(message, state))
        except httpx.TimeoutException as error:
            raise await self._who_hangs(error) from error
        except httpx.TransportError as error:
            raise BotUnavailableError(type(error).__name__) from error
        if response.status_code in AWAY:
            raise BotUnavailableError(f"answered {response.status_code}")
        return _read_turn(response)

    async def ready(self) -> bool:
        """Whether the bot has its model loaded and answers."""
        try:
            response = await self._http.get("/readyz", timeout=PROBE_SECONDS)
        except httpx.TransportError:
            return False
        return response.is_success

    async def close(self) -> None:
        await self._http.aclose()

    async def _who_hangs(self, error: Exception) -> BotError:
        """A bot that answers others at once hangs on this message; else the bot itself hangs."""
        if not isinstance(error, httpx.ConnectTimeout) and await self.ready():
            return BotRefusedError("no answer in time")
        return BotUnavailableError("no answer in time")


def turn_request(message: IncomingMessage, state: dict[str, Any] | None) -> dict[str, Any]:
    """The body of `POST /turn`."""
    told = message.model_dump(mode="json", exclude={"sender", "id", "edits", "language", "refusal"})
    return {
        "conversation": str(message.sender),
        "message": {"id": message.turn_id, "edits": message.edited_turn_id, **told},
        "state": state,
    }


def _read_turn(response: httpx.Response) -> Turn:
    if not response.is_success:
        raise BotRefusedError(f"answered {response.status_code}")
    try:
        return Turn.model_validate_json(response.content)
    except ValidationError as error:
        raise BotRefusedError(f"not a turn: {error.error_count()} faults") from error
