"""House rules that a reader can rely on; each says what it protects."""

import ast
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
CODE = [path for part in ("api", "bot", "connectors", "nlu") for path in (ROOT / part).rglob("*.py")]
CODE.append(ROOT / "mouwaten.py")
WORDS_FOR_PEOPLE = re.compile(
    r"[\u0621-\u064a]{5}|[\u0621-\u064a]{2,} [\u0621-\u064a]{2,}|\w*[à-öø-ÿœ]\w* \w|\w \w*[à-öø-ÿœ]"
)


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _literals(path: Path) -> list[str]:
    """String constants of a module without its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    attribute_docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docs | attribute_docs
    ]


def test_only_the_database_and_the_engines_turn_commit():
    allowed = {"api/database.py"}
    breakers = [_named(p) for p in CODE if ".commit(" in p.read_text() and _named(p) not in allowed]
    assert breakers == []


def test_routers_desk_and_portal_hold_no_queries():
    doors = [p for p in CODE if p.name == "router.py" or {"desk", "portal"} & set(p.parts)]
    assert [_named(p) for p in doors if re.search(r"\bselect\(", p.read_text())] == []


def test_actions_know_neither_rasa_nor_the_database():
    actions = [p for p in CODE if "actions" in p.parts]
    pattern = re.compile(r"^\s*(?:from|import) (?:rasa|sqlalchemy)(?:\.| )", re.MULTILINE)
    assert [_named(p) for p in actions if pattern.search(p.read_text())] == []


def test_actions_say_only_responses():
    assert [_named(p) for p in CODE if "bot" in p.parts and "utter_message(text=" in p.read_text()] == []


def test_no_sentence_for_people_stands_in_python():
    breakers = {
        _named(p): found for p in CODE if (found := [t for t in _literals(p) if WORDS_FOR_PEOPLE.search(t)])
    }
    assert breakers == {}


def test_each_setting_is_in_the_example_and_in_the_operators_page():
    source = ast.parse((ROOT / "api/settings.py").read_text())
    settings = next(n for n in source.body if isinstance(n, ast.ClassDef) and n.name == "Settings")
    names = [
        n.target.id for n in settings.body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)
    ]
    names = [name.upper() for name in names if name != "model_config"]
    example, page = (ROOT / ".env.example").read_text(), (ROOT / "docs/operating.md").read_text()
    assert [name for name in names if name not in example] == []
    assert [name for name in names if f"`{name}`" not in page] == []


@pytest.mark.parametrize("part", ["intents.yml"])
def test_labels_are_those_of_the_contract(part: str):
    contract = yaml.safe_load((ROOT / "tests/contract" / part).read_text(encoding="utf-8"))
    acts = {name for group, members in contract.items() if group != "guidance" for name in members}
    slugs = {
        s["slug"]
        for s in yaml.safe_load((ROOT / "api/data/services.yml").read_text(encoding="utf-8"))["services"]
    }
    found = set()
    for path in (ROOT / "nlu/data").glob("*/*.yml"):
        found |= {
            block["intent"] for block in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["nlu"]
        }
    assert found == acts | {f"guidance/{slug}" for slug in slugs}


def test_no_download_address_of_a_registry_is_kept():
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()
    assert [p.name for p in ROOT.glob("requirements/*.txt") if "://" in p.read_text()] == []


def test_the_consent_that_is_asked_is_the_one_of_the_policy():
    asked = yaml.safe_load((ROOT / "bot/filing.yml").read_text(encoding="utf-8"))["consent_version"]
    policy = yaml.safe_load((ROOT / "api/policy.yml").read_text(encoding="utf-8"))
    assert asked == policy["consent"]["version"]
