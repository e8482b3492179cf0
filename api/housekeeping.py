"""What is forgotten in time: old idempotency keys, counters that ran out, files that no case took."""

from datetime import timedelta

from api.attachments.intake import Intake
from api.attachments.service import AttachmentService
from api.clock import now
from api.database import Database
from api.idempotency import IdempotencyService
from api.policy import policy
from api.settings import Settings
from api.throttle import DatabaseStorage


async def tidy(settings: Settings, database: Database, intake: Intake) -> None:
    """Done at each start; may be run at any time and by several replicas."""
    unclaimed = now() - timedelta(days=policy().unclaimed_attachment_days)
    async with database.session() as session:
        await IdempotencyService(session, settings.cases_key).forget_old()
        digests = await AttachmentService(session).forget_unclaimed(unclaimed)
    for digest in digests:  # after the commit: no row points to a file that is gone
        intake.store.remove(digest, idle_seconds=3600)
    await DatabaseStorage(database).reset()
