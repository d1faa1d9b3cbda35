// Marks one answer for everybody who has not given it; saving is still a press of its own.
import { say } from "./site.js";

const place = document.getElementById("quick");
if (place) {
  place.hidden = false;
  place.addEventListener("click", (event) => {
    const purpose = event.target.closest("button")?.dataset.mark;
    if (!purpose) return;
    const yes = document.querySelectorAll(`input[value="given"][data-purpose="${purpose}"]`);
    for (const one of yes) one.checked = true;
    say(`${yes.length} answers are marked yes. Save them below.`);
  });
}
