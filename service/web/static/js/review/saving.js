// Sends acts in their order, keeps those that were not answered over a reload, and says how it stands.
import { call } from "../site.js";

const MOST = 50;
const WAITS_MS = [1000, 2000, 4000, 8000, 15000];
const POLL_MS = 10000;
const HERE = { saved: "Saved", saving: "Saving", trying: "Not saved: trying again", stopped: "Not saved" };

export class Saving {
  #failures = 0;
  #timer = null;
  #sending = false;

  constructor(review, { refused, show }) {
    this.review = review;
    this.refused = refused;
    this.show = show;
    this.id = review.review.id;
    this.key = `review-${this.id}`;
    this.stopped = false;
    this.queue = this.#kept();
    if (this.queue.length) review.waiting.push(...this.queue);
    addEventListener("beforeunload", (event) => { if (this.queue.length) event.preventDefault(); });
    addEventListener("focus", () => this.#look());
    addEventListener("online", () => { this.#failures = 0; this.#soon(0); });
    setInterval(() => this.#look(), POLL_MS);
    this.#say(this.queue.length ? "saving" : "saved");
    if (this.queue.length) this.#soon(0);
  }

  get idle() { return this.queue.length === 0; }

  // Acts of a moment go together: they are sent once the moment is over.
  add(acts) {
    if (!acts.length) return;
    this.queue.push(...acts);
    this.#keep();
    if (this.stopped) return this.#say("stopped");
    this.#say(this.#failures ? "trying" : "saving");
    if (!this.#failures) this.#soon(40);
  }

  // Resolves once everything is sent; false where that does not come about soon.
  async settled(withinMs = 5000) {
    const until = performance.now() + withinMs;
    while (!this.idle && performance.now() < until) await new Promise((go) => setTimeout(go, 50));
    return this.idle;
  }

  #soon(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), ms);
  }

  async #send() {
    if (this.#sending || this.stopped || !this.queue.length) return;
    this.#sending = true;
    const sent = this.queue.slice(0, MOST);
    let answer = null;
    try {
      answer = await call("POST", `/reviews/${this.id}/acts`, { acts: sent });
    } catch {
      answer = { ok: false, status: 0, body: null };
    }
    this.#sending = false;
    if (answer.ok) this.#taken(sent, answer.body);
    else this.#failed(answer);
  }

  #taken(sent, body) {
    this.#failures = 0;
    this.queue.splice(0, sent.length);
    this.#keep();
    this.review.answered(sent, body.review, body.refused);
    body.refused.forEach((one) => this.refused(one));
    if (this.queue.length) this.#soon(0);
    else this.#say("saved");
  }

  #failed({ status, body }) {
    if (status === 0 || status === 429 || status >= 500) {
      this.#soon(WAITS_MS[Math.min(this.#failures, WAITS_MS.length - 1)]);
      this.#failures += 1;
      return this.#say("trying");
    }
    if (status === 401 || status === 403) {
      this.#soon(WAITS_MS.at(-1));
      this.#failures += 1;
      return this.#say("trying", "Not saved: sign in again in another tab; what you did is kept here");
    }
    this.stopped = true;
    sessionStorage.removeItem(this.key);
    this.#say("stopped", body?.detail || body?.title || "Not saved: this review is not here any more");
  }

  // Another tab, or another machine, may have gone on with this review.
  async #look() {
    if (!this.idle || this.stopped || document.hidden) return;
    try {
      const { ok, body } = await call("GET", `/reviews/${this.id}?since=${this.review.number}`);
      if (ok && this.idle && body?.id) this.review.replace(body);
    } catch {
      // No connection: nothing waits to be saved, so nothing has to be said.
    }
  }

  #say(word, words = HERE[word]) { this.show(word, words); }

  #keep() {
    if (this.queue.length) sessionStorage.setItem(this.key, JSON.stringify(this.queue));
    else sessionStorage.removeItem(this.key);
  }

  #kept() {
    try {
      return JSON.parse(sessionStorage.getItem(this.key) ?? "[]");
    } catch {
      return [];
    }
  }
}
