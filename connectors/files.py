"""Files from citizens on any channel: examined, cleaned and kept by the API's attachment store."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import cast

from api.attachments.intake import Intake
from api.attachments.service import AttachmentService
from api.database import Database
from connectors.messages import Attachment, AttachmentKind, Identity


@dataclass(frozen=True)
class Files:
    """Takes files in; only the citizen who sent one can put it on a case."""

    intake: Intake
    database: Database

    async def keep(self, owner: Identity, data: bytes, name: str, seconds: float | None = None) -> Attachment:
        """The kept file, as the bot is told of it.

        Raises:
            api.errors.Problem: too large, not accepted, or unsafe (see api/attachments/errors.py).
        """
        kept = await self.intake.take(data)
        async with self.database.session() as session:
            stored = await AttachmentService(session).keep(kept, name, str(owner), seconds)
            return Attachment(
                id=stored.id,
                name=stored.name,
                media_type=stored.media_type,
                size=stored.size,
                kind=cast(AttachmentKind, stored.kind),
                seconds=stored.seconds,
            )

    async def read(self, attachment_id: str) -> tuple[bytes, str]:
        """The bytes and the name of a kept file, to be sent to a citizen."""
        async with self.database.session(writes=False) as session:
            stored = await AttachmentService(session).get(attachment_id)
        return await asyncio.to_thread(self.intake.store.get, stored.digest), stored.name
