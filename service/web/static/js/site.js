// What every page does: says things to screen readers, and asks once before something that cannot be undone.
export function say(words) {
  const place = document.getElementById("said");
  if (place) place.textContent = words;
}

export function csrf() {
  return document.querySelector('meta[name="csrf"]')?.content ?? "";
}

// One call of the API. Gives {ok, status, body, etag}; body is the JSON, a problem where it was refused.
export async function call(method, path, body, headers = {}) {
  const given = { Accept: "application/json", "X-CSRF": csrf(), ...headers };
  if (body !== undefined) given["Content-Type"] = "application/json";
  const response = await fetch(`/api/v1${path}`, {
    method,
    headers: given,
    body: body === undefined ? undefined : JSON.stringify(body),
    credentials: "same-origin",
  });
  const text = await response.text();
  let read = null;
  try {
    read = text ? JSON.parse(text) : null;
  } catch {
    read = { title: "The service answered with something else than was asked for." };
  }
  return { ok: response.ok, status: response.status, body: read, etag: response.headers.get("ETag") };
}

// An id of an act, made here, so that an act that is sent twice is kept once: 32 hexadecimal digits.
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
