"""A filing on its way: what is asked, what was given, what comes next (pure state, slot `filing`)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from bot.actions.plans import read_plan

FORM = "filing_form"


def plan() -> dict[str, Any]:
    """bot/filing.yml: the fields of each kind of filing."""
    return read_plan("filing")


def kind_of(intent: str) -> str | None:
    """The kind of filing that an intent starts."""
    return next((kind for kind, filing in plan()["filings"].items() if filing["intent"] == intent), None)


@dataclass
class Filing:
    """One filing that is being written."""

    kind: str
    fields: dict[str, Any] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    editing: str | None = None
    failures: int = 0
    started_by: str = ""
    offered: list[dict[str, Any]] = field(default_factory=list)
    suggested: list[dict[str, Any]] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_slot(cls, slot: dict[str, Any] | None) -> Filing | None:
        """The filing kept in the slot, if one is running."""
        return cls(**slot) if slot else None

    def to_slot(self) -> dict[str, Any]:
        """What the slot keeps."""
        return asdict(self)

    @property
    def anonymous(self) -> bool:
        """Whether the citizen chose to give no personal data."""
        return self.fields.get("consent") is False

    @property
    def may_be_anonymous(self) -> bool:
        """Whether this kind of filing needs no name."""
        return bool(plan()["filings"][self.kind]["anonymous"])

    @property
    def asked(self) -> list[str]:
        """The fields of this filing in order, without those that do not apply to it."""
        names: list[str] = plan()["filings"][self.kind]["fields"]
        return [name for name in names if not self._spared(name)]

    def _spared(self, name: str) -> bool:
        if self.anonymous and plan()["fields"][name].get("personal"):
            return True
        return name == "governorate" and self.kind == "notice" and name not in self.fields and self._placed

    @property
    def _placed(self) -> bool:
        """Whether the place needs no governorate beside it."""
        return "latitude" in (self.fields.get("place") or {})

    @property
    def next_field(self) -> str:
        """The field to ask now: the one being changed, else the first that is missing."""
        if self.editing:
            return self.editing
        done = {*self.fields, *self.skipped}
        return next((name for name in self.asked if name not in done), "confirm")

    def give(self, name: str, value: Any) -> None:
        """Keeps a value; a field given again replaces the first."""
        self.fields[name] = value
        self.skipped = [other for other in self.skipped if other != name]
        self.editing = None if self.editing == name else self.editing
        self.failures = 0

    def given_by(self, message_id: str | None) -> str | None:
        """The field that this message gave, if any."""
        return next((name for name, source in self.sources.items() if source == message_id), None)

    def skip(self, name: str) -> None:
        """Leaves an optional field unanswered."""
        self.fields.pop(name, None)
        self.skipped.append(name)
        self.editing, self.failures = None, 0

    def go_back(self) -> str | None:
        """Opens the question before the present one; None when there is none."""
        asked = self.asked
        before = asked[: asked.index(self.next_field)] if self.next_field in asked else []
        if not before:
            return None
        self.skipped = [other for other in self.skipped if other != before[-1]]
        self.editing, self.failures = before[-1], 0
        return before[-1]

    def expects(self, name: str) -> dict[str, Any]:
        """`custom.expects` of the outside contract for this field."""
        spec = plan()["fields"][name]
        return {"form": self.kind, "field": name, "kind": spec["kind"], "optional": self.optional(name)}

    def optional(self, name: str) -> bool:
        """Whether this field may be skipped."""
        return bool(plan()["fields"][name].get("optional"))

    def case(self, identity: str, language: str, sent_at: str) -> dict[str, Any]:
        """The body of `POST /cases`."""
        given = self.fields
        consent = {"version": plan()["consent_version"], "at": given.get("consent_at") or sent_at}
        body = {
            "kind": self.kind,
            "structure": (given.get("structure") or {}).get("slug"),
            "governorate": given.get("governorate"),
            "subject": given.get("subject") or _first_line(given["description"]),
            "description": given["description"],
            "place": given.get("place"),
            "attachments": [file["id"] for file in given.get("attachments") or []],
            "language": language,
            "channel_identity": identity,
            "anonymous": self.anonymous,
            "consent": consent if given.get("consent") else None,
        }
        personal = {name: given[name] for name in ("name", "phone", "email", "national_id") if name in given}
        return body | ({} if self.anonymous else personal)


def _first_line(description: str, length: int = 80) -> str:
    line = " ".join(description.split())
    return line if len(line) <= length else line[:length].rsplit(" ", 1)[0] + "…"
