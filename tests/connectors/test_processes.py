"""The command line, and the bot as a supervised child: restarted, and never left behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from connectors.bot_process import BotProcess

ROOT = Path(__file__).resolve().parents[2]
SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
PARENT = f"""
import sys, time
from connectors.bot_process import BotProcess
bot = BotProcess({SLEEPER!r})
bot.start()
while bot.pid is None: time.sleep(0.01)
print(bot.pid, flush=True)
time.sleep(60)
"""


def wait_for(question, seconds=10.0):
    end = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return answer


def is_alive(pid):
    """Whether a process runs; one that ended and was not collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_bot_that_dies_is_started_again(monkeypatch, caplog):
    monkeypatch.setattr("connectors.bot_process.FIRST_PAUSE", 0.05)
    bot = BotProcess(SLEEPER)
    bot.start()
    first = wait_for(lambda: bot.pid)
    os.kill(first, signal.SIGKILL)
    second = wait_for(lambda: bot.pid if bot.pid != first else None)
    bot.stop()
    assert not is_alive(first) and not is_alive(second)
    assert bot.restarts == 1 and "started again" in caplog.text


def test_stop_ends_a_bot_that_does_not_listen(monkeypatch):
    monkeypatch.setattr("connectors.bot_process.STOP_SECONDS", 0.3)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    bot = BotProcess([sys.executable, "-c", deaf])
    bot.start()
    pid = wait_for(lambda: bot.pid)
    time.sleep(0.3)
    bot.stop()
    assert not is_alive(pid)


def test_a_bot_that_hangs_is_ended_and_started_again(monkeypatch):
    for name, value in {"PROBE_EVERY": 0.1, "PROBE_SECONDS": 0.2, "SILENCES": 2, "FIRST_PAUSE": 0.05}.items():
        monkeypatch.setattr(f"connectors.bot_process.{name}", value)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    bot = BotProcess(server, probe=f"http://127.0.0.1:{port}/")
    bot.start()
    first = wait_for(lambda: bot.pid)
    wait_for(lambda: _answers(f"http://127.0.0.1:{port}/"))
    time.sleep(0.5)
    os.kill(first, signal.SIGSTOP)
    second = wait_for(lambda: bot.pid if bot.pid not in (None, first) else None)
    bot.stop()
    assert not is_alive(first) and not is_alive(second)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's death signal is Linux's")
def test_a_killed_application_leaves_no_bot_behind():
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        pid = int(parent.stdout.readline())
        assert is_alive(pid)
        parent.kill()
        wait_for(lambda: not is_alive(pid))


def run(*arguments, **settings):
    environment = {**os.environ, **settings}
    command = [sys.executable, "mouwaten.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


def test_a_taken_port_stops_the_start_with_one_sentence(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        ended = run("run", PORT=port, BOT_URL="http://127.0.0.1:9", VAR_DIR=str(tmp_path))
    assert ended.returncode == 1 and port in ended.stderr and ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "abc"), ("BOT_PORT", "0"), ("TELEGRAM_MODE", "carrier pigeon")]
)
def test_a_wrong_setting_stops_the_start_with_one_sentence_that_names_it(tmp_path, name, value):
    ended = run("run", VAR_DIR=str(tmp_path), **{name: value})
    assert ended.returncode == 2
    assert name in ended.stderr and ended.stderr.count("\n") == 1 and "Traceback" not in ended.stderr


def test_help_and_wrong_names_of_dead_letters(tmp_path):
    assert "dead-letters" in run("--help").stdout
    ended = run("dead-letters", "--retry", "sideways-3", VAR_DIR=str(tmp_path))
    assert ended.returncode == 2 and "in-12" in ended.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_quietly(tmp_path, number):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    settings = {"PORT": port, "BOT_URL": "http://127.0.0.1:9", "VAR_DIR": str(tmp_path), "DATABASE_URL": ""}
    with subprocess.Popen(
        [sys.executable, "mouwaten.py", "run"],
        cwd=ROOT,
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        wait_for(lambda: _answers(f"http://127.0.0.1:{port}/livez"), 40)
        running.send_signal(number)
        told, _ = running.communicate(timeout=20)
    assert running.returncode == 0 and "Traceback" not in told, told


def _answers(url):
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False
