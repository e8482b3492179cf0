// The look of the transcript, inside the chat component's shadow root, and the lines drawn into it.
// Everything a citizen or the assistant said goes through textContent: nothing of it is ever markup.

export const STYLE = `
:host, #container { font-family: var(--font); }
#chat-view { background: transparent; }
#messages { padding: 14px 0 6px; scrollbar-width: thin; scrollbar-color: #c3d2d0 transparent; }
.inner-message-container { width: calc(100% - 28px); }
.message-bubble { max-width: min(84%, 620px); border-radius: 18px; padding: 11px 15px; margin-top: 8px; font-size: 1rem; line-height: 1.6; overflow-wrap: anywhere; text-align: start; unicode-bidi: plaintext; }
.message-bubble p { margin: 0; unicode-bidi: plaintext; text-align: start; white-space: pre-wrap; }
.message-bubble p br { display: none; }
.message-bubble p + p { margin-top: .6em; }
.ai-message-text { background: #eef4f3; color: #16292e; }
.user-message-text { background: #0f5257; color: #fff; }
.html-message { max-width: min(84%, 620px); }
.ai-message-text.html-message { background: none; padding: 0; border-radius: 0; }
.said { background: #eef4f3; border-radius: 18px; padding: 11px 15px; width: fit-content; max-width: 100%; white-space: pre-wrap; text-align: start; }
.said[dir="auto"] { unicode-bidi: plaintext; }
.said .whole { white-space: nowrap; }
.said a { color: #0b5a6b; font-weight: 600; }
.said.apart { background: #fff4df; color: #6d4a00; }
.choices, .starters { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 9px; }
.choice { font: inherit; font-weight: 600; font-size: .95rem; line-height: 1.4; min-height: 44px; padding: 8px 16px; color: #0f5257; background: #fff; border: 1.5px solid #0f5257; border-radius: 22px; cursor: pointer; text-align: start; unicode-bidi: plaintext; max-width: 100%; overflow-wrap: anywhere; }
a.choice { box-sizing: border-box; text-decoration: none; }
a.choice small { display: block; font-weight: 400; font-size: .84rem; color: #56696e; }
.choice:hover:not(:disabled) { background: #e3efee; }
#messages:focus-visible { outline: 3px solid #e5a100; outline-offset: -3px; }
.choice:focus-visible, a:focus-visible, .copy:focus-visible { outline: 3px solid #e5a100; outline-offset: 2px; }
.choice:disabled { color: #5c6e73; border-color: #d5dedd; background: #f6f9f8; cursor: default; }
.choice.chosen:disabled { color: #0f5257; border-color: #0f5257; background: #e3efee; }
.starters { display: grid; grid-template-columns: repeat(auto-fit, minmax(210px, 1fr)); }
.starters .choice { display: flex; align-items: center; gap: 10px; border: 1px solid #dde5e4; border-radius: 16px; min-height: 58px; padding: 10px 14px; color: #16292e; box-shadow: 0 1px 2px rgb(15 60 64 / .06); }
.starters .choice:hover:not(:disabled) { border-color: #0f5257; background: #f5faf9; }
.starters svg { width: 22px; height: 22px; flex: none; fill: none; stroke: #0f5257; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.starters-title { margin: 14px 2px 0; font-size: .88rem; color: #56696e; font-weight: 600; }
.case { margin-top: 9px; padding: 14px 16px; border: 1.5px solid #0f5257; border-radius: 16px; background: #fff; width: fit-content; max-width: 100%; }
.case dl { margin: 0; display: grid; grid-template-columns: auto auto; justify-content: start; gap: 2px 16px; align-items: center; }
.case dt { grid-column: 1 / -1; color: #56696e; font-size: .86rem; }
.case dt:not(:first-child) { margin-top: 8px; }
.case dd { margin: 0; justify-self: start; white-space: nowrap; font-weight: 700; font-size: 1.06rem; letter-spacing: .04em; direction: ltr; unicode-bidi: isolate; }
.case p { margin-top: 10px; font-size: .84rem; color: #56696e; }
.copy { font: inherit; font-size: .82rem; font-weight: 600; color: #0f5257; background: #e3efee; border: 0; border-radius: 999px; padding: 5px 12px; min-height: 32px; cursor: pointer; }
.file { display: flex; gap: 8px; align-items: center; }
.file svg { width: 20px; height: 20px; flex: none; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.user-message-text.html-message { padding: 11px 15px; }
.unsent .message-bubble { opacity: .62; }
.unsent .message-bubble::after { content: attr(data-note); display: block; font-size: .74rem; margin-top: 2px; }
.refused .message-bubble { box-shadow: inset 0 0 0 2px #c8102e; }
#input { padding: 0 14px; box-sizing: border-box; }
#text-input-container { width: 100%; margin: 4px 0 2px; border: 1.5px solid #c9d6d5; border-radius: 24px; box-shadow: none; background: #fff; max-height: 140px; }
#text-input-container:focus-within { border-color: #0f5257; box-shadow: 0 0 0 3px #0f525726; }
#text-input { padding: 12px 18px; padding-inline-end: 56px; font-size: 1rem; line-height: 1.5; min-height: 24px; unicode-bidi: plaintext; text-align: start; }
#text-input:empty::before { color: #56696e !important; }
.input-button { width: 42px; height: 42px; border-radius: 50%; }
.input-button.inside-end { inset-inline-end: 18px; margin: 0; bottom: 7px; padding: 0; display: grid; place-items: center; background: #0f5257 !important; }
.input-button.disabled-button { background: #d5dedd !important; }
.input-button svg { width: 20px; height: 20px; position: static; filter: none !important; color: #fff; stroke-width: 2; }
:host([dir="rtl"]) .input-button svg, [dir="rtl"] .input-button svg { transform: scaleX(-1); }
.input-button:focus-visible { outline: 3px solid #e5a100; outline-offset: 2px; }
.error-message-text { display: none; }
#scroll-button { background: #fff; }
@media (max-width: 420px) { .starters { gap: 6px; } .starters .choice { min-height: 50px; padding-block: 6px; } #messages { padding-top: 8px; } .inner-message-container { width: calc(100% - 20px); } .message-bubble, .html-message { max-width: 90%; } #input { padding: 0 10px; } .input-button.inside-end { inset-inline-end: 14px; } }
`;

