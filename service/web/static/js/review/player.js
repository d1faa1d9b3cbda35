// The sound, and a slim outline of it with who speaks when and where flags are. The browser decodes nothing for it.
import { call } from "../site.js";

const SPEEDS = [0.75, 1, 1.25, 1.5, 1.75, 2];
const LEAD_MS = 300;

export class Player {
  #until = null;
  #peaks = [];
  #drawn = null;

  constructor({ audio, canvas, said, marks, colours }) {
    Object.assign(this, { audio, canvas, said, marks, colours });
    this.listeners = [];
    if (!audio) return;
    audio.preservesPitch = true;
    audio.addEventListener("timeupdate", () => this.#moved());
    audio.addEventListener("seeked", () => this.#moved());
    audio.addEventListener("play", () => this.#follow());
    audio.addEventListener("durationchange", () => this.draw());
    audio.addEventListener("error", () => this.#lost());
    if (audio.error) this.#lost();
    canvas.addEventListener("pointerdown", (event) => this.#clicked(event));
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  async outline(session) {
    if (!this.audio) return;
    const { ok, body } = await call("GET", `/sessions/${session}/documents/peaks?purpose=coaching`).catch(() => ({ ok: false }));
    if (ok && Array.isArray(body)) {
      const loudest = Math.max(...body, 0.01);
      this.#peaks = body.map((peak) => peak / loudest);
    }
    this.draw();
  }

  get durationMs() {
    const own = this.audio?.duration;
    return Number.isFinite(own) && own > 0 ? own * 1000 : (this.said.at(-1)?.end ?? 1);
  }
  get atMs() { return (this.audio?.currentTime ?? 0) * 1000; }
  get playing() { return !!this.audio && !this.audio.paused; }

  onMove(listener) { this.listeners.push(listener); }

  // Play from a place; where an end is given, stop there.
  playFrom(startMs, endMs = null) {
    if (!this.audio || startMs === null) return;
    this.#until = endMs;
    this.audio.currentTime = Math.max(0, startMs - LEAD_MS) / 1000;
    this.audio.play().catch(() => {});
  }

  toggle() {
    if (!this.audio) return;
    this.#until = null;
    if (this.audio.paused) this.audio.play().catch(() => {});
    else this.audio.pause();
  }

  skip(seconds) {
    if (!this.audio) return;
    this.#until = null;
    this.audio.currentTime = Math.min(Math.max(0, this.audio.currentTime + seconds), this.durationMs / 1000);
  }

  speed(step) {
    if (!this.audio) return 1;
    const place = SPEEDS.findIndex((one) => one >= this.audio.playbackRate - 0.01);
    const next = step > 0 && place === SPEEDS.length - 1 ? SPEEDS[0] : SPEEDS[Math.min(Math.max(0, place + step), SPEEDS.length - 1)];
    this.audio.playbackRate = next;
    return next;
  }

  // The outline is drawn once, and the place in it on top, so that playing costs next to nothing.
  draw() {
    const { canvas } = this;
    const width = canvas.clientWidth;
    if (!width) return;
    const scale = devicePixelRatio || 1;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(canvas.clientHeight * scale);
    this.#drawn = this.#outlined(canvas.width, canvas.height, scale);
    this.#place();
  }

  #outlined(width, height, scale) {
    const made = new OffscreenCanvas(width, height);
    const pen = made.getContext("2d");
    const style = getComputedStyle(this.canvas);
    const colour = (name) => style.getPropertyValue(name).trim();
    const middle = (height - 8 * scale) / 2;
    const bar = Math.max(2 * scale, 2);
    for (let x = 0; x < width; x += bar + scale) {
      const at = (x / width) * this.durationMs;
      const peak = this.#peaks.length ? this.#peaks[Math.min(this.#peaks.length - 1, Math.floor((x / width) * this.#peaks.length))] : 0.15;
      const tall = Math.max(scale, peak * middle);
      pen.fillStyle = colour(`--role-${this.#roleAt(at)}`) || colour("--role-unknown");
      pen.fillRect(x, middle - tall, bar, tall * 2);
    }
    for (const mark of this.marks()) {
      const x = Math.round((mark.at / this.durationMs) * width);
      pen.fillStyle = colour(mark.decided ? "--tick-decided" : "--tick");
      pen.fillRect(x, height - (mark.decided ? 4 : 7) * scale, 2 * scale, (mark.decided ? 4 : 7) * scale);
    }
    return made;
  }

  #roleAt(ms) {
    const one = this.said[placeAt(this.said, ms)];
    return one && ms < one.end + 400 ? one.role : "unknown";
  }

  #place() {
    if (!this.#drawn) return;
    const { canvas } = this;
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(this.#drawn, 0, 0);
    const x = Math.round((this.atMs / this.durationMs) * canvas.width);
    pen.fillStyle = getComputedStyle(canvas).getPropertyValue("--place").trim();
    pen.fillRect(x - 1, 0, Math.max(2, 2 * (devicePixelRatio || 1)), canvas.height);
  }

  #moved() {
    if (this.#until !== null && this.playing && this.atMs >= this.#until) {
      this.#until = null;
      this.audio.pause();
    }
    this.#place();
    const now = placeAt(this.said, this.atMs);
    for (const listener of this.listeners) listener(this.said[now] ?? null, this.playing);
  }

  #follow() {
    if (!this.playing) return;
    this.#place();
    requestAnimationFrame(() => this.#follow());
  }

  #clicked(event) {
    const box = this.canvas.getBoundingClientRect();
    this.#until = null;
    this.audio.currentTime = (((event.clientX - box.left) / box.width) * this.durationMs) / 1000;
  }

  #lost() { document.getElementById("sound-lost").hidden = false; }
}

// The place of the last utterance that has begun by then; utterances are in order of their beginnings.
export function placeAt(said, ms) {
  let [low, high] = [0, said.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (said[middle].start <= ms) low = middle;
    else high = middle - 1;
  }
  return low;
}
