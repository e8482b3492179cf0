"""The knowledge base: articles as they are told now, their versions, and search."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.clock import now
from api.guidance.errors import InvalidArticle, UnknownArticle
from api.guidance.models import Article, ArticleVersion
from api.guidance.repository import GuidanceRepository
from api.guidance.search import index_of, telling_words, words_of

FACTS = "facts"
SEARCHED = ("responsible", "conditions", "documents", "fee", "where", "notes", "numbers", "benefit")
NEEDED = ("slug", "category", "name", "responsible", "sources", "confidence")


class GuidanceService:
    """Reads and edits of articles; an edit is told from the next question on, without training."""

    def __init__(self, session: AsyncSession) -> None:
        self._articles = GuidanceRepository(session)
        self._index = index_of(session)

    async def get(self, slug: str) -> Article:
        """Raises `UnknownArticle`."""
        article = await self._articles.get(slug)
        if article is None:
            raise UnknownArticle()
        return article

    async def search(self, question: str, limit: int) -> list[tuple[Article, float]]:
        """The closest articles, best first, the best scored 1; by name when nothing is asked."""
        if not question.strip():
            return [(article, 1.0) for article in (await self._articles.all())[:limit]]
        words = words_of(question)
        hits = await self._index.find(words, limit) if words else []
        articles = await self._articles.by_slugs([slug for slug, _ in hits])
        best = max((score for _, score in hits), default=1.0) or 1.0
        return [(articles[slug], score / best) for slug, score in hits]

    async def versions(self, slug: str) -> Sequence[ArticleVersion]:
        return await self._articles.versions(slug)

    async def edit(
        self, slug: str, changes: dict[str, Any], author: str, reason: str | None = None
    ) -> Article:
        """Change aspects of an article; None removes one. Raises `UnknownArticle`, `InvalidArticle`."""
        article = await self._articles.get(slug, to_change=True)
        if article is None:
            raise UnknownArticle()
        facts = {name: value for name, value in {**article.facts, **changes}.items() if value is not None}
        return await self._tell(article, facts, author, reason)

    async def take_from_facts(self, facts: dict[str, Any]) -> None:
        """Add or refresh an article from the compiled facts, unless an official edited it since."""
        article = await self._articles.get(facts["slug"], to_change=True)
        if article is None:
            article = Article(slug=facts["slug"], version=0)
        elif article.facts == facts or await self._last_author(article) != FACTS:
            return
        await self._tell(article, facts, FACTS, None)

    async def _last_author(self, article: Article) -> str | None:
        last = await self._articles.version(article.slug, article.version)
        return last.author if last else None

    async def _tell(
        self, article: Article, facts: dict[str, Any], author: str, reason: str | None
    ) -> Article:
        _check(article.slug, facts)
        article.category, article.facts = facts["category"], facts
        article.name_ar, article.name_fr = facts["name"]["ar"], facts["name"]["fr"]
        article.version, article.updated_at = article.version + 1, now()
        told = ArticleVersion(
            slug=article.slug,
            version=article.version,
            author=author,
            at=article.updated_at,
            facts=facts,
            reason=reason,
        )
        await self._articles.add(article, told)
        await self._index.put(article.slug, *_words(facts))
        return article


def _check(slug: str, facts: dict[str, Any]) -> None:
    if facts.get("slug") != slug or any(not facts.get(name) for name in NEEDED if name != "sources"):
        raise InvalidArticle()
    if not all(facts["name"].get(language) for language in ("ar", "fr")):
        raise InvalidArticle("The name is needed in both languages.")


def _words(facts: dict[str, Any]) -> tuple[str, str]:
    title = [
        facts["name"]["ar"],
        facts["name"]["fr"],
        *facts.get("aliases", []),
        facts["slug"].replace("-", " "),
    ]
    told = {name: facts.get(name) for name in SEARCHED}
    return _folded(" ".join(title)), _folded(" ".join(_strings(told)))


def _folded(words: str) -> str:
    return " ".join(telling_words(words))


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        told = [
            part
            for name, part in value.items()
            if name not in ("source", "source_kind", "as_of", "role", "slug")
        ]
        return [word for part in told for word in _strings(part)]
    return [word for part in value for word in _strings(part)] if isinstance(value, list) else []
