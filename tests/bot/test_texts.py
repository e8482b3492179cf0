"""What the assistant says: every text in both languages, each value in its place, none that nobody says."""

import ast
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
import yaml

from bot.payloads import read_payload

BOT = Path(__file__).resolve().parents[2] / "bot"
LANGUAGES = {"ar", "fr"}
TITLE_LENGTH, PAYLOAD_BYTES, CONSENT_LINES = 24, 64, 5
ON_BUTTONS = (
    "utter_title_",
    "utter_field_",
    "utter_aspect_",
    "utter_governorate_",
)  # texts that become button titles
SAID_BY_RASA = {
    "utter_restart",
    "utter_default",
}  # rasa.core.actions.action: ActionRestart, ActionDefaultFallback
SAID_BEFORE_ALL = {"utter_danger"}  # bot.talk: before any answer
ASKED_APART = {"which_field"}  # Unreadable that the filing form asks as a question of its own
ANY_RESPONSE = "utter_.+"
GOVERNORATE = "utter_governorate_.+"  # f"utter_{slug}": the slugs of governorates begin with their kind

ISOLATED = re.compile("\u2068[^\u2068\u2069]*\u2069")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
ARABIC_LETTER = re.compile("[\u0620-\u064a]")
TURNS_ROUND = re.compile("[0-9A-Za-zÀ-ÿ]+")
OTHER_DIGITS = re.compile("[\u0660-\u0669\u06f0-\u06f9]")
DERJA = re.compile(
    r"(?<!\w)(?:باش|برشا|موش|متاع|شنوة|علاش|كيفاش|وقتاش|وين|تنجم|زادة|ثمّا|باهي|توّا|اللي|شكون)(?!\w)"
)
WIDE_SPACE = re.compile(r"« | »|\S [;:?!]")


# -- the texts


@cache
def files() -> dict[str, dict]:
    """The parsed domain files by name."""
    paths = sorted((BOT / "domain").glob("*.yml"))
    return {path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths}


@cache
def responses() -> dict[str, list[dict]]:
    """Every response of the domain."""
    return {
        key: value for parsed in files().values() for key, value in (parsed.get("responses") or {}).items()
    }


@cache
def core() -> dict:
    """Intents and slots."""
    return files()["core.yml"]


def language(variation: dict) -> str:
    return ",".join(condition["value"] for condition in variation.get("condition", []))


def texts() -> list[tuple[str, str, str]]:
    """Key, language and words of every text and every button title."""
    found = []
    for key, variations in responses().items():
        for variation in variations:
            titles = [button["title"] for button in variation.get("buttons", [])]
            found += [(key, language(variation), words) for words in (variation["text"], *titles)]
    return found


def placeholders(key: str) -> set[str]:
    return {name for variation in responses()[key] for name in PLACEHOLDER.findall(variation["text"])}


# -- who says them: read from the code, without running it


@dataclass
class Saying:
    """One place in the code that says a response, or several when `pattern` has holes."""

    where: str
    pattern: str
    values: set[str] = field(default_factory=set)
    whole: bool = True  # False: it also passes on values collected elsewhere

    @property
    def fixed(self) -> bool:
        return ".+" not in self.pattern

    def says(self, key: str) -> bool:
        return re.fullmatch(self.pattern, key) is not None


