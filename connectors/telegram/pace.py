"""Telegram's limits on sending: 30 messages a second overall, one a second to a chat."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict

REMEMBERED_CHATS = 10_000


class Pace:
    """Waits until one more may be sent: `overall` a second, `apart` seconds between two to one chat."""

    def __init__(self, overall: float = 30.0, apart: float = 1.0) -> None:
        self._gap = 1.0 / overall
        self._apart = apart
        self._next = 0.0
        self._chats: OrderedDict[str, float] = OrderedDict()

    async def turn(self, chat: str) -> None:
        """Takes the next free moment for this chat, and waits for it."""
        now = time.monotonic()
        at = max(now, self._next, self._chats.get(chat, 0.0))
        self._next = max(now, self._next) + self._gap
        self._chats[chat] = at + self._apart
        self._chats.move_to_end(chat)
        if len(self._chats) > REMEMBERED_CHATS:
            self._chats.popitem(last=False)
        if at > now:
            await asyncio.sleep(at - now)
