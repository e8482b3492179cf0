"""Why a case cannot be filed, read or changed; each class is one sentence and one stable code.

Problem
├─ InvalidReference          422 invalid_reference
├─ UnknownReference          404 unknown_reference
├─ WrongCode                 403 wrong_code
├─ AccessNeeded              403 access_needed
├─ TooManyAttempts           429 too_many_attempts
├─ IdempotencyConflict       409 idempotency_conflict
├─ NotPossibleNow            409 not_possible_now
│  ├─ CaseClosed             409 case_closed
│  ├─ NothingToContest       409 nothing_to_contest
│  ├─ AlreadyContested       409 already_contested
│  ├─ NothingToRate          409 nothing_to_rate
│  └─ AlreadyRated           409 already_rated
└─ RefusedFiling             422
   ├─ ConsentNeeded          422 consent_needed
   ├─ StaleConsent           422 consent_outdated
   ├─ FieldNeeded            422 field_needed
   └─ NotAnonymous           422 not_anonymous
"""

from api.cases.enums import EventType, Status
from api.errors import Problem


class InvalidReference(Problem):
    status, code, title = (
        422,
        "invalid_reference",
        "This is not a case reference: a character is missing or wrong.",
    )


class UnknownReference(Problem):
    status, code, title = 404, "unknown_reference", "There is no case with this reference."


class WrongCode(Problem):
    status, code, title = 403, "wrong_code", "The follow-up code does not belong to this case."


class AccessNeeded(Problem):
    status, code, title = 403, "access_needed", "The follow-up code given at filing is needed."


class TooManyAttempts(Problem):
    """RFC 6585 section 4; Retry-After is in seconds."""

    status, code, title = 429, "too_many_attempts", "Too many wrong codes were tried; wait before the next."

    def __init__(self, seconds: int) -> None:
        super().__init__(headers={"Retry-After": str(max(1, seconds))})


class NotPossibleNow(Problem):
    status, code, title = 409, "not_possible_now", "This cannot be done in the present state of the case."


class CaseClosed(NotPossibleNow):
    code, title = "case_closed", "The case is over; nothing can be added to it."


class NothingToContest(NotPossibleNow):
    code, title = "nothing_to_contest", "There is no answer to contest yet."


class AlreadyContested(NotPossibleNow):
    code, title = "already_contested", "The answer was contested already; it is being examined again."


class NothingToRate(NotPossibleNow):
    code, title = "nothing_to_rate", "There is no answer to rate yet."


class AlreadyRated(NotPossibleNow):
    code, title = "already_rated", "This answer was rated already."


class RefusedFiling(Problem):
    status, code, title = 422, "refused_filing", "The case cannot be filed like this."


class ConsentNeeded(RefusedFiling):
    """Organic law 2004-63: personal data are kept with express consent."""

    code, title = "consent_needed", "Personal data cannot be kept without consent."


class FieldNeeded(RefusedFiling):
    code, title = "field_needed", "A field that this kind of case needs is missing."


class NotAnonymous(RefusedFiling):
    code, title = (
        "not_anonymous",
        "An anonymous case carries no personal data, and not every kind can be anonymous.",
    )


# (status or None for any other, event): the refusal in words that fit.
REFUSALS: dict[tuple[Status | None, EventType], NotPossibleNow] = {
    (None, EventType.ADDITION): CaseClosed(),
    (None, EventType.WITHDRAWN): CaseClosed(),
    (None, EventType.CONTESTED): NothingToContest(),
    (Status.CONTESTED, EventType.CONTESTED): AlreadyContested(),
    (None, EventType.RATED): NothingToRate(),
}
