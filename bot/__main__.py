"""`python -m bot`: serves the newest model of models/ on loopback (`BOT_HOST`, `BOT_PORT`)."""

import logging
import os
import warnings

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
warnings.showwarning = lambda *args, **kwargs: (
    None
)  # Rasa's old libraries complain; nobody here can act on it

import structlog  # noqa: E402  (the settings above must stand before Rasa is imported)
import uvicorn  # noqa: E402

from bot.actions.case_api import CaseApi  # noqa: E402
from bot.service import create_service  # noqa: E402
from bot.talk import load  # noqa: E402


def quiet_logs() -> None:
    """Warnings only: Rasa's debug log holds what citizens wrote."""
    logging.basicConfig(level=logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


def main() -> None:
    """Loads the model and serves until stopped."""
    quiet_logs()
    api = CaseApi.from_environment()
    talk = load(os.environ.get("MODEL", "models"), api)
    uvicorn.run(
        create_service(talk, api.close),
        host=os.environ.get("BOT_HOST", "127.0.0.1"),
        port=int(os.environ.get("BOT_PORT", "8001")),
        ws="none",  # Rasa pins websockets below what uvicorn wants, and no socket is served here
        log_level="warning",
        access_log=False,
    )


if __name__ == "__main__":
    main()
