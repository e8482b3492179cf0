"""The Telegram channel: an ASGI-friendly `telegram.ext.Application` without an updater of its own.

Updates are stored before they are acknowledged: a webhook answers 200 afterwards, polling asks for the next
updates afterwards. The library's own updater would acknowledge first.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import logging
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot, BotCommand, InputFile, LinkPreviewOptions, Update
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application, ExtBot
from telegram.request import HTTPXRequest

from api.conversations import reading as conversations
from api.conversations import service
from api.settings import Settings
from connectors.delivery import RefusedError, TryAgainError, UnreachableError
from connectors.engine import Engine
from connectors.files import Files
from connectors.messages import Button, IncomingMessage, OutgoingMessage
from connectors.telegram import writing
from connectors.telegram.albums import QUIET_SECONDS, Albums
from connectors.telegram.intake import Intake
from connectors.telegram.pace import Pace
from connectors.telegram.reading import UPDATES, Blocked, Elsewhere, Heard, read
from connectors.texts import commands, sentence

log = logging.getLogger(__name__)

POLL_SECONDS = 25
TYPING_SECONDS = 4.5
START_AGAIN_SECONDS = 5.0
AWAY_SECONDS = 60.0
UNREACHABLE_WORDS = ("chat not found", "user is deactivated", "bot was blocked", "peer_id_invalid")


class TelegramChannel:
    """Hears and tells on Telegram. Give it to the engine as a push channel under `CHANNEL`."""

    def __init__(self, settings: Settings, engine: Engine, files: Files, pace: Pace | None = None) -> None:
        self._settings = settings
        self._engine = engine
        self._files = files
        self._pace = pace or Pace()
        self._tasks: list[asyncio.Task[None]] = []
        self._application = _application(settings)
        self._albums = Albums(self._store)
        self._intake = Intake(self.bot, files)

    @property
    def bot(self) -> Bot:
        bot: Bot = self._application.bot
        return bot

    @property
    def secret(self) -> str:
        """What Telegram must show with every webhook call; made from the session secret when none is set."""
        if self._settings.telegram_secret:
            return self._settings.telegram_secret.get_secret_value()
        key = self._settings.session_secret.get_secret_value().encode()
        return hmac.new(key, b"telegram webhook", hashlib.sha256).hexdigest()

    @property
    def by_webhook(self) -> bool:
        return self._settings.telegram_mode == "webhook"

    async def start(self) -> None:
        """Begins in the background: Telegram being away must not keep the assistant from starting."""
        self._tasks.append(asyncio.create_task(self._work(), name="telegram"))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(TelegramError, RuntimeError):
            await self._application.shutdown()

    async def hear(self, update: Update) -> None:
        """Takes one update in; it may be acknowledged when this returns."""
        heard = read(update)
        if isinstance(heard, Heard):
            await self._hear(heard)
        elif isinstance(heard, Elsewhere):
            await self._refuse_group(heard)
        elif isinstance(heard, Blocked):
            async with self._engine.database.session() as session:
                await service.lost(session, heard.who.channel, heard.who.external_id)

    def parts(self, message: OutgoingMessage) -> list[OutgoingMessage]:
        """See `connectors.delivery.PushChannel`."""
        return writing.parts(message)

    async def deliver(self, external_id: str, message: OutgoingMessage) -> str | None:
        """Sends one part.

        Raises:
            TryAgainError, UnreachableError, RefusedError: as Telegram's answer says.
        """
        await self._pace.turn(external_id)
        try:
            return await self._send(int(external_id), message)
        except RetryAfter as error:
            raise TryAgainError("429 from Telegram", after=_seconds(error.retry_after)) from error
        except (Forbidden, BadRequest) as error:
            raise _refusal(error) from error
        except InvalidToken as error:
            raise TryAgainError("Telegram does not accept the token", after=AWAY_SECONDS) from error
        except NetworkError as error:
            raise TryAgainError(type(error).__name__) from error
        except TelegramError as error:
            raise RefusedError(type(error).__name__) from error

    async def thinking(self, external_id: str) -> None:
        """Shows that the assistant is writing, until cancelled."""
        with contextlib.suppress(TelegramError):
            while True:
                await self.bot.send_chat_action(int(external_id), "typing")
                await asyncio.sleep(TYPING_SECONDS)

    async def _send(self, chat_id: int, message: OutgoingMessage) -> str:
        if message.attachment:
            data, name = await self._files.read(message.attachment.id)
            sent = await self.bot.send_document(chat_id, InputFile(data, filename=name))
        else:
            sent = await self.bot.send_message(
                chat_id,
                message.text,
                reply_markup=writing.keyboard(message),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        return str(sent.message_id)

    async def _hear(self, heard: Heard) -> None:
        if heard.album:
            return await self._albums.add(heard.album, self._whole(heard))
        await self._store(await self._whole(heard))
        if heard.query:
            await self._show_press(heard)
        return None

    async def _whole(self, heard: Heard) -> IncomingMessage:
        """The message with what Telegram or the database knows: its file, the payload behind a button."""
        if heard.query:
            payload = await self._payload(heard.message)
            return heard.message.model_copy(update={"payload": payload})
        if heard.file:
            return await self._intake.fetch(heard.message, heard.file)
        return heard.message

    async def _store(self, message: IncomingMessage) -> None:
        await self._engine.receive(message)

    async def _payload(self, message: IncomingMessage) -> str:
        async with self._engine.database.session(writes=False) as session:
            offered = await conversations.offered_buttons(
                session, message.sender.channel, message.sender.external_id
            )
        return writing.payload_of(message.payload or "", offered)

    async def _show_press(self, heard: Heard) -> None:
        """Ends the press and leaves only the chosen button; the message is stored, so failing here is no
        loss.
        """
        query = heard.query
        assert query is not None
        pressed = Button(title=heard.message.text, payload=heard.message.payload or "")
        for shown in (query.answer(), query.edit_message_reply_markup(writing.chosen(pressed))):
            with contextlib.suppress(TelegramError):
                await shown

    async def _refuse_group(self, group: Elsewhere) -> None:
        if not group.spoken_to:
            return
        with contextlib.suppress(TelegramError):
            await self.bot.send_message(group.chat_id, sentence("private_only", None).text)
            if group.joined:
                await self.bot.leave_chat(group.chat_id)

    async def _work(self) -> None:
        while True:
            try:
                await self._application.initialize()
                await self._introduce()
                await (self._set_webhook() if self.by_webhook else self._poll())
                return
            except (TelegramError, SQLAlchemyError, OSError) as error:
                log.warning("telegram: %s, trying again", type(error).__name__)
                await asyncio.sleep(START_AGAIN_SECONDS)

    async def _introduce(self) -> None:
        """The menu: Arabic for everybody, French for whose application is French."""
        for title, code in (("ar", None), ("fr", "fr")):
            menu = [BotCommand(one.name, one.title[title]) for one in commands()]
            await self.bot.set_my_commands(menu, language_code=code)

    async def _set_webhook(self) -> None:
        url = f"{self._settings.public_url}/webhooks/telegram"
        await self.bot.set_webhook(url, secret_token=self.secret, allowed_updates=UPDATES, max_connections=40)

    async def _poll(self) -> None:
        await self.bot.delete_webhook()
        offset = 0
        while True:
            updates = await self._updates(offset, POLL_SECONDS)
            while any(_album(update) for update in updates):  # its other parts may still be on their way
                await asyncio.sleep(QUIET_SECONDS)
                if len(again := await self._updates(offset, 0)) == len(updates):
                    break
                updates = again
            await asyncio.gather(*(self._hear_in_order(batch) for batch in _by_chat(updates)))
            offset = max([offset, *(update.update_id + 1 for update in updates)])

    async def _updates(self, offset: int, seconds: int) -> tuple[Update, ...]:
        """Updates from `offset` on; asking with a higher one acknowledges those before it."""
        return await self.bot.get_updates(
            offset=offset, timeout=seconds, allowed_updates=UPDATES, read_timeout=seconds + 5
        )

    async def _hear_in_order(self, updates: list[Update]) -> None:
        """One chat's updates, in order; the parts of an album side by side, for they are stored together."""
        waiting: list[asyncio.Task[None]] = []
        for update in updates:
            if _album(update):
                waiting.append(asyncio.create_task(self._hear_one(update)))
                continue
            await asyncio.gather(*waiting)
            waiting = []
            await self._hear_one(update)
        await asyncio.gather(*waiting)

    async def _hear_one(self, update: Update) -> None:
        """An update of a shape nobody foresaw is left out, or it would come again for ever."""
        try:
            await self.hear(update)
        except ValueError as error:  # not its text: it would hold what the citizen wrote
            log.error("telegram: update %d cannot be read (%s)", update.update_id, type(error).__name__)


