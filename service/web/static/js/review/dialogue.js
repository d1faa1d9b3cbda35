// The dialogue: which utterance and flag one is at, how flags look, filters, and the utterance that is playing.
const STATES = { accept: "Accepted", change: "Changed", reject: "Rejected", unsure: "Unsure", add: "Added" };

export class Dialogue {
  constructor({ review, names, player, onOpened }) {
    Object.assign(this, { review, names, player, onOpened });
    this.root = document.getElementById("dialogue");
    this.tools = document.getElementById("flag-tools");
    this.only = { element: "", direction: "" };
    this.said = [...this.root.querySelectorAll(".said")].map(spoken);
    this.byId = new Map(this.said.map((one) => [one.id, one]));
    this.chips = new Map([...this.root.querySelectorAll(".flag")].map((chip) => [chip.dataset.about, chip]));
    this.utterance = null;
    this.about = null;
    this.sounding = null;
    this.root.addEventListener("click", (event) => this.#clicked(event));
    this.root.addEventListener("focusin", (event) => this.#focused(event));
    this.#order();
  }

  get flag() { return this.about ? this.review.flags.get(this.about) : null; }

  // The places of flags that the filter lets through, in the order of the talk.
  get shownFlags() { return this.ordered.filter((about) => this.#passes(this.review.flags.get(about))); }
  undecided(flags = this.shownFlags) { return flags.filter((about) => this.review.flags.get(about)?.verdict === null); }

  filter(element, direction) {
    this.only = { element, direction };
    for (const [about, chip] of this.chips) chip.hidden = !this.#passes(this.review.flags.get(about));
    if (this.flag && !this.#passes(this.flag)) this.goTo(this.utterance);
  }

  step(by) {
    const now = this.utterance ? this.said.indexOf(this.byId.get(this.utterance)) : by > 0 ? -1 : this.said.length;
    const next = this.said[Math.min(Math.max(0, now + by), this.said.length - 1)];
    if (next) this.goTo(next.id);
  }

  // The next flag from where one is; only those that nobody has decided on, where that is asked for.
  stepFlag(by, { undecided = false } = {}) {
    const flags = undecided ? this.undecided() : this.shownFlags;
    if (!flags.length) return false;
    const here = this.#placeOf(this.about) ?? (this.utterance ? this.#before(this.utterance) : -1);
    const places = flags.map((about) => this.#placeOf(about));
    const found = by > 0 ? places.findIndex((place) => place > here) : places.findLastIndex((place) => place < here);
    const next = found >= 0 ? flags[found] : undecided ? flags[0] : null;
    if (!next) return false;
    this.goTo(this.review.flags.get(next).utterance, next);
    return true;
  }

  goTo(id, about = null, { focus = true } = {}) {
    const one = this.byId.get(id);
    if (!one) return;
    if (this.utterance !== id) {
      this.byId.get(this.utterance)?.element.classList.remove("said--here");
      one.element.classList.add("said--here");
      this.utterance = id;
    }
    this.#enter(about);
    if (!focus) return;
    const target = about ? this.chips.get(about).querySelector("a") : one.element;
    target.focus({ preventScroll: true });
    one.element.scrollIntoView({ block: "nearest" });
  }

  play(id) {
    const one = this.byId.get(id);
    if (!one) return;
    this.onOpened(id);
    this.player.playFrom(one.start, one.end);
  }

  // Tints what is playing; the page does not move by itself.
  sound(one, playing) {
    const id = playing && one ? one.id : null;
    if (id === this.sounding) return;
    this.byId.get(this.sounding)?.element.classList.remove("said--sounding");
    if (id) this.byId.get(id).element.classList.add("said--sounding");
    this.sounding = id;
  }

  follow() {
    const at = this.player.said[this.player.placeNow()];
    if (!at) return;
    this.goTo(at.id);
    this.byId.get(at.id).element.scrollIntoView({ block: "center" });
  }

  // Writes out flags that changed; new ones get a place beside their utterance.
  render(changed) {
    for (const about of changed) {
      const flag = this.review.flags.get(about);
      if (!flag) this.#removed(about);
      else this.#written(flag);
    }
  }

  // What is selected, and in which utterance; null where nothing is.
  selection() {
    const chosen = getSelection();
    const words = chosen?.toString().trim() ?? "";
    const at = chosen?.anchorNode?.parentElement?.closest(".said");
    return words && at ? { utterance: at.id, words, range: chosen.getRangeAt(0) } : null;
  }

  textOf(id) { return this.byId.get(id)?.element.querySelector(".said__text").firstChild.textContent.trim() ?? ""; }

  #order() {
    const place = new Map(this.said.map((one, index) => [one.id, index]));
    this.ordered = [...this.chips.keys()].sort((a, b) => place.get(this.#utteranceOf(a)) - place.get(this.#utteranceOf(b)));
    this.places = new Map(this.ordered.map((about, index) => [about, index]));
    this.placesOfSaid = place;
  }

  #utteranceOf(about) { return about.slice(0, about.lastIndexOf(":")); }
  #placeOf(about) { return about === null ? null : (this.places.get(about) ?? null); }
  #before(id) {
    const at = this.placesOfSaid.get(id);
    return this.ordered.findLastIndex((about) => this.placesOfSaid.get(this.#utteranceOf(about)) < at);
  }

  #passes(flag) {
    if (!flag) return false;
    const [element, direction] = flag.to ? [flag.to.slice(0, -1), flag.to.at(-1)] : [flag.element, flag.direction];
    return (!this.only.element || this.only.element === element) && (!this.only.direction || this.only.direction === direction);
  }

  #enter(about) {
    if (this.about !== about) this.chips.get(this.about)?.classList.remove("flag--here");
    this.about = about;
    const chip = about && this.chips.get(about);
    this.tools.hidden = !chip || !this.review.open;
    if (!chip) return;
    chip.classList.add("flag--here");
    if (this.review.open) chip.append(this.tools);
  }

  #clicked(event) {
    const time = event.target.closest("[data-play]");
    if (time) {
      this.goTo(time.dataset.play, null, { focus: false });
      this.onOpened(time.dataset.play);
      return this.player.playFrom(this.byId.get(time.dataset.play).start);
    }
    const chip = event.target.closest(".flag__name")?.closest(".flag");
    if (!chip) return;
    event.preventDefault();
    this.goTo(this.#utteranceOf(chip.dataset.about), chip.dataset.about);
  }

  #focused(event) {
    const chip = event.target.closest(".flag");
    const said = event.target.closest(".said");
    if (said && (said.id !== this.utterance || (chip && chip.dataset.about !== this.about))) {
      this.goTo(said.id, chip?.dataset.about ?? null, { focus: false });
    }
  }

  #written(flag) {
    const chip = this.chips.get(flag.about) ?? this.#made(flag);
    if (!chip) return;
    const verdict = flag.verdict ?? "suggested";
    chip.className = `flag flag--${verdict}${flag.about === this.about ? " flag--here" : ""}`;
    chip.querySelector(".flag__state").textContent = STATES[flag.verdict] ?? "Suggested";
    chip.querySelector(".flag__what").replaceChildren(...this.#what(flag));
    let note = chip.querySelector(".flag__note");
    if (flag.note && !note) {
      note = Object.assign(document.createElement("p"), { className: "flag__note" });
      chip.querySelector("a").after(note);
    }
    if (note) note.textContent = flag.note;
    if (note && !flag.note) note.remove();
    chip.hidden = !this.#passes(flag);
  }

  #what(flag) {
    const sign = Object.assign(document.createElement("span"), { className: "flag__sign", textContent: flag.direction === "+" ? "+" : "−" });
    sign.setAttribute("aria-hidden", "true");
    const words = this.#words(flag.element, flag.direction);
    return [sign, flag.to ? ` ${words}, now ${this.#words(flag.to.slice(0, -1), flag.to.at(-1))}` : ` ${words}`];
  }

  #words(element, direction) {
    const name = this.names[element] ?? element;
    return `${direction === "+" ? "for" : "against"} ${name[0].toLowerCase()}${name.slice(1)}`;
  }

  #made(flag) {
    const one = this.byId.get(flag.utterance);
    if (!one) return null;
    const chip = document.getElementById("flag-template").content.firstElementChild.cloneNode(true);
    chip.dataset.about = flag.about;
    chip.querySelector("a").href = `#${flag.utterance}`;
    one.element.querySelector(".flags").append(chip);
    this.chips.set(flag.about, chip);
    this.#order();
    return chip;
  }

  #removed(about) {
    const chip = this.chips.get(about);
    if (!chip) return;
    if (this.about === about) {
      this.root.after(this.tools);
      this.about = null;
      this.tools.hidden = true;
    }
    chip.remove();
    this.chips.delete(about);
    this.#order();
  }
}

function spoken(element) {
  const start = element.dataset.start === undefined ? null : Number(element.dataset.start);
  return { id: element.id, element, start, end: start === null ? null : Number(element.dataset.end), role: element.parentElement.className.split("turn--")[1] };
}
