"""Tables of guidance: the article in force, and every version it had."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime


class Article(Base):
    """What is known of one public service; `facts` holds aspects, sources and doubts as in services.yml."""

    __tablename__ = "guidance_articles"

    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    category: Mapped[str] = mapped_column(String(40), index=True)
    name_ar: Mapped[str] = mapped_column(String(300))
    name_fr: Mapped[str] = mapped_column(String(300))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ArticleVersion(Base):
    """An article as it was told from `at` on; `author` is "facts" for the compiled facts, or an official."""

    __tablename__ = "guidance_versions"

    slug: Mapped[str] = mapped_column(ForeignKey("guidance_articles.slug"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    author: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str | None] = mapped_column(Text)
