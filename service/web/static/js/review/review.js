// The coach's workspace: what each action does, with the parts put together.
import { say } from "../site.js";
import { chooseFlag, Settings } from "./dialogs.js";
import { Dialogue } from "./dialogue.js";
import { Elements } from "./elements.js";
import { Keys } from "./keys.js";
import { placeAt, Player } from "./player.js";
import { Saving } from "./saving.js";
import { Review } from "./state.js";

const byId = (id) => document.getElementById(id);
const given = JSON.parse(byId("review-data").textContent);
const review = new Review(given.review, given);
const said = [];
const player = new Player({ audio: byId("sound"), canvas: byId("wave"), said, marks });
player.placeNow = () => placeAt(said, player.atMs);
const dialogue = new Dialogue({ review, names: given.names, player, onOpened: opened });
said.push(...dialogue.said.filter((one) => one.start !== null));
const elements = new Elements({ review, labels: given.labels, onScore: score, onMoment: moment });
const saving = new Saving(review, { refused, show: showSaved });
const keys = new Keys(run);
const settings = new Settings(keys);

const DO = {
  play: () => player.toggle(),
  back: () => player.skip(-5),
  forward: () => player.skip(5),
  replay: () => dialogue.play(dialogue.utterance ?? said[player.placeNow()]?.id),
  slower: () => speed(-1),
  faster: () => speed(1),
  follow: () => dialogue.follow(),
  nextSaid: () => dialogue.step(1),
  previousSaid: () => dialogue.step(-1),
  nextFlag: () => toFlag(1),
  previousFlag: () => toFlag(-1),
  accept: () => decide("accept"),
  reject: () => decide("reject"),
  unsure: () => decide("unsure"),
  change: changeFlag,
  add: addFlag,
  evidence: () => elements.nextMoment(),
  confirm: () => elements.takeSuggested() || say("There is no suggestion to confirm. Press 1 to 5 to score."),
  score: (value) => elements.score(value),
  acceptRest,
  elements: () => elements.step(),
  note: () => byId("note")?.focus(),
  undo: () => turned(review.undo(), "Taken back."),
  redo: () => turned(review.redo(), "Restored."),
  help: () => settings.open(),
};
const DECIDES = new Set(["accept", "reject", "unsure", "change", "add", "confirm", "score", "acceptRest", "undo", "redo"]);

function run(action, value) {
  if (DECIDES.has(action) && !review.open) return say("This review is finished. Open it again to change it.");
  DO[action]?.(value);
}

function marks() {
  return [...review.flags.values()].flatMap((flag) => {
    const at = dialogue.byId.get(flag.utterance)?.start;
    return at === null || at === undefined ? [] : [{ at, decided: flag.verdict !== null }];
  });
}

function speed(step) {
  const now = player.speed(step);
  byId("speed").textContent = `${now}×`;
  byId("speed").setAttribute("aria-label", `Speed ${now}, faster`);
  say(`Speed ${now}`);
}

function toFlag(by, options) {
  if (!dialogue.stepFlag(by, options)) return say(by > 0 ? "No flag further on." : "No flag before this one.");
  if (settings.playing) dialogue.play(dialogue.utterance);
}

// Opening or playing an utterance opens the evidence of every suggestion that rests on it.
function opened(utterance) {
  if (!review.open) return;
  for (const one of review.unopenedBy(utterance)) {
    saving.add([review.remember({ kind: "opened", about: one.element, body: { utterances: [utterance] } })]);
  }
}

function moment(element, utterance) {
  if (utterance) {
    opened(utterance);
    dialogue.goTo(utterance, null, { focus: false });
    dialogue.byId.get(utterance)?.element.scrollIntoView({ block: "center" });
    dialogue.play(utterance);
    return;
  }
  if (!review.element(element).opened && review.open) {
    const here = dialogue.utterance ?? dialogue.said[0].id;
    saving.add([review.remember({ kind: "opened", about: element, body: { utterances: [here] } })]);
  }
  say("No single moment stands behind this.");
}

function decide(verdict, body = {}) {
  const flag = dialogue.flag;
  if (!flag) {
    if (!dialogue.stepFlag(1, { undecided: true })) say("No flag is left to decide on.");
    return;
  }
  saving.add(review.act([{ kind: "flag", about: flag.about, body: { verdict, ...body } }]));
  opened(flag.utterance);
  if (settings.moving && dialogue.undecided().length) toFlag(1, { undecided: true });
  else if (!dialogue.undecided().length) say("Every flag that is shown has been decided on.");
}

async function changeFlag() {
  const flag = dialogue.flag;
  if (!flag) return say("Go to a flag first: next flag.");
  const chosen = await chooseFlag({ title: "Change this flag", words: dialogue.textOf(flag.utterance), note: flag.note });
  if (!chosen) return;
  if (flag.about.endsWith(`:${chosen.mark}`)) decide("accept", { note: chosen.note });
  else decide("change", { to: chosen.mark, note: chosen.note });
}

