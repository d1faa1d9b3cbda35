// Which key does what. Single keys work only where nobody writes, can be changed, and can be switched off.
const KEPT = "review-keys";
export const ACTIONS = {
  play: ["Play or pause", " "],
  back: ["Back 5 seconds", "j"],
  forward: ["On 5 seconds", "l"],
  replay: ["Play this utterance again", "r"],
  slower: ["Slower", "["],
  faster: ["Faster", "]"],
  nextSaid: ["Next utterance", "ArrowDown"],
  previousSaid: ["Previous utterance", "ArrowUp"],
  nextFlag: ["Next flag", "n"],
  previousFlag: ["Previous flag", "p"],
  accept: ["Accept the flag", "a"],
  reject: ["Reject the flag", "x"],
  unsure: ["Unsure about the flag", "u"],
  change: ["Change the flag", "c"],
  add: ["Add a flag", "f"],
  evidence: ["Open and play the next moment behind the element", "e"],
  confirm: ["Confirm the suggested score", "s"],
  acceptRest: ["Accept the element's other flags", "Shift+A"],
  elements: ["Go to the elements; again: the next one", "g"],
  follow: ["Go to what is playing", "w"],
  note: ["Write a note", "m"],
  help: ["Keys and settings", "?"],
};
const ALWAYS = { "Alt+k": "play", "Alt+j": "back", "Alt+l": "forward", "Control+z": "undo", "Control+Shift+z": "redo", "Control+y": "redo" };
const FIXED = [["Score the element", "1 to 5"], ["Undo", "Ctrl+Z"], ["Redo", "Ctrl+Shift+Z"], ["Play or pause, also while writing", "Alt+K"], ["Back and on, also while writing", "Alt+J, Alt+L"]];
const NAMES = { " ": "Space", ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→" };

export const shownKey = (key) => NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key);

export class Keys {
  constructor(run) {
    this.run = run;
    const kept = read();
    this.on = kept.on ?? true;
    this.own = kept.own ?? {};
    document.addEventListener("keydown", (event) => this.#pressed(event));
  }

  keyOf(action) { return this.own[action] ?? ACTIONS[action]?.[1] ?? ""; }
  rows() { return [...Object.entries(ACTIONS).map(([action, [words]]) => ({ action, words, key: shownKey(this.keyOf(action)) })), ...FIXED.map(([words, key]) => ({ words, key }))]; }

  // Give an action a key. Says whose it was, because one key does one thing.
  change(action, key) {
    const taken = Object.keys(ACTIONS).find((other) => other !== action && this.keyOf(other) === key);
    if (taken || /^[1-5]$/.test(key) || key === "Escape" || key === "Tab" || key === "Enter") return taken ? ACTIONS[taken][0] : "something else";
    this.own[action] = key;
    this.keep();
    return null;
  }

  reset() { this.own = {}; this.keep(); }
  switch(on) { this.on = on; this.keep(); }
  keep() { write({ on: this.on, own: this.own }); this.label(); }

  // Each button shows its key, so that keys are learned by the way.
  label(root = document) {
    for (const place of root.querySelectorAll("[data-key-of]")) {
      place.textContent = this.on ? shownKey(this.keyOf(place.dataset.keyOf)) : "";
    }
  }

  #pressed(event) {
    if (event.defaultPrevented || event.isComposing) return;
    const always = ALWAYS[combined(event)];
    const writing = isWriting(event.target);
    if (always && !(writing && always.match(/undo|redo/))) return this.#done(event, always);
    if (!this.on || writing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (keepsKey(event.target, event.key)) return;
    if (/^[1-5]$/.test(event.key)) return this.#done(event, "score", Number(event.key));
    const pressed = event.shiftKey && /^[a-z]$/i.test(event.key) ? `Shift+${event.key.toUpperCase()}` : event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = Object.keys(ACTIONS).find((one) => this.keyOf(one) === pressed);
    if (action) this.#done(event, action);
  }

  #done(event, action, given) {
    event.preventDefault();
    this.run(action, given);
  }
}

export function keyOfEvent(event) {
  if (["Shift", "Control", "Alt", "Meta"].includes(event.key)) return null;
  if (event.shiftKey && /^[a-z]$/i.test(event.key)) return `Shift+${event.key.toUpperCase()}`;
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

const combined = (event) =>
  [event.ctrlKey || event.metaKey ? "Control" : "", event.altKey ? "Alt" : "", event.shiftKey ? "Shift" : "", event.key.toLowerCase()].filter(Boolean).join("+");
const isWriting = (at) => !!at.closest?.("textarea, select, input:not([type=radio]):not([type=checkbox]), [contenteditable]");

// What a control does with a key itself, it goes on doing: a button with Space, a radio with the arrows.
function keepsKey(at, key) {
  if (key === " ") return !!at.closest?.("button, summary, input, audio");
  if (key.startsWith("Arrow")) return !!at.closest?.("input, audio");
  return false;
}

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "{}");
  } catch {
    return {};
  }
}

function write(kept) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing: the choice lasts as long as the page.
  }
}
