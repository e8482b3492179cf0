"""The one table that says which event may happen in which status, and the status after it.

A status is never set: it is derived from the events of the case (`status_of`).
"""

from collections.abc import Iterable

from api.cases.enums import Act, EventType, Status
from api.cases.errors import REFUSALS, NotPossibleNow

S, E = Status, EventType

OPEN = frozenset({S.RECEIVED, S.ASSIGNED, S.TRANSFERRED, S.AWAITING_CITIZEN, S.INTERIM_REPLY, S.CONTESTED})
TOLD = frozenset({S.ANSWERED, S.CLOSED})
EVERY = frozenset(Status)

# event: (statuses in which it may happen, status after it; None: the status stays)
TRANSITIONS: dict[EventType, tuple[frozenset[Status], Status | None]] = {
    E.RECEIVED: (frozenset(), S.RECEIVED),
    E.ASSIGNED: (OPEN, S.ASSIGNED),
    E.TRANSFERRED: (OPEN, S.TRANSFERRED),
    E.INFORMATION_ASKED: (OPEN, S.AWAITING_CITIZEN),
    E.INTERIM_REPLY: (OPEN, S.INTERIM_REPLY),
    E.ANSWERED: (OPEN, S.ANSWERED),
    E.CLOSED: (frozenset({S.ANSWERED}), S.CLOSED),
    E.INADMISSIBLE: (OPEN - {S.CONTESTED}, S.INADMISSIBLE),
    E.MERGED: (OPEN - {S.CONTESTED}, S.MERGED),
    E.ADDITION: (OPEN, None),
    E.WITHDRAWN: (OPEN, S.WITHDRAWN),
    E.CONTESTED: (TOLD, S.CONTESTED),
    E.RATED: (TOLD, None),
    E.NOTE: (EVERY, None),
}
# A citizen's addition is the reply that was waited for.
REPLIES = {(S.AWAITING_CITIZEN, E.ADDITION): S.ASSIGNED}
ACTS = {Act.ADD: E.ADDITION, Act.WITHDRAW: E.WITHDRAWN, Act.CONTEST: E.CONTESTED, Act.RATE: E.RATED}


def may(status: Status, event: EventType) -> bool:
    """Whether `event` may happen now."""
    return status in TRANSITIONS[event][0]


def after(status: Status | None, event: EventType) -> Status:
    """The status after `event`; `status` None is a case that does not exist yet.

    Raises `NotPossibleNow` (409), with a code of its own for each citizen's act.
    """
    if status is None:
        if event is not E.RECEIVED:
            raise NotPossibleNow()
        return S.RECEIVED
    if not may(status, event):
        raise REFUSALS.get((status, event)) or REFUSALS.get((None, event)) or NotPossibleNow()
    return REPLIES.get((status, event)) or TRANSITIONS[event][1] or status


def status_of(events: Iterable[EventType]) -> Status:
    """The status that a case has after its events, oldest first."""
    status: Status | None = None
    for event in events:
        status = after(status, event)
    if status is None:
        raise NotPossibleNow("A case begins with being received.")
    return status
