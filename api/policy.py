"""The administration's choices of `policy.yml`, checked once at start."""

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, PositiveInt

FILE = Path(__file__).with_name("policy.yml")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Limits(_Part):
    subject: PositiveInt
    description: PositiveInt
    addition: PositiveInt
    reason: PositiveInt
    comment: PositiveInt
    attachments_per_filing: PositiveInt
    attachments_per_case: PositiveInt
    attachment_bytes: PositiveInt
    image_pixels: PositiveInt
    pdf_pages: PositiveInt


class Consent(_Part):
    version: str


class Window(_Part):
    attempts: PositiveInt
    seconds: PositiveInt


class Throttle(_Part):
    per_reference: Window
    per_caller: Window


class Routing(_Part):
    without_structure: str


class PublicPolicy(_Part):
    """What anyone may know: aims in calendar days, limits, the version of the consent text."""

    version: int
    nature: str
    aims: dict[str, PositiveInt]
    reexamination_days: PositiveInt
    citizen_reply_days: PositiveInt
    consent: Consent
    required: dict[str, list[str]]
    limits: Limits
    attachment_types: dict[str, list[str]]


class Policy(PublicPolicy):
    """Everything in `policy.yml`."""

    unclaimed_attachment_days: PositiveInt
    throttle: Throttle
    routing: Routing


@cache
def policy() -> Policy:
    """The policy in force."""
    return Policy.model_validate(yaml.safe_load(FILE.read_text(encoding="utf-8")))
