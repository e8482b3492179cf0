"""A Telegram of the project's own: the Bot API over HTTP, so that the unmodified library talks to it.

Speaks long polling with offset, webhooks with the secret, files, chat actions, edits, and answers 429 or
5xx on
demand. What citizens do is put in by `says`, `presses`, `sends`…; what the bot sent is read from `sent`.
Run alone for load and fault tests: python telegram_server.py PORT
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "123456:TEST-token"
BOT = {"id": 123456, "is_bot": True, "first_name": "Mouwaten", "username": "mouwaten_bot"}


@dataclass
class Fault:
    """What a method answers instead, and how often."""

    status: int
    times: int = 1
    retry_after: int | None = None
    description: str = "fault on demand"


@dataclass
class TelegramServer:
    """The state of the pretended Telegram."""

    sent: list[dict[str, Any]] = field(default_factory=list)
    actions: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    edits: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    commands: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    left: list[int] = field(default_factory=list)
    faults: dict[str, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    webhook: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        self._updates: list[dict[str, Any]] = []
        self._update_ids = itertools.count(1000)
        self._message_ids = itertools.count(1)
        self._news = asyncio.Event()
        self._client = httpx.AsyncClient(timeout=30, trust_env=False)
        self.app = Starlette(
            routes=[
                Route(f"/bot{TOKEN}/{{method}}", self._call, methods=["GET", "POST"]),
                Route(f"/file/bot{TOKEN}/{{path:path}}", self._file),
                Route("/control/{verb}", self._control, methods=["POST"]),
            ]
        )

    async def close(self) -> None:
        await self._client.aclose()

    # What citizens do

    async def says(self, chat: int, text: str, **extra: Any) -> dict[str, Any]:
        return await self.sends(chat, text=text, **extra)

    async def sends(self, chat: int, **content: Any) -> dict[str, Any]:
        """A message with any content (text, photo, voice, location, contact, …) in a private chat."""
        return await self.happens({"message": self.message(chat, **content)})

    async def edits_to(self, message: dict[str, Any], text: str) -> dict[str, Any]:
        return await self.happens(
            {"edited_message": {**message, "text": text, "edit_date": int(time.time())}}
        )

    async def presses(self, chat: int, message_id: int, data: str) -> dict[str, Any]:
        shown = next(one for one in self.sent if one["message_id"] == message_id)
        message = {**self.message(chat), "message_id": message_id, "text": shown.get("text", "")}
        if shown.get("reply_markup"):
            message["reply_markup"] = shown["reply_markup"]
        number = str(next(self._update_ids))
        query = {"id": number, "from": _person(chat), "message": message, "chat_instance": "1", "data": data}
        return await self.happens({"callback_query": query})

    async def blocks(self, chat: int) -> dict[str, Any]:
        member = {"user": BOT, "status": "kicked", "until_date": 0}
        return await self.happens({"my_chat_member": self._membership(_private(chat), member)})

    async def adds_to_group(self, group: int) -> dict[str, Any]:
        member = {"user": BOT, "status": "member"}
        return await self.happens({"my_chat_member": self._membership(_group(group), member)})

    async def says_in_group(self, group: int, text: str) -> dict[str, Any]:
        return await self.happens({"message": {**self.message(7, text=text), "chat": _group(group)}})

    def message(self, chat: int, **content: Any) -> dict[str, Any]:
        base = {"message_id": next(self._message_ids), "date": int(time.time()), "chat": _private(chat)}
        return {**base, "from": _person(chat), **content}

    def holds(self, data: bytes, **about: Any) -> dict[str, Any]:
        """A file that citizens can send: `{"file_id", "file_unique_id", "file_size", …}`."""
        name = f"file{len(self.files)}"
        self.files[name] = data
        return {"file_id": name, "file_unique_id": name, "file_size": len(data), **about}

    async def happens(self, content: dict[str, Any]) -> dict[str, Any]:
        """An update: to the webhook if one is set, else to whoever polls."""
        update = {"update_id": next(self._update_ids), **content}
        if self.webhook:
            await self.deliver(update)
        else:
            self._updates.append(update)
            self._news.set()
        return update

    async def deliver(self, update: dict[str, Any], secret: str | None = None) -> int:
        """Posts an update to the webhook, again until it is accepted, as Telegram does; the last status."""
        assert self.webhook
        token = secret if secret is not None else self.webhook.get("secret_token", "")
        headers = {"X-Telegram-Bot-Api-Secret-Token": token}
        for _ in range(100):
            try:
                answer = await self._client.post(self.webhook["url"], json=update, headers=headers)
            except httpx.TransportError:
                await asyncio.sleep(0.2)
                continue
            if answer.status_code < 500:
                return answer.status_code
            await asyncio.sleep(0.2)
        raise AssertionError("the webhook never accepted the update")

    def texts(self, chat: int) -> list[str]:
        return [one["text"] for one in self.sent if one["chat_id"] == chat and "text" in one]

    def fails(self, method: str, status: int, **fault: Any) -> None:
        self.faults[method].append(Fault(status, **fault))

    # What the bot calls

    async def _call(self, request: Request) -> Response:
        method = request.path_params["method"]
        self.calls.append(method)
        try:
            given = await _parameters(request)
        except ClientDisconnect:  # the bot stopped "typing" while it was saying so
            return Response(status_code=400)
        if fault := self._fault(method):
            return fault
        answer = getattr(self, f"_on_{method}", None)
        if answer is None:
            return _error(404, "Not Found: method not found")
        result = answer(given)
        if asyncio.iscoroutine(result):
            result = await result
        return JSONResponse({"ok": True, "result": result})

    def _fault(self, method: str) -> Response | None:
        waiting = self.faults[method]
        if not waiting:
            return None
        fault = waiting[0]
        fault.times -= 1
        if fault.times <= 0:
            waiting.pop(0)
        return _error(fault.status, fault.description, fault.retry_after)

    def _on_getMe(self, _given: dict[str, Any]) -> Any:
        return {
            **BOT,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    async def _on_getUpdates(self, given: dict[str, Any]) -> Any:
        offset = int(given.get("offset") or 0)
        self._updates = [one for one in self._updates if one["update_id"] >= offset]
        end = time.monotonic() + float(given.get("timeout") or 0)
        while not self._updates and time.monotonic() < end:
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), max(0.01, end - time.monotonic()))
            except TimeoutError:
                break
        return self._updates[:100]

    def _on_setWebhook(self, given: dict[str, Any]) -> bool:
        self.webhook = given
        return True

    def _on_deleteWebhook(self, _given: dict[str, Any]) -> bool:
        self.webhook = None
        return True

    def _on_setMyCommands(self, given: dict[str, Any]) -> bool:
        self.commands[given.get("language_code") or ""] = given["commands"]
        return True

    def _on_sendMessage(self, given: dict[str, Any]) -> Any:
        return self._keep(given, text=given["text"])

    def _on_sendDocument(self, given: dict[str, Any]) -> Any:
        return self._keep(given, document=given["document"])

    def _on_sendChatAction(self, given: dict[str, Any]) -> bool:
        self.actions.append(given)
        return True

    def _on_answerCallbackQuery(self, _given: dict[str, Any]) -> bool:
        return True

    def _on_editMessageReplyMarkup(self, given: dict[str, Any]) -> Any:
        self.edits.append(given)
        return True

    def _on_leaveChat(self, given: dict[str, Any]) -> bool:
        self.left.append(int(given["chat_id"]))
        return True

    def _on_getFile(self, given: dict[str, Any]) -> Any:
        name = given["file_id"]
        return {
            "file_id": name,
            "file_unique_id": name,
            "file_size": len(self.files[name]),
            "file_path": f"d/{name}",
        }

    async def _file(self, request: Request) -> Response:
        if fault := self._fault("file"):
            return fault
        return Response(self.files[request.path_params["path"].removeprefix("d/")])

    def _keep(self, given: dict[str, Any], **content: Any) -> Any:
        chat = int(given["chat_id"])
        message = {"message_id": next(self._message_ids), "date": int(time.time()), "chat": _private(chat)}
        markup = {"reply_markup": given["reply_markup"]} if given.get("reply_markup") else {}
        self.sent.append({"chat_id": chat, "at": time.monotonic(), **message, **content, **markup})
        shown = {} if "document" in content else content
        return {**message, **shown, **markup}

    @staticmethod
    def _membership(chat: dict[str, Any], member: dict[str, Any]) -> dict[str, Any]:
        old = {"user": BOT, "status": "left"}
        return {
            "chat": chat,
            "from": _person(7),
            "date": int(time.time()),
            "old_chat_member": old,
            "new_chat_member": member,
        }

    # From another process

    async def _control(self, request: Request) -> Response:
        """`says {chat, text}`, `texts {chat}`, `fails {method, status, …}` over HTTP."""
        given = await request.json()
        match request.path_params["verb"]:
            case "says":
                task = asyncio.create_task(self.says(given["chat"], given["text"]))
                return JSONResponse({"ok": bool(task)})
            case "texts":
                return JSONResponse(self.texts(given["chat"]))
            case "fails":
                self.fails(given.pop("method"), given.pop("status"), **given)
                return JSONResponse({"ok": True})
        return Response(status_code=404)


def _private(chat: int) -> dict[str, Any]:
    return {"id": chat, "type": "private", "first_name": "Amina"}


def _group(chat: int) -> dict[str, Any]:
    return {"id": chat, "type": "supergroup", "title": "A group"}


def _person(chat: int) -> dict[str, Any]:
    return {"id": chat, "is_bot": False, "first_name": "Amina", "language_code": "fr"}


def _error(status: int, description: str, retry_after: int | None = None) -> Response:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if retry_after is not None:
        body["parameters"] = {"retry_after": retry_after}
    return JSONResponse(body, status)


async def _parameters(request: Request) -> dict[str, Any]:
    form = dict(await request.form()) if request.method == "POST" else dict(request.query_params)
    for name, value in form.items():
        if isinstance(value, str) and value[:1] in "[{":
            form[name] = json.loads(value)
        elif not isinstance(value, str):
            form[name] = {"name": value.filename, "data": await value.read()}
    return form


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(TelegramServer().app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
