"""One turn of talk: Rasa's agent in-process, its actions in-process, no memory between turns."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor

from bot import actions
from bot.actions.action import ApiAction
from bot.actions.case_api import CaseApi
from bot.actions.lexicon import is_danger
from bot.context import in_view, of_edit
from bot.payloads import read_payload
from bot.state import restore, take
from nlu.components.normalisation import normalise

TEXT_LIMIT = 20_000


@dataclass(frozen=True)
class Turn:
    """One message of a conversation with the state before it."""

    conversation: str
    message: dict[str, Any]
    state: dict[str, Any] | None = None


@dataclass
class Said:
    """What the turn gave back."""

    replies: list[dict[str, Any]]
    state: dict[str, Any]
    outcome: dict[str, Any]


@dataclass
class _Collected(OutputChannel):
    """An output channel that keeps whole messages: text, buttons and custom together."""

    said: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def name(cls) -> str:
        return "turn"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        self.said.append(message)


class OneTurnStore(TrackerStore):
    """Holds the tracker of the running turn only; turns of different conversations run side by side."""

    def __init__(self, domain: Any) -> None:
        super().__init__(domain, None)
        self.running: ContextVar[DialogueStateTracker | None] = ContextVar("tracker", default=None)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        return self.running.get()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Nothing: the state leaves with the answer."""

    async def keys(self) -> list[str]:
        return []


class InProcessActions(EndpointConfig):
    """Rasa's action endpoint without a server.

    Rasa checks every answer of an action server against a JSON schema that it checks itself each time: nine tenths
    of a turn (measured: 27 of 30 ms), for answers that here never leave the process.
    """

    def __init__(self, executor: ActionExecutor) -> None:
        super().__init__(url="in-process")
        RemoteAction._validate_action_result = lambda self, result: True
        self._executor = executor
        self.mistake: ContextVar[Exception | None] = ContextVar("mistake", default=None)

    async def request(self, *args: Any, json: dict[str, Any], **kwargs: Any) -> Any:
        try:
            return await self._executor.run(json)
        except Exception as mistake:
            self.mistake.set(mistake)
            raise


class Talk:
    """The assistant: understands a message in its state, answers, gives the new state back."""

    def __init__(self, model: str, api: CaseApi):
        self._actions = InProcessActions(executor_with(api))
        self._agent = Agent.load(model, action_endpoint=self._actions)
        self._processor = self._agent.processor
        self.domain = self._processor.domain
        self._store = OneTurnStore(self.domain)
        self._agent.tracker_store = self._processor.tracker_store = self._store
        self._intents = set(self.domain.intents)

    async def parse(self, text: str) -> dict[str, Any]:
        """Rasa's parse of a text, guidance labels in full."""
        parsed = await self._processor.parse_message(UserMessage(text[:TEXT_LIMIT]))
        ranking = parsed.get("intent_ranking") or []
        if parsed["intent"].get("name") == "guidance" and ranking:
            parsed["intent"] = {**parsed["intent"], "name": ranking[0]["name"]}
        return parsed

    async def turn(self, turn: Turn) -> Said:
        """Handles one message and gives the replies, the new state and what came of it."""
        tracker = restore(turn.conversation, turn.state, self.domain)
        message = await self._understood(turn)
        self._store.running.set(tracker)
        channel = _Collected()
        message.output_channel = channel
        self._actions.mistake.set(None)
        await self._processor.handle_message(message)
        if mistake := self._actions.mistake.get():
            raise mistake  # Rasa goes on in silence; a failed turn is tried again, then told
        state = {**take(tracker), "at": turn.message.get("sent_at"), "buttons": _offered(channel.said)}
        language = tracker.get_slot("language") or "ar"
        if is_danger(message.metadata["text"]):
            channel.said.insert(0, await self._emergency(tracker, channel))
        replies = [_reply(said, language) for said in channel.said]
        return Said([reply for reply in replies if reply["text"]], state, _outcome(tracker, language))

    async def _emergency(self, tracker: DialogueStateTracker, channel: OutputChannel) -> dict[str, Any]:
        """The emergency numbers: before any answer or form (DESIGN section 5), with a way to report outside one."""
        told = await self._agent.nlg.generate("utter_danger", tracker, channel.name())
        return {**told, "buttons": [] if tracker.active_loop_name else told["buttons"]}

    async def _understood(self, turn: Turn) -> UserMessage:
        given = turn.message
        text = (given.get("text") or "")[:TEXT_LIMIT].strip()
        offered = (turn.state or {}).get("buttons") or {}
        pressed = read_payload(
            given.get("payload") or offered.get(normalise(_letters(text))) or text, self._intents
        )
        choice = None
        if pressed:
            parsed, choice = pressed
        elif text:
            parsed = await self._processor.parse_message(UserMessage(text.lstrip("/") or "?"))
            parsed = in_view(parsed, text, turn.state or {})
            parsed = of_edit(parsed, given.get("edits"), turn.state or {})
        else:
            parsed = {"text": "", "intent": {"name": "inform", "confidence": 1.0}, "entities": []}
        metadata = {
            **{
                name: given.get(name)
                for name in ("id", "attachments", "location", "contact", "sent_at", "edits")
            },
            "text": "" if pressed else text,
            "pressed": bool(pressed),
            "choice": choice,
            "away_hours": _away(turn),
        }
        return UserMessage(
            text or "-", sender_id=turn.conversation, parse_data={**parsed, "text": text}, metadata=metadata
        )


def executor_with(api: CaseApi) -> ActionExecutor:
    """Rasa SDK's executor with every action of bot/actions, those that need it given the case API."""
    executor = ActionExecutor()
    executor._import_submodules(actions)
    for action in _leaves(Action):
        if action.__module__.startswith("bot.actions"):
            executor.register_action(action(api) if issubclass(action, ApiAction) else action())
    return executor


def _leaves(base: type) -> list[type]:
    below = base.__subclasses__()
    return [leaf for child in below for leaf in _leaves(child)] if below else [base]


def _reply(said: dict[str, Any], language: str) -> dict[str, Any]:
    custom = {name: value for name, value in (said.get("custom") or {}).items() if value}
    buttons = [{"title": b["title"], "payload": b["payload"]} for b in said.get("buttons") or []]
    return {
        "text": (said.get("text") or "").strip(),
        "language": language,
        "buttons": buttons,
        "custom": custom,
    }


def _offered(said: list[dict[str, Any]]) -> dict[str, str]:
    """The words on the buttons of these messages: typing them counts as pressing."""
    buttons = [button for message in said for button in message.get("buttons") or []]
    return {normalise(_letters(button["title"])): button["payload"] for button in buttons}


def _letters(title: str) -> str:
    return "".join(c for c in title if c.isalnum() or c.isspace() or c in "'’")


def _outcome(tracker: DialogueStateTracker, language: str) -> dict[str, Any]:
    latest = tracker.latest_message
    intent = latest.intent.get("name") if latest else None
    return {"language": language, "intent": intent, "form": tracker.active_loop_name, "handoff": False}


def _away(turn: Turn) -> float:
    """Hours since the message before."""
    before, now = (turn.state or {}).get("at"), turn.message.get("sent_at")
    if not before or not now:
        return 0.0
    try:
        passed = datetime.fromisoformat(now) - datetime.fromisoformat(before)
    except (ValueError, TypeError):
        return 0.0
    return passed.total_seconds() / 3600


def load(model: str, api: CaseApi) -> Talk:
    """Loads the newest model of a folder, or the model of that name (a few seconds)."""
    return Talk(model, api)
