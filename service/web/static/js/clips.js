// Pieces of voices, played by one player; without this script each piece has a player of its own.
import { say } from "./site.js";

const form = document.querySelector("form[data-clips]");
if (form?.dataset.clips) {
  const player = new Audio();
  player.preload = "none";
  player.src = form.dataset.clips;
  let playing = null;

  const stop = () => {
    player.pause();
    playing?.setAttribute("aria-pressed", "false");
    playing = null;
  };
  const play = async (button) => {
    stop();
    playing = button;
    button.setAttribute("aria-pressed", "true");
    player.currentTime = Number(button.dataset.start) / 1000;
    try {
      await player.play();
    } catch (refused) {
      if (refused.name !== "AbortError") {
        stop();
        say("The recording cannot be played.");
      }
    }
  };
  for (const button of form.querySelectorAll(".clip__play")) button.setAttribute("aria-pressed", "false");
  form.addEventListener("click", (event) => {
    const button = event.target.closest(".clip__play");
    if (!button) return;
    if (button === playing) stop();
    else play(button);
  });
  player.addEventListener("timeupdate", () => {
    if (playing && player.currentTime * 1000 >= Number(playing.dataset.end)) stop();
  });
  player.addEventListener("ended", stop);
}
