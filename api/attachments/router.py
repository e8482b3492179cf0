"""POST /attachments, GET /cases/{reference}/attachments/{id}."""

import asyncio
import hashlib
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile

from api.attachments.intake import Intake
from api.attachments.schemas import AttachmentRead
from api.attachments.service import AttachmentService
from api.cases.router import Answered, WholeAccess
from api.database import DbSession
from api.idempotency import IdempotencyKey, Once
from api.security import Bot
from api.text import ChannelIdentity

router = APIRouter(tags=["attachments"])


def attachment_service(session: DbSession) -> AttachmentService:
    return AttachmentService(session)


def get_intake(request: Request) -> Intake:
    intake: Intake = request.app.state.intake
    return intake


Attachments = Annotated[AttachmentService, Depends(attachment_service)]
TheIntake = Annotated[Intake, Depends(get_intake)]
Identity = Annotated[ChannelIdentity | None, Form()]
Seconds = Annotated[float | None, Form(gt=0, le=86_400)]


@router.post("/attachments", status_code=201)
async def hand_in(
    bot: Bot,
    intake: TheIntake,
    attachments: Attachments,
    answered: Answered,
    file: Annotated[UploadFile, File()],
    channel_identity: Identity = None,
    seconds: Seconds = None,
    key: IdempotencyKey = None,
) -> AttachmentRead:
    """Take a file in; name its id in a filing or an addition. Only `channel_identity` can use it."""
    data = await file.read()
    kept = await intake.take(data)  # before the transaction: nothing waits for a file to be examined
    name = file.filename or ""
    known = await answered.begin(Once(f"hand in {channel_identity}", key, hashlib.sha256(data).hexdigest()))
    if known and known.answer:
        return AttachmentRead.model_validate(await attachments.get(known.answer["id"]))
    attachment = await attachments.keep(kept, name, channel_identity, seconds)
    await answered.finish(known, {"id": attachment.id})
    return AttachmentRead.model_validate(attachment)


@router.get("/cases/{reference}/attachments/{id}", response_class=Response)
async def read_attachment(
    access: WholeAccess, id: str, attachments: Attachments, intake: TheIntake
) -> Response:
    """A file of the case, for who may see all of the case; 404 `unknown_attachment`."""
    attachment = await attachments.on_case(id, access.case_id)
    data = await asyncio.to_thread(intake.store.get, attachment.digest)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(attachment.name)}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return Response(data, media_type=attachment.media_type, headers=headers)
