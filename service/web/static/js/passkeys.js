// Passkeys: a form asks the service for options, the browser for a passkey, and then sends what it gave as any form is sent.
import { call, say } from "./site.js";

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const named = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));

// The options come as JSON, and the browser takes bytes.
function readable(options) {
  const read = { ...options, challenge: bytes(options.challenge) };
  if (options.user) read.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) read.excludeCredentials = named(options.excludeCredentials);
  if (options.allowCredentials) read.allowCredentials = named(options.allowCredentials);
  return read;
}

function written(credential) {
  const given = credential.response;
  const response = { clientDataJSON: text(given.clientDataJSON) };
  if (given.attestationObject) {
    response.attestationObject = text(given.attestationObject);
    response.transports = given.getTransports?.() ?? [];
  } else {
    response.authenticatorData = text(given.authenticatorData);
    response.signature = text(given.signature);
    if (given.userHandle) response.userHandle = text(given.userHandle);
  }
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
}

// What people read when the browser gave nothing. It tells no more than this of why.
function reason(error) {
  if (error.name === "InvalidStateError") return "This device has a passkey of yours for this service already. Use that one.";
  if (error.name === "SecurityError") return "Passkeys work at this service's own address alone. Open it by the address that you were given.";
  if (error.name === "NotAllowedError") return "Nothing was sent: no passkey was unlocked in time, or it was cancelled. Try again.";
  return "This browser or device could not use a passkey. Try again, or use another device.";
}

function tell(form, words) {
  const place = form.querySelector("[data-passkey-told]");
  place.textContent = words;
  place.hidden = words === "";
  if (words === "") say("Waiting for your passkey.");
}

async function asked(form) {
  const begun = await call("POST", form.dataset.options);
  if (begun.status === 401) window.location.assign("/sign-in");
  if (!begun.ok) throw new Error(begun.body?.detail ?? "The service did not answer. Try again.");
  const publicKey = readable(begun.body.public_key);
  try {
    return await navigator.credentials[form.dataset.passkey]({ publicKey });
  } catch (error) {
    throw new Error(reason(error));
  }
}

async function use(form, event) {
  event.preventDefault();
  if (form.dataset.busy) return;
  const label = form.elements.label;
  if (label && label.value.trim() === "") {
    tell(form, "Enter a name for it first.");
    label.focus();
    return;
  }
  form.dataset.busy = "yes";
  tell(form, "");
  try {
    form.elements.credential.value = written(await asked(form));
    form.submit();
  } catch (error) {
    tell(form, error.message);
    delete form.dataset.busy;
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const usable = window.PublicKeyCredential !== undefined && navigator.credentials !== undefined;
  form.hidden = !usable;
  form.parentElement.querySelector("[data-passkey-none]").hidden = usable;
  form.addEventListener("submit", (event) => use(form, event));
}
