// One passage to check: plays it with a second on either side, pauses while somebody types, and takes keys.
import { say } from "./site.js";

const passage = document.getElementById("passage");
const sound = document.getElementById("sound");
const answer = document.getElementById("answer");
const SETTINGS = { self: false, resume: false, keys: true };

function setting(name) {
  const kept = localStorage.getItem(`check-${name}`);
  return kept === null ? SETTINGS[name] : kept === "yes";
}

if (passage && answer) {
  const start = Number(passage.dataset.start) / 1000;
  const end = Number(passage.dataset.end) / 1000;
  const playButton = document.getElementById("play");
  const right = document.getElementById("right");
  const texts = [...answer.querySelectorAll("textarea")];
  let stopsAt = null;
  let pausedByTyping = false;

  const play = async (from) => {
    if (!sound) return;
    sound.currentTime = from;
    stopsAt = end;
    try {
      await sound.play();
    } catch (refused) {
      if (refused.name === "NotAllowedError") say("Press Play this passage to listen.");
    }
  };
  const toggle = () => {
    if (!sound) return;
    if (!sound.paused) sound.pause();
    else play(sound.currentTime > start && sound.currentTime < end - 0.05 ? sound.currentTime : start);
  };
  const move = (seconds) => {
    if (sound) sound.currentTime = Math.max(0, sound.currentTime + seconds);
    stopsAt = null;
  };
  // Chosen words are written over: those in question, or all of a text.
  const doubted = (text) => text.dataset.from && text.value === text.defaultValue;
  const write = () => {
    const text = texts.find(doubted) ?? texts[0];
    text?.focus();
    if (text && doubted(text)) text.setSelectionRange(Number(text.dataset.from), Number(text.dataset.to));
  };
  const writeAll = () => (texts.find(doubted) ?? texts[0])?.select();
  const follow = (id) => document.getElementById(id)?.click();

  sound?.addEventListener("timeupdate", () => {
    if (stopsAt !== null && sound.currentTime >= stopsAt) {
      stopsAt = null;
      sound.pause();
    }
  });
  const label = () => {
    if (playButton) playButton.textContent = sound.paused ? "Play this passage" : "Pause";
  };
  sound?.addEventListener("play", label);
  sound?.addEventListener("pause", label);
  playButton?.addEventListener("click", toggle);

  for (const text of texts) {
    text.addEventListener("input", () => {
      if (sound && !sound.paused) {
        sound.pause();
        pausedByTyping = true;
      }
      const changed = texts.some((one) => one.value.trim() !== one.defaultValue.trim());
      right.textContent = changed ? right.dataset.fixed : right.dataset.right;
    });
    text.addEventListener("blur", () => {
      if (pausedByTyping && setting("resume")) play(sound.currentTime);
      pausedByTyping = false;
    });
  }

  const KEYS = {
    " ": toggle,
    r: () => play(start),
    j: () => move(-1),
    l: () => move(1),
    a: () => right.click(),
    e: write,
    w: writeAll,
    n: () => follow("next"),
    p: () => follow("previous"),
  };
  document.addEventListener("keydown", (event) => {
    if (event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      toggle();
      return;
    }
    const typing = event.target.matches("textarea, input[type=text]");
    if (typing) {
      if (event.key === "Escape") event.target.blur();
      if (event.ctrlKey && event.key === "Enter") right.click();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || !setting("keys")) return;
    if (event.target.matches("input:not([type=checkbox]), select, audio, [contenteditable]")) return;
    if (event.key === " " && event.target.matches("button, a, summary, input")) return;
    const act = KEYS[event.key.toLowerCase()];
    if (!act || event.repeat) return;
    event.preventDefault();
    act();
  });

  for (const box of document.querySelectorAll("[data-setting]")) {
    box.checked = setting(box.dataset.setting);
    box.addEventListener("change", () => {
      localStorage.setItem(`check-${box.dataset.setting}`, box.checked ? "yes" : "no");
      if (box.dataset.setting === "self" && box.checked) play(start);
    });
  }
  if (setting("self")) play(start);
}
