"""Telegram's webhook: one address, opened by the secret Telegram was given."""

from __future__ import annotations

import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Response
from telegram import Update

from api.errors import Problem
from connectors.telegram.channel import TelegramChannel


class ForgedWebhook(Problem):
    status, code, title = 403, "forged_webhook", "This call does not come from Telegram."


def telegram_router(channel: TelegramChannel) -> APIRouter:
    """POST /webhooks/telegram; answered when the update is stored, else with 500 so that Telegram repeats
    it.
    """
    router = APIRouter(include_in_schema=False)

    @router.post("/webhooks/telegram", status_code=200)
    async def webhook(
        update: Annotated[dict[str, Any], Body()],
        x_telegram_bot_api_secret_token: Annotated[str, Header()] = "",
    ) -> Response:
        given, wanted = x_telegram_bot_api_secret_token.encode(), channel.secret.encode()
        if not hmac.compare_digest(given, wanted):
            raise ForgedWebhook
        told = Update.de_json(update, channel.bot)
        if told is not None:
            await channel.hear(told)
        return Response(status_code=200)

    return router
