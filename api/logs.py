"""Logs as one line of JSON each, without anything personal.

A failure is told by its kind and where it happened; its message is left out, for a database or a parser may
quote what a citizen wrote.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime

from api.settings import Settings

# They show addresses, whole paths or what is stored; api.http logs requests by route instead.
TALKATIVE = ("uvicorn.access", "httpx", "httpcore", "aiosqlite", "sqlalchemy", "python_multipart", "PIL")
EXTRAS = ("method", "route", "status", "ms", "request", "channel", "count")


class JsonLines(logging.Formatter):
    """time, level, logger, message, the known extras, and for a failure its kind and its way."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update({name: getattr(record, name) for name in EXTRAS if hasattr(record, name)})
        if record.exc_info and record.exc_info[1]:
            line.update(_failure(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=False)


def configure(settings: Settings) -> None:
    """Send every logger to standard error as JSON lines, at LOG_LEVEL; access logs of servers stay quiet."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def _failure(error: BaseException) -> dict[str, object]:
    way = [
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    kinds: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(kinds) < 5:
        kinds.append(type(cause).__qualname__)
        cause = cause.__cause__ or cause.__context__
    return {"failure": kinds, "way": way[-15:]}