class Reader(ast.NodeVisitor):
    """Collects the sayings of one module; `raise Unreadable("x", …)` says `utter_problem_x`."""

    def __init__(self, path: Path):
        self.path, self.sayings, self.scopes = path, [], []
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.functions = {
            node.name: node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)
        }
        self.visit(self.tree)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.scopes.append(node)
        self.generic_visit(node)
        self.scopes.pop()

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Call(self, call: ast.Call) -> None:
        self.generic_visit(call)
        named = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if named == "Unreadable" and call.args:
            apart = isinstance(call.args[0], ast.Constant) and call.args[0].value in ASKED_APART
            self.keep(call, "utter_" if apart else "utter_problem_")
        elif named in ("say", "word") and call.args:
            self.keep(call, "")

    def keep(self, call: ast.Call, prefix: str) -> None:
        values = {word.arg for word in call.keywords if word.arg} - {"buttons", "custom"}
        passed = [self.keys_of(word.value) for word in call.keywords if word.arg is None]
        values |= {name for names in passed for name in names or ()}
        for pattern in self.patterns(call.args[0]):
            where = f"{self.path.name}:{call.lineno}"
            self.sayings.append(Saying(where, prefix + pattern, values, whole=None not in passed))

    def patterns(self, node: ast.expr) -> list[str]:
        """The keys an expression may give, as regular expressions."""
        match node:
            case ast.Constant(str(text)):
                return [re.escape(text)]
            case ast.JoinedStr(parts):
                return [
                    "".join(".+" if isinstance(p, ast.FormattedValue) else re.escape(p.value) for p in parts)
                ]
            case ast.IfExp(_, body, orelse):
                return self.patterns(body) + self.patterns(orelse)
            case ast.Name(name):
                return [pattern for value in self.assigned(name) for pattern in self.patterns(value)]
        return []

    def keys_of(self, node: ast.expr) -> set[str] | None:
        """The keys of a dictionary that is spread into a call; None when they are not written here."""
        match node:
            case ast.Dict(keys):
                return {key.value for key in keys if isinstance(key, ast.Constant)}
            case ast.IfExp(_, body, orelse):
                return (self.keys_of(body) or set()) | (self.keys_of(orelse) or set())
            case ast.Name(name):
                return {key for value in self.assigned(name) for key in self.keys_of(value) or ()}
            case ast.Call(ast.Name(name)) if name in self.functions:
                returned = [
                    n.value for n in ast.walk(self.functions[name]) if isinstance(n, ast.Return) and n.value
                ]
                return {key for value in returned for key in self.keys_of(value) or ()}
        return None

    def assigned(self, name: str) -> list[ast.expr]:
        """What is assigned to a name in the function around, without what only refers to the name itself."""
        found = []
        for node in (n for n in ast.walk(self.scopes[-1]) if isinstance(n, ast.Assign)):
            for target in node.targets:
                pairs = [(target, node.value)]
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = list(zip(target.elts, node.value.elts, strict=True))
                found += [_without(v, name) for t, v in pairs if isinstance(t, ast.Name) and t.id == name]
        return found


def _without(value: ast.expr, name: str) -> ast.expr:
    """`key if known else other` assigned to `key` itself: only `other` is new."""
    if isinstance(value, ast.IfExp) and isinstance(value.body, ast.Name) and value.body.id == name:
        return value.orelse
    return value


@cache
def sayings() -> list[Saying]:
    """Every saying of bot/actions."""
    found = [saying for path in sorted((BOT / "actions").glob("*.py")) for saying in Reader(path).sayings]
    for saying in found:
        saying.pattern = GOVERNORATE if saying.pattern == ANY_RESPONSE else saying.pattern
    return [saying for saying in found if saying.pattern.startswith("utter_")]


@cache
def said_by_rules() -> set[str]:
    """Responses that rules and stories say."""
    steps = []
    for path in (*BOT.glob("rules/*.yml"), *BOT.glob("stories/*.yml")):
        parsed = yaml.safe_load(path.read_text(encoding="utf-8"))
        steps += [
            step for kind in ("rules", "stories") for told in parsed.get(kind) or [] for step in told["steps"]
        ]
    return {step["action"] for step in steps if str(step.get("action", "")).startswith("utter_")}


# -- languages, keys, placeholders


@pytest.mark.parametrize("key", responses())
def test_every_response_in_both_languages_with_the_same_placeholders(key):
    variations = {language(variation): variation for variation in responses()[key]}
    assert set(variations) == LANGUAGES and len(responses()[key]) == 2
    found = {lang: Counter(PLACEHOLDER.findall(variation["text"])) for lang, variation in variations.items()}
    assert found["ar"] == found["fr"]
    asked = {
        lang: [b["payload"] for b in variation.get("buttons", [])] for lang, variation in variations.items()
    }
    assert asked["ar"] == asked["fr"]
    for variation in variations.values():
        assert variation["text"].strip() and not re.search("[{}]", PLACEHOLDER.sub("", variation["text"]))


