"""The life of a case as one table; no database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cases.enums import Audience, EventType, Status
from api.cases.errors import NotPossibleNow
from api.cases.transitions import OPEN, TRANSITIONS, after, may, status_of

S, E = Status, EventType

STORIES = [
    ([E.RECEIVED], S.RECEIVED),
    ([E.RECEIVED, E.ASSIGNED], S.ASSIGNED),
    ([E.RECEIVED, E.ASSIGNED, E.TRANSFERRED], S.TRANSFERRED),
    ([E.RECEIVED, E.ASSIGNED, E.TRANSFERRED, E.ASSIGNED], S.ASSIGNED),
    ([E.RECEIVED, E.ASSIGNED, E.INFORMATION_ASKED], S.AWAITING_CITIZEN),
    ([E.RECEIVED, E.ASSIGNED, E.INFORMATION_ASKED, E.ADDITION], S.ASSIGNED),
    ([E.RECEIVED, E.ASSIGNED, E.INTERIM_REPLY], S.INTERIM_REPLY),
    ([E.RECEIVED, E.ASSIGNED, E.INTERIM_REPLY, E.ADDITION], S.INTERIM_REPLY),
    ([E.RECEIVED, E.ASSIGNED, E.ANSWERED], S.ANSWERED),
    ([E.RECEIVED, E.ASSIGNED, E.ANSWERED, E.RATED, E.CLOSED], S.CLOSED),
    ([E.RECEIVED, E.ASSIGNED, E.ANSWERED, E.CLOSED, E.CONTESTED], S.CONTESTED),
    ([E.RECEIVED, E.ASSIGNED, E.ANSWERED, E.CONTESTED, E.ANSWERED], S.ANSWERED),
    ([E.RECEIVED, E.ASSIGNED, E.WITHDRAWN], S.WITHDRAWN),
    ([E.RECEIVED, E.ASSIGNED, E.INADMISSIBLE, E.NOTE], S.INADMISSIBLE),
    ([E.RECEIVED, E.ASSIGNED, E.MERGED], S.MERGED),
]


@pytest.mark.parametrize(("events", "status"), STORIES, ids=lambda value: str(value)[-40:])
def test_the_events_tell_the_status(events: list[EventType], status: Status) -> None:
    assert status_of(events) is status


@pytest.mark.parametrize("event", [E.ADDITION, E.WITHDRAWN, E.ASSIGNED, E.ANSWERED, E.TRANSFERRED])
@pytest.mark.parametrize("status", sorted(set(Status) - OPEN))
def test_nothing_happens_to_a_case_that_is_over(status: Status, event: EventType) -> None:
    with pytest.raises(NotPossibleNow):
        after(status, event)


@pytest.mark.parametrize("status", sorted(OPEN))
def test_only_an_answer_can_be_contested_or_rated(status: Status) -> None:
    assert not may(status, E.CONTESTED)
    assert not may(status, E.RATED)


def test_a_case_is_received_once_and_first() -> None:
    with pytest.raises(NotPossibleNow):
        status_of([E.ASSIGNED])
    with pytest.raises(NotPossibleNow):
        status_of([E.RECEIVED, E.RECEIVED])
    with pytest.raises(NotPossibleNow):
        status_of([])


def test_every_event_and_status_is_in_the_table() -> None:
    assert set(TRANSITIONS) == set(EventType)
    reached = {status for _, status in TRANSITIONS.values() if status}
    assert reached == set(Status)


@given(st.lists(st.sampled_from([event for event in EventType if event is not E.RECEIVED]), max_size=30))
def test_any_story_is_a_status_or_a_refusal(events: list[EventType]) -> None:
    status = Status.RECEIVED
    for event in events:
        before = status
        try:
            status = after(status, event)
        except NotPossibleNow as refusal:
            assert refusal.status == 409
            assert status is before
    assert isinstance(status, Status)


def test_an_audience_sees_what_is_for_those_before_it() -> None:
    assert Audience.CITIZEN.sees() == (Audience.CITIZEN,)
    assert Audience.STRUCTURE.sees() == (Audience.CITIZEN, Audience.STRUCTURE)
    assert Audience.STAFF.sees() == tuple(Audience)
