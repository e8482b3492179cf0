"""Every model, imported so that the metadata is whole; a new package adds its line here."""

import importlib
import importlib.util
import pkgutil
from typing import Any

import api

for module in pkgutil.iter_modules(api.__path__):
    if module.ispkg and importlib.util.find_spec(f"api.{module.name}.models"):
        importlib.import_module(f"api.{module.name}.models")

for alone in ("api.idempotency", "api.throttle"):
    importlib.import_module(alone)

# Search indexes are made by their revision, in each database's own way.
NOT_MODELS = ("guidance_search", "alembic_version")


def belongs_to_models(_object: Any, name: str | None, type_: str, _reflected: bool, _other: Any) -> bool:
    """Whether Alembic compares this table with the models."""
    return type_ != "table" or not (name or "").startswith(NOT_MODELS)
