// Two dialogs: choosing element and direction of a flag, and keys with settings.
import { keyOfEvent, shownKey } from "./keys.js";

// Asks for element and direction. Gives {mark: "empathy+", note}, or null where it was left.
export function chooseFlag({ title, words, note = "" }) {
  const dialog = document.getElementById("choose");
  document.getElementById("choose-title").textContent = title;
  document.getElementById("choose-words").textContent = words;
  const field = document.getElementById("choose-note");
  field.value = note;
  return new Promise((done) => {
    const chosen = (event) => {
      const mark = event.target.closest("[data-choose]")?.dataset.choose;
      if (mark) dialog.close(mark);
    };
    dialog.returnValue = "";
    dialog.addEventListener("click", chosen);
    dialog.addEventListener("close", () => {
      dialog.removeEventListener("click", chosen);
      done(dialog.returnValue ? { mark: dialog.returnValue, note: field.value.trim() } : null);
    }, { once: true });
    dialog.showModal();
    dialog.querySelector("[data-choose]").focus();
  });
}

export class Settings {
  #kept;
  constructor(keys) {
    this.keys = keys;
    this.#kept = { moving: true, playing: false, ...read() };
    this.dialog = document.getElementById("help");
    this.rows = document.getElementById("keys");
    this.#switch("set-keys", () => keys.on, (on) => keys.switch(on));
    this.#switch("set-moving", () => this.moving, (on) => this.#keep({ moving: on }));
    this.#switch("set-playing", () => this.playing, (on) => this.#keep({ playing: on }));
    document.getElementById("keys-reset").addEventListener("click", () => { keys.reset(); this.#list(); });
    document.getElementById("help-close").addEventListener("click", () => this.dialog.close());
    this.rows.addEventListener("click", (event) => this.#asked(event.target.closest("[data-action]")));
  }

  get moving() { return this.#kept.moving; }
  get playing() { return this.#kept.playing; }

  open() {
    this.#list();
    this.dialog.showModal();
  }

  #list() {
    this.rows.replaceChildren(...this.keys.rows().map(({ action, words, key }) => {
      const row = document.createElement("tr");
      const [what, which, change] = [document.createElement("th"), document.createElement("td"), document.createElement("td")];
      what.scope = "row";
      what.textContent = words;
      which.append(Object.assign(document.createElement("kbd"), { textContent: key }));
      if (action) {
        const button = Object.assign(document.createElement("button"), { type: "button", className: "tool", textContent: "Change" });
        button.dataset.action = action;
        button.setAttribute("aria-label", `Change the key: ${words}`);
        change.append(button);
      }
      row.append(what, which, change);
      return row;
    }));
  }

  // The next key that is pressed becomes the action's.
  #asked(button) {
    if (!button) return;
    button.textContent = "Press a key";
    const pressed = (event) => {
      const key = keyOfEvent(event);
      if (key === null) return;
      event.preventDefault();
      event.stopPropagation();
      removeEventListener("keydown", pressed, true);
      const taken = key === "Escape" ? null : this.keys.change(button.dataset.action, key);
      if (!taken) return this.#listAndFocus(button.dataset.action);
      button.textContent = `${shownKey(key)} is taken: ${taken}`;
    };
    addEventListener("keydown", pressed, true);
  }

  #listAndFocus(action) {
    this.#list();
    this.rows.querySelector(`[data-action="${action}"]`).focus();
  }

  #switch(id, now, change) {
    const box = document.getElementById(id);
    box.checked = now();
    box.addEventListener("change", () => change(box.checked));
  }

  #keep(part) {
    this.#kept = { ...this.#kept, ...part };
    try {
      localStorage.setItem("review-settings", JSON.stringify(this.#kept));
    } catch {
      // A browser that keeps nothing: the choice lasts as long as the page.
    }
  }
}

function read() {
  try {
    return JSON.parse(localStorage.getItem("review-settings") ?? "{}");
  } catch {
    return {};
  }
}
