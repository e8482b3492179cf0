"""Reads and writes of articles and their versions."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.guidance.models import Article, ArticleVersion


class GuidanceRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, slug: str, *, to_change: bool = False) -> Article | None:
        return await self._session.get(Article, slug, with_for_update=to_change or None)

    async def by_slugs(self, slugs: Collection[str]) -> dict[str, Article]:
        rows = await self._session.scalars(select(Article).where(Article.slug.in_(slugs)))
        return {row.slug: row for row in rows}

    async def all(self) -> Sequence[Article]:
        return (await self._session.scalars(select(Article).order_by(Article.slug))).all()

    async def version(self, slug: str, version: int) -> ArticleVersion | None:
        return await self._session.get(ArticleVersion, (slug, version))

    async def versions(self, slug: str) -> Sequence[ArticleVersion]:
        query = select(ArticleVersion).where(ArticleVersion.slug == slug).order_by(ArticleVersion.version)
        return (await self._session.scalars(query)).all()

    async def add(self, *rows: Article | ArticleVersion) -> None:
        for row in rows:
            self._session.add(row)
            await self._session.flush()
