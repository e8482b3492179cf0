"""What a turn costs late in a conversation, against what it costs early."""

from __future__ import annotations

import json
from statistics import median

import httpx
from figures import Figure
from talking import Conversation, play, talk

EARLY, LATE = 10, 1000
ROUNDS = 15


def measure(bot_url: str) -> list[Figure]:
    """Plays one conversation to depth 1,000, then goes on from depth 10 and from depth 1,000 in turns.

    The two are played alternately with the same messages, so whatever else the machine does touches both.
    """
    with httpx.Client(base_url=bot_url, timeout=30) as bot:
        play(bot, Conversation("warm-up"), 3 * len(talk()))
        conversation = Conversation("long")
        play(bot, conversation, EARLY)
        early = conversation.state
        play(bot, conversation, LATE - EARLY)
        late = conversation.state
        costs: dict[int, list[float]] = {EARLY: [], LATE: []}
        for number in range(ROUNDS):
            for depth, state in sorted({EARLY: early, LATE: late}.items(), reverse=number % 2 == 0):
                costs[depth] += play(bot, Conversation("long", state, depth), len(talk()))
    return [
        Figure("turn at depth 10, median", round(median(costs[EARLY]), 2), "ms"),
        Figure("turn at depth 1,000, median", round(median(costs[LATE]), 2), "ms"),
        Figure(
            "depth 1,000 against depth 10", round(median(costs[LATE]) / median(costs[EARLY]), 3), "×", 1.2
        ),
        Figure("state at depth 1,000", len(json.dumps(late)), "bytes"),
    ]
