// How the review stands in this tab: what the service said last, and on top of it what it has not answered yet.
// Pure: it knows neither the page nor the network.
import { newId } from "../site.js";

export const UNDO_MOST = 50;

export class Review extends EventTarget {
  constructor(review, { open, blind }) {
    super();
    this.open = open;
    this.blind = blind;
    this.past = []; // groups of acts done in this tab, each with what stood before
    this.undone = [];
    this.waiting = []; // acts that the service has not answered
    this.#take(review);
  }

  #take(review) {
    this.review = review;
    this.flags = new Map(review.flags.map((flag) => [flag.about, flag]));
    this.scores = new Map(review.scores.map((one) => [one.element, one]));
  }

  get number() { return this.review.number; }
  get canUndo() { return this.past.length > 0 || (this.waiting.length === 0 && this.review.undoable > 0); }
  get canRedo() { return this.undone.length > 0 || (this.waiting.length === 0 && this.review.redoable > 0); }

  // Do acts, each {kind, about, body}, as one step that one undo takes back. Gives them with their ids, to be sent.
  act(acts) {
    const made = acts.map((one) => ({ act_id: newId(), body: {}, ...one }));
    const before = made.map((one) => this.#apply(one));
    this.waiting.push(...made);
    this.past.push({ made, before });
    if (this.past.length > UNDO_MOST) this.past.shift();
    this.undone = [];
    this.#told(made.map((one) => one.about));
    return made;
  }

  // Acts that stand beside a decision and are not taken back with it, such as having opened a moment.
  remember(act) {
    const made = { act_id: newId(), body: {}, ...act };
    this.#apply(made);
    this.waiting.push(made);
    this.#told([made.about]);
    return made;
  }

  undo() { return this.#turn("undo", this.past, this.undone); }
  redo() { return this.#turn("redo", this.undone, this.past); }

  // The service's answer to acts. While others wait, what stands here is kept, because it is newer.
  answered(sent, review, refused) {
    const ids = new Set(sent.map((one) => one.act_id));
    this.waiting = this.waiting.filter((one) => !ids.has(one.act_id));
    if (refused.length) {
      const gone = new Set(refused.map((one) => one.act_id));
      this.past = this.past.filter((step) => !step.made.some((one) => gone.has(one.act_id)));
    }
    if (this.waiting.length === 0) this.replace(review);
  }

  replace(review) {
    const changed = this.#differences(review);
    this.#take(review);
    this.open = this.open && review.state === "open";
    this.#told(changed);
  }

  element(id) { return this.scores.get(id); }
  settled(id) { const one = this.scores.get(id); return one.score !== null || one.none !== null; }
  get unsettled() { return [...this.scores.keys()].filter((id) => !this.settled(id)); }

  // The utterances behind an element: the suggestion's, and those in which the coach found flags of it.
  evidenceOf(id) {
    const behind = (this.scores.get(id)?.suggested?.evidence ?? []).map((about) => about.split(":")[0]);
    for (const flag of this.flags.values()) {
      const aim = flag.to ?? (flag.verdict === "add" ? flag.about.slice(flag.about.lastIndexOf(":") + 1) : "");
      if (aim.slice(0, -1) === id) behind.push(flag.utterance);
    }
    return behind;
  }

  // Elements whose suggestion rests on an utterance that has not been opened yet.
  unopenedBy(utterance) {
    return [...this.scores.values()].filter((one) => !one.opened && this.evidenceOf(one.element).includes(utterance));
  }

  mayScore(id, reason) { return this.blind || this.scores.get(id).opened || reason.trim() !== ""; }

  #turn(kind, from, to) {
    const step = from.pop();
    if (!step) {
      if (kind === "undo" ? !this.review.undoable : !this.review.redoable) return [];
      const one = { act_id: newId(), kind, about: "", body: {} };
      this.waiting.push(one);
      return [one];
    }
    if (kind === "undo") step.made.toReversed().forEach((one, place) => this.#restore(one, step.before.at(-1 - place)));
    else step.before = step.made.map((one) => this.#apply(one));
    to.push(step);
    const acts = step.made.map(() => ({ act_id: newId(), kind, about: "", body: {} }));
    this.waiting.push(...acts);
    this.#told(step.made.map((one) => one.about));
    return acts;
  }

  #apply({ kind, about, body }) {
    if (kind === "flag") return this.#applyFlag(about, body);
    if (kind === "note") {
      this.review.notes = [...this.review.notes, { number: 0, utterance: body.utterance, text: body.text }];
      return null;
    }
    const before = this.scores.get(about);
    if (kind === "opened") this.scores.set(about, { ...before, opened: true });
    if (kind === "score") {
      const { score = null, none = null, reason = "" } = body;
      this.scores.set(about, { ...before, score, none, reason, state: "confirmed" });
    }
    return before;
  }

  #applyFlag(about, { verdict, to = null, note = "" }) {
    const before = this.flags.get(about) ?? null;
    const [utterance, mark] = [about.slice(0, about.lastIndexOf(":")), about.slice(about.lastIndexOf(":") + 1)];
    const blank = { about, utterance, element: mark.slice(0, -1), direction: mark.at(-1), by_machine: false, probability: null };
    this.flags.set(about, { ...(before ?? blank), verdict, to, note });
    return before;
  }

  #restore({ kind, about }, before) {
    if (kind === "flag") before ? this.flags.set(about, before) : this.flags.delete(about);
    else if (kind === "note") this.review.notes = this.review.notes.slice(0, -1);
    else this.scores.set(about, before);
  }

  #differences(review) {
    const changed = [];
    const flags = new Map(review.flags.map((flag) => [flag.about, flag]));
    for (const about of new Set([...flags.keys(), ...this.flags.keys()])) {
      if (!sameFlag(flags.get(about), this.flags.get(about))) changed.push(about);
    }
    for (const one of review.scores) {
      if (!sameScore(one, this.scores.get(one.element))) changed.push(one.element);
    }
    return changed;
  }

  #told(changed) { this.dispatchEvent(new CustomEvent("changed", { detail: new Set(changed) })); }
}

const sameFlag = (a, b) => !!a && !!b && a.verdict === b.verdict && a.to === b.to && a.note === b.note;
const sameScore = (a, b) =>
  !!b && a.score === b.score && a.none === b.none && a.reason === b.reason && a.opened === b.opened && a.state === b.state;
