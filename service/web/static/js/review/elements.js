// The elements: which one is in hand, its moments, and the score that a coach gives.
import { say } from "../site.js";

const NONE = { not_seen: "Not seen", not_applicable: "Does not apply" };

export class Elements {
  constructor({ review, labels, onScore, onMoment }) {
    Object.assign(this, { review, labels, onScore, onMoment });
    this.cards = new Map([...document.querySelectorAll(".element")].map((card) => [card.dataset.element, card]));
    this.current = [...this.cards].find(([, card]) => card.open)?.[0] ?? this.cards.keys().next().value ?? null;
    this.reached = new Map();
    for (const [id, card] of this.cards) this.#listen(id, card);
    if (this.current) this.select(this.current, { focus: false });
  }

  get card() { return this.cards.get(this.current); }

  select(id, { focus = true } = {}) {
    this.card?.classList.remove("element--here");
    this.current = id;
    for (const [other, card] of this.cards) card.open = other === id;
    this.card.classList.add("element--here");
    if (!focus) return;
    this.card.querySelector("summary").focus({ preventScroll: true });
    this.card.scrollIntoView({ block: "nearest" });
  }

  // From one element to the next; round to the first after the last.
  step() {
    const ids = [...this.cards.keys()];
    const here = document.activeElement?.closest?.("#elements");
    this.select(here ? ids[(ids.indexOf(this.current) + 1) % ids.length] : this.current);
  }

  toNextUnsettled() {
    const ids = [...this.cards.keys()];
    const from = ids.indexOf(this.current);
    const next = [...ids.slice(from + 1), ...ids.slice(0, from)].find((id) => !this.review.settled(id));
    if (next) this.select(next, { focus: !!document.activeElement?.closest?.("#elements") });
    return next;
  }

  // The next of the moments behind the element in hand.
  nextMoment() {
    const links = [...this.card.querySelectorAll("[data-evidence]")];
    if (!links.length) return this.onMoment(this.current, null);
    const place = (this.reached.get(this.current) ?? -1) + 1;
    this.reached.set(this.current, place % links.length);
    this.#open(links[place % links.length]);
  }

  takeSuggested() {
    const button = this.card.querySelector('[name="take"]');
    if (button) this.#send(this.card.querySelector("form"), button.value);
    return !!button;
  }

  score(value) {
    const radio = this.card.querySelector(`input[name="score"][value="${value}"]`);
    if (!radio) return;
    radio.checked = true;
    this.#send(this.card.querySelector("form"), String(value));
  }

  // Says what is missing at the score itself, and keeps what was chosen.
  refuse(id, words) {
    this.select(id, { focus: false });
    const hint = this.card.querySelector("[data-needed]");
    hint.textContent = words;
    hint.classList.add("scoring__hint--now");
    say(words);
  }

  render(changed) {
    for (const id of changed) if (this.cards.has(id)) this.#written(id);
    const done = this.cards.size - this.review.unsettled.length;
    document.getElementById("elements-count").textContent = `${done} of ${this.cards.size} scored`;
  }

  #listen(id, card) {
    card.addEventListener("toggle", () => { if (card.open && this.current !== id) this.select(id, { focus: false }); });
    card.addEventListener("click", (event) => {
      const link = event.target.closest("[data-evidence]");
      if (!link) return;
      event.preventDefault();
      this.#open(link);
    });
    card.addEventListener("focusin", () => { if (this.current !== id && card.open) this.select(id, { focus: false }); });
    card.querySelector("form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      const taken = event.submitter?.name === "take" ? event.submitter.value : null;
      this.#send(event.target, taken ?? new FormData(event.target).get("score"));
    });
  }

  #open(link) {
    link.classList.add("moment--opened");
    this.onMoment(this.current, link.dataset.evidence);
  }

  #send(form, value) {
    const id = form.dataset.score;
    if (!value) return this.refuse(id, "Choose a score, or say why there is none.");
    const reason = form.querySelector("textarea").value.trim();
    const number = /^[1-5]$/.test(value);
    this.onScore(id, { score: number ? Number(value) : null, none: number ? null : value, reason });
  }

  #written(id) {
    const [card, one] = [this.cards.get(id), this.review.element(id)];
    const settled = one.score !== null || one.none !== null;
    card.classList.toggle("element--confirmed", settled);
    card.classList.toggle("element--open", !settled);
    card.querySelector("[data-state]").textContent = stateWords(one);
    const chosen = one.score ?? one.none ?? "";
    for (const radio of card.querySelectorAll('input[name="score"]')) radio.checked = radio.value === String(chosen);
    const reason = card.querySelector("textarea");
    if (reason && document.activeElement !== reason) reason.value = one.reason;
    const hint = card.querySelector("[data-needed]");
    if (!hint) return;
    hint.classList.remove("scoring__hint--now");
    hint.textContent = this.review.blind || one.opened ? "(if you want)" : "(needed until you have opened a moment)";
  }
}

function stateWords(one) {
  if (one.score !== null) return `Your score: ${one.score}`;
  if (one.none !== null) return NONE[one.none];
  return one.suggested?.score ? `Suggested: ${one.suggested.score}` : "To score";
}
