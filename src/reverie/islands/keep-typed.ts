// What someone is typing outlives the renewal of the form around it. An act that comes in from elsewhere, or
// the answer to the press before, brings new buttons; words that were not sent yet stay, with the caret.
import { all, find } from "./dom";

type Field = HTMLInputElement | HTMLTextAreaElement;

interface Kept {
  readonly name: string;
  readonly value: string;
  readonly focused: boolean;
  readonly caret: number | null;
}

const FIELDS = "input[type=text], input[type=number], input:not([type]), textarea";

/** What is typed below `place` and was not sent: `sent` holds what went with the press that is being answered. */
export function unsent(
  fields: readonly { name: string; value: string; defaultValue: string }[],
  sent: ReadonlyMap<string, string> | null,
): string[] {
  return fields.filter((one) => one.value !== (sent?.get(one.name) ?? one.defaultValue)).map((one) => one.name);
}

function keep(place: Element, sent: ReadonlyMap<string, string> | null): Kept[] {
  const fields = all<Field>(FIELDS, place).filter((field) => field.name !== "");
  const names = new Set(unsent(fields, sent));
  return fields
    .filter((field) => names.has(field.name) || field === document.activeElement)
    .map((field) => ({
      name: field.name,
      value: names.has(field.name) ? field.value : "",
      focused: field === document.activeElement,
      caret: field.selectionStart,
    }));
}

function giveBack(place: Element, kept: readonly Kept[]): void {
  for (const one of kept) {
    const field = find<Field>(`[name="${CSS.escape(one.name)}"]`, place);
    if (field === null) continue;
    if (one.value !== "") field.value = one.value;
    const panel = field.closest("details");
    if (panel !== null && (one.value !== "" || one.focused)) panel.open = true;
    if (!one.focused) continue;
    field.focus({ preventScroll: true });
    if (one.caret !== null && field.type !== "number") field.setSelectionRange(one.caret, one.caret);
  }
}

export function keepTyped(): void {
  const sent = new WeakMap<Element, ReadonlyMap<string, string>>();
  const kept = new WeakMap<Element, readonly Kept[]>();
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement)) return;
    sent.set(form, new Map(all<Field>(FIELDS, form).map((field) => [field.name, field.value])));
  });
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { target, requestConfig } = (event as CustomEvent<{ target: Element; requestConfig?: { elt: Element } }>).detail;
    if (!target.hasAttribute("data-keeps-typed")) return;
    const asker = requestConfig?.elt;
    kept.set(target, keep(target, (asker === undefined ? null : sent.get(asker)) ?? null));
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const { target } = (event as CustomEvent<{ target: Element }>).detail;
    giveBack(target, kept.get(target) ?? []);
    kept.delete(target);
  });
}