const ICONS = {
  question: "M9.500 9a2.500 2.500 0 1 1 3.800 2.100c-.9.600-1.300 1-1.300 2.100M12 16.800v.1M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z",
  petition: "M7 3h7l5 5v12a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM14 3v5h5M9 13h6M9 17h4",
  notice: "M12 4 2.800 19.500h18.400zM12 10v4M12 17v.1",
  follow: "M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM16 16l5 5",
  file: "M14 3H7a1 1 0 0 0-1 1v16a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1V7zM14 3v4h4",
  voice: "M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5.500 11a6.500 6.500 0 0 0 13 0M12 17.500V21",
  place: "M12 21s7-6.100 7-11.500a7 7 0 0 0-14 0C5 14.900 12 21 12 21zM12 7v5",
};

function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name] || ICONS.file);
  svg.append(path);
  return svg;
}

// A line of a known language keeps its side even where it begins with a Latin sign.
const DIRECTIONS = { ar: "rtl", fr: "ltr" };

const ADDRESS = /(https:\/\/[^\s<>"'«»]+[^\s<>"'«».,;:!?)\]])/g;

// References and codes: broken at a hyphen, their second half would stand before the first in Arabic.
const WHOLE = /\b([A-Z]-\d{4}-[0-9A-Z]{8}|[0-9A-Z]{4}-[0-9A-Z]{4})\b/;

// A way out of the page says where it leads.
function outwards(link, words) {
  const site = el("small", {}, `${link.url.split("/")[2]} ↗`);
  return el("a", { class: "choice", href: link.url, target: "_blank", rel: "noopener noreferrer" }, link.title || words.open_link, site);
}

function unbroken(text) { return text.split(WHOLE).map((part, n) => (n % 2 ? el("span", { class: "whole" }, part) : part)); }

function linked(text) {
  const parts = text.split(ADDRESS);
  return parts.flatMap((part, n) => (n % 2 ? el("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, part) : unbroken(part)));
}

export function choice(title, payload, extra = {}) {
  return el("button", { type: "button", class: "choice", "data-payload": payload || "", "data-title": title, ...extra }, title);
}

function caseCard(told, words) {
  const copy = (value) => el("button", { type: "button", class: "copy", "data-copy": value }, words.copy);
  const list = el("dl", {}, el("dt", {}, words.reference), el("dd", {}, told.reference), copy(told.reference));
  list.append(el("dt", {}, words.follow_code), el("dd", {}, told.code), copy(told.code));
  return el("div", { class: "case", dir: words.direction }, list, el("p", {}, words.keep_code));
}

// What the assistant said, as markup for the component; `open`: its choices can still be made.
export function assistantLine(line, words, open = true) {
  const box = el("div", { class: "line", role: "group", "aria-label": words.assistant, "data-position": line.position ?? "" });
  const language = line.language || null;
  if (line.text) box.append(el("div", { class: "said" + (line.kind === "delay" || line.kind === "apology" ? " apart" : ""), lang: language, dir: DIRECTIONS[language] || "auto" }, ...linked(line.text)));
  const link = line.custom && line.custom.link;
  if (link && /^https?:\/\//.test(link.url || "")) box.append(el("div", { class: "choices", dir: DIRECTIONS[language] || "auto" }, outwards(link, words)));
  if (line.custom && line.custom.case && line.custom.case.code) box.append(caseCard(line.custom.case, words));
  if (line.buttons && line.buttons.length) {
    const group = el("div", { class: "choices", role: "group", dir: DIRECTIONS[language] || "auto" });
    for (const button of line.buttons) group.append(choice(button.title, button.payload, { lang: language, disabled: open ? null : "" }));
    box.append(group);
  }
  return box.outerHTML;
}

// What the citizen sent, as a message of the component: plain text where it is only text.
export function citizenLine(line, words) {
  const attachments = line.attachments || [];
  const place = line.place || line.location;
  const box = el("div", { class: "line", role: "group", "aria-label": words.you });
  for (const one of attachments) box.append(el("div", { class: "file" }, icon(one.kind === "voice" ? "voice" : "file"), one.name || (one.kind === "voice" ? words.sent_voice : words.sent_file)));
  if (place) box.append(el("div", { class: "file" }, icon("place"), words.sent_place));
  if (line.text) box.append(el("p", { dir: "auto" }, line.text));
  return box.outerHTML;
}

export function greeting(words, withStarters) {
  const box = el("div", { class: "line" }, el("div", { class: "said", lang: words.code, dir: words.direction }, words.greeting));
  if (withStarters) {
    const starters = el("div", { class: "starters", role: "group", "aria-label": words.starters_title });
    for (const one of words.starters) {
      const button = choice(one.title, one.payload, { "data-text": one.text || null });
      button.prepend(icon(one.icon));
      starters.append(button);
    }
    box.append(el("div", { class: "starters-title" }, words.starters_title), starters);
  }
  return box.outerHTML;
}
