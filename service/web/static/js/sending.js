// The section of a page that shows one file on its way.
import { say } from "./site.js";
import { send, sizeInWords } from "./uploading.js";

const section = document.getElementById("sending");
const state = document.getElementById("sending-state");
const bar = document.getElementById("sending-bar");

function tell(words) {
  state.textContent = words;
}

// Shows and sends. `given` as `send` takes it, without `on`; `done` and `failed` are called at the end.
export async function sendShown(given, { done, failed }) {
  let tenth = 0;
  section.hidden = false;
  bar.value = 0;
  tell("Getting ready…");
  document.getElementById("sending-title").focus();
  const on = {
    progress: (sent, all) => {
      const percent = Math.floor((100 * sent) / all);
      bar.value = percent;
      tell(`${percent}%: ${sizeInWords(sent)} of ${sizeInWords(all)}`);
      if (Math.floor(percent / 10) > tenth) {
        tenth = Math.floor(percent / 10);
        say(`${percent} percent sent`);
      }
    },
    waiting: () => tell("The connection broke. Trying again…"),
    done: () => {
      bar.value = 100;
      tell("All of it has arrived.");
      done();
    },
    failed: ({ words, again }) => {
      tell(words);
      failed(words, again);
    },
  };
  const going = await send({ ...given, on });
  if (going.resumed) tell("Going on where it stood…");
  return going;
}

export function sendingSays(words) {
  tell(words);
}

export function sendingHidden() {
  section.hidden = true;
}
