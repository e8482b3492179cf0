"""A citizen in front of the chat page: what he says, presses and sees, each with a browser of his own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.stack import Stack

PHONE = {"width": 360, "height": 740}
HERE = "127.0.0.1"
ANSWER_MILLISECONDS = 20_000
MINE = ".user-message"
SAID = ".said"
# What was answered to the citizen's last message.
ANSWERS = (
    ".deep-chat-outer-container-role-user:not(:has(~ .deep-chat-outer-container-role-user))"
    f" ~ .deep-chat-outer-container-role-ai {SAID}"
)
FIRST_LETTER_ON_THE_RIGHT = """node => {
  const text = document.createTreeWalker(node, NodeFilter.SHOW_TEXT).nextNode();
  const letter = document.createRange();
  letter.setStart(text, 0);
  letter.setEnd(text, 1);
  const [first, whole] = [letter.getBoundingClientRect(), node.getBoundingClientRect()];
  return first.left + first.right > whole.left + whole.right;
}"""


@dataclass(frozen=True)
class Receipt:
    """What the card of a filed case shows."""

    reference: str
    code: str


@dataclass
class Citizen:
    """The chat page, opened on a phone by someone nobody knows yet."""

    context: BrowserContext
    page: Page
    troubles: list[str] = field(default_factory=list)

    # -- what he does

    def say(self, text: str) -> None:
        """Types a message and sends it with Enter."""

        def typed() -> None:
            self.page.locator("#text-input").click()
            self.page.keyboard.insert_text(text)
            self.page.keyboard.press("Enter")

        self._send(typed, text)

    def press(self, title: str) -> None:
        """Presses a button that can still be pressed."""
        self._send(self.button(title).click, title)

    def press_by_keyboard(self, title: str, key: str = "Enter") -> None:
        """Walks backwards from where the focus is to the button, and presses it."""
        for _ in range(8):
            self.page.keyboard.press("Shift+Tab")
            if title in self.focused:
                break
        self._send(lambda: self.page.keyboard.press(key), title)

    def reload(self) -> None:
        self.page.reload()
        self._until_ready()

    # -- what he sees

    def hears(self, words: str) -> str:
        """The answer to his last message that holds `words`, as soon as it is there."""
        answer = self.page.locator(ANSWERS).filter(has_text=words).first
        try:
            expect(answer).to_be_visible(timeout=ANSWER_MILLISECONDS)
        except AssertionError as missed:
            heard = self.page.locator(ANSWERS).all_inner_texts()
            asked = self.mine.last.inner_text()
            raise AssertionError(f"{words!r} was not answered to {asked!r}: {heard}") from missed
        return _plain(answer.inner_text())

    def button(self, title: str) -> Locator:
        return self.page.locator("button.choice:enabled").filter(has_text=title)

    @property
    def mine(self) -> Locator:
        """His own messages."""
        return self.page.locator(MINE)

    @property
    def lines(self) -> list[str]:
        """Everything said on either side, in order."""
        return [_plain(text) for text in self.page.locator(f"{SAID}, {MINE}").all_inner_texts()]

    @property
    def choices(self) -> list[str]:
        """The buttons that can still be pressed."""
        return self.page.locator("button.choice:enabled").all_inner_texts()

    @property
    def receipt(self) -> Receipt:
        """Reference and code, from the card."""
        reference, code = self.page.locator(".case dd").all_inner_texts()
        return Receipt(reference, code)

    @property
    def focused(self) -> str:
        """Name of what the keyboard is on."""
        return self.page.evaluate(
            """() => {
              let on = document.activeElement;
              while (on.shadowRoot?.activeElement) on = on.shadowRoot.activeElement;
              return on.getAttribute('aria-label') || on.textContent.trim();
            }"""
        )

    def direction_of(self, text: str) -> str:
        """Which way the message that holds `text` runs, by its style and by where its first letter stands."""
        message = self.page.locator(f"{SAID}, {MINE} p").filter(has_text=text).last
        style = message.evaluate("node => getComputedStyle(node).direction")
        seen = "rtl" if message.evaluate(FIRST_LETTER_ON_THE_RIGHT) else "ltr"
        assert style == seen, f"{text!r} is {style} and looks {seen}"
        return style

    def sticks_out(self) -> list[str]:
        """What is wider than the screen."""
        return self.page.evaluate(
            """() => {
              const inside = document.querySelector('deep-chat').shadowRoot;
              const out = (one) => {
                const box = one.getBoundingClientRect();
                return box.width && (box.left < 0 || box.right > innerWidth);
              };
              const page = [...document.querySelectorAll('body *:not(.skip)')];
              return [...page, ...inside.querySelectorAll('#messages *')]
                .filter(out).map((one) => one.outerHTML.slice(0, 80));
            }"""
        )

    # -- how it is done

    def _send(self, act: Callable[[], None], text: str) -> None:
        before = self.mine.count()
        act()
        expect(self.mine).to_have_count(before + 1)
        assert _plain(text) in _plain(self.mine.last.inner_text())

    def _until_ready(self) -> None:
        self.page.wait_for_selector("html[data-ready]", state="attached")

    def open(self, url: str) -> None:
        self.page.goto(url)
        self._until_ready()

    def watch(self) -> None:
        """Notes everything that must not happen in a page."""
        self.context.on("weberror", lambda error: self.troubles.append(f"script: {error.error}"))
        self.context.on("console", self._note_console)
        self.context.on("request", lambda request: self._note_address(request.url))
        self.context.on("dialog", self._note_dialog)
        self.page.on("websocket", lambda socket: self._note_address(socket.url))

    def _note_console(self, told) -> None:
        if told.type in ("error", "warning"):
            self.troubles.append(f"console: {told.text}")

    def _note_address(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname != HERE:
            self.troubles.append(f"asked of someone else: {url}")

    def _note_dialog(self, dialog) -> None:
        self.troubles.append(f"dialog: {dialog.message}")
        dialog.dismiss()


def arrive(browser: Browser, stack: Stack, language: str) -> Citizen:
    """A new citizen's browser at phone width, on the page in `language`; to be left by `leave`."""
    context = browser.new_context(viewport=PHONE, locale=f"{language}-TN", has_touch=True)
    context.set_default_timeout(ANSWER_MILLISECONDS)
    citizen = Citizen(context, context.new_page())
    citizen.watch()
    citizen.open(f"{stack.url}/?lang={language}")
    return citizen


def _plain(text: str) -> str:
    """Words as they are read: without the marks that keep numbers in order, each gap one space."""
    return re.sub(r"\s+", " ", re.sub("[\u2066-\u2069\u200e\u200f]", "", text)).strip()
