"""Every rule of a case: filing, following, and what officials do with it.

An act is one event; the status follows from it (`api.cases.transitions`). Nothing here commits.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from api.attachments.models import Attachment
from api.attachments.service import AttachmentService
from api.cases.enums import Act, Audience, AuthorKind, EventType, Status
from api.cases.errors import AlreadyRated, UnknownReference
from api.cases.filing import case_of, check, claimant_of, day_after
from api.cases.models import Case, CaseEvent
from api.cases.reference import ReferenceNumber, follow_up_code, hash_code
from api.cases.repository import CaseRepository
from api.cases.schemas import Addition, CaseFiling, Contest, Rating, Withdrawal
from api.cases.transitions import ACTS, after, may
from api.clock import day_in_tunisia, now
from api.policy import policy
from api.structures.models import Structure
from api.structures.service import PlaceService, StructureService

DRAWS = 5


@dataclass(frozen=True)
class Author:
    """Who does something to a case; `name` is an official's, kept for the staff."""

    kind: AuthorKind
    name: str | None = None


CITIZEN = Author(AuthorKind.CITIZEN)
SYSTEM = Author(AuthorKind.SYSTEM)


@dataclass(frozen=True)
class Filed:
    """A case just filed; `code` is said once and kept only as a keyed hash."""

    case: Case
    structure: Structure
    code: str


@dataclass(frozen=True)
class Story:
    """A case with what its reader may see of it."""

    case: Case
    events: Sequence[CaseEvent]
    structures: dict[str, Structure]
    attachments: Sequence[Attachment]


