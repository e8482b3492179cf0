// One line puts the chat in any page:
//   <script src="https://…/widget.js" data-lang="fr" data-color="0f5257" data-position="left" defer></script>
// It lives in a frame inside a shadow root: the host page's styles cannot reach it, nor it the host page.
(() => {
  const script = document.currentScript;
  const home = new URL(script.src).origin;
  const { lang = "ar", color = "", position = "", label } = script.dataset;
  const clean = /^#?[0-9a-fA-F]{6}$/.test(color) ? color.replace("#", "") : "";
  const french = lang === "fr";
  const names = french ? ["Ouvrir la conversation", "Fermer la conversation"] : ["افتح المحادثة", "أغلق المحادثة"];
  const side = position === "left" || position === "right" ? position : french ? "right" : "left";
  const main = `#${clean || "0f5257"}`;

  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "closed" });
  const style = document.createElement("style");
  style.textContent = `
    :host { all: initial; }
    button { position: fixed; bottom: 20px; ${side}: 20px; z-index: 2147483000; width: 60px; height: 60px; border: 0; border-radius: 50%; background: ${main}; color: #fff; cursor: pointer; box-shadow: 0 8px 28px rgb(0 0 0 / .28); display: grid; place-items: center; }
    button:focus-visible { outline: 3px solid #e5a100; outline-offset: 3px; }
    svg { width: 28px; height: 28px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
    iframe { position: fixed; bottom: 92px; ${side}: 20px; z-index: 2147483000; width: min(400px, calc(100vw - 24px)); height: min(640px, calc(100dvh - 112px)); border: 0; border-radius: 18px; background: #fff; box-shadow: 0 18px 60px rgb(0 0 0 / .3); display: none; color-scheme: light; }
    iframe.open { display: block; }
    @media (max-width: 480px) { iframe { inset: 0 0 auto 0; width: 100vw; height: calc(100dvh - 88px); border-radius: 0; } }
  `;
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-label", label || names[0]);
  button.innerHTML = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 6.500A2.500 2.500 0 0 1 6.500 4h11A2.500 2.500 0 0 1 20 6.500v7a2.500 2.500 0 0 1-2.500 2.500H11l-5 4v-4.200A2.500 2.500 0 0 1 4 13.500z"/></svg>';
  const frame = document.createElement("iframe");
  frame.title = french ? "Mouwaten" : "مواطن";
  frame.allow = "geolocation; microphone; clipboard-write";
  root.append(style, button, frame);

  function toggle() {
    if (!frame.src) frame.src = `${home}/embed?lang=${french ? "fr" : "ar"}${clean ? `&color=${clean}` : ""}`;
    const open = frame.classList.toggle("open");
    button.setAttribute("aria-expanded", String(open));
    button.setAttribute("aria-label", names[open ? 1 : 0]);
    if (open) frame.focus();
  }
  button.addEventListener("click", toggle);
  root.addEventListener("keydown", (event) => { if (event.key === "Escape" && frame.classList.contains("open")) { toggle(); button.focus(); } });
  const place = () => document.body.append(host);
  if (document.body) place(); else addEventListener("DOMContentLoaded", place);
})();
