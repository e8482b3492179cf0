"""The trained Rasa model of models/, asked in-process."""

import asyncio
import logging
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import structlog

from nlu.corpus import Sentence
from nlu.metrics import Answer, Result
from nlu.words import HERE

MODELS = HERE.parent / "models"


class NoModel(Exception):
    """There is no trained model to ask."""


def quiet() -> None:
    """No telemetry, no TensorFlow banner, errors only (Rasa logs citizens' words at debug level)."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger().setLevel(logging.ERROR)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def newest_model(folder: Path = MODELS) -> Path:
    """The last model trained. Raises NoModel when there is none."""
    models = sorted(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not models:
        raise NoModel(f"no model in {folder}: run `make train` first")
    return models[-1]


def ask(sentences: Sequence[Sentence], model: Path | None = None) -> list[Result]:
    """Every sentence with what the trained model understands of it."""
    quiet()
    from rasa.core.agent import Agent

    agent = Agent.load(str(model or newest_model()))
    return asyncio.run(_ask(agent, sentences))


async def _ask(agent, sentences: Sequence[Sentence]) -> list[Result]:
    await agent.parse_message("")
    return [(sentence, await _answer(agent, sentence.text)) for sentence in sentences]


async def _answer(agent, text: str) -> Answer:
    start = time.perf_counter()
    parsed = await agent.parse_message(text)
    return read_parse(parsed, (time.perf_counter() - start) * 1000)


def read_parse(parsed: dict, milliseconds: float = 0.0) -> Answer:
    """An Answer from Rasa's parse; the label acted on is `guidance/<slug>` in full."""
    ranking = tuple(item["name"] for item in parsed.get("intent_ranking") or [])
    intent = parsed["intent"].get("name") or "nlu_fallback"
    full = parsed["intent"].get("full_retrieval_intent_name") or intent
    entities = parsed.get("entities") or []
    service = next((e["value"] for e in entities if e["entity"] == "service"), None)
    return Answer(
        label=f"{intent}/{service}" if intent == "guidance" and service else full,
        ranking=ranking,
        confidence=float(parsed["intent"].get("confidence") or 0.0),
        aspects=tuple(e["value"] for e in entities if e["entity"] == "aspect"),
        register=(parsed.get("register") or {}).get("name", ""),
        milliseconds=milliseconds,
    )