async function addFlag() {
  const chosen = dialogue.selection();
  const utterance = chosen?.utterance ?? dialogue.utterance;
  if (!utterance) return say("Go to an utterance first, or select some of its words.");
  const words = chosen?.words ?? dialogue.textOf(utterance);
  byId("add-here").hidden = true;
  const made = await chooseFlag({ title: "Add a flag", words, note: chosen ? `“${chosen.words}”` : "" });
  if (!made) return;
  const about = `${utterance}:${made.mark}`;
  const verdict = review.flags.get(about)?.by_machine ? "accept" : "add";
  saving.add(review.act([{ kind: "flag", about, body: { verdict, note: made.note } }]));
  opened(utterance);
  dialogue.goTo(utterance, about);
}

function acceptRest() {
  const element = elements.current;
  if (!review.element(element).opened) return elements.refuse(element, "Open a moment first, then accept the others.");
  const left = [...review.flags.values()].filter((one) => one.element === element && one.verdict === null);
  if (!left.length) return say("No flag of this element is left to decide on.");
  saving.add(review.act(left.map((one) => ({ kind: "flag", about: one.about, body: { verdict: "accept" } }))));
  say(`${left.length} flags accepted. Undo takes all of them back.`);
}

function score(element, body) {
  if (!review.mayScore(element, body.reason)) {
    return elements.refuse(element, "Open a moment first, or write why you score without.");
  }
  saving.add(review.act([{ kind: "score", about: element, body }]));
  say(`${given.names[element]}: ${body.score ?? "no score"}.`);
  if (settings.moving) elements.toNextUnsettled();
}

function turned(acts, words) {
  if (!acts.length) return say("There is nothing more.");
  saving.add(acts);
  say(words);
}

function refused(one) {
  say(`${one.title}. ${one.detail}`);
  byId("saved-words").textContent = one.detail || one.title;
}

function showSaved(word, words) {
  const place = byId("saved");
  place.dataset.state = word;
  if (byId("saved-words").textContent !== words) byId("saved-words").textContent = words;
}

function count() {
  const flags = dialogue.shownFlags;
  const left = dialogue.undecided(flags).length;
  byId("count").textContent = flags.length ? `${flags.length - left} of ${flags.length} decided` : "No flags";
  for (const [action, can] of [["undo", review.canUndo], ["redo", review.canRedo]]) {
    for (const button of document.querySelectorAll(`[data-do="${action}"]`)) button.disabled = !can || !review.open;
  }
}

let drawing = 0;
review.addEventListener("changed", ({ detail }) => {
  dialogue.render([...detail].filter((about) => about.includes(":")));
  elements.render(detail);
  count();
  clearTimeout(drawing);
  drawing = setTimeout(() => player.audio && player.draw(), 200);
});
const bar = byId("bar");
new ResizeObserver(() => document.documentElement.style.setProperty("--bar", getComputedStyle(bar).position === "sticky" ? `${bar.offsetHeight}px` : "0px")).observe(bar);
player.onMove((one, playing) => dialogue.sound(one, playing));

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (!button || button.type === "submit") return;
  run(button.dataset.do);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches("textarea, select")) dialogue.goTo(dialogue.utterance, dialogue.about);
});
document.addEventListener("selectionchange", () => {
  const [chosen, button] = [dialogue.selection(), byId("add-here")];
  button.hidden = !chosen || !review.open;
  if (button.hidden) return;
  const box = chosen.range.getBoundingClientRect();
  button.style.top = `${Math.max(8, box.top - 44)}px`;
  button.style.left = `${Math.min(Math.max(8, box.left), innerWidth - 180)}px`;
});
byId("add-here").addEventListener("pointerdown", (event) => event.preventDefault());
for (const id of ["only-element", "only-direction"]) {
  byId(id).addEventListener("change", () => {
    dialogue.filter(byId("only-element").value, byId("only-direction").value);
    if (byId("only-element").value) elements.select(byId("only-element").value, { focus: false });
    count();
  });
}
document.querySelector(".note-form")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const field = byId("note");
  const text = field.value.trim();
  if (!text) return field.focus();
  const utterance = dialogue.utterance;
  saving.add(review.act([{ kind: "note", about: utterance ?? "", body: { text, utterance } }]));
  byId("notes").append(Object.assign(document.createElement("li"), { textContent: text }));
  field.value = "";
  say("Note kept.");
});
for (const form of document.querySelectorAll("[data-leaves]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await saving.settled()) form.submit();
    else say("Not everything is saved yet. Try again once it is.");
  });
}

for (const hidden of document.querySelectorAll("[data-needs-script]")) hidden.hidden = false;
keys.label();
count();
player.outline(given.review.session_id);
const place = location.hash.slice(1);
if (dialogue.byId.has(place)) dialogue.goTo(place);
document.documentElement.dataset.review = "ready";
