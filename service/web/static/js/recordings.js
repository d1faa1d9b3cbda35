// Recordings that are not sent yet, in this browser: each piece encrypted under a key that no script can read out.
// A recording is made of takes, one for each time that it was begun or gone on with; a take of numbered pieces.
import { newId } from "./site.js";
import { joinedWebm } from "./webm.js";

const NAME = "practice-recordings";

function settled(request) {
  return new Promise((good, bad) => {
    request.onsuccess = () => good(request.result);
    request.onerror = () => bad(request.error);
  });
}

function opened() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("takes", { keyPath: "id" }).createIndex("session", "session");
    request.result.createObjectStore("pieces", { keyPath: ["take", "number"] });
  };
  return settled(request);
}

// One transaction; what it wrote is on the disk when this is done.
async function within(mode, act) {
  const database = await opened();
  try {
    const transaction = database.transaction(["takes", "pieces"], mode, { durability: "strict" });
    const ended = new Promise((good, bad) => {
      transaction.oncomplete = good;
      transaction.onerror = transaction.onabort = () => bad(transaction.error);
    });
    const made = await act(transaction.objectStore("takes"), transaction.objectStore("pieces"));
    await ended;
    return made;
  } finally {
    database.close();
  }
}

const piecesOf = (take) => IDBKeyRange.bound([take, 0], [take, Number.MAX_SAFE_INTEGER]);
const bound = (take, number) => new TextEncoder().encode(`${take}|${number}`);

// Begins a take. `mime` as the recorder says it.
export async function beginTake(session, mime) {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const take = { id: newId(), session, mime, key, begun: Date.now() };
  await within("readwrite", (takes) => settled(takes.add(take)));
  return take;
}

// Keeps a piece. `ms`: how long the take is with it. Its number and its take are bound to it.
export async function keepPiece(take, number, blob, ms) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const algorithm = { name: "AES-GCM", iv, additionalData: bound(take.id, number) };
  const data = await crypto.subtle.encrypt(algorithm, take.key, await blob.arrayBuffer());
  await within("readwrite", (_, pieces) => settled(pieces.add({ take: take.id, number, iv, data, ms })));
}

// The takes of a session that have anything in them, oldest first, each with its length in ms.
export async function takesOf(session) {
  return within("readonly", async (takes, pieces) => {
    const all = await settled(takes.index("session").getAll(session));
    const found = [];
    for (const take of all) {
      const last = await settled(pieces.openCursor(piecesOf(take.id), "prev"));
      if (last) found.push({ ...take, ms: last.value.ms });
    }
    return found.sort((one, other) => one.begun - other.begun);
  });
}

async function decrypted(take) {
  const kept = await within("readonly", (_, pieces) => settled(pieces.getAll(piecesOf(take.id))));
  const plain = [];
  for (const [place, piece] of kept.entries()) {
    if (piece.number !== place) throw new Error("a piece is missing");
    const algorithm = { name: "AES-GCM", iv: piece.iv, additionalData: bound(take.id, piece.number) };
    plain.push(await crypto.subtle.decrypt(algorithm, take.key, piece.data));
  }
  return plain;
}

// All of a session's takes as one file.
export async function wholeOf(session) {
  const takes = await takesOf(session);
  const each = [];
  for (const take of takes) each.push(await decrypted(take));
  const type = takes[0].mime.split(";")[0];
  if (each.length === 1) return new Blob(each[0], { type });
  const whole = [];
  for (const pieces of each) whole.push(new Uint8Array(await new Blob(pieces).arrayBuffer()));
  return new Blob(joinedWebm(whole), { type });
}

// Deletes what is kept of a session, and the keys.
export async function forget(session) {
  await within("readwrite", async (takes, pieces) => {
    for (const id of await settled(takes.index("session").getAllKeys(session))) {
      pieces.delete(piecesOf(id));
      takes.delete(id);
    }
  });
}
