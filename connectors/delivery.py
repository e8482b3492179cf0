"""What a channel promises the engine when messages are pushed to it.

DeliveryError
├── TryAgainError      the network, a limit or the channel's own fault: the same message may go well later
├── UnreachableError   the citizen cannot be written to any more (blocked us, left)
└── RefusedError       the channel will never take this message
"""

from __future__ import annotations

from typing import Protocol

from connectors.messages import OutgoingMessage

FETCHING = frozenset({"web", "rest", "terminal"})
"""Channels whose clients fetch their replies; those of every other must be pushed, by a process that has it on."""


class DeliveryError(Exception):
    """A message was not delivered. The text is for staff and logs: it holds nothing a citizen wrote."""


class TryAgainError(DeliveryError):
    """`after`: seconds the channel asks to wait; None lets the engine back off. Such a wait costs no
    attempt.
    """

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class UnreachableError(DeliveryError):
    """The citizen cannot be reached on this channel until he writes again."""


class RefusedError(DeliveryError):
    """The channel refuses this message for good."""


class PushChannel(Protocol):
    """A channel that must be called to deliver. Channels whose clients fetch for themselves need none."""

    def parts(self, message: OutgoingMessage) -> list[OutgoingMessage]:
        """The message in parts that can be delivered at once; each is delivered and tried again alone."""

    async def deliver(self, external_id: str, message: OutgoingMessage) -> str | None:
        """Delivers one message and returns the channel's own id of it, if it has one."""

    async def thinking(self, external_id: str) -> None:
        """Shows the citizen that an answer is being prepared, where the channel can; never raises."""
