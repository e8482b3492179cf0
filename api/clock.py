"""What time it is, and which day it is in Tunisia."""

from datetime import UTC, date, datetime, timedelta, timezone

# UTC+1 all year: summer time was given up in 2009.
TUNIS = timezone(timedelta(hours=1))


def now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


def day_in_tunisia(at: datetime) -> date:
    """The calendar day of an instant, as citizens count it."""
    return at.astimezone(TUNIS).date()
