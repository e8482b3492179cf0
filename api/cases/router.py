"""POST and GET /cases: filing, reading, following."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request

from api.cases import views
from api.cases.access import AccessService, CaseAccess
from api.cases.errors import AccessNeeded
from api.cases.models import CaseEvent
from api.cases.reference import show_code
from api.cases.schemas import (
    ActDone,
    Addition,
    CaseFiled,
    CaseFiling,
    CaseListed,
    CaseOwned,
    CasePublic,
    Contest,
    Rating,
    Withdrawal,
)
from api.cases.service import CaseService
from api.database import DbSession
from api.idempotency import IdempotencyKey, IdempotencyService, Once
from api.metrics import CASES_FILED
from api.security import AnyCaller, Bot, header_text
from api.text import ChannelIdentity

router = APIRouter(prefix="/cases", tags=["cases"])


async def get_access(
    reference: str,
    request: Request,
    caller: AnyCaller,
    x_follow_up_code: Annotated[str | None, Header(max_length=200)] = None,
) -> CaseAccess:
    state = request.app.state
    checks = AccessService(state.database, state.throttle, state.settings.cases_key)
    return await checks.check(reference, caller, header_text(x_follow_up_code) if x_follow_up_code else None)


def get_whole_access(access: Annotated[CaseAccess, Depends(get_access)]) -> CaseAccess:
    if not access.whole:
        raise AccessNeeded()
    return access


def case_service(session: DbSession, request: Request) -> CaseService:
    return CaseService(session, request.app.state.settings.cases_key)


def idempotency_service(session: DbSession, request: Request) -> IdempotencyService:
    return IdempotencyService(session, request.app.state.settings.cases_key)


AnyAccess = Annotated[CaseAccess, Depends(get_access)]
WholeAccess = Annotated[CaseAccess, Depends(get_whole_access)]
Cases = Annotated[CaseService, Depends(case_service)]
Answered = Annotated[IdempotencyService, Depends(idempotency_service)]


@router.post("", status_code=201)
async def file_case(
    filing: CaseFiling, bot: Bot, cases: Cases, answered: Answered, key: IdempotencyKey = None
) -> CaseFiled:
    """File a case; repeated with the same Idempotency-Key it gives the same receipt, code included."""
    known = await answered.begin(Once(f"file {filing.channel_identity}", key, filing))
    if known and known.answer:
        code = cases.code_of(known.answer["reference"], known.key)
        return CaseFiled(**known.answer, code=show_code(code))
    receipt = views.receipt(await cases.file(filing, known.key if known else None))
    await answered.finish(known, receipt.model_dump(mode="json", exclude={"code"}))
    CASES_FILED.labels(receipt.kind).inc()
    return receipt


@router.get("")
async def list_own_cases(
    bot: Bot, cases: Cases, channel_identity: Annotated[ChannelIdentity, Query()]
) -> list[CaseListed]:
    """The cases that a channel identity filed, newest first."""
    return [views.listed(story) for story in await cases.filed_by(channel_identity)]


@router.get("/{reference}")
async def read_case(access: AnyAccess, cases: Cases) -> CaseOwned | CasePublic:
    """What the reference alone shows; all of it with the code or as the owner."""
    story = await cases.story(access.case_id)
    return views.owned(story) if access.whole else views.public(story)


@router.post("/{reference}/additions", status_code=201)
async def add_to_case(
    addition: Addition,
    access: WholeAccess,
    caller: AnyCaller,
    cases: Cases,
    answered: Answered,
    key: IdempotencyKey = None,
) -> ActDone:
    """A precision or a document; 409 `case_closed`."""
    once = Once(f"add {access.reference}", key, addition)
    return await _act(
        once, access, cases, answered, lambda: cases.add(access.case_id, addition, caller.identity)
    )


@router.post("/{reference}/withdrawal", status_code=201)
async def withdraw_case(
    withdrawal: Withdrawal, access: WholeAccess, cases: Cases, answered: Answered, key: IdempotencyKey = None
) -> ActDone:
    """Take the case back; 409 `case_closed`."""
    once = Once(f"withdraw {access.reference}", key, withdrawal)
    return await _act(once, access, cases, answered, lambda: cases.withdraw(access.case_id, withdrawal))


@router.post("/{reference}/rating", status_code=201)
async def rate_case(
    rating: Rating, access: WholeAccess, cases: Cases, answered: Answered, key: IdempotencyKey = None
) -> ActDone:
    """An opinion on the answer, once per answer; 409 `nothing_to_rate`, `already_rated`."""
    once = Once(f"rate {access.reference}", key, rating)
    return await _act(once, access, cases, answered, lambda: cases.rate(access.case_id, rating))


@router.post("/{reference}/contest", status_code=201)
async def contest_answer(
    contest: Contest, access: WholeAccess, cases: Cases, answered: Answered, key: IdempotencyKey = None
) -> ActDone:
    """Ask for a new examination, once per answer; 409 `nothing_to_contest`, `already_contested`."""
    once = Once(f"contest {access.reference}", key, contest)
    return await _act(once, access, cases, answered, lambda: cases.contest(access.case_id, contest))


async def _act(
    once: Once,
    access: CaseAccess,
    cases: CaseService,
    answered: IdempotencyService,
    act: Callable[[], Awaitable[CaseEvent]],
) -> ActDone:
    known = await answered.begin(once)
    if known and known.answer:
        return ActDone(**known.answer)
    event = await act()
    done = views.act_done(await cases.story(access.case_id), event)
    await answered.finish(known, done.remembered())
    return done
