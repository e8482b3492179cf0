"""Buttons: what their payloads stand for, and what is no payload."""

import pytest

from bot.payloads import read_payload

INTENTS = {"affirm", "file_petition", "guidance", "greet", "check_status"}


def meaning(text):
    found = read_payload(text, INTENTS)
    if not found:
        return None
    parsed, choice = found
    return parsed["intent"]["name"], {e["entity"]: e["value"] for e in parsed["entities"]}, choice


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/affirm", ("affirm", {}, None)),
        ("/start", ("greet", {}, None)),
        ("/status", ("check_status", {}, None)),
        ("/guidance/passport-minor", ("guidance", {"service": "passport-minor"}, None)),
        ("/guidance/passport-minor:fee", ("guidance", {"service": "passport-minor", "aspect": "fee"}, None)),
        ("/choose/structure/steg", ("inform", {}, {"field": "structure", "value": "steg"})),
        (
            "/choose/reference/P-2026-7KQ4M2XC",
            ("inform", {}, {"field": "reference", "value": "P-2026-7KQ4M2XC"}),
        ),
    ],
)
def test_payloads(text, expected):
    assert meaning(text) == expected


@pytest.mark.parametrize(
    "text", ["/etc/passwd", "/unknown", "affirm", "/affirm/x", "/choose/x", "hello /affirm", "/", ""]
)
def test_what_is_no_payload(text):
    assert meaning(text) is None
