"""Settings: a wrong one stops the start with a sentence that names it; secrets are made once."""

import stat
from pathlib import Path

import pytest

from api.settings import Settings, WrongSetting, load_settings


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "80000"),
        ("PORT", "web"),
        ("DATABASE_URL", "mysql://root@localhost/cases"),
        ("DATABASE_URL", "cases.db"),
        ("REDIS_URL", "localhost:6379"),
        ("TELEGRAM_MODE", "pigeon"),
        ("PUBLIC_URL", "mouwaten"),
        ("BOT_TOKEN", "short"),
        ("ATTACHMENTS_KEY", "bm90IDMyIGJ5dGVz"),
        ("REST_CHANNEL", "maybe"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_a_wrong_value_stops_the_start_with_a_sentence_that_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSetting) as refusal:
        load_settings()
    sentence = str(refusal.value)
    assert name in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert value not in sentence


def test_unset_secrets_are_made_once_and_kept_for_the_owner_alone(tmp_path: Path) -> None:
    first, second = load_settings(), load_settings()
    assert first.bot_token == second.bot_token
    assert first.attachments_key == second.attachments_key
    assert first.bot_token != first.session_secret
    assert stat.S_IMODE((tmp_path / "var" / "secrets.env").stat().st_mode) == 0o600


def test_a_secret_that_is_set_is_not_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BOT_TOKEN", "given by the operator")
    assert load_settings().bot_token.get_secret_value() == "given by the operator"
    assert "BOT_TOKEN" not in (tmp_path / "var" / "secrets.env").read_text()


def test_an_empty_value_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "")
    monkeypatch.setenv("PORT", "")
    assert load_settings().redis_url is None
    assert load_settings().port == 8000


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@db/cases", "postgresql+asyncpg://u:p@db/cases"),
        ("postgresql://u:p@db/cases?sslmode=require", "postgresql+asyncpg://u:p@db/cases?ssl=require"),
        ("sqlite:///cases.db", "sqlite+aiosqlite:///cases.db"),
    ],
)
def test_usual_database_addresses_are_understood(given: str, used: str) -> None:
    assert Settings(_env_file=None, database_url=given).database == used  # type: ignore[call-arg]


def test_secrets_are_not_shown() -> None:
    settings = load_settings()
    assert settings.bot_token.get_secret_value() not in repr(settings)


def test_origins_are_a_list_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_ORIGINS", "https://a.tn, https://b.tn,")
    assert load_settings().allowed_origins == ("https://a.tn", "https://b.tn")


def test_every_setting_says_what_it_is_for() -> None:
    assert not [name for name, field in Settings.model_fields.items() if not field.description]
