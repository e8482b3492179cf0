"""What a filing needs, and the rows it becomes; pure rules, no database."""

from datetime import date, datetime, timedelta

from api.cases.enums import Kind, Status
from api.cases.errors import ConsentNeeded, FieldNeeded, NotAnonymous
from api.cases.models import Case, Claimant
from api.cases.schemas import CaseFiling
from api.clock import day_in_tunisia
from api.policy import policy
from api.structures.models import Structure


def check(filing: CaseFiling) -> None:
    personal = filing.personal()
    if filing.anonymous and (personal or filing.kind is Kind.PETITION):
        raise NotAnonymous()
    if missing := filing.missing():
        raise FieldNeeded(
            errors=[{"field": name, "code": "missing", "detail": "Field required"} for name in missing]
        )
    if personal and filing.consent is None:
        raise ConsentNeeded()


def case_of(filing: CaseFiling, structure: Structure, reference: str, at: datetime) -> Case:
    place = filing.place
    return Case(
        reference=reference,
        kind=filing.kind,
        status=Status.RECEIVED,
        structure_slug=structure.slug,
        governorate=filing.governorate,
        delegation=filing.delegation,
        subject=filing.subject,
        description=filing.description,
        language=filing.language,
        anonymous=filing.anonymous,
        place_words=place.words if place else None,
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        answer_by=day_after(at, policy().aims[filing.kind]),
        filed_at=at,
        last_event_at=at,
    )


def claimant_of(case: Case, filing: CaseFiling) -> Claimant:
    consent = filing.consent
    return Claimant(
        case_id=case.id,
        channel_identity=filing.channel_identity,
        name=filing.name,
        phone=filing.phone,
        email=filing.email,
        national_id=filing.national_id,
        consent_version=consent.version if consent else None,
        consent_at=consent.at if consent else None,
    )


def day_after(at: datetime, days: int) -> date:
    return day_in_tunisia(at) + timedelta(days=days)
