"""The form behind acts on a filed case: find the case, prove the right to it, ask what is needed, act."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet

from bot.actions import fields
from bot.actions.action import Events
from bot.actions.case_api import ApiRefused
from bot.actions.case_told import case_custom, tell_answer, tell_case, tell_public_part
from bot.actions.fields import Unreadable
from bot.actions.filing_turn import FILINGS, SURE, agreement
from bot.actions.following import FORM, STATUS, Following, plan
from bot.actions.form_turn import FormAction, FormTurn
from bot.actions.lexicon import yes_or_no
from bot.actions.speech import button, isolate

CASES_OFFERED = 8
COMMENT_LENGTH = 3


class FollowTurn(FormTurn):
    """One turn of following a case."""

    slot = "following"

    def restore(self, tracker: Tracker) -> None:
        self.state = Following.from_slot(tracker.get_slot("following"))
        self.last_reference = tracker.get_slot("last_reference")
        self.last_code = tracker.get_slot("last_code")

    async def begin(self) -> Events:
        act = self.message.intent if self.message.intent in plan()["acts"] else STATUS
        self.state = Following(act, started_by=self.message.id)
        try:
            if self.message.all("reference") or self.message.all("reference_like"):
                return await self.read("reference")
        except Unreadable as problem:
            self.speech.say(f"utter_problem_{problem.key}")
            return await self.ask()
        return await self.among_own_cases()

    async def play(self) -> Events:
        """A filing or another act on a case, asked for while this one runs, takes its place."""
        wanted = self.message.intent
        clear = self.message.pressed or (self.message.confidence >= SURE and self.asked != "comment")
        if self.state is None or self.comes_back or not (clear or self.message.all("reference")):
            return await super().play()
        if clear and wanted in FILINGS:
            return [*self.end(), FollowupAction("filing_form")]
        if self.message.all("reference"):
            return await self.read_reference()
        if wanted in plan()["acts"] and wanted != self.state.act and not self.message.choice:
            self.state = None
        return await super().play()

    async def not_understood(self, field: str, problem: Unreadable) -> Events:
        """Words that only name the running act again answer nothing."""
        if self.message.intent in plan()["acts"]:
            self.message = replace(self.message, intent="")
        return await super().not_understood(field, problem)

    async def among_own_cases(self) -> Events:
        """Under a case that was just told, its buttons act on it; else the only own case, or a choice of them."""
        if self.message.pressed and self.last_reference and self.state.act != STATUS:
            self.state.code = self.last_code
            return await self.open(self.last_reference)
        own = [case["reference"] for case in await self.api.own_cases(self.message.identity)]
        if len(own) == 1:
            return await self.open(own[0])
        self.state.choices = own[:CASES_OFFERED]
        return await self.ask()

    # -- reading

    async def read(self, field: str) -> Events:
        choice = self.message.choice or {}
        if choice and choice.get("field") not in (field, "reference"):
            self.speech.say("utter_button_over")
            return await self.ask()
        if choice.get("field") == "reference":
            return await self.open(choice["value"])
        return await getattr(self, f"read_{field}")()

    async def read_reference(self) -> Events:
        references = [entity["value"] for entity in self.message.all("reference")]
        if not references:
            broken = bool(self.message.all("reference_like"))
            raise Unreadable("reference_broken" if broken else "reference")
        self.state.code = fields.code_beside_reference(self.message)
        return await self.open(references[-1])

    async def read_code(self) -> Events:
        if self.message.all("reference"):
            return await self.read_reference()
        self.state.code = fields.code(self.message)
        return await self.open(self.state.reference)

    async def read_comment(self) -> Events:
        if self.state.optional("comment") and yes_or_no(self.message.text) is False:
            return await self.on_skip("comment")
        text = fields.clean(self.message.text)
        self.state.attachments += self.message.attachments
        if len(text) < COMMENT_LENGTH and not self.message.attachments:
            raise Unreadable("comment")
        if len(text) > fields.DESCRIPTION_LENGTH[1]:
            raise Unreadable("description_long", limit=fields.DESCRIPTION_LENGTH[1], length=len(text))
        self.state.fields["comment"] = text or None
        return await self.ask()

    async def read_rating(self) -> Events:
        self.state.fields["rating"] = fields.rating(self.message)
        return await self.ask()

    async def read_confirm(self) -> Events:
        agreed = agreement(self.message)
        if agreed is None:
            raise Unreadable("yes_or_no")
        if not agreed:
            return await self.on_cancel("confirm")
        self.state.fields["confirm"] = True
        return await self.ask()

    def skip(self, field: str) -> None:
        if field == "code":
            self.state.code_skipped = True
        else:
            self.state.skipped.append(field)

    async def on_go_back(self, field: str) -> Events:
        asked = list(self.state.fields)
        if asked:
            self.state.fields.pop(asked[-1])
        else:
            self.state.reference, self.state.full = None, False
        return await self.ask()

    # -- the case

    async def open(self, reference: str) -> Events:
        """Looks the case up; tells what may be told, or asks for the code."""
        try:
            case = await self.api.read(reference, self.message.identity, self.state.code)
        except ApiRefused as refusal:
            return await self.refused(reference, refusal)
        self.state.reference, self.state.full, self.state.failures = case["reference"], "events" in case, 0
        if self.state.act == STATUS:
            return await self.told(case)
        if self.state.full and self.state.act == "verify_answer":
            tell_answer(self.speech, case)
            return self.end()
        return await self.ask()

    async def told(self, case: dict[str, Any]) -> Events:
        if self.state.full:
            tell_case(self.speech, case)
            return [*self.end(), *self.remember()]
        tell_public_part(self.speech, case)
        return await self.ask()

    async def refused(self, reference: str, refusal: ApiRefused) -> Events:
        """A wrong reference or code, or too many tries: a clear sentence and the same question."""
        self.state.code, self.state.failures = None, self.state.failures + 1
        self.state.reference = reference if refusal.code == "wrong_code" else None
        self.say_refusal(refusal)
        if refusal.code == "too_many_attempts":
            return self.end()
        return await self.ask()

    def say_refusal(self, refusal: ApiRefused) -> None:
        known = f"utter_problem_{refusal.code}"
        minutes = max(1, round((refusal.retry_after or 60) / 60))
        self.speech.say(
            known if self.speech.has(known) else "utter_problem_refused", minutes=isolate(minutes)
        )

    async def carry_out(self) -> Events:
        path, body = self.state.body()
        key = hashlib.sha256(f"{self.message.identity}\n{self.state.started_by}\n{path}".encode()).hexdigest()
        try:
            case = await self.api.follow(
                self.state.reference, path, body, self.message.identity, self.state.code, key
            )
        except ApiRefused as refusal:
            self.say_refusal(refusal)
            return self.end()
        self.speech.say(
            f"utter_done_{self.state.act}", custom=case_custom(case), reference=isolate(self.state.reference)
        )
        return [*self.end(), *self.remember()]

    def remember(self) -> Events:
        """Keeps which case was told and the code that was given, so that the buttons under it act on it."""
        return [SlotSet("last_reference", self.state.reference), SlotSet("last_code", self.state.code)]

    async def ask(self) -> Events:
        field = self.state.next_field
        if field is None and self.state.act == STATUS:
            self.speech.say("utter_deny")
            return [*self.end(), *self.remember()]
        if field is None:
            return await self.carry_out()
        key = f"utter_question_{plan()['acts'][self.state.act]['form']}_{field}"
        key = key if self.speech.has(key) else f"utter_question_{field}"
        if field == "reference" and self.state.choices:
            key = "utter_choose_case"
        values = {"reference": isolate(self.state.reference)} if self.state.reference else {}
        self.speech.say(
            key, buttons=self.buttons(field), custom={"expects": self.state.expects(field)}, **values
        )
        return self.keep(field)

    def buttons(self, field: str) -> list[dict[str, str]]:
        word = self.speech.word
        if field == "reference":
            return [button(reference, f"/choose/reference/{reference}") for reference in self.state.choices]
        if field == "rating":
            return [button(str(n), f"/choose/rating/{n}") for n in range(1, 6)]
        if field == "confirm":
            return [button(word("utter_title_affirm"), "/affirm"), button(word("utter_title_deny"), "/deny")]
        return [button(word("utter_title_skip"), "/skip")] if self.state.optional(field) else []


class ValidateFollowForm(FormAction):
    """Turns of the follow form."""

    turn = FollowTurn

    def name(self) -> str:
        return f"validate_{FORM}"
