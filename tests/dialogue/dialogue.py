"""Dialogues as YAML: what a citizen says, and what has to come of it.

    register: derja              # how the citizen writes: derja, arabizi, msa, french
    given:                       # cases filed before; {ref} {code}, {ref2} {code2} name them in the turns
    - {kind: petition, state: answered, owner: me}     # … and {ref_lower} {ref_spaced} {ref_arabic}, as typed
                                 # {new_ref} {new_code}: the case filed in the talk
    turns:
    - say: "نحب نقدّم عريضة"     # words, or a button's payload
      expects: consent           # the field asked after it (custom.expects); `none`: no form is open
      language: ar               # the language of the replies
      says: ["198", "oui | yes"] # parts that occur in the replies; `|` gives alternatives
      not_says: ["…"]            # parts that occur in none
      buttons: [/affirm]         # payloads or titles that are offered
      tells: {status: assigned}  # custom.case
      kept: true                 # the field asked is the same as after the turn before
    case: {kind: petition, phone: "+21620123456"}    # the one case filed in the talk
    no_case: true                # or: nothing was filed
    story: {status: withdrawn}   # what became of the given case
    shows: check_status          # the act on a case that this dialogue shows

A turn `answers: {field: words, …}` answers what is asked, one field after another, whatever the order, up
to the field named by `until` or the end of the form; `not_asked: [field]` names what was known already.

Other turns: `at_once: [words, …]`, `location: [latitude, longitude]`, `files: 1` (with or without `say`),
`contact: {phone, name}`, `days_pass: 3`, `elsewhere: true` (another channel identity goes on from here),
`official: {answer: "…"}`. Words of `case` and `says` are compared without marks, case and bidi isolates.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from PIL import Image

from tests.stack import Citizen, Replies, Stack

FOLDER = Path(__file__).resolve().parent
TOPICS = (
    "happy_path",
    "corrections",
    "digressions",
    "cancellations",
    "language_switch",
    "resumption",
    "following",
    "guidance",
    "danger",
    "refusals",
)
REGISTERS = ("derja", "arabizi", "msa", "french")
ISOLATED = re.compile("[\u2066-\u2068][^\u2066-\u2069]*\u2069")
TURNS_ROUND = re.compile(r"[PGSN]-20\d\d-\w{8}|\+?\d[\d ]{6,}\d|\d\d/\d\d/\d{4}|\b\w{4}-\w{4}\b")
NEVER_SAID = ("None", "utter_", "nlu_fallback", "slower", "Traceback", "{", "}")
INSIDE = ("subject", "description", "place_words", "name", "answer", "added", "contested", "comment")


@dataclass(frozen=True)
class Script:
    """One dialogue file."""

    path: Path
    register: str
    turns: list[dict[str, Any]]
    given: list[dict[str, Any]] = field(default_factory=list)
    case: dict[str, Any] | None = None
    no_case: bool = False
    story: dict[str, Any] | None = None
    shows: str | None = None

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"


def scripts() -> list[Script]:
    """Every dialogue of the folder."""
    return [_script(path) for topic in TOPICS for path in sorted((FOLDER / topic).glob("*.yml"))]


def _script(path: Path) -> Script:
    return Script(path, **yaml.safe_load(path.read_text(encoding="utf-8")))


class Play:
    """Talks one dialogue through and notes every promise that was not kept."""

    def __init__(self, stack: Stack, script: Script):
        self.stack, self.script = stack, script
        self.citizen: Citizen = stack.citizen()
        self.citizens = [self.citizen]
        self.transcript: list[str] = []
        self.failures: list[str] = []
        self.last = Replies([])
        self.names: dict[str, str] = {}
        self.filed: list[str] = []

    def run(self) -> None:
        """Plays the turns, then looks at the case."""
        for number, given in enumerate(self.script.given, 1):
            self._file(given, "" if number == 1 else str(number))
        for number, turn in enumerate(self.script.turns, 1):
            self._turn(number, turn)
        self._look_at_cases()

    def report(self) -> str:
        """What failed, after what was said."""
        return "\n".join([self.script.name, *self.transcript, "", *self.failures])

    # -- before

    def _file(self, given: dict[str, Any], suffix: str) -> None:
        owner = self.citizen if given.get("owner", "me") == "me" else self.stack.citizen()
        receipt = self.stack.file(owner.identity, **_filing(given))
        reference, state = receipt["reference"], given.get("state", "filed")
        if state in ("answered", "closed"):
            self.stack.answer(reference, given.get("answer", "تمت معالجة ملفكم."))
        if state == "closed":
            self.stack.close(reference)
        if state == "awaiting":
            self.stack.ask_citizen(reference, given.get("question", "نرجو مدّنا بوثيقة."))
        if state == "transferred":
            self.stack.transfer(reference, given["to"], "اختصاص")
        for name, value in (("ref", reference), ("code", receipt["code"])):
            self.names |= {f"{name}{suffix}{way}": typed for way, typed in _typed(value).items()}

    # -- turns

    def _turn(self, number: int, turn: dict[str, Any]) -> None:
        turn = dict(turn)
        before = self.last.expects.get("field")
        if days := turn.pop("days_pass", None):
            self.citizen.forget_the_talk_for(timedelta(days=days))
            self.transcript.append(f"… {days} days …")
        if act := turn.pop("official", None):
            self._official(act)
        if turn.pop("elsewhere", False):
            self.citizen = self.stack.citizen()
            self.citizens.append(self.citizen)
            self.transcript.append("… elsewhere …")
        if answers := turn.pop("answers", None):
            return self._answer_all(number, answers, turn)
        sent = {
            name: turn.pop(name)
            for name in ("say", "at_once", "location", "files", "contact")
            if name in turn
        }
        if sent:
            self.last = self._send(sent)
            if self.last.case.get("code"):
                self.names |= {"new_ref": self.last.case["reference"], "new_code": self.last.case["code"]}
            self._note(sent)
            problems = [*_always(self.last, several="at_once" in sent), *self._wrong(turn, before)]
            self.failures += [f"turn {number} ({_short(sent)}): {problem}" for problem in problems]

    def _answer_all(self, number: int, answers: dict[str, Any], turn: dict[str, Any]) -> None:
        until, asked = str(turn.pop("until", "")).split(" | "), []
        while (field := self.last.expects.get("field")) not in (None, *until):
            if field in asked or field not in answers:
                again = "again after its answer" if field in asked else "unexpectedly"
                self.failures.append(f"turn {number} (answers): asks {field} {again}")
                return
            asked.append(field)
            given = answers[field]
            self._turn(number, given if isinstance(given, dict) else {"say": str(given)})
        if until != [""] and field not in until:
            self.failures.append(f"turn {number} (answers): never asks {' or '.join(until)}")
        for field in _listed(turn.pop("not_asked", None)):
            if field in asked:
                self.failures.append(f"turn {number} (answers): asks {field}, which was said already")
        self.failures += [f"turn {number} (answers): {problem}" for problem in self._wrong(turn, None)]

    def _send(self, sent: dict[str, Any]) -> Replies:
        if "at_once" in sent:
            return self.citizen.say_at_once([self._named(text) for text in sent["at_once"]])
        beside: dict[str, Any] = {"contact": sent.get("contact")}
        if place := sent.get("location"):
            beside["location"] = {"latitude": place[0], "longitude": place[1]}
        if count := sent.get("files"):
            beside["attachments"] = [
                self.citizen.hand_in(f"photo{n}.png", picture(n)) for n in range(1, count + 1)
            ]
        return self.citizen.say(self._named(sent.get("say", "")), **beside)

    def _note(self, sent: dict[str, Any]) -> None:
        self.transcript.append(self._named(f">>> {_short(sent)}"))
        for message in self.last.messages:
            self.transcript += [f"    {line}" for line in message.get("text", "").splitlines()]
            if message.get("buttons"):
                self.transcript.append("    " + " ".join(f"[{b['payload']}]" for b in message["buttons"]))
        told = {name: value for name, value in self.last.expects.items() if name in ("form", "field")}
        self.transcript.append(f"    → {self.last.language} {told} {self.last.case or ''}")

    def _official(self, act: dict[str, str]) -> None:
        (what, words), *_ = act.items()
        reference = self.names.get("ref") or self.last_filed()
        getattr(self.stack, what)(reference, words)
        self.transcript.append(f"… official: {what} {words}")

    def last_filed(self) -> str:
        """The newest case of the citizen."""
        return self.citizen.cases()[0]["reference"]

    def _named(self, text: str) -> str:
        for name, value in self.names.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def _wrong(self, checks: dict[str, Any], before: str | None) -> Iterator[str]:
        unknown = set(checks) - {"expects", "language", "says", "not_says", "buttons", "kept", "tells"}
        assert not unknown, f"{self.script.name}: unknown checks {unknown}"
        now, text = self.last.expects.get("field"), fold(self.last.text)
        asked = {now or "none", f"{self.last.expects.get('form')}/{now}"}
        if (wanted := checks.get("expects")) and not asked & set(wanted.split(" | ")):
            yield f"asks {now or 'nothing'} instead of {wanted}"
        if checks.get("kept") and before != now:
            yield f"was asking {before}, now asks {now or 'nothing'}"
        if "language" in checks and self.last.language != checks["language"]:
            yield f"speaks {self.last.language} instead of {checks['language']}"
        for part in _listed(checks.get("says")):
            if not any(fold(self._named(one)) in text for one in part.split(" | ")):
                yield f"does not say {part!r}"
        for part in _listed(checks.get("not_says")):
            if fold(self._named(part)) in text:
                yield f"says {part!r}"
        offered = {word for button in self.last.buttons for word in (button["payload"], button["title"])}
        for payload in _listed(checks.get("buttons")):
            if not any(self._named(one) in offered for one in payload.split(" | ")):
                yield f"does not offer {payload}"
        if tells := checks.get("tells"):
            told = {name: self.last.case.get(name) for name in tells}
            wanted = {name: self._named(value) for name, value in tells.items()}
            if told != wanted:
                yield f"tells the case {told} instead of {wanted}"

    # -- after

    def _look_at_cases(self) -> None:
        given = {value for name, value in self.names.items() if name.startswith("ref")}
        cases = [case for citizen in self.citizens for case in citizen.cases()]
        self.filed = [case["reference"] for case in cases if case["reference"] not in given]
        if self.script.no_case and self.filed:
            self.failures.append(f"filed {len(self.filed)} cases instead of none")
        if self.script.case is not None:
            if len(self.filed) != 1:
                self.failures.append(f"filed {len(self.filed)} cases instead of one")
                return
            self._compare(self.script.case, self.stack.case(self.filed[0]))
        if self.script.story is not None:
            self._compare(self.script.story, _story(self.stack.case(self.names["ref"])))

    def _compare(self, wanted: dict[str, Any], case: dict[str, Any]) -> None:
        case = {**case, "attachments": len(case["attachments"]), "structure": case["structure"]["slug"]}
        case["consent"] = bool(case.get("consent_version"))
        for name, value in wanted.items():
            if name.startswith("not_"):
                name = name.removeprefix("not_")
                if fold(str(value)) in fold(str(case[name] or "")):
                    self.failures.append(f"case: {name} holds {value!r}: {case[name]!r}")
            elif not _matches(name, value, case[name]):
                self.failures.append(f"case: {name} is {case[name]!r} instead of {value!r}")


def _matches(name: str, wanted: Any, found: Any) -> bool:
    if name == "happened":
        return set(wanted) <= set(found)
    if isinstance(wanted, list):
        return any(_matches(name, one, found) for one in wanted)
    if name in INSIDE and wanted is not None:
        return fold(str(wanted)) in fold(str(found or ""))
    if isinstance(wanted, float) and found is not None:
        return abs(found - wanted) < 1e-4
    return bool(found == wanted)


def _story(case: dict[str, Any]) -> dict[str, Any]:
    """The case with its last events of each kind under short names."""
    last = {event["type"]: event for event in case["events"]}
    words = {"added": "addition", "contested": "contested", "comment": "rated"}
    told = {name: (last.get(kind) or {}).get("text") for name, kind in words.items()}
    rated = (last.get("rated") or {}).get("score")
    return {**case, **told, "score": rated, "happened": list(last)}


def _filing(given: dict[str, Any]) -> dict[str, Any]:
    kind = given.get("kind", "petition")
    body = {
        "kind": kind,
        "structure": given.get("structure", "steg"),
        "governorate": given.get("governorate", "governorate-sfax"),
        "subject": given.get("subject", "فاتورة كهرباء مرتفعة"),
        "description": given.get("description", "وصلتني فاتورة فيها استهلاك لم أقم به، وأطلب مراجعتها."),
        "language": "ar",
        "anonymous": kind in ("suggestion", "notice"),
    }
    if kind == "petition":
        body |= {"name": "سامي بن عمر", "phone": "+21620123456"}
        body["consent"] = {"version": "2026-11-1", "at": "2026-11-01T10:00:00+01:00"}
    return body | ({"place": {"words": "نهج الحرية"}} if kind == "notice" else {})


def _always(replies: Replies, several: bool = False) -> Iterator[str]:
    """What no reply may do, whatever was said."""
    if not replies.messages:
        yield "no reply at all"
    texts = replies.texts
    if len(set(texts)) < len(texts) and not several:
        yield "says the same twice"
    for message in replies.messages:
        text, language = message.get("text") or "", (message.get("custom") or {}).get("language")
        own = ISOLATED.sub("", text)
        if not text.strip():
            yield "an empty reply"
        yield from (f"says {word!r}" for word in NEVER_SAID if word in own)
        if any(one.count("(") != one.count(")") for one in ISOLATED.findall(text)):
            yield "a bracket is parted from its other half by an isolate"
        if language == "ar" and (bare := TURNS_ROUND.search(own)):
            yield f"{bare.group()!r} is not isolated in an Arabic reply"
        if language and language != _script_of(text):
            yield f"says it speaks {language}, writes otherwise: {text[:60]!r}"
        for button in message.get("buttons") or []:
            if not button["title"].strip() or len(button["payload"].encode()) > 64:
                yield f"a bad button {button}"
    if len({(m.get("custom") or {}).get("language") for m in replies.messages} - {None}) > 1:
        yield "mixes languages in one turn"


def _script_of(text: str) -> str | None:
    letters = [c for c in ISOLATED.sub("", text) if c.isalpha()]
    arabic = sum("\u0600" <= c <= "\u06ff" for c in letters)
    return "ar" if arabic * 2 > len(letters) else "fr"


def fold(text: str) -> str:
    """Without case, accents, harakat, bidi marks and doubled blanks."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in plain if unicodedata.category(c) not in ("Mn", "Cf"))
    return " ".join(kept.replace("’", "'").split())


def picture(number: int) -> bytes:
    """A small real picture, different for every number."""
    data = io.BytesIO()
    Image.new("RGB", (8, 8), (number % 256, 90, 40)).save(data, "PNG")
    return data.getvalue()


def _short(sent: dict[str, Any]) -> str:
    return " ".join(str(value) if name == "say" else f"{name}: {value}" for name, value in sent.items())[:300]


def _typed(value: str) -> dict[str, str]:
    """A reference or a code as people type it."""
    arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    spaced = value.replace("-", " ").lower()
    return {"": value, "_lower": value.lower(), "_spaced": spaced, "_arabic": value.translate(arabic)}


def _listed(value: Any) -> list[str]:
    return [] if value is None else [str(v) for v in value] if isinstance(value, list) else [str(value)]
