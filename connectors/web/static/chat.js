// The chat page: the component draws, line.js carries, files.js attaches; here they meet.

import "./deep-chat.js";
import { STYLE, assistantLine, citizenLine, greeting } from "./bubbles.js";
import { Files } from "./files.js";
import { Line, newId } from "./line.js";

const page = JSON.parse(document.getElementById("page").textContent);
const words = page.words;
const byId = (id) => document.getElementById(id);
const line = new Line(page.framed);
const mine = new Set();
const drawn = new Set();
let chat;
let answered = true;

if (page.color) document.documentElement.style.setProperty("--main", `#${page.color}`);

function notice(text) {
  byId("notice").textContent = text || "";
  byId("notice").hidden = !text;
}

function typing(on) {
  byId("typing").classList.toggle("on", on);
  byId("typing").querySelector(".words").textContent = on ? words.typing : "";
}

function inside(selector) { return [...chat.shadowRoot.querySelectorAll(selector)]; }

// A new line from either side ends the choices shown before it.
function endChoices(chosen) {
  for (const button of inside("button.choice:not(:disabled)")) {
    button.disabled = true;
    if (chosen && button === chosen) { button.classList.add("chosen"); button.setAttribute("aria-pressed", "true"); }
  }
}

function lastBubble() { return inside(".outer-message-container.deep-chat-outer-container-role-user").at(-1); }

// The component reads what was typed as Markdown and would swallow its stars and brackets.
function drawAsTyped(text) {
  const words = Object.assign(document.createElement("p"), { dir: "auto", textContent: text });
  lastBubble().querySelector(".message-bubble").replaceChildren(words);
}

function markUnsent(message) {
  const bubble = lastBubble();
  if (!bubble) return;
  bubble.dataset.id = message.id;
  bubble.setAttribute("role", "group");
  bubble.setAttribute("aria-label", words.you);
  setTimeout(() => {
    if (!line.queue.some((one) => one.id === message.id)) return;
    bubble.classList.add("unsent");
    bubble.querySelector(".message-bubble").dataset.note = words.not_sent_yet;
  }, 1200);
}

function send(content, drawnAlready = false, chosen = null) {
  const message = { id: newId(), language: page.words.code, text: "", ...content };
  endChoices(chosen);
  inside(".starters, .starters-title").forEach((node) => node.remove());
  mine.add(message.id);
  if (drawnAlready) drawAsTyped(message.text);
  else chat.addMessage({ role: "user", html: citizenLine(message, words) });
  markUnsent(message);
  if (navigator.onLine !== false) typing(true); else notice(words.offline);
  answered = false;
  byId("end-session").hidden = false;
  line.send({ ...message, attachments: (message.attachments || []) });
}

function draw(told) {
  const live = told.lines.filter((one) => !(one.author === "citizen" && mine.has(one.id)) && !drawn.has(one.position));
  for (const one of live) {
    drawn.add(one.position);
    if (one.author === "citizen") {
      mine.add(one.id);
      endChoices();
      chat.addMessage({ role: "user", html: citizenLine(one, words) });
    } else {
      if ((one.buttons || []).length) endChoices();
      chat.addMessage({ role: "ai", html: assistantLine(one, words) });
      expect(one.custom && one.custom.expects);
    }
  }
  const fromAssistant = live.some((one) => one.author === "assistant");
  if (fromAssistant) answered = true;
  typing(told.waiting && !(fromAssistant && answered) && navigator.onLine !== false);
  if (live.length) chat.scrollToBottom();
}

// What the assistant asks for now: the matching tool is pointed at, the keyboard of a phone fits.
function expect(expected) {
  const kind = expected ? expected.kind : "text";
  byId("attach").classList.toggle("wanted", kind === "file");
  byId("place").classList.toggle("wanted", kind === "location");
  const input = chat.shadowRoot.getElementById("text-input");
  if (input) input.setAttribute("inputmode", { phone: "tel", email: "email" }[kind] || "text");
}

// Of the choices shown before, only the last can still be made, when nothing was said after them.
function historyOf(told) {
  const last = line.queue.length ? null : told.lines.at(-1);
  const lines = told.lines.map((one) => {
    drawn.add(one.position);
    if (one.author !== "citizen") return { role: "ai", html: assistantLine(one, words, one === last) };
    mine.add(one.id);
    return { role: "user", html: citizenLine(one, words) };
  });
  const queued = line.queue.map((one) => { mine.add(one.id); return { role: "user", html: citizenLine(one, words) }; });
  const fresh = lines.length + queued.length === 0;
  return [{ role: "ai", html: greeting(words, fresh) }, ...lines, ...queued];
}

