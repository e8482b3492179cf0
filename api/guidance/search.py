"""Full-text search over articles: SQLite's FTS5 and PostgreSQL's tsvector behind one interface.

Words are folded in Python (`api.folding.tokens`) before they are stored and before they are asked for;
so both find the same. A word also finds longer words that begin with it. The title counts more than the body.
"""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api.folding import tokens

MOST_WORDS = 30
SHORTEST_PREFIX = 4


class ArticleIndex(Protocol):
    """Where the words of articles are kept."""

    async def put(self, slug: str, title: str, body: str) -> None:
        """Replace the words of one article."""

    async def find(self, words: Sequence[str], limit: int) -> list[tuple[str, float]]:
        """Slugs with a score, higher is closer; articles that hold any of `words`."""


class SqliteIndex:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def put(self, slug: str, title: str, body: str) -> None:
        row = {"slug": slug, "title": title, "body": body}
        await self._session.execute(text("DELETE FROM guidance_search WHERE slug = :slug"), row)
        await self._session.execute(
            text("INSERT INTO guidance_search (slug, title, body) VALUES (:slug, :title, :body)"), row
        )

    async def find(self, words: Sequence[str], limit: int) -> list[tuple[str, float]]:
        query = " OR ".join(f'"{word}"*' if len(word) >= SHORTEST_PREFIX else f'"{word}"' for word in words)
        statement = text(
            "SELECT slug, -bm25(guidance_search, 0, 4.0, 1.0) AS score FROM guidance_search"
            " WHERE guidance_search MATCH :query ORDER BY score DESC, slug LIMIT :limit"
        )
        rows = await self._session.execute(statement, {"query": query, "limit": limit})
        return [(slug, float(score)) for slug, score in rows]


class PostgresIndex:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def put(self, slug: str, title: str, body: str) -> None:
        statement = text(
            "INSERT INTO guidance_search (slug, document) VALUES (:slug,"
            " setweight(to_tsvector('simple', :title), 'A') || setweight(to_tsvector('simple', :body), 'D'))"
            " ON CONFLICT (slug) DO UPDATE SET document = excluded.document"
        )
        await self._session.execute(statement, {"slug": slug, "title": title, "body": body})

    async def find(self, words: Sequence[str], limit: int) -> list[tuple[str, float]]:
        query = " | ".join(f"'{word}':*" if len(word) >= SHORTEST_PREFIX else f"'{word}'" for word in words)
        # 1: divided by the logarithm of the length, so that a long article does not win by size.
        statement = text(
            "SELECT slug, ts_rank(document, asked, 1) AS score"
            " FROM guidance_search, to_tsquery('simple', :query) AS asked"
            " WHERE document @@ asked ORDER BY score DESC, slug LIMIT :limit"
        )
        rows = await self._session.execute(statement, {"query": query, "limit": limit})
        return [(slug, float(score)) for slug, score in rows]


def index_of(session: AsyncSession) -> ArticleIndex:
    """The index of the database in use."""
    return SqliteIndex(session) if session.get_bind().dialect.name == "sqlite" else PostgresIndex(session)


def words_of(question: str) -> list[str]:
    """The words of a question worth asking for; single characters say nothing."""
    return [word for word in dict.fromkeys(tokens(question)) if len(word) > 1][:MOST_WORDS]
