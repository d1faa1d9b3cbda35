// Copies a one-time link. Without scripts it can be selected by hand, and the button is not shown.
import { say } from "./site.js";

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  field.addEventListener("focus", () => field.select());
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = "Copied";
      say("The link is copied.");
    } catch {
      say("The link could not be copied. It is selected: copy it with your keyboard.");
    }
  });
}
