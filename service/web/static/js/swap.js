// htmx for pages that swap parts of themselves: `import "./swap.js"` from the module of such a page. What is sent has the
// sign-in's token with it; what comes back is announced, because nobody hears that a part of a page has changed.
import htmx from "./vendor/htmx.js";
import { csrf, say, start } from "./site.js";

document.addEventListener("htmx:config:request", (event) => {
  event.detail.ctx.request.headers["X-CSRF"] = csrf();
});

document.addEventListener("htmx:after:swap", (event) => {
  start(event.target instanceof Element ? event.target : document.body);
  const told = event.target instanceof Element ? event.target.dataset.said : null;
  if (told) say(told);
});

document.addEventListener("htmx:error", () => {
  say("The service did not answer. Check your connection, then try again.");
});

export default htmx;
