"""GET /guidance/{slug}, GET /guidance?q=."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.database import DbSession
from api.guidance.schemas import ArticleFound, ArticleRead
from api.guidance.service import GuidanceService
from api.structures.schemas import Names

router = APIRouter(prefix="/guidance", tags=["guidance"])


def guidance_service(session: DbSession) -> GuidanceService:
    return GuidanceService(session)


Guidance = Annotated[GuidanceService, Depends(guidance_service)]


@router.get("")
async def search_guidance(
    guidance: Guidance,
    q: Annotated[str, Query(max_length=1000)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 3,
) -> list[ArticleFound]:
    """The articles closest to the words of `q` in either language; without words, the first by name."""
    found = await guidance.search(q, limit)
    return [
        ArticleFound(
            slug=article.slug,
            name=Names(ar=article.name_ar, fr=article.name_fr),
            category=article.category,
            score=round(score, 3),
        )
        for article, score in found
    ]


@router.get("/{slug}")
async def read_guidance(slug: str, guidance: Guidance) -> ArticleRead:
    """One article as it is told now; 404 `unknown_article`."""
    return ArticleRead.of(await guidance.get(slug))
