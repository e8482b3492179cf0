"""Attachments and the cases they belong to."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from api.attachments.errors import TooManyAttachments, UnknownAttachment
from api.attachments.models import Attachment
from api.attachments.repository import AttachmentRepository
from api.policy import policy


class AttachmentService:
    def __init__(self, session: AsyncSession) -> None:
        self._attachments = AttachmentRepository(session)

    async def of_case(self, case_id: int) -> Sequence[Attachment]:
        return await self._attachments.of_case(case_id)

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

    async def _check_count(self, wanted: Sequence[str], case_id: int) -> None:
        limits = policy().limits
        there = len(await self._attachments.of_case(case_id))
        if len(wanted) > limits.attachments_per_filing or there + len(wanted) > limits.attachments_per_case:
            raise TooManyAttachments()


def _is_free(attachment: Attachment, channel_identity: str | None) -> bool:
    return attachment.case_id is None and attachment.channel_identity in (None, channel_identity)
