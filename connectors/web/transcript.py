"""What the page is told: the lines of a conversation past a position, and whether an answer is on its way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api.conversations import reading
from api.conversations.schemas import Line
from api.database import Database
from connectors.messages import Identity

MOST_LINES = 300


@dataclass(frozen=True)
class Told:
    """Lines of a conversation in order, the position of the last, and whether an answer is on its way."""

    conversation_id: int
    lines: list[dict[str, Any]]
    last: int
    waiting: bool

    def for_page(self) -> dict[str, Any]:
        return {"lines": self.lines, "last": self.last, "waiting": self.waiting}


NOTHING = Told(0, [], 0, False)


async def lines_after(database: Database, who: Identity, after: int) -> Told | None:
    """What was said past position `after`; None when this citizen has never said anything."""
    async with database.session(writes=False) as session:
        found = await reading.transcript(session, who.channel, who.external_id, after, MOST_LINES)
    if found is None:
        return None
    lines = [_render(line) for line in found.lines]
    last = max([after, *(line.position for line in found.lines)])
    return Told(found.conversation_id, lines, last, found.waiting)


def _render(line: Line) -> dict[str, Any]:
    body = line.body
    rendered: dict[str, Any] = {
        "position": line.position,
        "author": line.author,
        "kind": line.kind,
        "at": line.at,
        "text": body.get("text", ""),
        "language": body.get("language"),
    }
    if line.author == "citizen":
        rendered["id"] = line.message_id
        rendered["attachments"] = [_named(one) for one in body.get("attachments", ())]
        rendered["place"] = body.get("location")
        return rendered
    rendered["buttons"] = body.get("buttons", [])
    rendered["custom"] = body.get("custom", {})
    if body.get("attachment"):
        rendered["attachments"] = [_named(body["attachment"])]
    return rendered


def _named(attachment: dict[str, Any]) -> dict[str, Any]:
    return {name: attachment.get(name) for name in ("id", "name", "kind", "size")}
