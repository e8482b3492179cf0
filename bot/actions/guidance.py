"""Answers on services: what was asked, with its source and date, and what may be asked next."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from bot.actions.action import CaseAction, Events
from bot.actions.article import Article
from bot.actions.case_api import ApiRefused
from bot.actions.clarify import QUESTION_KEPT, way_on
from bot.actions.fields import clean
from bot.actions.message import Message
from bot.actions.plans import read_plan
from bot.actions.speech import Speech, button

ASPECT_BUTTONS = 4


class ActionAnswerGuidance(CaseAction):
    """Says what the knowledge base holds on the service and aspect asked."""

    def name(self) -> str:
        return "action_answer_guidance"

    async def act(self, speech: Speech, tracker: Tracker) -> Events:
        message = Message.of(tracker)
        slug = message.value("service") or tracker.get_slot("topic")
        try:
            article = Article(await self.api.article(slug), speech)
        except ApiRefused:
            speech.say("utter_no_article")
            return []
        self.tell(speech, article, asked_aspects(message), await self.what_next(speech, slug))
        asked = [] if message.pressed else [SlotSet("last_question", clean(message.text)[:QUESTION_KEPT])]
        return [SlotSet("topic", slug), SlotSet("misunderstood", 0), *asked]

    async def what_next(self, speech: Speech, slug: str) -> list[dict[str, str]]:
        """Buttons for what often comes next: the service needed after this one, and an act."""
        act, service = way_on(speech, next_act(slug)), next_service(slug)
        if not service:
            return [act]
        try:
            title = speech.name(await self.api.article(service))
        except ApiRefused:
            return [act]
        return [button(f"\u2795 {title}", f"/guidance/{service}"), act]

    def tell(
        self, speech: Speech, article: Article, aspects: list[str], what_next: list[dict[str, str]]
    ) -> None:
        """The answer, or, when nothing sure enough is known, the office that knows."""
        others = article.others(aspects)[:ASPECT_BUTTONS]
        buttons = [
            button(speech.word(f"utter_aspect_{aspect}"), article.payload(aspect)) for aspect in others
        ]
        buttons += what_next
        if article.unsure or not article.summary():
            speech.say(
                "utter_ask_the_office", buttons=buttons[-1:], title=article.title, office=article.offices()
            )
            return
        missing = [aspect for aspect in aspects if not article.lines(aspect)]
        known = [aspect for aspect in aspects if aspect not in missing] or article.summary()
        if missing:
            speech.say(
                "utter_aspect_unknown",
                aspect=speech.word(f"utter_aspect_{missing[0]}"),
                office=article.offices(),
            )
        link = article.link()
        speech.say(
            "utter_guidance",
            buttons=buttons,
            custom={"link": link} if link else None,
            title=article.title,
            body=article.body(known),
            source=article.source_line(known),
        )


def next_act(slug: str) -> str:
    """The act that an answer on this service offers (bot/next_steps.yml), a written request by default."""
    return next(
        (act for act, slugs in read_plan("next_steps")["acts"].items() if slug in slugs), "request_guidance"
    )


def next_service(slug: str) -> str | None:
    """The service that people often need after this one."""
    return read_plan("next_steps")["services"].get(slug)


def asked_aspects(message: Message) -> list[str]:
    """The aspects the message asks about, without `general`; empty means a general question."""
    aspects = [entity["value"] for entity in message.all("aspect") if entity["value"] != "general"]
    return list(dict.fromkeys(aspects))
