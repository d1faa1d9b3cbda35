// Keeps a reflection while it is written. Without this script the button "Save" does.
import { call, say } from "./site.js";

const QUIET_MS = 1500;
const AGAIN_MS = 8000;
const given = JSON.parse(document.getElementById("reflection-data").textContent);
const form = document.getElementById("reflection");
const state = document.getElementById("state");
const { body } = given;
let version = given.version;
let dirty = false;
let sending = null;
let stopped = false;
let timer = 0;

function put(name, text) {
  if (name === "note" || name === "wanted") {
    body[name] = text;
    return;
  }
  const [, about, question] = name.split(" ");
  body.answers = body.answers.filter((one) => one.about !== about || one.question !== question);
  if (text.trim()) body.answers.push({ about, question, text });
}

function tell(words, link) {
  state.textContent = words;
  if (link) state.append(" ", link);
}

function linkTo(words) {
  const link = document.createElement("a");
  link.className = "govuk-link";
  link.href = location.pathname;
  link.textContent = words;
  return link;
}

function later(after) {
  clearTimeout(timer);
  if (!stopped) timer = setTimeout(save, after);
}

async function save() {
  clearTimeout(timer);
  if (stopped || !dirty) return;
  if (sending) {
    await sending;
    return save();
  }
  dirty = false;
  tell("Saving");
  sending = send();
  await sending;
  sending = null;
}

async function send() {
  try {
    const answer = await call("PUT", `/sessions/${given.session}/reflection`, body, { "If-Match": `"v${version}"` });
    if (answer.ok) {
      version = answer.body.version;
      form.elements.version.value = version;
      tell(dirty ? "Saving" : "Saved. Only you can open it.");
    } else refused(answer);
  } catch {
    dirty = true;
    tell("Not saved: the service does not answer. Leave this page open; it tries again.");
    later(AGAIN_MS);
  }
}

function refused(answer) {
  stopped = answer.status === 412 || answer.status === 401 || answer.status === 404;
  if (answer.status === 412) {
    tell("You also wrote in another window. Both texts are kept.", linkTo("Load the page to see both"));
    say("You also wrote in another window. Both texts are kept.");
    return;
  }
  dirty = true;
  const why = answer.body?.detail ?? answer.body?.title ?? "Something went wrong.";
  tell(`Not saved. ${why}`);
  if (answer.status >= 500) later(AGAIN_MS);
}

for (const area of form.querySelectorAll("[data-writing]")) {
  area.addEventListener("input", () => {
    put(area.name, area.value);
    dirty = true;
    if (!stopped) tell("Not saved yet");
    later(QUIET_MS);
  });
  area.addEventListener("change", save);
}
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save());
window.addEventListener("beforeunload", (event) => {
  if (dirty || sending) event.preventDefault();
});
form.addEventListener("submit", (event) => {
  if (stopped) return;
  event.preventDefault();
  dirty = true;
  save();
});
