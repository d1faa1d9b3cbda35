// Plays moments of a recording: one player for the page, and a button at each moment. Without this script each moment
// has a player of its own.
const LEAD_S = 0.3;
let playing = null;

function word(place, on) {
  const button = place.querySelector("button");
  button.textContent = on ? "Stop" : `Play the moment at ${place.dataset.name}`;
  button.setAttribute("aria-pressed", String(on));
}

function stop(player) {
  if (!playing) return;
  word(playing, false);
  playing = null;
  player.pause();
}

async function play(player, place) {
  if (playing) word(playing, false);
  playing = place;
  word(place, true);
  if (!player.src) player.src = player.dataset.src;
  player.hidden = false;
  if (player.readyState < 1) {
    player.load();
    await new Promise((done) => {
      for (const event of ["loadedmetadata", "error"]) player.addEventListener(event, done, { once: true });
    });
  }
  if (playing !== place) return;
  player.currentTime = Math.max(0, Number(place.dataset.start) / 1000 - LEAD_S);
  try {
    await player.play();
  } catch {
    if (playing === place) stop(player);
  }
}

export function moments(scope, player) {
  for (const place of scope.querySelectorAll("[data-moment]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "govuk-button govuk-button--secondary";
    button.addEventListener("click", () => (playing === place ? stop(player) : play(player, place)));
    place.replaceChildren(button);
    word(place, false);
  }
  player.addEventListener("timeupdate", () => {
    if (playing && player.currentTime >= Number(playing.dataset.end) / 1000) stop(player);
  });
  player.addEventListener("ended", () => stop(player));
}

const player = document.getElementById("player");
if (player) moments(document, player);