def test_no_key_stands_in_two_places():
    keys = []
    for path in (BOT / "domain").glob("*.yml"):
        keys += re.findall(r"^  (utter_\w+):", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert [key for key, times in Counter(keys).items() if times > 1] == []
    assert set(keys) == set(responses()), "a response that this reading does not see"


@pytest.mark.parametrize("saying", [s for s in sayings() if s.fixed], ids=lambda s: f"{s.where} {s.pattern}")
def test_a_key_named_in_the_code_is_known_and_gets_its_values(saying):
    assert saying.pattern in responses()
    if saying.whole:
        assert placeholders(saying.pattern) <= saying.values


@pytest.mark.parametrize(
    "saying", [s for s in sayings() if not s.fixed], ids=lambda s: f"{s.where} {s.pattern}"
)
def test_a_key_made_in_the_code_fits_some_response(saying):
    assert any(saying.says(key) for key in responses())


@pytest.mark.parametrize("key", [key for key in responses() if placeholders(key)])
def test_every_placeholder_is_given_by_the_code_that_says_it(key):
    named = [s for s in sayings() if s.pattern == key]
    givers = [s.values for s in named] or [s.values for s in sayings() if s.says(key)]
    assert placeholders(key) <= set().union(*givers)


def test_what_rules_say_is_known_and_needs_slots_at_most():
    assert said_by_rules() <= set(responses())
    for key in said_by_rules() | SAID_BY_RASA:
        assert placeholders(key) <= set(core()["slots"])


def test_every_response_is_said_somewhere():
    said = said_by_rules() | SAID_BY_RASA | SAID_BEFORE_ALL
    assert [key for key in responses() if key not in said and not any(s.says(key) for s in sayings())] == []


# -- completeness: what the plans of the forms and the intents ask to be said


def _plan(name: str) -> dict:
    return yaml.safe_load((BOT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["filing.yml", "following.yml"])
def test_every_field_has_its_label_reason_and_question(name):
    plan = _plan(name)
    for form, asked in (plan.get("filings") or plan["acts"]).items():
        named = asked.get("form", form)
        for each in asked["fields"]:
            assert {f"utter_field_{each}", f"utter_why_{each}"} <= set(responses())
            assert {f"utter_question_{named}_{each}", f"utter_question_{each}"} & set(responses())


def test_every_filing_has_its_name_and_beginning():
    for kind in _plan("filing.yml")["filings"]:
        assert {f"utter_kind_{kind}", f"utter_begin_{kind}"} <= set(responses())


def test_every_act_that_changes_a_case_says_it_is_done():
    acts = [act for act, asked in _plan("following.yml")["acts"].items() if "path" in asked]
    assert {f"utter_done_{act}" for act in acts} <= set(responses())


def test_every_governorate_has_its_name():
    assert len([key for key in responses() if re.fullmatch(GOVERNORATE, key)]) == 24


# -- buttons


def test_buttons_are_short_and_understood():
    intents = {name for intent in core()["intents"] for name in intent}
    buttons = [b for variations in responses().values() for v in variations for b in v.get("buttons", [])]
    assert buttons
    for button in buttons:
        assert button["payload"].isascii() and len(button["payload"]) <= PAYLOAD_BYTES
        assert read_payload(button["payload"], intents), button
        assert len(button["title"]) <= TITLE_LENGTH, button


@pytest.mark.parametrize("key", [k for k in responses() if k.startswith(ON_BUTTONS) and not placeholders(k)])
def test_words_for_buttons_are_short(key):
    assert [v["text"] for v in responses()[key] if len(v["text"]) > TITLE_LENGTH] == []


# -- the words themselves


@pytest.mark.parametrize(("key", "words"), [(k, w) for k, lang, w in texts() if lang == "ar"])
def test_arabic_keeps_its_order_and_its_register(key, words):
    assert words.count("\u2068") == words.count("\u2069")
    bare = PLACEHOLDER.sub("", ISOLATED.sub("", words))
    assert not re.search("[\u2068\u2069]", bare), "isolates that cross"
    if ARABIC_LETTER.search(bare):
        assert TURNS_ROUND.findall(bare) == [], "digits and Latin words stand between U+2068 and U+2069"
    assert OTHER_DIGITS.findall(words) == [], "Tunisia writes 0-9"
    assert DERJA.findall(words) == []


@pytest.mark.parametrize(("key", "words"), [(k, w) for k, lang, w in texts() if lang == "fr"])
def test_french_typography(key, words):
    assert WIDE_SPACE.findall(words) == [], (
        "U+202F, the narrow space that does not break, before ; : ? ! » and after «"
    )
    assert '"' not in words and "..." not in words


@pytest.mark.parametrize(
    "key", [key for key in responses() if re.fullmatch(r"utter_question_(\w+_)?consent", key)]
)
def test_consent_is_short_and_names_the_law(key):
    for variation in responses()[key]:
        assert len(variation["text"].splitlines()) <= CONSENT_LINES
        assert "2004" in variation["text"] and "63" in variation["text"]
