"""Attachments and the cases they belong to."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePosixPath

from sqlalchemy.ext.asyncio import AsyncSession

from api.attachments.errors import AttachmentNotFound, TooManyAttachments, UnknownAttachment
from api.attachments.intake import Kept
from api.attachments.models import Attachment
from api.attachments.repository import AttachmentRepository
from api.clock import now
from api.policy import policy
from api.text import clean

LONGEST_NAME = 120


class AttachmentService:
    def __init__(self, session: AsyncSession) -> None:
        self._attachments = AttachmentRepository(session)

    async def keep(
        self, kept: Kept, name: str, channel_identity: str | None, seconds: float | None = None
    ) -> Attachment:
        """Remember a file that was taken in; `seconds` is the channel's word where the file has none."""
        attachment = Attachment(
            id=secrets.token_hex(16),
            channel_identity=str(clean(channel_identity)) if channel_identity else None,
            kind=kept.finding.kind,
            media_type=kept.finding.media_type,
            name=file_name(name),
            size=kept.size,
            seconds=kept.finding.seconds or seconds,
            digest=kept.digest,
            created_at=now(),
        )
        await self._attachments.add(attachment)
        return attachment

    async def get(self, id: str) -> Attachment:
        """Raises `AttachmentNotFound`."""
        found = await self._attachments.get(id)
        if found is None:
            raise AttachmentNotFound()
        return found

    async def of_case(self, case_id: int) -> Sequence[Attachment]:
        """Oldest first."""
        return await self._attachments.of_case(case_id)

    async def on_case(self, id: str, case_id: int) -> Attachment:
        """A file of that case; raises `AttachmentNotFound`."""
        found = await self._attachments.get(id)
        if found is None or found.case_id != case_id:
            raise AttachmentNotFound()
        return found

    async def claim(self, ids: Sequence[str], case_id: int, channel_identity: str | None) -> list[str]:
        """Make files part of a case; only free ones, and only by the identity that handed them in.

        Raises `TooManyAttachments`, `UnknownAttachment`.
        """
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return []
        await self._check_count(wanted, case_id)
        found = await self._attachments.to_claim(wanted)
        for id in wanted:
            if id not in found or not _is_free(found[id], channel_identity):
                raise UnknownAttachment()
            found[id].case_id = case_id
        await self._attachments.flush()
        return wanted

    async def forget_unclaimed(self, before: datetime) -> list[str]:
        """Drop files that no case took; the digests nothing uses any more, to be removed from the store."""
        old = await self._attachments.unclaimed_before(before)
        await self._attachments.remove([attachment.id for attachment in old])
        digests = {attachment.digest for attachment in old}
        return [digest for digest in sorted(digests) if not await self._attachments.count_with(digest)]

    async def _check_count(self, wanted: Sequence[str], case_id: int) -> None:
        limits = policy().limits
        there = len(await self._attachments.of_case(case_id))
        if len(wanted) > limits.attachments_per_filing or there + len(wanted) > limits.attachments_per_case:
            raise TooManyAttachments()


def file_name(given: str) -> str:
    """The last part of a file's name, without what could turn or break a page; "file" if nothing is left."""
    last = PurePosixPath(str(clean(given)).replace("\\", "/").replace("\n", " ")).name
    kept = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*')
    return kept.strip(". ")[-LONGEST_NAME:] or "file"


def _is_free(attachment: Attachment, channel_identity: str | None) -> bool:
    return attachment.case_id is None and attachment.channel_identity in (None, channel_identity)
