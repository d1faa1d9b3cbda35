// Moves the stages as the work goes on; at its end the page is asked for again, which says what comes next.
import { say } from "./site.js";

const WORDS = { done: "Done", now: "At work", stopped: "Stopped here", "to come": "To come" };
const list = document.getElementById("stages");
const state = document.getElementById("state");
const left = document.getElementById("left");
const why = document.getElementById("why");
let last = "";

function standing(place, at) {
  return place < at ? "done" : place === at ? "now" : "to come";
}

function leftInWords(job) {
  if (job.state === "queued") return job.sentence ? "" : "It begins when a worker is free.";
  if (job.ends_ms === null) return "How long it takes is not known yet.";
  const minutes = Math.round(Math.max(0, job.ends_ms - Date.now()) / 60000);
  if (minutes < 1) return "Less than a minute left.";
  return minutes === 1 ? "About 1 minute left." : `About ${minutes} minutes left.`;
}

function show(job) {
  const at = job.stages.indexOf(job.stage);
  [...list.children].forEach((item, place) => {
    const now = standing(place, at);
    item.dataset.standing = now;
    item.querySelector(".stages__standing").textContent = WORDS[now];
    const bar = item.querySelector("progress");
    bar.hidden = now !== "now";
    bar.value = Math.round(100 * job.fraction);
  });
  if (state) state.textContent = job.state === "queued" ? "In the queue" : "Being worked on";
  if (why && why.hidden === Boolean(job.sentence)) {
    why.hidden = !job.sentence;
    why.firstElementChild.textContent = job.sentence || "";
    if (job.sentence) say(job.sentence);
  }
  if (left) left.textContent = leftInWords(job);
  if (job.stage && job.stage !== last) {
    last = job.stage;
    say(list.children[at].querySelector(".stages__name").textContent);
  }
}

function follow() {
  const stream = new EventSource(`/api/v1/jobs/${list.dataset.job}/events`);
  stream.addEventListener("progress", (event) => show(JSON.parse(event.data)));
  stream.addEventListener("end", (event) => {
    const { why } = JSON.parse(event.data);
    if (why === "stopping" || why === "time") return;
    stream.close();
    location.reload();
  });
}

if (list) follow();
