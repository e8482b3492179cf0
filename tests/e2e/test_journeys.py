"""A citizen's way through the real assistant, in a browser: from a first question to a status asked elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.journey import Citizen, arrive
from tests.stack import Stack, running_stack

# How a step is taken, its words (a message, or the title of a button), and what the answer to it holds.
Step = tuple[str, str, str]


@dataclass(frozen=True)
class Story:
    """One citizen's way; each language has its own."""

    language: str
    question: str
    dated_source: str
    until_the_reload: Sequence[Step]
    after_the_reload: Sequence[Step]
    case: dict[str, Any]
    structure: str
    asks_for_news: Sequence[Step]
    status: str


ARABIC = Story(
    language="ar",
    question="كيفاش نجدد جواز السفر؟",
    dated_source=r"المصدر: .+ \((?:.*\d{4}.*|دون تاريخ)\)",
    until_the_reload=[
        ("say", "نحب نقدم عريضة", "هل توافق"),
        ("press", "موافق", "ما هي الإدارة المعنية"),
        ("say", "بلدية أريانة", "ما هو الموضوع"),
        ("say", "الفضلات في نهج الورد", "اكتب لنا ما حدث"),
        ("say", "الحاوية مكسورة من شهر والفضلات في الطريق. نطلب حاوية جديدة.", "اسمك ولقبك"),
        ("say", "سنية الماجري", "رقم هاتفك"),
    ],
    after_the_reload=[
        ("say", "22 345 678", "بريدك الإلكتروني"),
        ("press", "تخطّي", "بطاقة تعريفك"),
        ("say", "تخطي", "هل أرسله"),
        ("say", "لا استنى، النومرو غالط، 22 345 679", "22345679"),
        ("press", "أرسل", "رمز المتابعة"),
    ],
    case={
        "kind": "petition",
        "subject": "الفضلات في نهج الورد",
        "description": "الحاوية مكسورة من شهر والفضلات في الطريق. نطلب حاوية جديدة.",
        "name": "سنية الماجري",
        "phone": "+21622345679",
        "email": None,
        "language": "ar",
        "anonymous": False,
    },
    structure="بلدية أريانة",
    asks_for_news=[("say", "وين وصل الملف متاعي؟", "مرجع الملف"), ("say", "{reference}", "رمز متابعة")],
    status="الحالة",
)

FRENCH = Story(
    language="fr",
    question="Mon passeport expire, comment le renouveler ?",
    dated_source=r"Source : .+ \((?:.*\d{4}.*|sans date)\)",
    until_the_reload=[
        ("say", "Je voudrais déposer une pétition contre la STEG à Bizerte", "Êtes-vous d'accord"),
        ("say", "oui, j'accepte", "Quel est l'objet"),
        ("say", "Facture trop élevée", "Racontez"),
        ("say", "Une facture de 912 dinars pour un appartement fermé depuis mars.", "prénom et nom"),
        ("say", "Hédi Karray", "numéro de téléphone"),
        ("say", "72 431 220", "courriel"),
        ("say", "hedi.karray@example.tn", "CIN"),
        ("press", "Passer", "Puis-je l'envoyer"),
    ],
    after_the_reload=[
        ("press", "Corriger", "Que voulez-vous corriger"),
        ("press", "Nom", "prénom et nom"),
        ("say", "Hédi Ben Karray", "Puis-je l'envoyer"),
        ("say", "oui, envoyez", "Code de suivi"),
    ],
    case={
        "kind": "petition",
        "subject": "Facture trop élevée",
        "description": "Une facture de 912 dinars pour un appartement fermé depuis mars.",
        "name": "Hédi Ben Karray",
        "phone": "+21672431220",
        "email": "hedi.karray@example.tn",
        "language": "fr",
        "anonymous": False,
    },
    structure="STEG",
    asks_for_news=[("say", "Où en est mon dossier {reference} ?", "code de suivi")],
    status="État",
)

HOSTILE = (
    "Le compteur de mon appartement est cassé depuis mars, personne ne vient. "
    '<img src=x onerror="window.ran=true"><script>window.ran=true</script> **gras** '
    "[lien](javascript:window.ran=true) '; DROP TABLE cases; -- {{7*7}} Je demande un nouveau compteur."
)


TALK_IN_BOTH = [
    ("السلام عليكم", "المساعد الرقمي", "rtl"),
    ("Bonjour à vous", "assistant numérique", "ltr"),
    ("قداش معلوم جواز السفر؟ 80 د؟", "دينار", "rtl"),
]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running_stack() as stack:
        yield stack


