// What every form gets: a pressed button inverts at once and stays so until the server answered,
// nothing is sent twice, each act carries a key that makes a retry happen once, and when the
// server cannot be reached the words stand beside the form and what was typed stays.
import { all, element, find } from "./dom";
import type { Say } from "./words";

/** A random key for one act; the same until the server has answered. */
export function newKey(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fillKeys(root: ParentNode): void {
  for (const field of all<HTMLInputElement>("input[data-key]", root)) {
    if (field.value === "") field.value = newKey();
  }
}

function press(form: HTMLFormElement, button: HTMLElement | null): void {
  form.classList.add("is-sending");
  form.setAttribute("aria-busy", "true");
  button?.classList.add("is-pressed");
}

export function release(form: HTMLFormElement): void {
  form.classList.remove("is-sending");
  form.removeAttribute("aria-busy");
  for (const button of all(".is-pressed", form)) button.classList.remove("is-pressed");
}

export function sayBeside(form: HTMLFormElement, words: string): void {
  let place = find(".form-trouble", form);
  if (place === null) {
    place = element("p", "form-trouble");
    place.setAttribute("role", "alert");
    form.append(place);
  }
  place.textContent = words;
}

function formOf(event: Event): HTMLFormElement | null {
  const target = event.target;
  if (target instanceof HTMLFormElement) return target;
  return target instanceof Element ? target.closest("form") : null;
}

function isPost(form: HTMLFormElement): boolean {
  return form.method.toLowerCase() === "post" || form.hasAttribute("hx-post");
}

export function watchForms(say: Say): void {
  fillKeys(document);

  // Capture, so that a second press never reaches htmx or the browser.
  document.addEventListener(
    "submit",
    (event) => {
      const form = formOf(event);
      // the press on an alarm looks after itself: islands/seen.ts
      if (form === null || !isPost(form) || form.dataset["seen"] !== undefined) return;
      if (form.classList.contains("is-sending")) {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      sayBeside(form, "");
      if (!navigator.onLine && location.hostname !== "localhost") {
        event.preventDefault();
        event.stopImmediatePropagation();
        sayBeside(form, say("form.offline"));
        return;
      }
      fillKeys(form);
      press(form, event.submitter);
    },
    { capture: true },
  );

  document.body.addEventListener("htmx:afterRequest", (event) => {
    const form = formOf(event);
    if (form !== null) release(form);
  });
  document.body.addEventListener("htmx:sendError", (event) => {
    const form = formOf(event);
    if (form !== null) sayBeside(form, say("form.offline"));
  });
  document.body.addEventListener("htmx:timeout", (event) => {
    const form = formOf(event);
    if (form !== null) sayBeside(form, say("form.slow"));
  });
  document.body.addEventListener("htmx:responseError", (event) => {
    const form = formOf(event);
    if (form !== null) sayBeside(form, say("form.refused"));
  });
  document.body.addEventListener("htmx:load", (event) => {
    if (event.target instanceof Element) fillKeys(event.target);
  });

  // A page taken back from the browser's memory must not keep its pressed buttons.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) for (const form of all<HTMLFormElement>("form.is-sending")) release(form);
  });

  find("[data-error-summary]")?.focus();
}
