"""`mouwaten dead-letters`: what was given up, and another try."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

from api.conversations import reading, service
from api.conversations.enums import Direction
from api.conversations.schemas import DeadLetter
from api.database import Database
from api.settings import Settings


def list_letters(settings: Settings, limit: int) -> int:
    """Prints one line a message; what citizens wrote is not shown."""
    letters = asyncio.run(_read(settings, limit))
    for letter in letters:
        print(_line(letter))
    print(f"{len(letters)} dead letters")
    return 0


def retry_letter(settings: Settings, name: str) -> int:
    """Puts the message called `name` (in-12, out-7) back into its queue."""
    direction, _, number = name.partition("-")
    if direction not in list(Direction) or not number.isdigit():
        print("A message is named like in-12 or out-7.", file=sys.stderr)
        return 2
    if not asyncio.run(_revive(settings, Direction(direction), int(number))):
        print(f"There is no dead letter {name}.", file=sys.stderr)
        return 1
    print(f"{name} is tried again.")
    return 0


async def _read(settings: Settings, limit: int) -> list[DeadLetter]:
    database = Database(settings.database)
    async with database.session(writes=False) as session:
        letters = await reading.dead_letters(session, limit)
    await database.close()
    return letters


async def _revive(settings: Settings, direction: Direction, number: int) -> bool:
    database = Database(settings.database)
    async with database.session() as session:
        revived = await service.revive(session, direction, number)
    await database.close()
    return revived


def _line(letter: DeadLetter) -> str:
    at = datetime.fromtimestamp(letter.at, UTC).strftime("%Y-%m-%d %H:%M:%S")
    return f"{letter.direction}-{letter.id}  {at}  {letter.identity}  {letter.attempts} tries  {letter.error}"
