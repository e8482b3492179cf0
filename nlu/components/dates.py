"""Calendar dates written in figures, with the months of Tunisia, or as today, yesterday, tomorrow."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import lru_cache

from nlu.components.normalisation import clean_script
from nlu.words import lexicon

_YEAR_FIRST = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.]((?:19|20)?\d\d)(?!\d)")


@lru_cache(maxsize=1)
def _months() -> tuple[re.Pattern, dict[str, int]]:
    months = {clean_script(w): int(n) for n, words in lexicon("dates")["months"].items() for w in words}
    names = "|".join(sorted(map(re.escape, months), key=len, reverse=True))
    year = rf"(?:\s+(?:{clean_script(lexicon('dates')['year'])}\s+)?((?:19|20)\d\d))?"
    return re.compile(rf"(?<!\d)(\d{{1,2}})(?:er)?\s*(?:de\s+)?({names})\b\.?{year}"), months


@lru_cache(maxsize=1)
def _relative() -> tuple[re.Pattern, dict[str, int]]:
    days = {clean_script(w): int(n) for n, words in lexicon("dates")["relative"].items() for w in words}
    names = "|".join(sorted(map(re.escape, days), key=len, reverse=True))
    return re.compile(rf"(?<!\w)({names})(?!\w)"), days


def find_dates(text: str, today: Callable[[], date] = date.today) -> list[tuple[int, int, date]]:
    """(start, end, date) of every date in a text of unchanged length under clean_script; impossible days are
    left out.

    A day and month without a year is taken in the current year.
    """
    found = [*_in_figures(text), *_in_words(text, today), *_told(text, today)]
    return sorted(hit for hit in found if hit[2])


def _in_figures(text: str) -> Iterator[tuple[int, int, date | None]]:
    for m in _YEAR_FIRST.finditer(text):
        yield m.start(), m.end(), _day(int(m[1]), int(m[2]), int(m[3]))
    for m in _DAY_FIRST.finditer(text):
        year = int(m[3]) if len(m[3]) == 4 else 2000 + int(m[3])
        yield m.start(), m.end(), _day(year, int(m[2]), int(m[1]))


def _in_words(text: str, today: Callable[[], date]) -> Iterator[tuple[int, int, date | None]]:
    pattern, months = _months()
    for m in pattern.finditer(text):
        yield m.start(), m.end(), _day(int(m[3] or today().year), months[m[2]], int(m[1]))


def _told(text: str, today: Callable[[], date]) -> Iterator[tuple[int, int, date | None]]:
    pattern, days = _relative()
    for m in pattern.finditer(text):
        yield m.start(), m.end(), today() + timedelta(days=days[m[1]])


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
