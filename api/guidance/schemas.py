"""Guidance as it is read over HTTP; figures keep their source id, date and doubts as in the facts."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from api.guidance.models import Article
from api.structures.schemas import Names


class Told(BaseModel):
    """One statement in both languages.

    `source` is an id of `sources`; `as_of` its date ("undated" for a page without one); `when` says for whom.
    `check`: to be confirmed with the office; `conflict`: they disagree; `sourced` false: general knowledge.
    """

    model_config = ConfigDict(extra="allow")

    ar: str
    fr: str
    when: Names | None = None
    source: str | None = None
    source_kind: str | None = None
    as_of: str | None = None
    note: str | None = None
    check: bool = False
    conflict: bool = False
    sourced: bool = True


class Amount(Told):
    """`tnd`: dinars, null when the fee is told in words alone."""

    tnd: float | None = None
    currency: str | None = None


class EmergencyNumber(Told):
    n: str


class Responsible(BaseModel):
    slug: str
    ar: str
    fr: str
    role: str


class Source(BaseModel):
    id: str
    url: str
    title: str
    date: str | None
    kind: str


class Aspects(BaseModel):
    """What is known, by the aspects of contract/intents.yml; an empty list or null is not known."""

    documents: list[Told] = []
    fee: list[Amount] = []
    delay: Told | None = None
    where: Told | None = None
    conditions: list[Told] = []
    legal_basis: list[Told] = []
    online: list[str] = []
    validity: Told | None = None
    benefit: list[Amount] = []
    numbers: list[EmergencyNumber] = []
    notes: list[str] = []

    @classmethod
    def of(cls, facts: dict[str, Any]) -> "Aspects":
        known = {name: facts[name] for name in cls.model_fields if name in facts}
        return cls.model_validate({**known, "online": facts.get("links", [])})


class ArticleRead(BaseModel):
    """An article; `needs_review`, `time_bound` and `confidence` low mean: name the office, confirm there."""

    slug: str
    category: str
    name: Names
    confidence: str
    time_bound: bool
    needs_review: bool
    review_reason: str | None
    unsourced_fields: list[str]
    newest_source_date: str | None
    updated_at: datetime
    version: int
    responsible: list[Responsible]
    aspects: Aspects
    sources: list[Source]

    @classmethod
    def of(cls, article: Article) -> "ArticleRead":
        facts = article.facts
        return cls.model_validate(
            {
                **{
                    name: facts.get(name)
                    for name in ("slug", "category", "name", "confidence", "review_reason")
                },
                "newest_source_date": facts.get("newest_source_date"),
                "unsourced_fields": facts.get("unsourced_fields", []),
                "time_bound": facts.get("time_bound", False),
                "needs_review": facts.get("needs_review", False),
                "updated_at": article.updated_at,
                "version": article.version,
                "responsible": facts["responsible"],
                "aspects": Aspects.of(facts),
                "sources": facts["sources"],
            }
        )


class ArticleFound(BaseModel):
    """A hit: `score` is 1 for the closest, less for the others."""

    slug: str
    name: Names
    category: str
    score: float
