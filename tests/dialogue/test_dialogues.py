"""Every dialogue of the folders beside this file, against the running application."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.dialogue.dialogue import REGISTERS, TOPICS, Play, Script, scripts
from tests.stack import Stack

SCRIPTS = scripts()
FILINGS = {"petition", "guidance", "suggestion", "notice"}
ACTS = {"check_status", "add_to_case", "withdraw_case", "contest_answer", "rate_service", "verify_answer"}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_dialogue(stack: Stack, script: Script) -> None:
    play = Play(stack, script)
    play.run()
    _keep(play)
    assert not play.failures, play.report()


def test_there_are_enough_dialogues_in_every_register() -> None:
    by_register = Counter(script.register for script in SCRIPTS)
    assert set(by_register) == set(REGISTERS)
    assert sum(by_register.values()) >= 120
    assert max(by_register.values()) - min(by_register.values()) <= 6, by_register


def test_every_folder_speaks_every_register() -> None:
    spoken = {(script.path.parent.name, script.register) for script in SCRIPTS}
    assert spoken == {(topic, register) for topic in TOPICS for register in REGISTERS}


def test_every_filing_succeeds_in_every_register() -> None:
    filed = {(script.case["kind"], script.register) for script in SCRIPTS if script.case}
    assert filed == {(kind, register) for kind in FILINGS for register in REGISTERS}


def test_every_act_on_a_case_is_done_in_every_register() -> None:
    done = {(script.shows, script.register) for script in SCRIPTS if script.shows}
    assert done == {(act, register) for act in ACTS for register in REGISTERS}


def test_names_are_sentences() -> None:
    assert not [script.name for script in SCRIPTS if script.path.stem.count("_") < 2]


def _keep(play: Play) -> None:
    """With DIALOGUE_TRANSCRIPTS set, writes the talk into that folder, for people to read."""
    if folder := os.environ.get("DIALOGUE_TRANSCRIPTS"):
        path = Path(folder) / f"{play.script.name.replace('/', '-')}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(play.report(), encoding="utf-8")