class CaseService:
    """`key` is the secret behind follow-up codes (CASES_KEY)."""

    def __init__(self, session: AsyncSession, key: SecretStr) -> None:
        self._cases = CaseRepository(session)
        self._structures = StructureService(session)
        self._places = PlaceService(session)
        self._attachments = AttachmentService(session)
        self._key = key.get_secret_value().encode()

    # Filing

    async def file(self, filing: CaseFiling, nonce: str | None = None) -> Filed:
        """File a case at its structure (see `code_of` for `nonce`).

        Raises `RefusedFiling`, `UnknownPlace`, `StructureNotFound`, `StructureClosed`, `UnknownAttachment`,
        `TooManyAttachments`.
        """
        check(filing)
        await self._places.check(filing.governorate, filing.delegation)
        structure = await self._structures.receiving(filing.structure, filing.governorate, filing.delegation)
        case, code = await self._open(filing, structure, nonce or secrets.token_hex())
        files = await self._attachments.claim(filing.attachments, case.id, filing.channel_identity)
        received = self._event(case, EventType.RECEIVED, CITIZEN, attachments=files)
        assigned = self._event(case, EventType.ASSIGNED, SYSTEM)
        await self._cases.add(claimant_of(case, filing), received, assigned)
        return Filed(case, structure, code)

    def code_of(self, reference: str, nonce: str) -> str:
        """The follow-up code of a case filed with `nonce` (its idempotency key)."""
        return follow_up_code(self._key, reference, nonce)

    async def _open(self, filing: CaseFiling, structure: Structure, nonce: str) -> tuple[Case, str]:
        at = now()
        for _ in range(DRAWS):
            reference = str(ReferenceNumber.draw(filing.kind, day_in_tunisia(at).year))
            code = self.code_of(reference, nonce)
            case = case_of(filing, structure, reference, at)
            case.code_hash = hash_code(self._key, reference, code)
            if await self._cases.add_if_free(case):
                return case, code
        raise RuntimeError("no free reference was found")

    # Following

    async def story(self, case_id: int, visible_to: Audience = Audience.CITIZEN) -> Story:
        """The case with its events for that audience."""
        case = await self._cases.get(case_id)
        events = await self._cases.events(case_id, visible_to)
        slugs = {case.structure_slug, *(event.structure_slug for event in events if event.structure_slug)}
        return Story(
            case, events, await self._structures.by_slugs(slugs), await self._attachments.of_case(case_id)
        )

    async def filed_by(self, channel_identity: str) -> list[Story]:
        """The cases of a channel identity, newest first, without their attachments."""
        cases = await self._cases.filed_by(channel_identity)
        events = await self._cases.events_of([case.id for case in cases], Audience.CITIZEN)
        structures = await self._structures.by_slugs({case.structure_slug for case in cases})
        return [Story(case, events.get(case.id, []), structures, ()) for case in cases]

    async def find(self, reference: str) -> Case:
        """The case of a reference however typed; raises `InvalidReference`, `UnknownReference`."""
        case = await self._cases.by_reference(str(ReferenceNumber.parse(reference)))
        if case is None:
            raise UnknownReference()
        return case

    async def add(self, case_id: int, addition: Addition, channel_identity: str | None = None) -> CaseEvent:
        """A precision or a document; raises `CaseClosed`. It is the reply where one was asked for."""
        case = await self._cases.get_to_change(case_id)
        after(case.status, EventType.ADDITION)
        files = await self._attachments.claim(addition.attachments, case_id, channel_identity)
        case.reply_by = None
        return await self._record(case, EventType.ADDITION, CITIZEN, addition.text, attachments=files)

    async def withdraw(self, case_id: int, withdrawal: Withdrawal) -> CaseEvent:
        """The citizen takes the case back; raises `CaseClosed`."""
        case = await self._cases.get_to_change(case_id)
        return await self._record(case, EventType.WITHDRAWN, CITIZEN, withdrawal.reason)

    async def rate(self, case_id: int, rating: Rating) -> CaseEvent:
        """An opinion on the answer, once per answer; raises `NothingToRate`, `AlreadyRated`."""
        case = await self._cases.get_to_change(case_id)
        if _is_rated(await self._cases.events(case_id, Audience.CITIZEN)):
            raise AlreadyRated()
        return await self._record(case, EventType.RATED, CITIZEN, rating.comment, score=rating.score)

    async def contest(self, case_id: int, contest: Contest) -> CaseEvent:
        """Reject the answer, once per answer; raises `NothingToContest`, `AlreadyContested`."""
        case = await self._cases.get_to_change(case_id)
        event = await self._record(case, EventType.CONTESTED, CITIZEN, contest.reasons)
        case.answer_by = day_after(event.at, policy().reexamination_days)
        return event

    # What officials do; each raises `NotPossibleNow`

    async def assign(self, case_id: int, by: Author) -> CaseEvent:
        """The structure that has the case takes it in hand."""
        return await self._record(await self._cases.get_to_change(case_id), EventType.ASSIGNED, by)

    async def transfer(self, case_id: int, to: str, reason: str, by: Author) -> CaseEvent:
        """Hand the case to another structure; raises `StructureNotFound`, `StructureClosed`."""
        case = await self._cases.get_to_change(case_id)
        structure = await self._structures.receiving(to, case.governorate, case.delegation)
        after(case.status, EventType.TRANSFERRED)
        case.structure_slug = structure.slug
        return await self._record(case, EventType.TRANSFERRED, by, reason)

    async def ask_citizen(self, case_id: int, question: str, by: Author) -> CaseEvent:
        """Ask for what is missing; no document already given may be asked again (decree 93-982, art. 7)."""
        case = await self._cases.get_to_change(case_id)
        event = await self._record(case, EventType.INFORMATION_ASKED, by, question)
        case.reply_by = day_after(event.at, policy().citizen_reply_days)
        return event

    async def reply_interim(self, case_id: int, text: str, by: Author) -> CaseEvent:
        """Tell where the examination stands before the answer."""
        return await self._record(await self._cases.get_to_change(case_id), EventType.INTERIM_REPLY, by, text)

    async def answer(self, case_id: int, text: str, by: Author, **data: Any) -> CaseEvent:
        """The answer, or the new one after a contest; `data` carries the signed letter."""
        return await self._record(
            await self._cases.get_to_change(case_id), EventType.ANSWERED, by, text, **data
        )

    async def close(self, case_id: int, by: Author = SYSTEM) -> CaseEvent:
        """End an answered case."""
        return await self._record(await self._cases.get_to_change(case_id), EventType.CLOSED, by)

    async def declare_inadmissible(self, case_id: int, reason: str, by: Author) -> CaseEvent:
        """Refuse to examine; the reason is told."""
        return await self._record(
            await self._cases.get_to_change(case_id), EventType.INADMISSIBLE, by, reason
        )

    async def merge(self, case_id: int, into: str, by: Author) -> CaseEvent:
        """Treat the case within another (a repeated request, decree 93-982, art. 8)."""
        case = await self._cases.get_to_change(case_id)
        case.merged_into = (await self.find(into)).reference
        return await self._record(case, EventType.MERGED, by)

    async def note(
        self, case_id: int, text: str, by: Author, audience: Audience = Audience.STAFF
    ) -> CaseEvent:
        """A remark that the citizen does not see."""
        case = await self._cases.get_to_change(case_id)
        return await self._record(case, EventType.NOTE, by, text, audience=audience)

    async def _record(
        self,
        case: Case,
        type: EventType,
        by: Author,
        text: str | None = None,
        audience: Audience = Audience.CITIZEN,
        **data: Any,
    ) -> CaseEvent:
        event = self._event(case, type, by, text, audience, **data)
        await self._cases.add(event)
        return event

    def _event(
        self,
        case: Case,
        type: EventType,
        by: Author,
        text: str | None = None,
        audience: Audience = Audience.CITIZEN,
        **data: Any,
    ) -> CaseEvent:
        # The first event finds the case as it was made: received, at that time.
        is_first = type is EventType.RECEIVED
        case.status = after(None if is_first else case.status, type)
        at = case.filed_at if is_first else now()
        if audience is Audience.CITIZEN:
            case.last_event_at = at
        return CaseEvent(
            case_id=case.id,
            type=type,
            at=at,
            author_kind=by.kind,
            author=by.name,
            audience=audience,
            structure_slug=case.structure_slug,
            text=text,
            data={name: value for name, value in data.items() if value},
        )


def acts_now(status: Status, events: Sequence[CaseEvent]) -> list[Act]:
    """What the citizen may do."""
    return [
        act
        for act, event in ACTS.items()
        if may(status, event) and not (act is Act.RATE and _is_rated(events))
    ]


def _is_rated(events: Sequence[CaseEvent]) -> bool:
    since = [event.type for event in events if event.type in (EventType.ANSWERED, EventType.RATED)]
    return bool(since) and since[-1] is EventType.RATED
