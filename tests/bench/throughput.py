"""How many turns one bot does in a second when several citizens talk at once."""

from __future__ import annotations

import asyncio
import time

import httpx
from figures import Figure
from talking import Conversation, talk

AT_ONCE, SECONDS, DEPTH = 8, 10.0, 10


def measure(bot_url: str) -> list[Figure]:
    """Eight citizens at depth 10, each writing as soon as the answer is there."""
    return [Figure(f"turns of one bot, {AT_ONCE} citizens", round(asyncio.run(_rate(bot_url)), 1), "turns/s")]


async def _rate(bot_url: str) -> float:
    async with httpx.AsyncClient(base_url=bot_url, timeout=30) as bot:
        citizens = [Conversation(f"citizen-{number}") for number in range(AT_ONCE)]
        await asyncio.gather(*(_say(bot, citizen, DEPTH) for citizen in citizens))
        began = time.perf_counter()
        done = await asyncio.gather(*(_talk(bot, citizen, began + SECONDS) for citizen in citizens))
        return sum(done) / (time.perf_counter() - began)


async def _talk(bot: httpx.AsyncClient, citizen: Conversation, end: float) -> int:
    """Goes through the talk again and again from the same state; how many turns were done."""
    state, done = citizen.state, 0
    while time.perf_counter() < end:
        citizen.state, citizen.depth = state, DEPTH
        await _say(bot, citizen, len(talk()))
        done += len(talk())
    return done


async def _say(bot: httpx.AsyncClient, citizen: Conversation, turns: int) -> None:
    for _ in range(turns):
        answer = await bot.post("/turn", json=citizen.next_turn())
        citizen.take(answer.raise_for_status().json())
