"""The command line, and the one place where the parts are joined.

Modules are imported where they are needed: `run` starts the bot, which takes longest, before anything else.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from api.settings import Settings
    from connectors.bot_process import BotProcess

ROOT = Path(__file__).resolve().parent
BOT_PYTHON = ROOT / ".venv-bot" / "bin" / "python"


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `python mouwaten.py …` and of the `mouwaten` console script; returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] in (["nlu"], ["bot"]):  # their own parsers, in their own environment
        return _become_bot_command(given[0], given[1:])
    options = _parser().parse_args(given)
    os.chdir(ROOT)
    from api.settings import WrongSetting

    try:
        return options.command(options)
    except WrongSetting as wrong:
        print(wrong, file=sys.stderr)
        return 2


def create_app(
    settings: Settings | None = None,
    *,
    rest_on_loopback: bool = False,
    alone: bool = False,
    when_ready: Callable[[], None] | None = None,
) -> FastAPI:
    """The whole application of the `app` environment: the case API with every way in.

    `rest_on_loopback` opens the REST channel to callers on this machine when the settings do not say;
    `alone` promises that no other process works on the same database; `when_ready` is called once both the
    application and the bot answer.
    """
    from api.app import create_app as create_api
    from api.settings import load_settings
    from connectors.app import Connectors

    settings = settings or load_settings()
    connectors = Connectors(settings, rest_on_loopback=rest_on_loopback, alone=alone, when_ready=when_ready)
    app = create_api(settings, beside=[connectors.lifespan])
    connectors.install(app)
    return app


def run(options: argparse.Namespace) -> int:
    """Serves until Ctrl-C or SIGTERM, with the bot as a supervised child unless BOT_URL names another."""
    print("Mouwaten is starting: the assistant loads its model, this takes a few seconds.", flush=True)
    settings = _settings()
    if taken := _taken_port(settings):
        print(f"Port {taken} is taken: stop what uses it, or set PORT or BOT_PORT.", file=sys.stderr)
        return 1
    # The server gives a signal on when it has stopped: SIGTERM then ends us the way Ctrl-C does, bot and all.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    bot = _start_bot(settings)
    try:
        return _serve(settings)
    except KeyboardInterrupt:
        return 0
    finally:
        if bot is not None:
            bot.stop()


def chat(options: argparse.Namespace) -> int:
    """Talks in the terminal; starts the assistant first when it is not running."""
    from connectors.terminal import talk

    settings = _settings()
    if not _port_is_free(settings.host, settings.port):
        return talk(settings)
    bot = _start_bot(settings)
    try:
        return talk(settings, app=create_app(settings, rest_on_loopback=True, alone=True))
    finally:
        if bot is not None:
            bot.stop()


def dead_letters(options: argparse.Namespace) -> int:
    """Lists the messages that were given up, or tries one again."""
    from api.settings import load_settings
    from connectors.dead_letters import list_letters, retry_letter

    settings = load_settings()
    return retry_letter(settings, options.retry) if options.retry else list_letters(settings, options.limit)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mouwaten", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    commands.add_parser("run", help="serve the website, the channels, the API and the bot").set_defaults(
        command=run
    )
    commands.add_parser("chat", help="talk to the assistant in the terminal").set_defaults(command=chat)
    letters = commands.add_parser("dead-letters", help="messages that were given up")
    letters.add_argument("--retry", metavar="ID", help="try one again, for example in-12 or out-7")
    letters.add_argument("--limit", type=int, default=50, help="how many to list (default 50)")
    letters.set_defaults(command=dead_letters)
    commands.add_parser("nlu", help="evaluate, parse, train: understanding, in the bot's environment")
    commands.add_parser("bot", help="serve the bot alone (POST /turn), in its environment")
    return parser


def _become_bot_command(package: str, arguments: Sequence[str]) -> int:
    if not BOT_PYTHON.exists():
        print(f"The bot's environment is missing ({BOT_PYTHON}): run `make setup`.", file=sys.stderr)
        return 1
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    os.execve(BOT_PYTHON, [str(BOT_PYTHON), "-m", package, *arguments], environment)


def _settings() -> Settings:
    """The settings; BOT_PORT moves the child bot, unless BOT_URL names one that runs elsewhere."""
    from api.settings import WrongSetting, load_settings

    settings = load_settings()
    port = os.environ.get("BOT_PORT")
    if port is None or _bot_is_elsewhere(settings):
        return settings
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise WrongSetting("The setting BOT_PORT is wrong: it must be a port number.")
    moved = settings.model_copy(update={"bot_url": f"http://127.0.0.1:{port}"})
    moved.model_fields_set.discard("bot_url")  # moved, yet still our own child
    return moved


def _bot_is_elsewhere(settings: Settings) -> bool:
    return "bot_url" in settings.model_fields_set


def _bot_port(settings: Settings) -> int:
    from urllib.parse import urlsplit

    return urlsplit(settings.bot_url).port or 80


def _taken_port(settings: Settings) -> int | None:
    """The first port `run` needs that another process listens on."""
    wanted = [(settings.host, settings.port)]
    if not _bot_is_elsewhere(settings):
        wanted.append(("127.0.0.1", _bot_port(settings)))
    return next((port for host, port in wanted if not _port_is_free(host, port)), None)


def _start_bot(settings: Settings) -> BotProcess | None:
    if _bot_is_elsewhere(settings):
        return None
    from connectors.bot_process import BotProcess

    environment = {
        "BOT_PORT": str(_bot_port(settings)),
        "BOT_TOKEN": settings.bot_token.get_secret_value(),
        "API_URL": f"http://{_reachable(settings.host)}:{settings.port}",
        "PYTHONPATH": str(ROOT),
    }
    bot = BotProcess([str(BOT_PYTHON), "-m", "bot"], environment, probe=f"{settings.bot_url}/livez")
    bot.start()
    return bot


def _serve(settings: Settings) -> int:
    import uvicorn

    # SQLite's statements run in threads: with Python's usual 5 ms between threads each would wait for the
    # loop.
    sys.setswitchinterval(0.0005)
    app = create_app(
        settings,
        rest_on_loopback=True,
        alone=settings.database.startswith("sqlite"),
        when_ready=lambda: print(_addresses(settings), flush=True),
    )
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=3,
        ws_max_size=1 << 20,
    )
    server = uvicorn.Server(config)
    server.run()
    return 0 if server.started else 1


def _addresses(settings: Settings) -> str:
    here = f"http://{_reachable(settings.host)}:{settings.port}"
    return f"""
  Chat            {here}/
  API             {here}/docs
  REST channel    {here}/webhooks/rest/webhook
  Bot             {settings.bot_url}/turn
  Telegram        {_telegram(settings)}

Ctrl-C stops everything."""


def _telegram(settings: Settings) -> str:
    return (
        f"on, by {settings.telegram_mode}" if settings.telegram_token else "off (TELEGRAM_TOKEN is not set)"
    )


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::", "") else host


def _port_is_free(host: str, port: int) -> bool:
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


if __name__ == "__main__":
    sys.exit(main())
