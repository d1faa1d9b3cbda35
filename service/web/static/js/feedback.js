// The coach's form of feedback: a quote is edited only where its moment is ticked, and leaving unsaved words is asked about.
const form = document.getElementById("feedback-form");

function follow(box) {
  const quote = document.getElementById(box.id.replace(/^moment-/, "quote-"));
  if (quote) quote.readOnly = !box.checked;
}

if (form) {
  for (const box of form.querySelectorAll('input[type="checkbox"]')) {
    follow(box);
    box.addEventListener("change", () => follow(box));
  }
  let changed = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}