@pytest.fixture
def arrival(chromium: Browser, stack: Stack) -> Iterator[Callable[[str], Citizen]]:
    """Opens the page in a browser nobody has used; the test fails if anything went wrong in one of them."""
    here: list[Citizen] = []

    def opened(language: str) -> Citizen:
        here.append(arrive(chromium, stack, language))
        return here[-1]

    yield opened
    for citizen in here:
        citizen.context.close()
    assert [trouble for citizen in here for trouble in citizen.troubles] == []


@pytest.mark.parametrize("story", [ARABIC, FRENCH], ids=lambda story: story.language)
def test_asks_files_a_petition_and_follows_it_from_another_browser(
    arrival: Callable[[str], Citizen], stack: Stack, story: Story
) -> None:
    citizen = arrival(story.language)
    citizen.say(story.question)
    assert re.search(story.dated_source, citizen.hears("• "))
    assert citizen.sticks_out() == []

    take(citizen, story.until_the_reload)
    seen = citizen.lines, citizen.choices
    citizen.reload()
    assert (citizen.lines, citizen.choices) == seen
    take(citizen, story.after_the_reload)
    assert citizen.sticks_out() == []

    receipt = citizen.receipt
    case = stack.case(receipt.reference)
    assert {name: case[name] for name in story.case} == story.case
    assert case["consent_at"] and story.structure in case["structure"]["name"][story.language]

    stranger = arrival(story.language)
    take(stranger, story.asks_for_news, reference=receipt.reference.lower())
    stranger.hears(story.status)
    assert story.case["subject"] not in " ".join(stranger.lines)
    stranger.say(receipt.code)
    told = stranger.hears(story.case["subject"])
    assert receipt.reference in told and story.structure in told and story.status in told
    assert story.case["name"] not in " ".join(stranger.lines)
    assert stranger.sticks_out() == []


def test_markup_in_a_description_is_told_as_it_was_typed(
    arrival: Callable[[str], Citizen], stack: Stack
) -> None:
    citizen = arrival("fr")
    take(citizen, FRENCH.until_the_reload[:3])
    take(citizen, [("say", HOSTILE, "prénom et nom"), *FRENCH.until_the_reload[4:]])
    for _ in range(2):
        assert HOSTILE in citizen.lines
        assert HOSTILE in citizen.hears("Puis-je l'envoyer")
        assert citizen.page.locator("#messages").locator("img, script, b, strong, a").count() == 0
        citizen.reload()
    citizen.press("Envoyer")
    citizen.hears("Code de suivi")
    assert stack.case(citizen.receipt.reference)["description"] == HOSTILE
    assert citizen.page.evaluate("window.ran") is None


@pytest.mark.parametrize(
    ("language", "wish", "consent", "key", "next_question"),
    [
        ("ar", "أريد تقديم عريضة", "موافق", "Enter", "ما هي الإدارة المعنية"),
        ("fr", "Je souhaite faire une réclamation", "J'accepte", "Space", "Quelle administration"),
    ],
    ids=["ar", "fr"],
)
def test_sends_and_presses_with_the_keyboard_alone(
    arrival: Callable[[str], Citizen],
    language: str,
    wish: str,
    consent: str,
    key: str,
    next_question: str,
) -> None:
    citizen = arrival(language)
    keyboard = citizen.page.keyboard
    keyboard.press("Tab")
    keyboard.press("Enter")
    keyboard.type(wish)
    keyboard.press("Enter")
    citizen.hears("؟" if language == "ar" else "Êtes-vous d'accord")
    citizen.press_by_keyboard(consent, key)
    citizen.hears(next_question)
    expect(citizen.page.locator("#text-input")).to_be_focused()


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_each_message_runs_its_own_way(arrival: Callable[[str], Citizen], language: str) -> None:
    citizen = arrival(language)
    said = {}
    for words, answer, direction in TALK_IN_BOTH if language == "fr" else reversed(TALK_IN_BOTH):
        citizen.say(words)
        citizen.hears(answer)
        said |= {words: direction, answer: direction}
    for _ in range(2):
        assert {words: citizen.direction_of(words) for words in said} == said
        citizen.reload()


def take(citizen: Citizen, steps: Sequence[Step], **values: str) -> None:
    """Takes the steps, each once the one before was answered; `values` go into their words."""
    for how, words, answer in steps:
        getattr(citizen, how)(words.format(**values) if values else words)
        citizen.hears(answer)
