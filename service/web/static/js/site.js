// What every page does: starts GOV.UK Frontend's components, says things to screen readers, and calls the API.
import {
  Accordion,
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  NotificationBanner,
  PasswordInput,
  Radios,
  SkipLink,
  Tabs,
  createAll,
} from "./vendor/govuk-frontend.js";

const COMPONENTS = [Accordion, Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, PasswordInput, Radios, SkipLink, Tabs];

// Starts the components below an element, those that have started already left as they are.
export function start(scope) {
  const waiting = (component) => scope.querySelector(`[data-module="${component.moduleName}"]:not([data-${component.moduleName}-init])`);
  for (const component of COMPONENTS) if (waiting(component)) createAll(component, {}, { scope, onError: () => {} });
}

document.body.classList.add("js-enabled", "govuk-frontend-supported");
start(document.body);

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
