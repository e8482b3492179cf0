"""The chat page itself, in a browser, with the fake bot behind it."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import open_chat, say

ARABIC = "عندي مشكلة في البلدية"


@pytest.fixture
def page(visitor, chat_site, troubles):
    """A citizen's page in French; the test fails if the page had any trouble."""
    page = open_chat(visitor, chat_site)
    yield page
    assert troubles == []


def said(page, text):
    return page.locator(".ai-message", has_text=text)


def test_a_talk_survives_a_reload_with_its_buttons(page):
    say(page, "bonjour")
    expect(said(page, "1: bonjour")).to_be_visible()
    say(page, "choose")
    expect(page.get_by_role("button", name="Oui")).to_be_enabled()
    page.reload()
    expect(said(page, "1: bonjour")).to_have_count(1)
    expect(page.locator(".user-message", has_text="bonjour")).to_have_count(1)
    page.get_by_role("button", name="Oui").click()
    expect(said(page, "pressed /affirm")).to_be_visible()
    for name in ("Oui", "Non"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_disabled()
    page.reload()
    expect(said(page, "pressed /affirm")).to_be_visible()
    expect(page.get_by_role("button", name="Non", exact=True)).to_be_disabled()


def test_starters_are_offered_once(page):
    page.get_by_role("button", name="Déposer une pétition").click()
    expect(said(page, "pressed /file_petition")).to_be_visible()
    expect(page.locator(".starters")).to_have_count(0)


def test_each_message_runs_its_own_way(page):
    say(page, ARABIC)
    say(page, "ar x")
    expect(said(page, "مرحبا")).to_be_visible()
    for text, side in ((ARABIC, "right"), ("ar x", "left")):
        bubble = page.locator(".user-message p", has_text=text)
        assert bubble.evaluate("node => getComputedStyle(node).unicodeBidi") == "plaintext"
        assert bubble.evaluate("node => getComputedStyle(node).textAlign") == "start", side
    page.locator("a.language").click()
    page.wait_for_selector("html[data-ready][dir=rtl]", state="attached")
    expect(said(page, "مرحبا بك، كيف")).to_be_visible()


def test_messages_written_offline_are_kept_and_sent_once(page, visitor, troubles):
    say(page, "bonjour")
    expect(said(page, "1: bonjour")).to_be_visible()
    visitor.set_offline(True)
    say(page, "hors ligne")
    expect(page.get_by_text("Vous êtes hors ligne")).to_be_visible()
    expect(page.locator(".unsent .user-message", has_text="hors ligne")).to_be_visible()
    visitor.set_offline(False)
    expect(said(page, "2: hors ligne")).to_be_visible(timeout=15000)
    expect(page.locator(".unsent")).to_have_count(0)
    page.reload()
    expect(page.locator(".user-message", has_text="hors ligne")).to_have_count(1)
    troubles.clear()  # the browser itself complains of requests made offline


def test_two_pages_of_one_citizen_show_the_same(page, visitor, chat_site):
    say(page, "bonjour")
    other = open_chat(visitor, chat_site)
    expect(said(other, "1: bonjour")).to_be_visible()
    say(page, "encore")
    expect(said(other, "2: encore")).to_be_visible()
    expect(other.locator(".user-message", has_text="encore")).to_be_visible()


def test_without_web_sockets_replies_still_come(visitor, chat_site, troubles):
    visitor.add_init_script("delete window.WebSocket")
    page = open_chat(visitor, chat_site)
    say(page, "bonjour")
    expect(said(page, "1: bonjour")).to_be_visible()
    say(page, "encore")
    expect(said(page, "2: encore")).to_be_visible()
    assert troubles == []


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_everything_fits_320_pixels(visitor, chat_site, troubles, language):
    page = visitor.new_page()
    page.set_viewport_size({"width": 320, "height": 568})
    page.goto(f"{chat_site}/?lang={language}")
    page.wait_for_selector("html[data-ready]", state="attached")
    say(page, "choose " + "x" * 90)
    expect(page.get_by_role("button", name="Oui")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    boxes = page.evaluate(
        "[...document.querySelectorAll('button, a, deep-chat')].filter(one => one.offsetWidth)"
        ".map(one => one.getBoundingClientRect()).filter(box => box.left < -1 || box.right > 321).length"
    )
    assert boxes == 0
    wide = "document.querySelector('deep-chat').shadowRoot.getElementById('messages')"
    assert page.evaluate(f"{wide}.scrollWidth <= {wide}.clientWidth")
    for one in page.locator("#attach, #record, #place").all():
        assert one.bounding_box()["height"] >= 40
    assert troubles == []


def test_everything_can_be_done_with_the_keyboard(page):
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("choose")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Oui")).to_be_enabled()
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.shadowRoot?.activeElement?.dataset?.payload") == "/affirm":
            break
    page.keyboard.press("Enter")
    expect(said(page, "pressed /affirm")).to_be_visible()


def test_a_screen_reader_is_told_what_is_what(page):
    expect(page.get_by_role("log", name="Conversation")).to_have_attribute("aria-live", "polite")
    expect(page.get_by_role("textbox", name="Écrivez votre message")).to_be_visible()
    expect(page.get_by_role("button", name="Envoyer", exact=True)).to_be_visible()
    nameless = page.evaluate(
        """[...document.querySelectorAll('button, a'),
            ...document.querySelector('deep-chat').shadowRoot.querySelectorAll('button, [role=button]')]
           .filter(one => one.checkVisibility() && !one.getAttribute('aria-label') && !one.textContent.trim())
           .length"""
    )
    assert nameless == 0
    say(page, "ar x")
    expect(page.locator(".said[lang=ar]").last).to_have_text(re.compile("مرحبا"))


def test_nothing_is_asked_of_a_third_party_and_no_script_is_inline(visitor, chat_site, troubles):
    asked = []
    visitor.on("request", lambda request: asked.append(request.url))
    page = open_chat(visitor, chat_site)
    say(page, "bonjour")
    expect(said(page, "1: bonjour")).to_be_visible()
    assert [url for url in asked if not url.startswith((chat_site, "data:", "blob:"))] == []
    policy = visitor.request.get(chat_site).headers["content-security-policy"]
    assert "script-src 'self';" in policy and troubles == []


def test_markup_in_a_message_is_only_text(page):
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    text = "<img src=x onerror=alert(1)><script>alert(2)</script> **gras**"
    say(page, text)
    expect(said(page, "1: " + text)).to_be_visible()
    page.reload()
    expect(page.locator(".user-message", has_text=text)).to_be_visible()
    assert page.locator("#messages img").count() == 0


def test_files_by_button_and_paste_and_what_is_refused(page, tmp_path, troubles):
    from PIL import Image

    Image.new("RGB", (20, 20), "teal").save(tmp_path / "plan.png")
    page.locator("#file").set_input_files(tmp_path / "plan.png")
    expect(said(page, "got image")).to_be_visible()
    expect(page.locator(".user-message", has_text="plan.png")).to_be_visible()
    page.evaluate(
        """async () => {
          const picture = await new Promise(done => {
            const canvas = Object.assign(document.createElement('canvas'), {width: 9, height: 9});
            canvas.getContext('2d').fillRect(0, 0, 5, 5);
            canvas.toBlob(done, 'image/png');
          });
          const data = new DataTransfer();
          data.items.add(new File([picture], 'colle.png', {type: 'image/png'}));
          document.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true}));
        }"""
    )
    expect(page.locator(".user-message", has_text="colle.png")).to_be_visible()
    (tmp_path / "page.jpg").write_text("<html></html>")
    page.locator("#file").set_input_files(tmp_path / "page.jpg")
    expect(page.get_by_text("Ce type de fichier n'est pas admis")).to_be_visible()
    (tmp_path / "big.pdf").write_bytes(b"%PDF" + b"0" * 11_000_000)
    page.locator("#file").set_input_files(tmp_path / "big.pdf")
    expect(page.get_by_text("dépasse la taille admise")).to_be_visible()
    troubles.clear()  # the refused upload shows in the console as a failed request


def test_a_voice_note_is_recorded_and_sent(page, visitor):
    visitor.grant_permissions(["microphone"])
    page.get_by_role("button", name="Enregistrer un message vocal").click()
    page.wait_for_timeout(1200)
    page.get_by_role("button", name="Terminer et envoyer").click()
    expect(said(page, "got voice")).to_be_visible(timeout=15000)
    expect(page.get_by_role("button", name="Enregistrer un message vocal")).to_be_visible()


def test_the_place_is_sent_after_asking(page, visitor):
    visitor.grant_permissions(["geolocation"])
    visitor.set_geolocation({"latitude": 34.74, "longitude": 10.76})
    page.get_by_role("button", name="Envoyer ma position").click()
    page.get_by_role("dialog").get_by_role("button", name="Non").click()
    page.get_by_role("button", name="Envoyer ma position").click()
    page.get_by_role("dialog").get_by_role("button", name="Envoyer ma position").click()
    expect(said(page, "at 34.74 10.76")).to_have_count(1)


def test_the_talk_can_be_ended_on_this_device(page):
    say(page, "bonjour")
    expect(said(page, "1: bonjour")).to_be_visible()
    page.get_by_role("button", name="Terminer la conversation").click()
    page.get_by_role("dialog").get_by_role("button", name="Terminer").click()
    expect(said(page, "1: bonjour")).to_have_count(0)
    expect(page.locator(".starters")).to_be_visible()


def test_one_line_puts_the_chat_in_another_site_whatever_its_style(
    visitor, chat_site, partner_site, troubles
):
    address, folder = partner_site
    hostile = (
        "<style>* { font-size: 90px !important; } div, iframe, button { color: red; width: 1px }</style>"
    )
    line = (
        f'<script src="{chat_site}/widget.js" data-lang="fr" data-color="1a4f8b" data-position="left" defer>'
    )
    (folder / "index.html").write_text(f"<!doctype html>{hostile}<body><p>Site</p>{line}</script></body>")
    page = visitor.new_page()
    page.goto(f"{address}/index.html")
    page.keyboard.press("Tab")
    with page.expect_event("framenavigated", lambda frame: "/embed" in frame.url) as opened:
        page.keyboard.press("Enter")
    chat = opened.value
    chat.wait_for_selector("html[data-ready]", state="attached")
    expect(chat.get_by_role("textbox", name="Écrivez votre message")).to_be_visible()
    say_in(chat, page, "bonjour")
    expect(chat.locator(".ai-message", has_text="1: bonjour")).to_be_visible()
    assert chat.locator(".ai-message").last.evaluate("node => getComputedStyle(node).fontSize") == "16px"


def say_in(frame, page, text):
    frame.locator("#text-input").click()
    page.keyboard.insert_text(text)
    page.keyboard.press("Enter")
