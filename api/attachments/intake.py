"""A file's way in: scanned, examined in a process of its own, kept encrypted. No database here."""

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from api.attachments.errors import AttachmentTooLarge, AttachmentTypeRefused, AttachmentUnsafe
from api.attachments.finding import CPU_SECONDS, Finding
from api.attachments.scanner import Scanner, create_scanner
from api.attachments.store import AttachmentStore
from api.errors import Problem
from api.policy import policy
from api.settings import Settings

ROOT = Path(__file__).parents[2]
AT_ONCE = 2
EXAMINER = ("-m", "api.attachments.examine")
REFUSALS: dict[str, type[Problem]] = {one.code: one for one in (AttachmentTypeRefused, AttachmentUnsafe)}


@dataclass(frozen=True)
class Kept:
    """A file in the store; `size` in bytes, as kept."""

    digest: str
    size: int
    finding: Finding


class Intake:
    """Takes files in; `store` is where they end."""

    def __init__(self, store: AttachmentStore, scanner: Scanner) -> None:
        self.store = store
        self._scanner = scanner
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def take(self, data: bytes) -> Kept:
        """Check, clean and keep `data`.

        Raises `AttachmentTooLarge`, `AttachmentTypeRefused`, `AttachmentUnsafe`, `ScannerUnavailable`.
        """
        if len(data) > policy().limits.attachment_bytes:
            raise AttachmentTooLarge()
        await self._scanner.check(data)
        async with self._turns:
            finding, clean = await _examine_apart(data)
        return Kept(await asyncio.to_thread(self.store.put, clean), len(clean), finding)


def create_intake(settings: Settings) -> Intake:
    """The intake of this process."""
    folder = settings.attachments_dir or settings.var_dir / "attachments"
    return Intake(AttachmentStore(folder, settings.attachments_key), create_scanner(settings.clamav_socket))


async def _examine_apart(data: bytes) -> tuple[Finding, bytes]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *EXAMINER),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=ROOT,
    )
    try:
        told, _ = await asyncio.wait_for(process.communicate(data), CPU_SECONDS * 2)
    except TimeoutError:
        raise AttachmentUnsafe() from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return _read(process.returncode, told)


def _read(status: int | None, told: bytes) -> tuple[Finding, bytes]:
    if status != 0:  # ended by its limits, or by the file
        raise AttachmentUnsafe()
    head, _, clean = told.partition(b"\n")
    finding = json.loads(head)
    if "code" in finding:
        raise REFUSALS[finding["code"]]()
    return Finding(**finding), clean
