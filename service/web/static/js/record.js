// The recorder: every five seconds what was heard is encrypted and kept, so that a closed page loses no more than that.
import { say } from "./site.js";
import { LevelMeter } from "./level.js";
import { beginTake, forget, keepPiece, takesOf, wholeOf } from "./recordings.js";
import { sendShown } from "./sending.js";

const PIECE_MS = 5000;
const MIME = "audio/webm;codecs=opus";
const STATES = {
  off: "Not recording",
  on: "Recording",
  held: "Paused, not recording",
  done: "Stopped. Kept in this browser, not sent yet",
  sending: "Stopped. Being sent",
  sent: "Sent and deleted here",
};
const REFUSALS = {
  NotAllowedError: "The browser may not use the microphone. Allow it for this page beside the address, then start again.",
  NotFoundError: "No microphone was found. Plug one in, then start again.",
  NotReadableError: "Another program is using the microphone. Close it, then start again.",
};
const SHOWN = {
  off: ["start"],
  on: ["hold", "end"],
  held: ["hold", "end"],
  done: ["start", "send", "discard"],
  sending: [],
  sent: [],
};

const by = (id) => document.getElementById(id);
const place = by("recorder");
const session = place.dataset.session;
const level = new LevelMeter(by("level"), by("level-words"));
let state = "off";
let run = null;
let before = 0;

function inWords(ms) {
  const seconds = Math.floor(ms / 1000);
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes}:${two(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

function trouble(words) {
  by("trouble-words").textContent = words;
  by("trouble").hidden = !words;
}

function leave(event) {
  event.preventDefault();
}

function become(next) {
  state = next;
  place.dataset.state = next;
  by("recorder-state").textContent = STATES[next];
  say(STATES[next]);
  for (const id of ["start", "hold", "end", "send", "discard"]) by(id).hidden = !SHOWN[next].includes(id);
  by("start").textContent = next === "done" ? "Go on recording" : "Start recording";
  by("start").classList.toggle("govuk-button--secondary", next === "done");
  by("hold").textContent = next === "held" ? "Go on" : "Pause";
  window[next === "off" || next === "sent" ? "removeEventListener" : "addEventListener"]("beforeunload", leave);
}

// One take: counts time without pauses, and keeps the pieces one after the other.
class Take {
  constructor(take, stream) {
    this.take = take;
    this.number = 0;
    this.spent = 0;
    this.since = Date.now();
    this.kept = Promise.resolve();
    this.stream = stream;
    this.recorder = new MediaRecorder(stream, { mimeType: MIME, audioBitsPerSecond: 48000 });
    this.recorder.addEventListener("dataavailable", (event) => this.keep(event.data));
    this.over = new Promise((good) => this.recorder.addEventListener("stop", good, { once: true }));
  }

  get ms() {
    return this.spent + (this.since ? Date.now() - this.since : 0);
  }

  keep(blob) {
    if (blob.size === 0) return;
    const [number, ms] = [this.number, this.ms];
    this.number += 1;
    const full = "This browser has no room left to keep the recording. What was kept until now can be sent.";
    this.kept = this.kept.then(() => keepPiece(this.take, number, blob, ms)).catch(() => void stopFor(full));
  }

  hold() {
    this.recorder.requestData();
    this.recorder.pause();
    [this.spent, this.since] = [this.ms, 0];
  }

  goOn() {
    this.since = Date.now();
    this.recorder.resume();
  }

  async end() {
    if (this.since) [this.spent, this.since] = [this.ms, 0];
    if (this.recorder.state !== "inactive") this.recorder.stop();
    await this.over;
    await this.kept;
    for (const track of this.stream.getTracks()) track.stop();
  }
}

async function start() {
  trouble("");
  let stream;
  try {
    const wanted = { echoCancellation: false, noiseSuppression: false, autoGainControl: true, channelCount: 1 };
    stream = await navigator.mediaDevices.getUserMedia({ audio: wanted });
  } catch (refused) {
    trouble(REFUSALS[refused.name] ?? "The microphone could not be used. Check it, then start again.");
    return;
  }
  await navigator.storage?.persist?.();
  run = new Take(await beginTake(session, MIME), stream);
  stream.getAudioTracks()[0].addEventListener("ended", () => stopFor("The microphone was unplugged or switched off."));
  run.recorder.start(PIECE_MS);
  level.listen(stream);
  stayAwake();
  become("on");
}

async function end() {
  if (!run) return;
  const ending = run;
  run = null;
  level.stop();
  await ending.end();
  await look();
}

async function stopFor(words) {
  trouble(words);
  await end();
}

async function look() {
  const takes = await takesOf(session);
  before = takes.reduce((sum, take) => sum + take.ms, 0);
  by("recorder-time").textContent = inWords(before);
  become(takes.length > 0 ? "done" : "off");
  return takes;
}

async function stayAwake() {
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // The screen may go dark then; the recording goes on.
  }
}

async function send() {
  trouble("");
  const takes = await takesOf(session);
  become("sending");
  let file;
  try {
    file = await wholeOf(session);
  } catch {
    become("done");
    trouble("A part of the recording cannot be read any more, so it cannot be sent.");
    return;
  }
  const given = { file, mark: takes.map((take) => take.id).join(), session, kind: "sound", name: "recording.webm" };
  await sendShown(given, {
    done: async () => {
      await forget(session);
      become("sent");
      location.assign(`/sessions/${session}/progress`);
    },
    failed: (words) => {
      become("done");
      trouble(words.replace("Press Go on", "Press Send the recording"));
    },
  });
}

async function discard() {
  if (!confirm("Delete this recording from this browser? There is no way back.")) return;
  await forget(session);
  by("said-before").hidden = true;
  await look();
}

function hold() {
  if (state === "on") {
    run.hold();
    become("held");
  } else {
    run.goOn();
    become("on");
  }
}

async function open() {
  place.hidden = false;
  if (!globalThis.MediaRecorder?.isTypeSupported(MIME) || !navigator.mediaDevices) {
    by("start").disabled = true;
    trouble("This browser cannot record here. Use a recorder or another browser, then upload the file.");
    return;
  }
  const takes = await look();
  if (takes.length > 0) {
    const when = new Date(takes[0].begun).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" });
    by("said-before").textContent = `A recording of ${inWords(before)}, begun on ${when}, is kept in this browser. Go on with it, send it or discard it.`;
    by("said-before").hidden = false;
  }
  setInterval(() => {
    if (run) by("recorder-time").textContent = inWords(before + run.ms);
  }, 250);
}

by("start").addEventListener("click", start);
by("hold").addEventListener("click", hold);
by("end").addEventListener("click", end);
by("send").addEventListener("click", send);
by("discard").addEventListener("click", discard);
open();
