"""An act on a filed case on its way: which case, by which right, what is still asked (slot `following`)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from bot.actions.plans import read_plan

FORM = "follow_form"
STATUS = "check_status"


def plan() -> dict[str, Any]:
    """bot/following.yml: the acts and their fields."""
    return read_plan("following")


@dataclass
class Following:
    """One act that is being prepared."""

    act: str
    reference: str | None = None
    code: str | None = None
    full: bool = False
    code_skipped: bool = False
    fields: dict[str, Any] = field(default_factory=dict)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failures: int = 0
    started_by: str = ""
    choices: list[str] = field(default_factory=list)

    @classmethod
    def from_slot(cls, slot: dict[str, Any] | None) -> Following | None:
        """The act kept in the slot, if one is running."""
        return cls(**slot) if slot else None

    def to_slot(self) -> dict[str, Any]:
        """What the slot keeps."""
        return asdict(self)

    @property
    def next_field(self) -> str | None:
        """What to ask now; None when the act can be done."""
        if not self.reference:
            return "reference"
        if not self.full and not (self.code_skipped and self.act == STATUS):
            return "code"
        done = {*self.fields, *self.skipped}
        return next((name for name in plan()["acts"][self.act]["fields"] if name not in done), None)

    def optional(self, name: str) -> bool:
        """Whether this field may be skipped."""
        if name == "code":
            return self.act == STATUS
        return name in plan()["acts"][self.act].get("optional", [])

    def expects(self, name: str) -> dict[str, Any]:
        """`custom.expects` of the outside contract for this field."""
        form, kind = plan()["acts"][self.act]["form"], plan()["fields"][name]["kind"]
        kind = "choice" if name == "reference" and self.choices else kind
        return {"form": form, "field": name, "kind": kind, "optional": self.optional(name)}

    def body(self) -> tuple[str, dict[str, Any]]:
        """The path below the case and the body that carry the act out."""
        files = [file["id"] for file in self.attachments]
        comment = self.fields.get("comment")
        bodies = {
            "add_to_case": {"text": comment, "attachments": files},
            "withdraw_case": {},
            "contest_answer": {"reasons": comment},
            "rate_service": {"score": self.fields.get("rating"), "comment": comment},
        }
        return plan()["acts"][self.act]["path"], bodies[self.act]
