// The line to the server: messages leave through a queue that survives a reload and an outage, replies come over
// a WebSocket or, where none can be had, by long polling; both catch up from the last position heard.

const QUEUE = "mouwaten.queue";
const WAITS = [500, 1000, 2000, 4000, 8000, 15000];

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The session: a cookie, which the browser shows by itself; in a frame on another site, words kept by the page.
class Session {
  constructor(framed) {
    this.framed = framed;
    this.token = framed ? read("mouwaten.session") : null;
  }

  headers(more = {}) { return this.token ? { ...more, "X-Mouwaten-Session": this.token } : more; }

  protocols() { return this.token ? ["mouwaten", this.token] : []; }

  async renew() {
    const answer = await fetch(`/chat/session${this.framed ? "?framed=true" : ""}`, { method: "POST", headers: this.headers() });
    if (this.framed && answer.ok) {
      this.token = (await answer.json()).token;
      try { localStorage.setItem("mouwaten.session", this.token); } catch { /* kept as long as the page */ }
    }
  }

  async ready() { if (this.framed && !this.token) await this.renew(); }

  async end() {
    await fetch("/chat/session/end", { method: "POST" });
    try { localStorage.removeItem("mouwaten.session"); localStorage.removeItem(QUEUE); } catch { /* nothing was kept */ }
  }
}

function read(name) {
  try { return localStorage.getItem(name); } catch { return null; }
}

function stored() {
  try { return JSON.parse(localStorage.getItem(QUEUE) || "[]"); } catch { return []; }
}

function store(queue) {
  try { localStorage.setItem(QUEUE, JSON.stringify(queue)); } catch { /* private browsing: the queue lives as long as the page */ }
}

export class Line extends EventTarget {
  constructor(framed) {
    super();
    this.session = new Session(framed);
    this.queue = stored();
    this.last = 0;
    this.tries = 0;
    this.socketFailures = 0;
    this.listening = false;
    this.flushing = null;
    addEventListener("online", () => { this.tell("online"); this.flush(); this.listen(); });
    addEventListener("offline", () => this.tell("offline"));
    document.addEventListener("visibilitychange", () => { if (!document.hidden) { this.flush(); this.listen(); } });
  }

  tell(type, detail = {}) { this.dispatchEvent(new CustomEvent(type, { detail })); }

  // Everything said so far; the page draws it and then listens.
  async history() {
    for (;;) {
      try {
        await this.session.ready();
        const answer = await fetch("/chat/messages?after=0", { cache: "no-store", headers: this.session.headers() });
        if (!answer.ok) throw new Error(String(answer.status));
        const told = await answer.json();
        this.last = told.last;
        return told;
      } catch {
        this.tell("trouble");
        await pause(WAITS[Math.min(this.tries++, WAITS.length - 1)]);
      }
    }
  }

  send(message) {
    this.queue.push(message);
    store(this.queue);
    this.flush();
  }

  flush() {
    this.flushing ??= this.empty().finally(() => { this.flushing = null; });
    return this.flushing;
  }

  async empty() {
    while (this.queue.length && navigator.onLine !== false) {
      const message = this.queue[0];
      const status = await this.post(message);
      if (status === 0 || status >= 500 || status === 429) {
        this.tell("trouble");
        await pause(WAITS[Math.min(this.tries++, WAITS.length - 1)]);
        continue;
      }
      this.tries = 0;
      this.queue = this.queue.filter((one) => one.id !== message.id);
      store(this.queue);
      this.tell(status < 300 ? "sent" : "refused", { id: message.id, status });
      if (status < 300) this.listen();
    }
  }

  async post(message) {
    const once = () => fetch("/chat/messages", { method: "POST", headers: this.session.headers({ "Content-Type": "application/json" }), body: JSON.stringify(message) });
    try {
      let answer = await once();
      if (answer.status === 401) {
        await this.session.renew();
        this.tell("stranger");
        answer = await once();
      }
      return answer.status;
    } catch {
      return 0;
    }
  }

  listen() {
    if (this.listening || navigator.onLine === false) return;
    this.listening = true;
    if (this.socketFailures < 2 && "WebSocket" in window) this.openSocket();
    else this.poll();
  }

  openSocket() {
    const address = new URL(`/chat/socket?after=${this.last}`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address, this.session.protocols());
    let heard = false;
    socket.onopen = () => { heard = true; this.socketFailures = 0; this.tries = 0; this.tell("connected"); };
    socket.onmessage = (event) => this.hear(JSON.parse(event.data));
    socket.onclose = async () => {
      if (!heard) this.socketFailures += 1;
      this.tell("trouble");
      await pause(WAITS[Math.min(this.tries++, WAITS.length - 1)]);
      this.listening = false;
      this.listen();
    };
  }

  async poll() {
    for (;;) {
      try {
        const answer = await fetch(`/chat/messages?after=${this.last}&wait=true`, { cache: "no-store", headers: this.session.headers() });
        if (!answer.ok) throw new Error(String(answer.status));
        const told = await answer.json();
        this.tries = 0;
        this.tell("connected");
        this.hear(told);
        if (!told.last) await pause(1000);
      } catch {
        this.tell("trouble");
        await pause(WAITS[Math.min(this.tries++, WAITS.length - 1)]);
      }
    }
  }

  hear(told) {
    const lines = told.lines.filter((line) => line.position > this.last);
    this.last = Math.max(this.last, told.last);
    this.tell("lines", { lines, waiting: told.waiting });
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => {
    const done = () => { clearTimeout(timer); removeEventListener("online", done); resolve(); };
    const timer = setTimeout(done, milliseconds);
    addEventListener("online", done);
  });
}