function accessible() {
  const messages = chat.shadowRoot.getElementById("messages");
  messages.setAttribute("role", "log");
  messages.setAttribute("aria-live", "polite");
  messages.setAttribute("aria-label", words.transcript);
  messages.setAttribute("tabindex", "0");
  const input = chat.shadowRoot.getElementById("text-input");
  input.setAttribute("aria-label", words.input);
  input.setAttribute("aria-multiline", "true");
  input.setAttribute("enterkeyhint", "send");
  for (const button of inside("#input .input-button")) button.setAttribute("aria-label", words.send);
}

function build(told) {
  chat = document.createElement("deep-chat");
  chat.dir = words.direction;
  chat.lang = words.code;
  // Without a font of its own the component asks a third party for one.
  Object.assign(chat.style, { width: "100%", height: "100%", border: "0", backgroundColor: "transparent", fontFamily: "var(--font)" });
  chat.connect = {
    websocket: true,
    handler: (_body, signals) => {
      signals.newUserMessage.listener = (body) => send({ text: body.messages.at(-1).text }, true);
      signals.onOpen();
    },
  };
  chat.history = historyOf(told);
  chat.textInput = { placeholder: { text: words.placeholder } };
  chat.auxiliaryStyle = STYLE;
  chat.scrollButton = false;
  chat.errorMessages = { displayServiceErrorMessages: false };
  chat.onComponentRender = () => {
    accessible();
    const last = told.lines.at(-1);
    if (last && last.author === "assistant") expect(last.custom && last.custom.expects);
    document.documentElement.dataset.ready = "yes";
  };
  byId("chat").append(chat);
}

function press(event) {
  const copy = event.target.closest("[data-copy]");
  if (copy) return copyText(copy);
  const pressed = event.target.closest("button.choice");
  if (!pressed || pressed.disabled) return undefined;
  const { payload, title, text } = pressed.dataset;
  send(payload ? { text: title, payload } : { text: text || title }, false, pressed);
  return chat.focusInput();
}

async function copyText(button) {
  try { await navigator.clipboard.writeText(button.dataset.copy); button.textContent = words.copied; } catch { getSelection().selectAllChildren(button.previousElementSibling); }
}

export function ask(question, yes, no) {
  const dialog = byId("ask");
  byId("ask-text").textContent = question;
  const [first, second] = dialog.querySelectorAll("button");
  [first.textContent, second.textContent] = [yes, no];
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

async function endSession() {
  if (!(await ask(words.end_session_ask, words.end_session_yes, words.cancel))) return;
  await line.session.end();
  location.replace(location.pathname + location.search);
}

line.addEventListener("lines", (event) => { notice(""); draw(event.detail); });
line.addEventListener("connected", () => notice(""));
line.addEventListener("offline", () => { notice(words.offline); typing(false); });
line.addEventListener("online", () => notice(words.reconnecting));
line.addEventListener("trouble", () => { if (navigator.onLine === false) notice(words.offline); else if (line.tries > 1) notice(words.reconnecting); });
line.addEventListener("stranger", () => notice(words.session_ended));
for (const outcome of ["sent", "refused"]) {
  line.addEventListener(outcome, (event) => {
    const bubble = inside("[data-id]").find((one) => one.dataset.id === event.detail.id);
    if (bubble) { bubble.classList.remove("unsent"); bubble.classList.toggle("refused", outcome === "refused"); }
    if (outcome === "refused") { notice(words.refused); typing(false); } else if (navigator.onLine !== false) notice("");
  });
}

const told = await line.history();
build(told);
await customElements.whenDefined("deep-chat");
chat.shadowRoot.addEventListener("click", press);
byId("end-session").hidden = !told.lines.length;
byId("end-session").addEventListener("click", endSession);
document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); chat.focusInput(); });
new Files({ page, session: line.session, send, ask, notice }).start();
if (told.lines.length) { line.listen(); typing(told.waiting); }
line.flush();
if (matchMedia("(min-width: 900px)").matches && !page.framed) chat.focusInput();
