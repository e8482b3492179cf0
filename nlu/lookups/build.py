"""Write nlu/lookups/places.yml and structures.yml from the facts in api/data and the nicknames in
nlu/lexicon.

Run again when those change: python -m nlu.lookups.build
"""

from collections import defaultdict
from pathlib import Path

import yaml

from nlu.words import HERE, lexicon, read_yaml

FACTS = HERE.parent / "api" / "data"
LEVELS = {"governorate": "governorates", "delegation": "delegations", "municipality": "municipalities"}


def places(facts: dict) -> dict:
    """Names of every place, the shared and the ordinary ones, and the governorate each place is in."""
    names: dict[str, list[str]] = defaultdict(list)
    governorates = {}
    for key in (*LEVELS.values(), "delegations_later"):
        for place in facts.get(key) or []:
            governorates[place["slug"]] = place.get("governorate", place["slug"])
            for name in (place["ar"], place["fr"], *(place.get("aliases") or [])):
                _add(names, name, [place["slug"]])
    for shared in facts["meta"]["shared_names"]:
        for name in shared["names"]:
            _add(names, name, shared["slugs"])
    ordinary = sorted({*facts["meta"]["ordinary_words"], *lexicon("places")["weak"]})
    return {"governorates": governorates, "ordinary": ordinary, "names": dict(sorted(names.items()))}


def structures(facts: dict) -> dict[str, list[str]]:
    """Names and nicknames of every structure that is no named place."""
    nicknames = lexicon("structures")
    names = {}
    for structure in facts["structures"]:
        if structure["kind"] != "governorate":
            own = [structure["name"]["ar"], structure["name"]["fr"]]
            names[structure["slug"]] = list(dict.fromkeys([*own, *nicknames.get(structure["slug"], [])]))
    return names


def _add(names: dict[str, list[str]], name: str, slugs: list[str]) -> None:
    names[str(name)].extend(slug for slug in slugs if slug not in names[str(name)])


def write(path: Path, content: object) -> None:
    """One compact YAML file, with names in both scripts left readable."""
    head = "# Made by `python -m nlu.lookups.build` from api/data and nlu/lexicon: do not edit.\n"
    path.write_text(
        head
        + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1000, default_flow_style=None),
        encoding="utf-8",
    )


def main() -> None:
    """Rebuild both lookups."""
    write(HERE / "lookups" / "places.yml", places(read_yaml(FACTS / "places.yml")))
    write(HERE / "lookups" / "structures.yml", structures(read_yaml(FACTS / "structures.yml")))


if __name__ == "__main__":
    main()
