"""A story as it is told: to anyone, in the owner's list, to the owner."""

from datetime import date
from typing import Any

from api.attachments.schemas import AttachmentRead
from api.cases.enums import EventType, Status
from api.cases.models import Case, CaseEvent
from api.cases.reference import show_code
from api.cases.schemas import (
    ActDone,
    Aim,
    Answer,
    CaseFiled,
    CaseListed,
    CaseOwned,
    CasePublic,
    EventRead,
    Next,
    PlaceTold,
)
from api.cases.service import Filed, Story, acts_now
from api.clock import day_in_tunisia
from api.structures.models import Structure
from api.structures.schemas import StructureBrief

WAITING_FOR = {
    Status.RECEIVED: "answer",
    Status.ASSIGNED: "answer",
    Status.TRANSFERRED: "answer",
    Status.INTERIM_REPLY: "answer",
    Status.CONTESTED: "new_answer",
    Status.AWAITING_CITIZEN: "your_reply",
    Status.ANSWERED: "contest_or_close",
}


def receipt(filed: Filed) -> CaseFiled:
    case = filed.case
    days = (case.answer_by - day_in_tunisia(case.filed_at)).days
    aim = Aim(answer_by=case.answer_by, days=days)
    return CaseFiled(**_head(case, filed.structure), code=show_code(filed.code), aim=aim)


def public(story: Story) -> CasePublic:
    return CasePublic(
        **_head(story.case, story.structures[story.case.structure_slug]),
        last_event_at=story.case.last_event_at,
    )


def listed(story: Story) -> CaseListed:
    return CaseListed(
        **public(story).model_dump(),
        subject=story.case.subject,
        can=acts_now(story.case.status, story.events),
    )


def owned(story: Story) -> CaseOwned:
    case = story.case
    return CaseOwned(
        **listed(story).model_dump(),
        description=case.description,
        governorate=case.governorate,
        delegation=case.delegation,
        place=_place(case),
        anonymous=case.anonymous,
        language=case.language,
        events=[_event(story, event) for event in story.events],
        answer=_answer(story),
        next=_next(case),
        attachments=[AttachmentRead.model_validate(row) for row in story.attachments],
    )


def act_done(story: Story, event: CaseEvent) -> ActDone:
    case = story.case
    return ActDone(
        reference=case.reference,
        status=case.status,
        event=event.type,
        at=event.at,
        can=acts_now(case.status, story.events),
    )


def _head(case: Case, structure: Structure) -> dict[str, Any]:
    return {
        "reference": case.reference,
        "kind": case.kind,
        "status": case.status,
        "filed_at": case.filed_at,
        "structure": StructureBrief.of(structure),
    }


def _place(case: Case) -> PlaceTold | None:
    if case.place_words is None and case.latitude is None:
        return None
    return PlaceTold(words=case.place_words, latitude=case.latitude, longitude=case.longitude)


def _event(story: Story, event: CaseEvent) -> EventRead:
    return EventRead(
        type=event.type,
        at=event.at,
        structure=_structure(story, event),
        text=event.text,
        attachments=event.data.get("attachments", []),
        score=event.data.get("score"),
    )


def _structure(story: Story, event: CaseEvent) -> StructureBrief | None:
    return StructureBrief.of(story.structures[event.structure_slug]) if event.structure_slug else None


def _answer(story: Story) -> Answer | None:
    answers = [event for event in story.events if event.type is EventType.ANSWERED]
    if not answers:
        return None
    last = answers[-1]
    return Answer(text=last.text or "", at=last.at, structure=_structure(story, last))


def _next(case: Case) -> Next | None:
    what = WAITING_FOR.get(case.status)
    aims: dict[str, date | None] = {"your_reply": case.reply_by, "contest_or_close": None}
    return Next(what=what, aim=aims.get(what, case.answer_by)) if what else None
