// A session that was withdrawn: whatever this browser still keeps of it goes too.
import { forget } from "./recordings.js";

const place = document.querySelector("[data-forget]");
if (place) forget(place.dataset.forget).catch(() => {});
