"""Photos sent together come as separate updates; the citizen meant one message."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from connectors.messages import IncomingMessage

QUIET_SECONDS = 0.7
"""An album is whole when nothing more of it has come for this long."""


@dataclass
class _Album:
    parts: list[asyncio.Task[IncomingMessage]] = field(default_factory=list)
    changed: float = 0.0
    stored: asyncio.Task[None] | None = None


class Albums:
    """Collects the parts of albums; every part is acknowledged when the whole is stored."""

    def __init__(
        self, store: Callable[[IncomingMessage], Awaitable[None]], quiet: float = QUIET_SECONDS
    ) -> None:
        self._store = store
        self._quiet = quiet
        self._open: dict[str, _Album] = {}

    async def add(self, album_id: str, part: Coroutine[Any, Any, IncomingMessage]) -> None:
        """Returns when the album of this part is stored; raises what preparing or storing it raised."""
        album = self._open.setdefault(album_id, _Album())
        album.parts.append(asyncio.create_task(part))
        album.changed = asyncio.get_running_loop().time()
        if album.stored is None:
            album.stored = asyncio.create_task(self._close_when_quiet(album_id, album))
        await asyncio.shield(album.stored)

    async def _close_when_quiet(self, album_id: str, album: _Album) -> None:
        loop = asyncio.get_running_loop()
        while (left := album.changed + self._quiet - loop.time()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(left)
        del self._open[album_id]
        await self._store(together(album_id, await asyncio.gather(*album.parts)))


def together(album_id: str, messages: list[IncomingMessage]) -> IncomingMessage:
    """One message of several: all files, the words of whichever has some. The same parts give the same id."""
    ordered = sorted(messages, key=lambda message: message.id)
    names = hashlib.sha256(" ".join(message.id for message in ordered).encode()).hexdigest()[:16]
    text = "\n".join(message.text for message in ordered if message.text)
    refusal = next((message.refusal for message in ordered if message.refusal), None)
    attachments = tuple(one for message in ordered for one in message.attachments)
    changes = {"id": f"g{album_id}.{names}", "text": text, "refusal": refusal, "attachments": attachments}
    return ordered[0].model_copy(update=changes)
