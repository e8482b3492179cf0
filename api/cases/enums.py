"""The words of a case. The five functions of E-People less the forum; DESIGN section 1."""

from enum import StrEnum


class Kind(StrEnum):
    PETITION = "petition"
    GUIDANCE = "guidance"
    SUGGESTION = "suggestion"
    NOTICE = "notice"

    @property
    def letter(self) -> str:
        """First letter of the reference."""
        return self.value[0].upper()


class Status(StrEnum):
    RECEIVED = "received"
    ASSIGNED = "assigned"
    TRANSFERRED = "transferred"
    AWAITING_CITIZEN = "awaiting_citizen"
    INTERIM_REPLY = "interim_reply"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    INADMISSIBLE = "inadmissible"
    MERGED = "merged"
    CONTESTED = "contested"


class EventType(StrEnum):
    """What happened to a case; `api.cases.transitions` says when it may and what follows."""

    RECEIVED = "received"
    ASSIGNED = "assigned"
    TRANSFERRED = "transferred"
    INFORMATION_ASKED = "information_asked"
    INTERIM_REPLY = "interim_reply"
    ANSWERED = "answered"
    CLOSED = "closed"
    INADMISSIBLE = "inadmissible"
    MERGED = "merged"
    ADDITION = "addition"
    WITHDRAWN = "withdrawn"
    CONTESTED = "contested"
    RATED = "rated"
    NOTE = "note"


class Audience(StrEnum):
    """Who an event is for; each also sees what is for those before it."""

    CITIZEN = "citizen"
    STRUCTURE = "structure"
    STAFF = "staff"

    def sees(self) -> tuple["Audience", ...]:
        """The audiences whose events this one may read."""
        order = tuple(Audience)
        return order[: order.index(self) + 1]


class AuthorKind(StrEnum):
    CITIZEN = "citizen"
    OFFICIAL = "official"
    SYSTEM = "system"


class Language(StrEnum):
    AR = "ar"
    FR = "fr"


class Act(StrEnum):
    """What a citizen may do with a filed case."""

    ADD = "add"
    WITHDRAW = "withdraw"
    CONTEST = "contest"
    RATE = "rate"
