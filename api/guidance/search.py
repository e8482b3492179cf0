"""Full-text search over articles: SQLite's FTS5 and PostgreSQL's tsvector behind one interface.

Words are folded in Python (`api.folding.tokens`) before they are stored and before they are asked for;
so both find the same. A word also finds longer words that begin with it. The title counts more than the body.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

import yaml
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api.folding import tokens

STOPWORDS = Path(__file__).parents[1] / "data" / "stopwords.yml"
MOST_WORDS = 30
SHORTEST_PREFIX = 4
# As many letters of a French word as tell "renouveler" and "renouvellement" to be one, "electrique" and
# "electronique" to be two.
LATIN_STEM = 7
# A rare word says more than a common one, as in bm25; 1 divides by the logarithm of the length.
POSTGRES_FIND = """
WITH asked AS (
    SELECT word::tsquery AS query, ln(1 + (SELECT count(*) FROM guidance_search)::float
        / (1 + (SELECT count(*) FROM guidance_search WHERE document @@ word::tsquery))) AS weight
    FROM unnest(CAST(:words AS text[])) AS word
)
SELECT slug, sum(ts_rank('{0.25, 0.25, 0.25, 1}', document, query, 1) * weight) AS score
FROM guidance_search JOIN asked ON document @@ query
GROUP BY slug ORDER BY score DESC, slug LIMIT :limit
"""


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
        asked = [f"'{word}':*" if len(word) >= SHORTEST_PREFIX else f"'{word}'" for word in words]
        rows = await self._session.execute(text(POSTGRES_FIND), {"words": asked, "limit": limit})
        return [(slug, float(score)) for slug, score in rows]


def index_of(session: AsyncSession) -> ArticleIndex:
    """The index of the database in use."""
    return SqliteIndex(session) if session.get_bind().dialect.name == "sqlite" else PostgresIndex(session)


def telling_words(text: str) -> list[str]:
    """The folded words of `text` that say something about its matter; single characters do not."""
    words = [word for word in tokens(text) if len(word) > 1 and word not in _stopwords()]
    return [word[:LATIN_STEM] if word.isascii() else word for word in words]


def words_of(question: str) -> list[str]:
    """The words of a question, each once."""
    return list(dict.fromkeys(telling_words(question)))[:MOST_WORDS]


@cache
def _stopwords() -> frozenset[str]:
    lists = yaml.safe_load(STOPWORDS.read_text(encoding="utf-8"))
    return frozenset(token for words in lists.values() for word in words for token in tokens(str(word)))