def _application(settings: Settings) -> Application[Any, Any, Any, Any, Any, Any]:
    assert settings.telegram_token is not None
    base = settings.telegram_base_url
    bot: ExtBot[Any] = ExtBot(
        settings.telegram_token.get_secret_value(),
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=HTTPXRequest(connection_pool_size=32, pool_timeout=10.0),
        get_updates_request=HTTPXRequest(connection_pool_size=2),
    )
    return Application.builder().bot(bot).updater(None).build()


def _album(update: Update) -> str | None:
    return update.message.media_group_id if update.message else None


def _by_chat(updates: tuple[Update, ...]) -> list[list[Update]]:
    chats: dict[Any, list[Update]] = {}
    for update in updates:
        chat = update.effective_chat
        chats.setdefault(chat.id if chat else None, []).append(update)
    return list(chats.values())


def _refusal(error: TelegramError) -> UnreachableError | RefusedError:
    words = str(error).lower()
    if isinstance(error, Forbidden) or any(word in words for word in UNREACHABLE_WORDS):
        return UnreachableError(type(error).__name__)
    return RefusedError(f"{type(error).__name__}: {words[:80]}")


def _seconds(retry_after: Any) -> float:
    return retry_after.total_seconds() if hasattr(retry_after, "total_seconds") else float(retry_after)
