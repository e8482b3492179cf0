"""Who may see a case: its owner on the channel that filed it, or who has its code. Wrong codes are
throttled.

The check runs before the request's own transaction, in short ones of its own: a refused request is rolled
back, but the count of wrong codes must stay.
"""

import hmac
from dataclasses import dataclass

from pydantic import SecretStr

from api.cases.errors import TooManyAttempts, UnknownReference, WrongCode
from api.cases.reference import ReferenceNumber, hash_code, normalise_code
from api.cases.repository import AccessKeys, CaseRepository
from api.database import Database
from api.policy import policy
from api.security import Caller
from api.throttle import Throttle


@dataclass(frozen=True)
class CaseAccess:
    """A case that exists, and whether the caller may see what is personal in it."""

    case_id: int
    reference: str
    whole: bool


class AccessService:
    def __init__(self, database: Database, throttle: Throttle, key: SecretStr) -> None:
        self._database = database
        self._throttle = throttle
        self._key = key

    async def check(self, typed: str, caller: Caller, code: str | None) -> CaseAccess:
        """Raises `InvalidReference`, `UnknownReference`, `WrongCode`, `TooManyAttempts`."""
        reference = str(ReferenceNumber.parse(typed))
        keys = await self._keys(reference)
        owner = caller.identity is not None and caller.identity == keys.channel_identity
        if code is not None and not owner:
            await self._try_code(reference, keys, caller, code)
        return CaseAccess(keys.case_id, reference, whole=owner or code is not None)

    async def _keys(self, reference: str) -> AccessKeys:
        async with self._database.session(writes=False) as session:
            keys = await CaseRepository(session).access_keys(reference)
        if keys is None:
            raise UnknownReference()
        return keys

    async def _try_code(self, reference: str, keys: AccessKeys, caller: Caller, code: str) -> None:
        limits = policy().throttle
        tries = (
            (limits.per_reference, "reference", reference),
            (limits.per_caller, "caller", caller.address),
        )
        for one in tries:
            if wait := await self._throttle.wait(*one):
                raise TooManyAttempts(wait)
        if not self._is_right(reference, keys, code):
            waits = [await self._throttle.count(*one) for one in tries]
            raise TooManyAttempts(max(filter(None, waits))) if any(waits) else WrongCode()

    def _is_right(self, reference: str, keys: AccessKeys, code: str) -> bool:
        plain = normalise_code(code)
        given = hash_code(self._key.get_secret_value().encode(), reference, plain or "")
        return hmac.compare_digest(given, keys.code_hash)
