"""An optional look at each file by ClamAV, over its socket (CLAMAV_SOCKET: a path, or host:port).

Switched on and not answering, it refuses every file (failing closed).
"""

import asyncio
from typing import Protocol

from api.attachments.errors import AttachmentUnsafe, ScannerUnavailable

CHUNK = 1 << 16
PATIENCE = 30.0


class Scanner(Protocol):
    async def check(self, data: bytes) -> None:
        """Raises `AttachmentUnsafe`, `ScannerUnavailable`."""


class NoScanner:
    """Used when no scanner is set."""

    async def check(self, data: bytes) -> None:
        return None


class ClamAv:
    """Speaks clamd's INSTREAM: lengths as four bytes before each piece, zero at the end."""

    def __init__(self, address: str, patience: float = PATIENCE) -> None:
        self._address = address
        self._patience = patience

    async def check(self, data: bytes) -> None:
        try:
            verdict = await asyncio.wait_for(self._ask(data), self._patience)
        except (OSError, TimeoutError, EOFError):
            raise ScannerUnavailable() from None
        if verdict.endswith(b"FOUND"):
            raise AttachmentUnsafe()
        if verdict != b"stream: OK":
            raise ScannerUnavailable()

    async def _ask(self, data: bytes) -> bytes:
        reader, writer = await self._connect()
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(data), CHUNK):
                piece = data[start : start + CHUNK]
                writer.write(len(piece).to_bytes(4, "big") + piece)
                await writer.drain()
            writer.write(bytes(4))
            return (await reader.read(1000)).rstrip(b"\0\n")
        finally:
            writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, colon, port = self._address.rpartition(":")
        if colon and port.isdigit():
            return await asyncio.open_connection(host, int(port))
        return await asyncio.open_unix_connection(self._address)


def create_scanner(address: str | None) -> Scanner:
    """The scanner of the settings."""
    return ClamAv(address) if address else NoScanner()
