// Files, voice and place: from button, drag or paste; with progress; each sent as a message of its own.

const MOST_FILES = 5;
const REFUSALS = { attachment_too_large: "too_large", too_large: "too_large", attachment_type_refused: "type_refused", attachment_unsafe: "unsafe" };
const byId = (id) => document.getElementById(id);

export class Files {
  constructor({ page, session, send, ask, notice }) {
    Object.assign(this, { page, session, words: page.words, send, ask, notice });
  }

  start() {
    byId("attach").addEventListener("click", () => byId("file").click());
    byId("file").addEventListener("change", () => { this.add([...byId("file").files]); byId("file").value = ""; });
    this.catchDrops();
    document.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData ? event.clipboardData.files : [])];
      if (files.length) { event.preventDefault(); this.add(files); }
    }, true);
    if (navigator.mediaDevices && "MediaRecorder" in window && isSecureContext) this.offerRecording();
    if ("geolocation" in navigator && isSecureContext) this.offerPlace();
  }

  catchDrops() {
    const zone = byId("drop");
    let depth = 0;
    const holdsFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
    addEventListener("dragenter", (event) => { if (holdsFiles(event)) { depth += 1; zone.classList.add("on"); } });
    addEventListener("dragleave", (event) => { if (holdsFiles(event) && --depth <= 0) { depth = 0; zone.classList.remove("on"); } });
    addEventListener("dragover", (event) => { if (holdsFiles(event)) event.preventDefault(); });
    addEventListener("drop", (event) => {
      depth = 0;
      zone.classList.remove("on");
      if (!holdsFiles(event)) return;
      event.preventDefault();
      this.add([...event.dataTransfer.files]);
    });
  }

  async add(files) {
    if (files.length > MOST_FILES) this.notice(this.words.too_many);
    const kept = (await Promise.all(files.slice(0, MOST_FILES).map((file) => this.upload(file)))).filter(Boolean);
    if (kept.length) this.send({ attachments: kept });
  }

  // One file on its way, with a bar; resolves to what the server kept, or null.
  upload(file, seconds) {
    const row = this.row(file.name || this.words.sent_voice);
    const most = this.page.limits.attachment_bytes;
    if (file.size > most) return this.fail(row, this.words.too_large.replace("{megabytes}", Math.floor(most / 1048576)));
    return this.put(file, seconds, row);
  }

  put(file, seconds, row) {
    const form = new FormData();
    form.append("file", file, file.name || "voice.webm");
    if (seconds) form.append("seconds", String(seconds));
    const request = new XMLHttpRequest();
    request.open("POST", "/chat/attachments");
    for (const [name, value] of Object.entries(this.session.headers())) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => { if (event.lengthComputable) row.bar.value = event.loaded / event.total; };
    row.stop.onclick = () => { request.abort(); row.item.remove(); };
    return new Promise((resolve) => {
      request.onload = () => {
        if (request.status < 300) { row.item.remove(); resolve(JSON.parse(request.responseText)); }
        else resolve(this.fail(row, this.words[this.refusal(request.responseText)]));
      };
      request.onerror = () => resolve(this.fail(row, this.words.upload_failed, () => this.again(file, seconds, row)));
      request.onabort = () => resolve(null);
      request.send(form);
    });
  }

  async again(file, seconds, row) {
    row.item.remove();
    const kept = await this.upload(file, seconds);
    if (kept) this.send({ attachments: [kept] });
  }

  refusal(text) {
    try { return REFUSALS[JSON.parse(text).code] || "upload_failed"; } catch { return "upload_failed"; }
  }

  row(name) {
    const item = document.createElement("li");
    const label = Object.assign(document.createElement("span"), { className: "name", textContent: name });
    const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
    bar.setAttribute("aria-label", `${this.words.uploading}: ${name}`);
    const stop = Object.assign(document.createElement("button"), { type: "button", textContent: "✕" });
    stop.setAttribute("aria-label", `${this.words.remove}: ${name}`);
    item.append(label, bar, stop);
    byId("tray").append(item);
    return { item, bar, stop, label };
  }

  fail(row, sentence, retry) {
    row.bar.remove();
    const problem = Object.assign(document.createElement("span"), { className: "problem", textContent: sentence.replace("{megabytes}", Math.floor(this.page.limits.attachment_bytes / 1048576)) });
    problem.setAttribute("role", "alert");
    row.label.after(problem);
    if (retry) {
      const again = Object.assign(document.createElement("button"), { type: "button", textContent: this.words.retry, onclick: retry });
      problem.after(again);
    }
    row.stop.onclick = () => row.item.remove();
    return null;
  }

  offerRecording() {
    const button = byId("record");
    button.hidden = false;
    button.addEventListener("click", () => (this.recorder ? this.recorder.stop() : this.record(button)));
  }

  async record(button) {
    let stream;
    try { stream = await navigator.mediaDevices.getUserMedia({ audio: true }); } catch { return this.notice(this.words.record_failed); }
    const type = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"].find((one) => MediaRecorder.isTypeSupported(one));
    const recorder = new MediaRecorder(stream, type ? { mimeType: type } : {});
    const parts = [];
    const begun = Date.now();
    const label = button.querySelector("span");
    recorder.ondataavailable = (event) => parts.push(event.data);
    recorder.onstop = async () => {
      stream.getTracks().forEach((track) => track.stop());
      this.recorder = null;
      button.classList.remove("active");
      label.textContent = this.words.record_short;
      button.setAttribute("aria-label", this.words.record);
      const ending = (type || "audio/webm").split(";")[0].split("/")[1];
      const file = new File(parts, `voice.${ending}`, { type: recorder.mimeType });
      const kept = await this.upload(file, (Date.now() - begun) / 1000);
      if (kept) this.send({ attachments: [kept] });
    };
    this.recorder = recorder;
    button.classList.add("active");
    label.textContent = this.words.stop_record;
    button.setAttribute("aria-label", this.words.stop_record);
    setTimeout(() => recorder.state === "recording" && recorder.stop(), 180_000);
    return recorder.start();
  }

  offerPlace() {
    byId("place").hidden = false;
    byId("place").addEventListener("click", async () => {
      if (!(await this.ask(this.words.ask_place, this.words.ask_place_yes, this.words.ask_place_no))) return;
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => this.send({ location: { latitude: coords.latitude, longitude: coords.longitude } }),
        () => this.notice(this.words.place_failed),
        { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
      );
    });
  }
}
