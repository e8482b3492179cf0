"""However a citizen wanders (corrects, asks beside, changes language), the case is as on the straight way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.stack import Citizen, Replies, Stack

FIELDS = (
    "consent",
    "structure",
    "governorate",
    "subject",
    "description",
    "name",
    "phone",
    "email",
    "national_id",
    "confirm",
)
COMPARED = (
    "kind",
    "governorate",
    "subject",
    "description",
    "name",
    "phone",
    "email",
    "national_id",
    "anonymous",
)
WRONG = {
    "governorate": {"derja": "سوسة", "arabizi": "sousse", "msa": "سوسة", "french": "Sousse"},
    "subject": dict.fromkeys(("derja", "arabizi", "msa", "french"), "Test 123"),
    "phone": dict.fromkeys(("derja", "arabizi", "msa", "french"), "20 111 222"),
    "email": dict.fromkeys(("derja", "arabizi", "msa", "french"), "faux@exemple.tn"),
}
RIGHT = {
    "derja": {
        "opening": "نحب نقدم عريضة",
        "consent": "اي موافق",
        "structure": "الستاغ",
        "governorate": "صفاقس",
        "subject": "فاتورة الضو غالطة",
        "description": "جاتني فاتورة فيها أربعمية دينار وأنا وحدي في الدار، نحب تعاودو الحساب.",
        "name": "سامي بن عمر",
        "phone": "20 111 333",
        "email": "sami@exemple.tn",
        "national_id": "04567891",
        "confirm": "اي ابعث",
    },
    "arabizi": {
        "opening": "n7eb na3mel 3aridha",
        "consent": "ey mwefe9",
        "structure": "STEG",
        "governorate": "sfax",
        "subject": "fatouret edhaw ghalta",
        "description": "jetni fatoura fiha 400 dinar w ana wa7di fel dar, n7eb t3awdou el 7seb.",
        "name": "Sami Ben Amor",
        "phone": "20 111 333",
        "email": "sami@exemple.tn",
        "national_id": "04567891",
        "confirm": "ey ab3eth",
    },
    "msa": {
        "opening": "أريد تقديم عريضة",
        "consent": "نعم، أوافق",
        "structure": "الشركة التونسية للكهرباء والغاز",
        "governorate": "صفاقس",
        "subject": "فاتورة كهرباء مرتفعة",
        "description": "وصلتني فاتورة بأربعمائة دينار وأنا أسكن وحدي، وأطلب إعادة الحساب.",
        "name": "سامي بن عمر",
        "phone": "20 111 333",
        "email": "sami@exemple.tn",
        "national_id": "04567891",
        "confirm": "نعم، أرسلها",
    },
    "french": {
        "opening": "je veux déposer une pétition",
        "consent": "oui, d'accord",
        "structure": "STEG",
        "governorate": "Sfax",
        "subject": "Facture d'électricité erronée",
        "description": "J'ai reçu une facture de 400 dinars alors que je vis seul, je demande sa révision.",
        "name": "Sami Ben Amor",
        "phone": "20 111 333",
        "email": "sami@exemple.tn",
        "national_id": "04567891",
        "confirm": "oui, envoyez",
    },
}
CORRECTIONS = {
    "derja": {
        "governorate": "لا، الولاية صفاقس موش سوسة",
        "subject": "نحب نبدل الموضوع",
        "phone": "غلطت في النومرو، الصحيح 20 111 333",
        "email": "الايميل غالط، الصحيح sami@exemple.tn",
    },
    "arabizi": {
        "governorate": "la, el wileya sfax mouch sousse",
        "subject": "badel el mawdhou3",
        "phone": "ghlott fel numero, houwa 20 111 333",
        "email": "l'email ghalet, s7i7 sami@exemple.tn",
    },
    "msa": {
        "governorate": "عفوا، الولاية صفاقس وليست سوسة",
        "subject": "أريد تعديل الموضوع",
        "phone": "أخطأت في رقم الهاتف، الصحيح 20 111 333",
        "email": "أريد تصحيح البريد الإلكتروني: sami@exemple.tn",
    },
    "french": {
        "governorate": "non, le gouvernorat c'est Sfax, pas Sousse",
        "subject": "je veux changer l'objet",
        "phone": "je me suis trompé de numéro, c'est 20 111 333",
        "email": "mon mail est faux, c'est sami@exemple.tn",
    },
}
BESIDE = {
    "derja": ("بقداش الباسبور؟", "شكون يشوف معطياتي؟", "علاش؟"),
    "arabizi": ("b9addech el passeport?", "chkoun ychouf el ma3loumet mta3i?", "3lech?"),
    "msa": ("ما هو معلوم جواز السفر؟", "من يطلع على معطياتي الشخصية؟", "لماذا؟"),
    "french": ("combien coûte un passeport ?", "qui voit mes données ?", "pourquoi ?"),
}
SWITCHES = {
    "derja": ("بالفرنسية من فضلك", "/change_language"),
    "arabizi": ("bel français", "/change_language"),
    "msa": ("أفضل المواصلة باللغة الفرنسية", "/change_language"),
    "french": ("en arabe s'il vous plaît", "/change_language"),
}


@dataclass
class Wandering:
    """What is done beside answering, and before which question."""

    register: str
    wrong: dict[str, str] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)
    """The field given wrong at first → the question at which it is corrected."""


@dataclass
class Walk:
    """One filing, answered question by question."""

    citizen: Citizen
    plan: Wandering
    said: list[str] = field(default_factory=list)
    last: Replies = field(default_factory=lambda: Replies([]))

    def run(self) -> dict[str, Any]:
        """The case that was filed."""
        right = RIGHT[self.plan.register]
        self.say(right["opening"])
        pending = set(self.plan.wrong)
        for name in FIELDS:
            self.asked(name)
            if beside := self.plan.beside.get(name):
                self.say(beside)
                self.asked(name)
            for other in [o for o in WRONG if o in pending and self.plan.wrong[o] == name]:
                pending.remove(other)
                self.correct(other)
                self.asked(name)
            wrong = name in pending
            self.say(WRONG[name][self.plan.register] if wrong else right[name])
        reference = self.last.case.get("reference")
        assert reference, "\n".join(self.said)
        assert len(self.citizen.cases()) == 1
        return self.citizen.stack.case(reference)

    def correct(self, name: str) -> None:
        self.say(CORRECTIONS[self.plan.register][name])
        if self.last.expects.get("field") == name:
            self.say(RIGHT[self.plan.register][name])

    def say(self, words: str) -> None:
        self.last = self.citizen.say(words)
        self.said += [f">>> {words}", *(f"    {text}" for text in self.last.texts)]

    def asked(self, name: str) -> None:
        now = self.last.expects.get("field")
        assert now == name, "\n".join([*self.said, f"asks {now} instead of {name}"])

    @property
    def turns(self) -> int:
        return sum(line.startswith(">>> ") for line in self.said)


@st.composite
def wanderings(draw: st.DrawFn) -> Wandering:
    """Wrong values corrected at any later question, side questions and language switches anywhere."""
    register = draw(st.sampled_from(sorted(RIGHT)))
    mistaken = draw(st.sets(st.sampled_from(sorted(WRONG)), max_size=3))
    wrong = {
        name: draw(st.sampled_from(FIELDS[FIELDS.index(name) + 1 :]), label=f"{name} corrected at")
        for name in sorted(mistaken)
    }
    places = draw(st.sets(st.sampled_from(FIELDS), max_size=3))
    words = st.sampled_from((*BESIDE[register], *SWITCHES[register]))
    return Wandering(register, wrong, {name: draw(words, label=f"beside {name}") for name in sorted(places)})


@pytest.fixture(scope="module")
def straight(stack: Stack) -> dict[str, dict[str, Any]]:
    """What the straight way files, in every register."""
    return {register: told(Walk(stack.citizen(), Wandering(register)).run()) for register in RIGHT}


@pytest.mark.parametrize("register", sorted(RIGHT))
def test_the_straight_way_files_what_was_said(stack: Stack, register: str) -> None:
    walk = Walk(stack.citizen(), Wandering(register))
    case, said = walk.run(), RIGHT[register]
    assert (case["structure"]["slug"], case["governorate"]) == ("steg", "governorate-sfax")
    assert (case["phone"], case["email"]) == ("+21620111333", "sami@exemple.tn")
    assert (case["subject"], case["description"]) == (said["subject"], said["description"])
    assert walk.turns == len(FIELDS) + 1


@pytest.mark.parametrize("register", sorted(RIGHT))
def test_two_corrections_a_side_question_and_a_switch_cost_four_turns(stack: Stack, register: str) -> None:
    plan = Wandering(
        register,
        wrong={"governorate": "description", "phone": "national_id"},
        beside={"subject": SWITCHES[register][0], "name": BESIDE[register][0]},
    )
    walk = Walk(stack.citizen(), plan)
    case = walk.run()
    assert (case["governorate"], case["phone"]) == ("governorate-sfax", "+21620111333")
    assert walk.turns <= len(FIELDS) + 5


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(plan=wanderings())
def test_any_way_ends_in_the_case_of_the_straight_way(
    stack: Stack, straight: dict[str, dict[str, Any]], plan: Wandering
) -> None:
    walk = Walk(stack.citizen(), plan)
    assert told(walk.run()) == straight[plan.register], "\n".join(walk.said)


def told(case: dict[str, Any]) -> dict[str, Any]:
    """What the citizen told, without what differs from case to case."""
    return {"structure": case["structure"]["slug"], **{name: case[name] for name in COMPARED}}
