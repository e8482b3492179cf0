"""Fetches a citizen's file from Telegram and hands it to the attachment store, before the update is
acknowledged.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field

from telegram import Bot
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError

from api.errors import Problem
from api.policy import policy
from connectors.files import Files
from connectors.messages import IncomingMessage
from connectors.telegram.reading import TelegramFile

log = logging.getLogger(__name__)

TRIES = 3
PAUSE_SECONDS = 1.0


@dataclass
class Intake:
    """Fetches files; a few at a time, for each is held in memory."""

    bot: Bot
    files: Files
    _at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(4))

    async def fetch(self, message: IncomingMessage, file: TelegramFile) -> IncomingMessage:
        """The message with its file kept, or with the reason why not: no file is lost in silence."""
        if file.size > policy().limits.attachment_bytes:
            return message.model_copy(update={"refusal": "attachment_refused"})
        try:
            async with self._at_once:
                data = await self._download(file)
            kept = await self.files.keep(message.sender, data, file.name, file.seconds)
        except Problem as problem:
            log.info("telegram: a file was not taken (%s)", problem.code)
            return message.model_copy(update={"refusal": "attachment_refused"})
        except TelegramError as error:
            log.warning("telegram: a file could not be fetched (%s)", type(error).__name__)
            return message.model_copy(update={"refusal": "attachment_failed"})
        return message.model_copy(update={"attachments": (kept,)})

    async def _download(self, file: TelegramFile) -> bytes:
        for last in (False,) * (TRIES - 1) + (True,):
            try:
                found = await self.bot.get_file(file.file_id)
                return bytes(await found.download_as_bytearray())
            except BadRequest:
                raise
            except (NetworkError, RetryAfter) as error:
                if last:
                    raise
                wait = getattr(error, "retry_after", PAUSE_SECONDS)
                await asyncio.sleep(wait.total_seconds() if hasattr(wait, "total_seconds") else float(wait))
        raise AssertionError("unreachable")
