"""What an examination finds, and how much it may cost; shared by both sides of the process border."""

from dataclasses import dataclass

MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 20


@dataclass(frozen=True)
class Finding:
    """What was found, beside the cleaned bytes; `seconds` is the length of a recording that tells it."""

    kind: str
    media_type: str
    seconds: float | None = None
