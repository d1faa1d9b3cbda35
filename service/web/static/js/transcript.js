// The whole transcript: plays from any turn, opens one editor at a time in its place, and puts in what changed.
import { newId, say } from "./site.js";

const list = document.getElementById("transcript");
const sound = document.getElementById("sound");
const state = document.getElementById("state");
const here = `/sessions/${list.dataset.session}/transcript`;
let holder = list.querySelector(".said__editor");

function tell(words) {
  state.textContent = words;
}

// Playing: the row that is heard is tinted; nothing scrolls by itself.
let rows = [];
let playing = null;
let stale = true;
function row(at) {
  if (stale) {
    rows = [...list.querySelectorAll(".said[data-start]")];
    stale = false;
  }
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Number(rows[middle].dataset.start) <= at) low = middle + 1;
    else high = middle;
  }
  return low ? rows[low - 1] : null;
}
const followButton = document.getElementById("follow");
sound?.addEventListener("timeupdate", () => {
  const now = row(sound.currentTime * 1000);
  if (now === playing) return;
  playing?.classList.remove("said--playing");
  playing = now;
  playing?.classList.add("said--playing");
  followButton.hidden = !playing;
});
followButton.addEventListener("click", () => playing?.scrollIntoView({ block: "center" }));

// The editor.
function close(focus = true) {
  const row = holder?.previousElementSibling;
  holder?.remove();
  holder = null;
  if (focus) row?.querySelector(".said__change")?.focus();
}
async function open(row) {
  const response = await fetch(`${here}/editor?about=${encodeURIComponent(row.id)}`, { credentials: "same-origin" });
  if (!response.ok) {
    location.href = `${here}?edit=${encodeURIComponent(row.id)}#${encodeURIComponent(row.id)}`;
    return;
  }
  close(false);
  holder = document.createElement("li");
  holder.className = "said__editor";
  holder.innerHTML = await response.text();
  row.after(holder);
  holder.querySelector("textarea")?.focus();
}

// What an act changed: rows that are new or differ, each with the row before it, and rows that are gone.
function place(made) {
  const holding = holder?.previousElementSibling?.id;
  for (const id of made.gone) document.getElementById(id)?.remove();
  for (const one of made.rows) {
    const drawn = document.createElement("template");
    drawn.innerHTML = one.html.trim();
    const fresh = drawn.content.firstElementChild;
    const old = document.getElementById(one.id);
    if (old) {
      old.replaceWith(fresh);
      continue;
    }
    const ahead = one.after && document.getElementById(one.after);
    if (ahead) (ahead === holder?.previousElementSibling ? holder : ahead).after(fresh);
    else list.firstElementChild.prepend(fresh);
  }
  document.getElementById("undo").disabled = !made.undo;
  document.getElementById("redo").disabled = !made.redo;
  stale = true;
  playing = null;
  return holding;
}
async function send(form, button) {
  const sent = new FormData(form, button);
  const open = holder?.contains(form);
  tell("Saving");
  let response;
  try {
    response = await fetch(form.action, { method: "POST", body: new URLSearchParams(sent), headers: { Accept: "application/json" } });
  } catch {
    return failed("There is no connection. What you wrote is still here; try again.");
  }
  const made = await response.json().catch(() => ({}));
  if (!response.ok) return failed(made.detail ?? "This could not be kept. Try again.");
  for (const field of document.querySelectorAll('input[name="act_id"]')) field.value = newId();
  if (made.reload) {
    location.href = `${here}?at=${made.number}#${encodeURIComponent(sent.get("about") ?? "")}`;
    return undefined;
  }
  const was = place(made);
  if (open) close(false);
  const target = document.getElementById(sent.get("about") || was || "");
  (open ? target?.querySelector(".said__change") : button)?.focus();
  tell("Saved");
  return say("Saved");
}
function failed(words) {
  tell("Not saved");
  const problem = document.getElementById("editor-problem");
  if (!problem) return say(words);
  problem.textContent = words;
  problem.hidden = false;
  problem.tabIndex = -1;
  problem.focus();
  return undefined;
}

list.addEventListener("click", (event) => {
  const play = event.target.closest(".said__play");
  if (play && sound) {
    sound.currentTime = Number(play.closest(".said").dataset.start) / 1000;
    sound.play().catch(() => say("The recording cannot be played."));
  }
  const change = event.target.closest(".said__change");
  if (change) {
    event.preventDefault();
    open(change.closest(".said"));
  }
  if (event.target.closest(".editor__leave")) {
    event.preventDefault();
    close();
  }
});
list.addEventListener("input", (event) => {
  if (event.target.id === "editor-text" && sound && !sound.paused) sound.pause();
});
list.addEventListener("keydown", (event) => {
  if (event.target.id === "editor-text" && event.ctrlKey && event.key === "Enter") {
    event.preventDefault();
    event.target.form.requestSubmit(event.target.form.querySelector("button"));
  }
  if (event.key === "Escape" && holder?.contains(event.target)) close();
});
// The place to split follows the cursor, while the words are still as they were.
document.addEventListener("selectionchange", () => {
  const text = document.activeElement;
  const places = document.getElementById("editor-at");
  if (text?.id !== "editor-text" || !places) return;
  let nearest = null;
  for (const option of places.options) {
    if (nearest === null || Math.abs(option.value - text.selectionStart) < Math.abs(nearest.value - text.selectionStart)) nearest = option;
  }
  if (nearest) places.value = nearest.value;
});
document.addEventListener("submit", (event) => {
  if (!event.target.action.endsWith(here)) return;
  event.preventDefault();
  send(event.target, event.submitter);
});
