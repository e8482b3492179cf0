"""What is asked and answered over HTTP about cases."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic_core import PydanticCustomError

from api.attachments.schemas import AttachmentRead
from api.cases.enums import Act, EventType, Kind, Language, Status
from api.policy import policy
from api.structures.schemas import StructureBrief
from api.text import ChannelIdentity, Email, NationalId, Phone, clean, said

LIMITS = policy().limits
CLEAN, SAID = BeforeValidator(clean), AfterValidator(said)


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PlaceGiven(_Asked):
    """Where it is: words, a point (degrees, WGS 84), or both."""

    words: Annotated[str, Field(max_length=500), CLEAN, SAID] | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None

    @model_validator(mode="after")
    def _whole_point(self) -> "PlaceGiven":
        if (self.latitude is None) != (self.longitude is None):
            raise PydanticCustomError("point_incomplete", "A point needs latitude and longitude.")
        return self


class ConsentGiven(_Asked):
    """Express consent (organic law 2004-63) to the text of that version."""

    version: Annotated[str, Field(min_length=1, max_length=40), CLEAN]
    at: AwareDatetime


class CaseFiling(_Asked):
    """What a citizen files; `structure` null goes to the central office."""

    kind: Kind
    structure: Annotated[str, Field(max_length=80)] | None = None
    governorate: Annotated[str, Field(max_length=80)] | None = None
    delegation: Annotated[str, Field(max_length=80)] | None = None
    subject: Annotated[str, Field(max_length=LIMITS.subject), CLEAN, SAID]
    description: Annotated[str, Field(max_length=LIMITS.description), CLEAN, SAID]
    name: Annotated[str, Field(max_length=200), CLEAN, SAID] | None = None
    phone: Phone | None = None
    email: Email | None = None
    national_id: NationalId | None = None
    place: PlaceGiven | None = None
    attachments: Annotated[list[str], Field(max_length=100)] = []
    language: Language
    channel_identity: ChannelIdentity
    consent: ConsentGiven | None = None
    anonymous: bool = False

    def personal(self) -> list[str]:
        """Names of the personal fields that were given."""
        return [name for name in ("name", "phone", "email", "national_id") if getattr(self, name) is not None]

    def missing(self) -> list[str]:
        """Names of the fields that this kind needs and that were not given (policy `required`)."""
        return [name for name in policy().required[self.kind] if not self._gives(name)]

    def _gives(self, name: str) -> bool:
        if name != "place":
            return getattr(self, name) is not None
        point_or_words = self.place is not None and (self.place.words or self.place.latitude is not None)
        return bool(point_or_words or (self.governorate and self.delegation))


class Addition(_Asked):
    text: Annotated[str, Field(max_length=LIMITS.addition), CLEAN, SAID] | None = None
    attachments: Annotated[list[str], Field(max_length=100)] = []

    @model_validator(mode="after")
    def _something(self) -> "Addition":
        if self.text is None and not self.attachments:
            raise PydanticCustomError("addition_empty", "An addition needs words or a file.")
        return self


class Withdrawal(_Asked):
    reason: Annotated[str, Field(max_length=LIMITS.reason), CLEAN, SAID] | None = None


class Rating(_Asked):
    score: Annotated[int, Field(ge=1, le=5)]
    comment: Annotated[str, Field(max_length=LIMITS.comment), CLEAN, SAID] | None = None


class Contest(_Asked):
    reasons: Annotated[str, Field(max_length=LIMITS.reason), CLEAN, SAID]


class Aim(BaseModel):
    """By when the administration means to answer; a policy, not a legal deadline."""

    answer_by: date
    days: int


class CaseFiled(BaseModel):
    """A receipt; `code` is shown once and kept only as a keyed hash."""

    reference: str
    code: str
    kind: Kind
    status: Status
    filed_at: datetime
    structure: StructureBrief
    aim: Aim


class CasePublic(BaseModel):
    """What the reference alone shows."""

    reference: str
    kind: Kind
    status: Status
    structure: StructureBrief
    filed_at: datetime
    last_event_at: datetime


class CaseListed(CasePublic):
    """A line of the owner's list."""

    subject: str
    can: list[Act]


class EventRead(BaseModel):
    type: EventType
    at: datetime
    structure: StructureBrief | None
    text: str | None
    attachments: list[str]
    score: int | None


class Answer(BaseModel):
    text: str
    at: datetime
    structure: StructureBrief | None


class Next(BaseModel):
    """`what`: answer, new_answer, your_reply or contest_or_close; `aim` is the day meant for it."""

    what: str
    aim: date | None


class PlaceTold(BaseModel):
    """Where a notice is about: words, a point in degrees (WGS 84), or both."""

    words: str | None
    latitude: float | None
    longitude: float | None


class CaseOwned(CaseListed):
    """What the owner sees."""

    description: str
    governorate: str | None
    delegation: str | None
    place: PlaceTold | None
    anonymous: bool
    language: Language
    events: list[EventRead]
    answer: Answer | None
    next: Next | None
    attachments: list[AttachmentRead]


class ActDone(BaseModel):
    """What a following act left: the event, the status after it and what may be done now."""

    reference: str
    status: Status
    event: EventType
    at: datetime
    can: list[Act]

    def remembered(self) -> dict[str, Any]:
        return self.model_dump(mode="json")
