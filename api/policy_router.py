"""GET /policy."""

from fastapi import APIRouter

from api.policy import PublicPolicy, policy

router = APIRouter(tags=["policy"])


@router.get("/policy")
async def read_policy() -> PublicPolicy:
    """Aims, limits and the version of the consent text; the administration's choices, not the law."""
    return PublicPolicy.model_validate(policy().model_dump(include=set(PublicPolicy.model_fields)))
