"""A browser, and the chat page on the real application with the fake bot behind it."""

from __future__ import annotations

import functools
import http.server
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
]
SECONDS_TO_START = 60


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without a window."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no browser at {CHROMIUM} (set CHROMIUM)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def partner_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Another site's origin, and the folder it serves."""
    folder = tmp_path_factory.mktemp("partner")
    handler = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}", folder
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def chat_site(tmp_path_factory: pytest.TempPathFactory, partner_site: tuple[str, Path]) -> Iterator[str]:
    """The address of the application, whose bot is the fake one."""
    folder = tmp_path_factory.mktemp("chat")
    port, bot_port = free_port(), free_port()
    settings = {
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "BOT_URL": f"http://127.0.0.1:{bot_port}",
        "VAR_DIR": str(folder),
        "DATABASE_URL": "",
        "ALLOWED_ORIGINS": partner_site[0],
        "PYTHONPATH": str(ROOT),
    }
    commands = [["tests/connectors/fake_bot.py", str(bot_port)], ["mouwaten.py", "run"]]
    with open(folder / "log.txt", "wb") as log:
        running = [_start(command, settings, log) for command in commands]
        try:
            _wait(f"http://127.0.0.1:{port}/readyz", folder / "log.txt")
            yield f"http://127.0.0.1:{port}"
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait(15)


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[BrowserContext]:
    """One citizen's browser at phone width; any script error fails the test."""
    context = chromium.new_context(viewport={"width": 390, "height": 800}, locale="fr-TN")
    context.set_default_timeout(8000)
    yield context
    context.close()


@pytest.fixture
def troubles(visitor: BrowserContext) -> list[str]:
    """What went wrong in the visitor's pages: script errors, and errors told on the console."""
    found: list[str] = []
    visitor.on("weberror", lambda error: found.append(str(error.error)))
    visitor.on("console", lambda told: found.append(told.text) if told.type == "error" else None)
    return found


def open_chat(visitor: BrowserContext, site: str, language: str = "fr", path: str = "/") -> Page:
    """The chat page, ready."""
    page = visitor.new_page()
    page.goto(f"{site}{path}?lang={language}")
    page.wait_for_selector("html[data-ready]", state="attached")
    return page


def say(page: Any, text: str) -> None:
    """Types a message and sends it."""
    page.locator("#text-input").click()
    page.keyboard.insert_text(text)
    page.keyboard.press("Enter")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _start(command: list[str], settings: dict[str, str], log: Any) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **settings}
    return subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
    )


def _wait(url: str, log: Path) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end:
        try:
            if httpx.get(url, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"The application did not start:\n{log.read_text()[-3000:]}")


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        return None
