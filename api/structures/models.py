"""Tables of structures and places; their slugs are stable and public."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base


class Structure(Base):
    """An administration, office or company that a case can go to, or a generic parent of such."""

    __tablename__ = "structures"

    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), index=True)
    parent: Mapped[str | None] = mapped_column(ForeignKey("structures.slug"), index=True)
    governorate: Mapped[str | None] = mapped_column(String(80), index=True)
    name_ar: Mapped[str] = mapped_column(String(300))
    name_fr: Mapped[str] = mapped_column(String(300))
    short_ar: Mapped[str | None] = mapped_column(String(300))
    short_fr: Mapped[str | None] = mapped_column(String(300))
    website: Mapped[str | None] = mapped_column(String(300))
    closed: Mapped[bool] = mapped_column(default=False)
    confidence: Mapped[str] = mapped_column(String(10))
    needs_review: Mapped[bool] = mapped_column(default=False)
    handles: Mapped[list[str]] = mapped_column(JSON)
    aliases: Mapped[list[str]] = mapped_column(JSON)
    sources: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    # Every name and alias, folded by api.folding, one a line.
    search_text: Mapped[str] = mapped_column(Text)


class Place(Base):
    """A governorate, delegation or municipality, with a point inside it (not its office)."""

    __tablename__ = "places"

    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    governorate: Mapped[str | None] = mapped_column(ForeignKey("places.slug"), index=True)
    name_ar: Mapped[str] = mapped_column(String(200))
    name_fr: Mapped[str] = mapped_column(String(200))
    code: Mapped[str | None] = mapped_column(String(8))
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    # Created after the official list of 2013, not counted in its 264 delegations.
    later: Mapped[bool] = mapped_column(default=False)
    delegations: Mapped[list[str]] = mapped_column(JSON)
    aliases: Mapped[list[str]] = mapped_column(JSON)
    search_text: Mapped[str] = mapped_column(Text)


class Seed(Base):
    """Which version of a facts file is in the database, so that a second start reads nothing."""

    __tablename__ = "seeds"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
