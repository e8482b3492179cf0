"""The states of a conversation and of the messages in it."""

from enum import StrEnum


class ConversationStatus(StrEnum):
    """Who answers: while an official holds the conversation the bot is not called."""

    bot = "bot"
    human = "human"


class Direction(StrEnum):
    """The two queues of a conversation, each worked by one worker at a time."""

    inbound = "in"
    outbound = "out"


class InboundStatus(StrEnum):
    pending = "pending"
    done = "done"
    dead = "dead"


class OutboundStatus(StrEnum):
    """`kept`: lies ready for a client that fetches for itself (website, REST); `pending`: to be pushed."""

    pending = "pending"
    kept = "kept"
    sent = "sent"
    dead = "dead"


class OutboundKind(StrEnum):
    reply = "reply"
    delay = "delay"
    apology = "apology"
    news = "news"
    official = "official"
