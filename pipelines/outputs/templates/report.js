"use strict";
(() => {
  const page = document.documentElement;
  page.classList.replace("no-script", "script-on");

  const find = (id) => document.getElementById(id);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const data = JSON.parse(find("data").textContent);
  const audio = find("audio");
  const lines = all(".line");
  const cards = all(".card");
  const parts = all("ol.cards");
  const checks = all(".check");
  const status = find("status");
  const STEP = 5;

  const say = (text) => { status.textContent = text; };

  /* What lies far away has a guessed height until it is drawn, so go there again until it stays in its place. */
  function show(element, block = "center", tries = 6) {
    element.scrollIntoView({ block, behavior: "instant" });
    const before = element.getBoundingClientRect().top;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      if (tries > 0 && Math.abs(element.getBoundingClientRect().top - before) > 1) show(element, block, tries - 1);
    }));
  }

  /* Search and filters */

  const textOf = lines.map((line) => line.querySelector(".text"));
  const spoken = textOf.map((text) => text.textContent.toLowerCase());
  const search = find("search");
  const filters = all(".filter");

  function highlight(query) {
    if (!("highlights" in CSS)) return;
    CSS.highlights.delete("found");
    if (!query) return;
    const ranges = [];
    lines.forEach((line, n) => {
      if (line.hidden || ranges.length > 2000) return;
      const walker = document.createTreeWalker(textOf[n], NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const text = node.data.toLowerCase();
        if (text.length !== node.data.length) continue;
        for (let at = text.indexOf(query); at >= 0; at = text.indexOf(query, at + query.length)) {
          const range = new Range();
          range.setStart(node, at);
          range.setEnd(node, at + query.length);
          ranges.push(range);
        }
      }
    });
    CSS.highlights.set("found", new Highlight(...ranges));
  }

  const byElement = find("by-element");
  const byDirection = find("by-direction");
  const flagsOf = lines.map((line) => (line.dataset.flags ?? "").split(" ").filter(Boolean));

  /* Which flags the two lists ask for; null where every utterance may be shown */
  function wantedFlags() {
    const element = byElement?.value ?? "all";
    const direction = byDirection?.value ?? "";
    if (element === "all" && !direction) return null;
    const anyElement = element === "all" || element === "any";
    return (key) => (anyElement || key.slice(0, -1) === element) && (!direction || key.endsWith(direction));
  }

  function sift() {
    const query = search.value.trim().toLowerCase();
    const voices = new Set(filters.filter((box) => box.checked).map((box) => box.value));
    const wanted = wantedFlags();
    let shown = 0;
    let n = 0;
    for (const card of cards) {
      let some = false;
      for (const line of card.querySelectorAll(".line")) {
        line.hidden = !voices.has(card.dataset.voice) || (query !== "" && !spoken[n].includes(query))
          || (wanted !== null && !flagsOf[n].some(wanted));
        if (!line.hidden) { some = true; shown += 1; }
        n += 1;
      }
      card.hidden = !some;
    }
    for (const part of parts) part.hidden = [...part.children].every((card) => card.hidden);
    highlight(query);
    const sifted = query !== "" || voices.size < filters.length || wanted !== null;
    find("found").textContent = sifted ? `${shown} of ${lines.length} utterances` : "";
  }

  function unsift() {
    search.value = "";
    for (const box of filters) box.checked = true;
    if (byElement) { byElement.value = "all"; byDirection.value = ""; }
    sift();
  }

  if (search) {
    let waiting = 0;
    search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(sift, 120); });
    for (const box of [...filters, byElement, byDirection]) box?.addEventListener("change", sift);
    find("mark-unsure").addEventListener("change", (event) => {
      page.classList.toggle("hide-unsure", !event.target.checked);
    });
  }

  /* Links between dialogue and check list: the target may be sifted out or lie in the side column */

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.mark, a.to-line, .skip a, .jump a");
    if (!link) return;
    const target = find(decodeURIComponent(link.hash.slice(1)));
    if (!target) return;
    bringForward(target);
    if (!link.matches("a.mark, a.to-line")) return;
    event.preventDefault();
    if (target.hidden) unsift();
    show(target);
    target.focus({ preventScroll: true });
  });

  /* Elements beside the dialogue */

  const beside = find("beside");
  const sides = all(".switch button");
  const evidence = all("details.evidence");
  const notes = all("details.flag");
  const openAll = find("open-all");
  let marked = -1;

  function showSide(name) {
    if (!sides.length) return;
    beside.dataset.shows = name;
    for (const button of sides) button.setAttribute("aria-pressed", String(button.dataset.side === name));
  }

  function bringForward(target) {
    if (target.closest(".checks")) showSide("checks");
    if (target.closest(".practice")) showSide("practice");
  }

  function mark(n) {
    lines[marked]?.classList.remove("marked");
    marked = n;
    const line = lines[n];
    line.classList.add("marked");
    if (line.hidden) unsift();
    show(line);
    return line;
  }

  function showOnly(place) {
    unsift();
    byElement.value = place;
    sift();
    const first = lines.find((line) => !line.hidden);
    if (first) { show(first); first.focus({ preventScroll: true }); }
    say(`${find("found").textContent} are shown: ${byElement.selectedOptions[0].textContent}.`);
  }

  for (const one of [...evidence, ...notes]) one.open = false;
  for (const button of sides) button.addEventListener("click", () => showSide(button.dataset.side));
  for (const button of all("[data-show]")) button.addEventListener("click", () => showOnly(button.dataset.show));
  openAll?.addEventListener("click", () => {
    const open = openAll.getAttribute("aria-expanded") === "false";
    for (const one of evidence) one.open = open;
    openAll.setAttribute("aria-expanded", String(open));
    openAll.textContent = open ? "Close all evidence" : "Open all evidence";
  });

  /* On paper everything is open */
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...evidence, ...notes].filter((one) => !one.open);
    for (const one of folded) one.open = true;
  });
  addEventListener("afterprint", () => { for (const one of folded) one.open = false; });

  /* Ticking off: kept on this page only */

  for (const box of all(".ticked")) {
    box.addEventListener("change", () => {
      box.closest(".check").classList.toggle("done", box.checked);
      const done = all(".ticked:checked").length;
      find("heard-count").textContent = done ? `${done} of ${checks.length} ticked off.` : "None ticked off yet.";
    });
  }

  if (!audio) return;

  /* Player */

  find("dialogue").classList.add("has-sound");
  const player = find("player");
  new ResizeObserver(() => page.style.setProperty("--player", `${player.offsetHeight}px`)).observe(player);
  const wave = find("wave");
  const playhead = find("playhead");
  const starts = data.utterances.map((utterance) => utterance[0]);
  let current = -1;
  let check = -1;
  let last = null; // what Replay plays again
  let stopAt = null; // where a passage ends, while it is playing

  const seek = (ms) => { audio.currentTime = Math.max(0, ms / 1000); };
  const start = () => { audio.play().catch(() => say("The sound could not be played.")); };

  function hear(from, to = null) {
    last = { from, to };
    stopAt = to;
    seek(from);
    start();
  }

  function hearLine(n, word = 0) {
    leaveCheck();
    const [from, , ...words] = data.utterances[n];
    hear(from + (words[word] ?? 0));
  }

  function hearCheck(n) {
    leaveCheck();
    check = n;
    checks[n].classList.add("current");
    const [from, to] = data.checks[n];
    hear(Math.max(0, from - data.context), to + data.context);
    const told = checks[n].querySelector(".reason").textContent;
    say(`Check ${n + 1} of ${checks.length}. ${told}`);
  }

  function leaveCheck() {
    if (check >= 0) checks[check].classList.remove("current");
  }

  function stepCheck(by) {
    if (!checks.length) return;
    const next = Math.min(checks.length - 1, Math.max(0, check + by));
    bringForward(checks[next]);
    hearCheck(next);
    show(checks[next], "nearest");
  }

  function hearMoment(button) {
    document.querySelector(".moment.chosen")?.classList.remove("chosen");
    button.closest(".moment").classList.add("chosen");
    const n = Number(button.dataset.moment);
    const line = mark(n);
    if (!matchMedia("(min-width: 64rem)").matches) line.focus({ preventScroll: true });
    say(button.getAttribute("aria-label").replace("Play ", ""));
    hearLine(n);
  }

  function stepFlag(by) {
    for (let n = marked < 0 && by < 0 ? lines.length - 1 : marked + by; n >= 0 && n < lines.length; n += by) {
      if (!flagsOf[n].length || lines[n].hidden) continue;
      mark(n).focus({ preventScroll: true });
      say([...lines[n].querySelectorAll(".flag summary")].map((one) => one.textContent).join(", "));
      hearLine(n);
      return;
    }
    say("No more flags that way.");
  }

  function replay() {
    if (last) hear(last.from, last.to);
    else if (current >= 0) hearLine(current);
    else hear(0);
  }

  function toggle() {
    if (audio.paused) start(); else audio.pause();
  }

  function lineAt(ms) {
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= ms) low = middle + 1; else high = middle;
    }
    for (let n = low - 1; n >= Math.max(0, low - 6); n -= 1) if (ms < data.utterances[n][1]) return n;
    return -1;
  }

  function follow() {
    const ms = audio.currentTime * 1000;
    playhead.style.transform = `translateX(${Math.min(100, (100 * ms) / Math.max(1, data.duration))}%)`;
    if (stopAt !== null && ms >= stopAt && !audio.seeking) { stopAt = null; audio.pause(); }
    const now = lineAt(ms);
    if (now === current) return;
    if (current >= 0) { lines[current].classList.remove("current"); lines[current].removeAttribute("aria-current"); }
    current = now;
    if (now >= 0) { lines[now].classList.add("current"); lines[now].setAttribute("aria-current", "true"); }
  }

  /* While sound runs, look ten times a second: enough to stop a passage on time, cheap on a long page. */
  let watching = 0;
  audio.addEventListener("play", () => { clearInterval(watching); watching = setInterval(follow, 100); });
  audio.addEventListener("pause", () => { clearInterval(watching); follow(); });
  audio.addEventListener("seeked", follow);
  audio.addEventListener("ended", () => { stopAt = null; });
  audio.addEventListener("seeking", () => { // away from the passage: then it no longer ends the playing
    const ms = audio.currentTime * 1000;
    if (stopAt !== null && (ms < last.from - 50 || ms > stopAt)) stopAt = null;
  });

  /* The word under the pointer: blanks before it in the utterance's text count the words */
  function wordAt(event, text) {
    let node;
    let offset;
    if (document.caretPositionFromPoint) {
      const at = document.caretPositionFromPoint(event.clientX, event.clientY);
      if (at) { node = at.offsetNode; offset = at.offset; }
    } else if (document.caretRangeFromPoint) {
      const at = document.caretRangeFromPoint(event.clientX, event.clientY);
      if (at) { node = at.startContainer; offset = at.startOffset; }
    }
    if (!node || !text.contains(node)) return 0;
    const before = new Range();
    before.setStart(text, 0);
    before.setEnd(node, offset);
    return (before.toString().match(/\s/g) ?? []).length;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.time");
    if (button && button.dataset.line !== undefined) return void hearLine(Number(button.dataset.line));
    if (button?.dataset.moment !== undefined) return void hearMoment(button);
    if (button) return void hearCheck(Number(button.dataset.check));
    const text = event.target.closest(".line .text");
    if (!text || !getSelection().isCollapsed) return;
    hearLine(textOf.indexOf(text), wordAt(event, text));
  });

  wave.addEventListener("click", (event) => {
    const box = wave.getBoundingClientRect();
    leaveCheck();
    stopAt = null;
    seek(((event.clientX - box.left) / box.width) * data.duration);
    follow();
  });

  find("previous-check")?.addEventListener("click", () => stepCheck(-1));
  find("next-check")?.addEventListener("click", () => stepCheck(1));
  find("replay").addEventListener("click", replay);
  find("speed").addEventListener("change", (event) => { audio.playbackRate = Number(event.target.value); });
  find("to-current").addEventListener("click", () => {
    const line = lines[current >= 0 ? current : Math.max(0, starts.findLastIndex((ms) => ms <= audio.currentTime * 1000))];
    if (!line) return;
    if (line.hidden) unsift();
    show(line);
    line.focus({ preventScroll: true });
  });

  /* Keys: single letters, only outside fields, and they can be switched off (WCAG 2.1.4) */

  const keys = find("keys");
  const useKeys = find("use-keys");
  const actions = {
    f: (event) => stepFlag(event.shiftKey ? -1 : 1),
    k: toggle,
    j: () => { stopAt = null; seek(audio.currentTime * 1000 - STEP * 1000); },
    l: () => { stopAt = null; seek(audio.currentTime * 1000 + STEP * 1000); },
    n: () => stepCheck(1),
    p: () => stepCheck(-1),
    r: replay,
  };
  const toggleKeys = () => { if (keys.open) keys.close(); else keys.showModal(); };
  find("show-keys").addEventListener("click", toggleKeys);

  document.addEventListener("keydown", (event) => {
    if (!useKeys.checked || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
    if (event.key === "?") { event.preventDefault(); toggleKeys(); return; }
    if (keys.open) return;
    if (event.key === " ") {
      if (event.target.closest("button, a, audio, summary, input, dialog")) return;
      event.preventDefault();
      toggle();
      return;
    }
    const action = actions[event.key.toLowerCase()];
    if (!action || (event.target === audio && event.key.length !== 1)) return;
    event.preventDefault();
    action(event);
  });
})();
