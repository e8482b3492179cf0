"""Joins the ways in to the application: one engine, and the channels the settings switch on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request

from api.health import NotReady
from api.settings import Settings
from connectors.bot_client import BotClient
from connectors.engine import Engine
from connectors.files import Files
from connectors.rest.router import rest_router
from connectors.web.pages import page_router
from connectors.web.router import web_router
from connectors.web.session import Sessions

if TYPE_CHECKING:
    from connectors.telegram.channel import TelegramChannel

BOT_LOOK_SECONDS = 0.2


class Connectors:
    """What the application needs to speak with citizens; `install` adds the routes, `lifespan` does the
    work.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        rest_on_loopback: bool = False,
        alone: bool = False,
        when_ready: Callable[[], None] | None = None,
    ) -> None:
        self._settings = settings
        self._rest_on_loopback = rest_on_loopback
        self._alone = alone
        self._when_ready = when_ready
        self.bot = BotClient(settings.bot_url)
        self.telegram: TelegramChannel | None = None

    def install(self, app: FastAPI) -> None:
        """Adds the routes of every channel that is switched on."""
        self.engine = Engine(app.state.database, self.bot)
        app.state.engine = self.engine
        app.state.readiness["bot"] = self._bot_is_ready
        self._install_rest(app)
        self._install_website(app)
        self._install_telegram(app)

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        """Runs the engine and the channels while the application runs."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.bot.close)
            await self.engine.start(alone=self._alone)
            stack.push_async_callback(self.engine.stop)
            if self.telegram is not None:
                await self.telegram.start()
                stack.push_async_callback(self.telegram.stop)
            announcing = asyncio.create_task(self._announce())
            stack.callback(announcing.cancel)
            yield

    def _install_rest(self, app: FastAPI) -> None:
        on = self._settings.rest_channel == "on"
        unsaid = "rest_channel" not in self._settings.model_fields_set
        if on or (unsaid and self._rest_on_loopback):
            app.include_router(rest_router(self.engine, loopback_only=not on))

    def _install_website(self, app: FastAPI) -> None:
        sessions = Sessions(self._settings)
        files = Files(app.state.intake, self.engine.database)
        app.include_router(page_router(self._settings, sessions))
        app.include_router(web_router(self.engine, sessions, files))

    def _install_telegram(self, app: FastAPI) -> None:
        if self._settings.telegram_token is None:
            return
        from connectors.telegram.channel import TelegramChannel
        from connectors.telegram.reading import CHANNEL
        from connectors.telegram.router import telegram_router

        files = Files(app.state.intake, self.engine.database)
        self.telegram = TelegramChannel(self._settings, self.engine, files)
        self.engine.push[CHANNEL] = self.telegram
        if self.telegram.by_webhook:
            app.include_router(telegram_router(self.telegram))

    async def _bot_is_ready(self, _request: Request) -> None:
        if not await self.bot.ready():
            raise NotReady("does not answer")

    async def _announce(self) -> None:
        while not await self.bot.ready():  # noqa: ASYNC110
            await asyncio.sleep(BOT_LOOK_SECONDS)
        if self._when_ready is not None:
            self._when_ready()
