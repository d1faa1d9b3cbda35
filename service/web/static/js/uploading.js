// One file to the service in pieces, which goes on where it stood: after a broken connection, a pause, a closed page.
import { csrf } from "./site.js";

const PREFIX = "practice-upload:";
const KEPT_MS = 7 * 24 * 3600 * 1000;
const PIECE_BYTES = 8 * 1024 * 1024;
const WAITS_MS = [0, 1000, 3000, 6000, 12000, 30000, 30000, 60000];
const PASSING = [408, 423, 460, 503];

// Where unfinished uploads stand, in this browser: an address of the service and a size, no file's name and no content.
const places = {
  findAllUploads: async () => found(PREFIX),
  findUploadsByFingerprint: async (fingerprint) => found(PREFIX + fingerprint),
  removeUpload: async (key) => localStorage.removeItem(key),
  addUpload: async (fingerprint, upload) => {
    const kept = { uploadUrl: upload.uploadUrl, size: upload.size, metadata: {}, when: Date.now() };
    localStorage.setItem(PREFIX + fingerprint, JSON.stringify(kept));
    return PREFIX + fingerprint;
  },
};

function found(prefix) {
  const all = [];
  for (const key of Object.keys(localStorage).filter((one) => one.startsWith(prefix))) {
    const kept = JSON.parse(localStorage.getItem(key));
    if (Date.now() - kept.when > KEPT_MS) localStorage.removeItem(key);
    else all.push({ ...kept, urlStorageKey: key });
  }
  return all;
}

async function fingerprintOf(...facts) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(facts.join("|")));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function problemOf(error) {
  try {
    return JSON.parse(error.originalResponse.getBody());
  } catch {
    return {};
  }
}

function passes(error) {
  const status = error.originalResponse?.getStatus() ?? 0;
  if (status === 409) return !problemOf(error).type?.endsWith("/permission-missing");
  return status === 0 || PASSING.includes(status) || (status >= 500 && status !== 507);
}

// What went wrong and what to do, in a sentence; `again` says whether pressing "Go on" can help.
function told(error) {
  const status = error.originalResponse?.getStatus() ?? 0;
  if (status === 0) return { words: "The connection broke. What has arrived is kept. Press Go on when you are back.", again: true };
  if (status === 401) return { words: "You were signed out. Sign in again in another tab, then press Go on here.", again: true };
  const detail = problemOf(error).detail;
  return { words: detail ?? "The service did not take this file. Try again in a moment.", again: passes(error) };
}

// Sends `file` for a session; `mark` tells it from other files of the same size. `on`: {progress, waiting, done, failed}.
// Gives {pause, go, cancel}; it has begun already, and goes on with what an earlier attempt left.
export async function send({ file, mark, session, kind, name, on }) {
  const fingerprint = await fingerprintOf(session, kind, file.size, mark);
  const upload = new globalThis.tus.Upload(file, {
    endpoint: "/api/v1/uploads",
    metadata: { session, kind, filename: name },
    headers: { "X-CSRF": csrf(), Accept: "application/json" },
    chunkSize: PIECE_BYTES,
    retryDelays: WAITS_MS,
    removeFingerprintOnSuccess: true,
    fingerprint: async () => fingerprint,
    urlStorage: places,
    onProgress: (sent, all) => on.progress(sent, all),
    onShouldRetry: (error) => {
      const again = passes(error);
      if (again) on.waiting();
      return again;
    },
    onSuccess: () => on.done(),
    onError: (error) => on.failed(told(error)),
  });
  const before = await upload.findPreviousUploads();
  if (before.length > 0) upload.resumeFromPreviousUpload(before[0]);
  upload.start();
  return {
    resumed: before.length > 0,
    pause: () => upload.abort(),
    go: () => upload.start(),
    cancel: () => upload.abort(true).catch(() => {}),
  };
}

export function sizeInWords(bytes) {
  if (bytes < 1024 * 1024) return `${Math.max(1, Math.round(bytes / 1024))} KB`;
  return bytes < 1024 ** 3 ? `${(bytes / 1024 ** 2).toFixed(1)} MB` : `${(bytes / 1024 ** 3).toFixed(2)} GB`;
}
