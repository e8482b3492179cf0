// The line to the server: messages leave through a queue that survives a reload and an outage, replies come over
// a WebSocket or, where none can be had, by long polling; both catch up from the last position heard.

const QUEUE = "mouwaten.queue";
const WAITS = [500, 1000, 2000, 4000, 8000, 15000];

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function stored() {
  try { return JSON.parse(localStorage.getItem(QUEUE) || "[]"); } catch { return []; }
}

function store(queue) {
  try { localStorage.setItem(QUEUE, JSON.stringify(queue)); } catch { /* private browsing: the queue lives as long as the page */ }
}

export class Line extends EventTarget {
  constructor() {
    super();
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
        const answer = await fetch(`/chat/messages?after=0`, { cache: "no-store" });
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
    const headers = { "Content-Type": "application/json" };
    try {
      let answer = await fetch("/chat/messages", { method: "POST", headers, body: JSON.stringify(message) });
      if (answer.status === 401) {
        await fetch("/chat/session", { method: "POST" });
        this.tell("stranger");
        answer = await fetch("/chat/messages", { method: "POST", headers, body: JSON.stringify(message) });
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
    const socket = new WebSocket(address);
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
        const answer = await fetch(`/chat/messages?after=${this.last}&wait=true`, { cache: "no-store" });
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
