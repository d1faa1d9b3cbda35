// Uploads a recording or a transcript that was chosen; with pause, and resumed when the same file is chosen again.
import { sendShown, sendingHidden, sendingSays } from "./sending.js";

const place = document.getElementById("bring");
const pause = document.getElementById("pause");
const giveUp = document.getElementById("give-up");
const inputs = [...place.querySelectorAll("input[type=file]")];
let going = null;
let stands = "idle";

function leave(event) {
  event.preventDefault();
}

function become(next) {
  stands = next;
  const busy = next === "sending";
  for (const input of inputs) input.disabled = next !== "idle";
  pause.hidden = next === "done";
  giveUp.hidden = next === "done";
  pause.textContent = busy ? "Pause" : "Go on";
  window[busy ? "addEventListener" : "removeEventListener"]("beforeunload", leave);
}

function wrong(input, words) {
  const error = document.getElementById(`${input.id}-error`);
  error.textContent = words;
  error.hidden = !words;
  input.closest(".govuk-form-group").classList.toggle("govuk-form-group--error", Boolean(words));
  input.toggleAttribute("aria-invalid", Boolean(words));
}

async function begin(input) {
  const [file] = input.files;
  for (const one of inputs) wrong(one, "");
  if (!file) return;
  if (file.size === 0) {
    wrong(input, "This file is empty. Copy the recording from the recorder again.");
    return;
  }
  become("sending");
  const given = { file, mark: file.lastModified, session: place.dataset.session, kind: input.dataset.kind, name: file.name };
  const ends = {
    done: () => {
      become("done");
      location.assign(`/sessions/${place.dataset.session}/progress`);
    },
    failed: (words, again) => {
      if (again) {
        become("held");
        return;
      }
      become("idle");
      sendingHidden();
      input.value = "";
      wrong(input, words);
      input.focus();
    },
  };
  going = await sendShown(given, ends);
}

pause.addEventListener("click", () => {
  if (stands === "sending") {
    going.pause();
    become("held");
    sendingSays("Paused. What has arrived is kept.");
  } else if (stands === "held") {
    become("sending");
    sendingSays("Going on…");
    going.go();
  }
});
giveUp.addEventListener("click", async () => {
  await going?.cancel();
  for (const input of inputs) input.value = "";
  become("idle");
  sendingHidden();
  inputs[0].focus();
});
for (const input of inputs) input.addEventListener("change", () => begin(input));
place.hidden = false;
