"""The filing form: one message in, the next question out; at the end exactly one case."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from bot.actions import fields
from bot.actions.action import Events
from bot.actions.case_api import ApiRefused
from bot.actions.case_told import case_custom
from bot.actions.clarify import way_on
from bot.actions.fields import Unreadable
from bot.actions.filing import FORM, Filing, kind_of, plan
from bot.actions.filing_turn import SIDE_TALK, agreement, correction, governorate_said, opening
from bot.actions.form_turn import FormAction, FormTurn
from bot.actions.message import Message
from bot.actions.speech import button, isolate
from bot.actions.structures import CHOICES, MUNICIPALITY, Competence


class FilingTurn(FormTurn):
    """One turn of a filing."""

    slot = "filing"
    state: Filing | None

    def restore(self, tracker: Tracker) -> None:
        self.competence = Competence(self.api)
        self.state = Filing.from_slot(tracker.get_slot("filing"))
        self.last_question = tracker.get_slot("last_question")

    async def play(self) -> Events:
        """An edited message gives the field that it gave before, once more."""
        edited = self.state.given_by(self.message.edits) if self.state and not self.comes_back else None
        return await self.correct(edited, self.message) if edited else await super().play()

    # -- beginning and end

    async def begin(self) -> Events:
        self.state = Filing(kind_of(self.message.intent) or "petition", started_by=self.message.id)
        self.speech.say(f"utter_begin_{self.state.kind}")
        for name, value in opening(self.message, self.state).items():
            self.state.give(name, value)
        if self.state.kind == "notice":
            await self.notice_more("description", self.message)
        elif not self.message.pressed and (named := await self.competence.named(self.message)):
            self.open_with(named)
        if self.message.pressed and self.state.kind == "guidance" and self.last_question:
            self.state.give("description", self.last_question)
        return await self.ask()

    def remind(self) -> None:
        kind = self.speech.word(f"utter_kind_{self.state.kind}")
        self.speech.say("utter_unfinished", kind=kind, buttons=[way_on(self.speech, "cancel")])

    def is_aside(self, field: str) -> bool:
        """A request for guidance is made of questions: there, only talk about the talk steps aside."""
        if self.state.kind == "guidance" and field in ("subject", "description") and not self.message.pressed:
            return super().is_aside(field) and self.message.intent in SIDE_TALK
        return super().is_aside(field)

    async def file(self) -> Events:
        body = self.state.case(self.message.identity, self.speech.language, self.message.sent_at)
        key = hashlib.sha256(f"{self.message.identity}\n{self.state.started_by}".encode()).hexdigest()
        try:
            case = await self.api.file(body, key)
        except ApiRefused as refusal:
            if refusal.code == "idempotency_conflict":
                return await self.filed_before()
            self.speech.say("utter_filing_refused", buttons=self.field_buttons())
            return self.keep("confirm")
        self.tell_filed(case)
        told_by = sorted({*self.state.sources.values(), self.state.started_by})
        return [*self.end(), SlotSet("last_reference", case["reference"]), SlotSet("told_by", told_by)]

    async def filed_before(self) -> Events:
        """The first try got through although its answer was lost: what was filed then stands."""
        newest = (await self.api.own_cases(self.message.identity))[0]
        self.speech.say(
            "utter_filed_before", custom=case_custom(newest), reference=isolate(newest["reference"])
        )
        return [*self.end(), SlotSet("last_reference", newest["reference"])]

    def tell_filed(self, case: dict[str, Any]) -> None:
        custom = {"case": {name: case.get(name) for name in ("reference", "code", "kind", "status")}}
        structure = case.get("structure")
        self.speech.say(
            "utter_filed" if self.state.kind != "notice" else "utter_filed_notice",
            custom=custom,
            reference=isolate(case["reference"]),
            code=isolate(case["code"]),
            structure=isolate(
                self.speech.name(structure) if structure else self.speech.word("utter_word_central_office")
            ),
        )
        if days := (case.get("aim") or {}).get("days"):
            self.speech.say("utter_aim", days=isolate(days))

    # -- steering

    async def on_go_back(self, field: str) -> Events:
        if self.state.go_back() is None:
            self.speech.say("utter_first_question")
        return await self.ask()

    # -- reading

    async def read(self, field: str) -> Events:
        if self.message.choice:
            return await self.chosen(self.message.choice)
        if corrected := correction(self.message, self.state, field):
            return await self.correct(*corrected)
        await self.take(field, self.message)
        self.state.sources[field] = self.message.id
        if field == "confirm":
            return await self.confirmed(self.state.fields.pop("confirm"))
        return await self.ask()

    async def chosen(self, choice: dict[str, str]) -> Events:
        field, value = choice["field"], choice["value"]
        if field == "correct" and value in self.state.asked:
            self.state.editing = value
            return await self.ask()
        if field not in self.state.asked:
            self.speech.say("utter_button_over")
            return await self.ask()
        if field == "structure":
            await self.choose_structure(value)
        elif field == "governorate" and self.speech.place(value):
            self.state.give(field, value)
        else:
            self.speech.say("utter_button_over")
        return await self.ask()

    async def choose_structure(self, slug: str) -> None:
        try:
            self.keep_structure(await self.api.structure(slug))
        except ApiRefused:
            raise Unreadable("structure") from None

    async def correct(self, field: str, message: Message) -> Events:
        self.state.editing = field
        if message.text or message.attachments:
            try:
                await self.take(field, message)
                self.speech.say("utter_corrected", field=self.label(field))
            except Unreadable:
                pass
        return await self.ask()

    async def take(self, field: str, message: Message) -> None:
        """Puts the value of the message into the filing.

        Raises:
            Unreadable: there is none.
        """
        if message.attachments and field != "attachments":
            return self.take_files(field, message)
        special = {
            "consent": self.take_consent,
            "confirm": self.take_confirm,
            "structure": self.take_structure,
            "governorate": self.take_governorate,
            "name": self.take_name,
        }
        if field in special:
            return await special[field](message)
        if field == "attachments":
            return self.take_files(field, message)
        self.state.give(field, fields.READERS[field](message))
        if field in ("description", "place"):
            await self.notice_more(field, message)

    def take_files(self, field: str, message: Message) -> None:
        fields.attachments(message)
        held = [*(self.state.fields.get("attachments") or []), *message.attachments]
        if len(held) > plan()["attachments_at_most"]:
            raise Unreadable("too_many_files", limit=plan()["attachments_at_most"])
        self.state.give("attachments", held)
        self.speech.say("utter_file_kept", count=isolate(len(self.state.fields["attachments"])))
        if message.text and field in fields.READERS:
            self.state.give(field, fields.READERS[field](message))

    async def notice_more(self, field: str, message: Message) -> None:
        """A notice finds its governorate and its structures in the place and in the matter."""
        if self.state.kind == "notice" and field == "description":
            self.state.suggested = [_brief(s) for s in await self.competence.concerned(message)]
        if field != "place" or not message.text:
            return
        governorate, town_halls = await self.competence.place(message.text)
        if governorate := governorate or governorate_said(message):
            self.state.give("governorate", governorate)
        halls = [{**hall, "why": hall["name"]} for hall in town_halls]
        others = [s for s in self.state.suggested if not (halls and s["slug"].startswith("municipality-"))]
        self.offer([*halls, *others])

    def offer(self, structures: list[dict[str, Any]]) -> None:
        known = {structure["slug"]: _brief(structure) for structure in reversed(structures)}
        self.state.offered = list(reversed(known.values()))[:CHOICES]

    async def take_name(self, message: Message) -> None:
        """A name; a phone number written behind it fills that field as well."""
        phones = message.all("phone")
        if not phones:
            return self.state.give("name", fields.name(message))
        alone = replace(message, text=message.text.replace(phones[-1]["text"], " "))
        self.state.give("name", fields.name(alone))
        self.state.give("phone", fields.phone(message))

    async def take_governorate(self, message: Message) -> None:
        try:
            self.state.give("governorate", fields.governorate(message))
        except Unreadable:
            tried = message.words <= 5 and not fields.is_abroad(message.text)
            found = await self.competence.governorate_of(message.text) if tried else None
            if not found:
                raise
            self.state.give("governorate", found)

    async def on_skip(self, field: str) -> Events:
        """Skipping the consent of what may be anonymous is a no."""
        if field != "consent" or not self.state.may_be_anonymous:
            return await super().on_skip(field)
        self.stay_anonymous()
        return await self.ask()

    async def take_consent(self, message: Message) -> None:
        agreed = agreement(message)
        if agreed:
            self.state.give("consent", True)
            self.state.fields["consent_at"] = message.sent_at
        elif agreed is False and self.state.may_be_anonymous:
            self.stay_anonymous()
        else:
            raise Unreadable("yes_or_no" if agreed is None else "consent_needed")

    def stay_anonymous(self) -> None:
        self.state.give("consent", False)
        self.speech.say("utter_anonymous")

    async def take_confirm(self, message: Message) -> None:
        agreed = agreement(message)
        if message.intent == "correct_field" or agreed is False:
            raise Unreadable("which_field")
        if agreed is None:
            raise Unreadable("yes_or_no")
        self.state.fields["confirm"] = True

    async def take_structure(self, message: Message) -> None:
        governorate = self.state.fields.get("governorate")
        named = self.offered_by_kind(message) or await self.competence.named(message, governorate)
        if not named and not self.only_a_town_hall(message):
            named = await self.competence.likely(message, governorate)
        if not named:
            raise Unreadable("structure" if not self.only_a_town_hall(message) else "which_town")
        if "governorate" not in self.state.fields and (governorate := governorate_said(message)):
            self.state.give("governorate", governorate)
        self.choose_or_offer(named)

    def offered_by_kind(self, message: Message) -> list[dict[str, Any]]:
        """ "The municipality", or a plain yes, said of what is offered."""
        offered = [{key: s[key] for key in ("slug", "name")} for s in self.state.offered]
        if agreement(message) and len(offered) == 1:
            return offered
        if not self.only_a_town_hall(message) or message.all("municipality") or message.all("governorate"):
            return []
        return [s for s in offered if s["slug"].startswith("municipality-")]

    @staticmethod
    def only_a_town_hall(message: Message) -> bool:
        """ "The municipality", and no word of which."""
        return [entity["value"] for entity in message.all("structure")] == [MUNICIPALITY]

    def open_with(self, structures: list[dict[str, Any]]) -> None:
        """The structures of the first sentence; one that takes no cases is told, and asked again in its turn."""
        try:
            self.choose_or_offer(structures)
        except Unreadable as problem:
            self.say_problem(problem)

    def choose_or_offer(self, structures: list[dict[str, Any]]) -> None:
        """One named structure is kept; several, or one that was only guessed, are offered as buttons."""
        if len(structures) == 1 and "why" not in structures[0]:
            self.keep_structure(structures[0])
        else:
            self.state.offered = [_brief(structure) for structure in structures]

    def keep_structure(self, structure: dict[str, Any]) -> None:
        if structure.get("closed"):
            raise Unreadable("structure_closed", structure=self.speech.name(structure))
        self.state.give("structure", _brief(structure))
        self.state.offered = []
        if (
            "governorate" in self.state.asked
            and "governorate" not in self.state.fields
            and structure.get("governorate")
        ):
            self.state.give("governorate", structure["governorate"])

    async def confirmed(self, agreed: bool) -> Events:
        ready = agreed and self.state.next_field == "confirm"
        return await self.file() if ready else await self.ask()

    async def not_understood(self, field: str, problem: Unreadable) -> Events:
        if problem.key != "which_field":
            return await super().not_understood(field, problem)
        custom = {"expects": self.state.expects(field)}
        self.speech.say("utter_which_field", buttons=self.field_buttons(), custom=custom)
        return self.keep(field)

    # -- asking

    async def ask(self) -> Events:
        """Puts the question of the next field, with its buttons and what the client may show."""
        field = self.state.next_field
        key, values = f"utter_question_{self.state.kind}_{field}", {}
        key = key if self.speech.has(key) else f"utter_question_{field}"
        if field == "confirm":
            values = {"summary": self.summary()}
        elif field == "structure" and self.state.offered:
            key, values = "utter_choose_structure", {"why": self.why()}
        self.speech.say(
            key, buttons=self.buttons(field), custom={"expects": self.state.expects(field)}, **values
        )
        return self.keep(field)

    def why(self) -> str:
        reasons = {self.speech.name(s["why"]) for s in self.state.offered if s.get("why")}
        return (
            self.speech.word("utter_word_because", words=isolate(", ".join(sorted(reasons))))
            if reasons
            else ""
        )

    def buttons(self, field: str) -> list[dict[str, str]]:
        word = self.speech.word
        if field == "consent":
            return [button(word("utter_title_agree"), "/affirm"), button(word("utter_title_refuse"), "/deny")]
        if field == "confirm":
            return [
                button(word("utter_title_send"), "/affirm"),
                button(word("utter_title_change"), "/correct_field"),
                button(word("utter_title_cancel"), "/cancel"),
            ]
        offered = self.state.offered if field == "structure" else []
        choices = [button(self.title(s, offered), f"/choose/structure/{s['slug']}") for s in offered]
        return choices + ([button(word("utter_title_skip"), "/skip")] if self.state.optional(field) else [])

    def title(self, structure: dict[str, Any], among: list[dict[str, Any]]) -> str:
        """The name of a structure, with its governorate where another one bears it too."""
        name = self.speech.name(structure)
        alike = sum(self.speech.name(other) == name for other in among) > 1
        place = self.speech.place(structure.get("governorate"))
        return f"{name} ({place})" if alike and place else name

    def field_buttons(self) -> list[dict[str, str]]:
        given = [name for name in self.state.asked if name not in ("consent", "confirm")]
        return [button(self.label(name), f"/choose/correct/{name}") for name in given]

    def label(self, field: str) -> str:
        return self.speech.word(f"utter_field_{field}")

    def summary(self) -> str:
        """One line a field, values isolated."""
        lines = []
        for field in self.state.asked:
            if field not in ("consent", "confirm"):
                lines.append(f"• {self.speech.pair(self.label(field), isolate(self.shown(field)))}")
        return "\n".join(lines)

    def shown(self, field: str) -> str:
        value = self.state.fields.get(field)
        if value is None:
            return self.speech.word("utter_word_none")
        if field == "structure":
            return self.speech.name(value)
        if field == "governorate":
            return self.speech.place(value) or value
        if field == "attachments":
            return str(len(value))
        if field == "place":
            return value.get("words") or f"{value['latitude']:.5f}, {value['longitude']:.5f}"
        return str(value)


def _brief(structure: dict[str, Any]) -> dict[str, Any]:
    return {key: structure[key] for key in ("slug", "name", "governorate", "why") if key in structure}


class ValidateFilingForm(FormAction):
    """Turns of the filing form."""

    turn = FilingTurn

    def name(self) -> str:
        return f"validate_{FORM}"
