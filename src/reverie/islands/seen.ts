// "Seen, silence": one tap. The sound stops at once; what was pressed is sent until the server has it, always
// under the same key, and what goes wrong is said beside the button.
import { find } from "./dom";
import { newKey, release, sayBeside } from "./forms";
import type { Priority } from "./alarms";
import type { Say, WordKey } from "./words";

const AGAIN_MS = 3_000;
const PATIENCE_MS = 8_000;
// a row that was seen goes, and the next one comes under the same finger
const BOUNCE_MS = 700;

export function keyOf(session: string, seq: number, priority: Priority): string {
  return `${session} ${seq} ${priority}`;
}

export interface Press {
  readonly alarm: string;
  readonly at: number;
}

/** Whether a press is the second half of a double tap, which meant the alarm before and not this one. */
export function isBounce(last: Press | null, press: Press): boolean {
  return last !== null && press.alarm !== last.alarm && press.at - last.at < BOUNCE_MS;
}

/** What to say of an answer; null when the server has it. */
export function wordsFor(status: number): WordKey | null {
  if (status < 400) return null;
  if (status === 423) return "alarm.locked";
  return status >= 500 ? "alarm.pending" : "alarm.refused";
}

export class Seen {
  readonly #say: Say;
  /** silenced here, and not yet told by the server: alarms by key */
  readonly hushed = new Set<string>();

  #last: Press | null = null;

  constructor(say: Say) {
    this.#say = say;
    document.addEventListener("submit", (event) => {
      const form = event.target;
      if (!(form instanceof HTMLFormElement) || form.dataset["seen"] === undefined) return;
      event.preventDefault();
      if (form.dataset["sending"] !== undefined) return;
      const press = { alarm: form.dataset["seen"], at: performance.now() };
      if (isBounce(this.#last, press)) {
        release(form);
        return;
      }
      this.#last = press;
      void this.#send(form, event.submitter);
    });
  }

  async #send(form: HTMLFormElement, button: HTMLElement | null): Promise<void> {
    const alarm = form.dataset["seen"] ?? "";
    form.dataset["sending"] = "";
    button?.classList.add("is-pressed");
    sayBeside(form, "");
    this.hushed.add(alarm);
    const address = form.action;
    const body = new URLSearchParams({ key: newKey() });
    const token = find<HTMLInputElement>("input[name=csrfmiddlewaretoken]", form)?.value ?? "";
    let words = await post(address, body, token);
    while (words === "alarm.pending") {
      sayBeside(form, this.#say(words));
      await new Promise((done) => setTimeout(done, AGAIN_MS));
      words = await post(address, body, token);
    }
    sayBeside(form, words === null ? "" : this.#say(words));
    // what was not recorded is not silenced either; of what was the stream tells in a moment
    setTimeout(() => this.hushed.delete(alarm), words === null ? AGAIN_MS : 0);
    delete form.dataset["sending"];
    release(form);
  }
}

async function post(address: string, body: URLSearchParams, token: string): Promise<WordKey | null> {
  try {
    const answer = await fetch(address, {
      method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MS),
      headers: { "X-CSRFToken": token, Accept: "application/json" },
    });
    if (answer.status === 423) document.body.dispatchEvent(new CustomEvent("screen-locked"));
    // a redirect is to the sign-in page: nobody recorded anything
    return answer.type === "opaqueredirect" ? "alarm.refused" : wordsFor(answer.status);
  } catch {
    return "alarm.pending";
  }
}
