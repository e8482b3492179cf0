"""What the conversations service hands out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Received:
    """A stored message. `duplicate`: the channel had delivered it before, nothing was stored now."""

    conversation_id: int
    inbound_id: int
    position: int
    duplicate: bool


@dataclass(frozen=True)
class Claim:
    """The right to work one queue of one conversation until the lease ends or another worker takes it."""

    conversation_id: int
    token: int


@dataclass(frozen=True)
class Pending:
    """The next message of a citizen, with what the bot needs to answer it."""

    inbound_id: int
    body: dict[str, Any]
    received_at: float
    attempts: int
    held_by_human: bool
    language: str | None
    state: dict[str, Any] | None


@dataclass(frozen=True)
class Reply:
    """Something to say. `body` is the channel-neutral message, `push` whether the channel must be called to
    deliver it.
    """

    body: dict[str, Any]
    push: bool


@dataclass(frozen=True)
class Delivery:
    """The next message to push to a citizen."""

    outbound_id: int
    channel: str
    external_id: str
    body: dict[str, Any]
    attempts: int


@dataclass(frozen=True)
class Line:
    """One line of a transcript."""

    position: int
    author: Literal["citizen", "assistant"]
    body: dict[str, Any]
    at: float
    message_id: str | None = None
    kind: str = "message"


@dataclass(frozen=True)
class Transcript:
    """Lines of a conversation in order; `waiting`: the citizen has an answer to come."""

    conversation_id: int
    lines: list[Line]
    waiting: bool


@dataclass(frozen=True)
class Delayed:
    """A conversation whose citizen waits and has not been told yet."""

    conversation_id: int
    channel: str
    language: str | None
    inbound_id: int


@dataclass(frozen=True)
class DeadLetter:
    """A message that was given up, for `mouwaten dead-letters` and for staff."""

    direction: Literal["in", "out"]
    id: int
    identity: str
    error: str | None
    attempts: int
    at: float
