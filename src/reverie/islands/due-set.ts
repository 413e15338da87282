// The panel of the next set: its countdown and the ages of what it offers, and when to ask for it anew. What
// someone has begun to fill in is left alone until it is sent.
import { all, find, slot, write } from "./dom";
import { elapsed, sayAge, type TimeOfDay } from "./times";
import type { Say } from "./words";

/** How long what is offered may stand before it is asked for again. */
export const RENEW_MS = 10_000;

export interface Expected {
  readonly due: number;
  readonly overdue: number;
}

export interface Count {
  readonly text: string;
  readonly word: "due.full" | "due.now" | "due.overdue";
  readonly overdue: boolean;
}

/** What the countdown says at `now`: the time to go, then how late it is. */
export function countOf(expected: Expected, now: number): Count {
  const left = expected.due - now;
  if (left > 0) return { text: elapsed(left + 999), word: "due.full", overdue: false };
  const overdue = now > expected.overdue;
  return { text: `+${elapsed(-left)}`, word: overdue ? "due.overdue" : "due.now", overdue };
}

export class DueSet {
  readonly #say: Say;
  readonly #times: TimeOfDay;
  #asked = Date.now();
  #key = "";

  constructor(say: Say, times: TimeOfDay) {
    this.#say = say;
    this.#times = times;
  }

  /** Draw at `now`; ask for the panel anew when `key` (what it hangs on) changed or what it offers is old. */
  draw(now: number, key: string): void {
    const place = find("#due-place");
    if (place === null) return;
    const next = find("[data-due]", place);
    if (next !== null) {
      const count = countOf({ due: Number(next.dataset["due"]), overdue: Number(next.dataset["overdue"]) }, now);
      write(slot(next, "count"), count.text);
      write(slot(next, "word"), this.#say(count.word));
      next.classList.toggle("is-overdue", count.overdue);
    }
    for (const age of all("[data-measured]", place)) {
      const at = Number(age.dataset["measured"]);
      write(age, sayAge(now - at, at, this.#say, this.#times));
    }
    const changed = this.#key !== "" && key !== this.#key;
    const old = Date.now() - this.#asked > RENEW_MS;
    if ((changed || old) && !begun(place)) {
      this.#asked = Date.now();
      this.#key = key;
      place.dispatchEvent(new CustomEvent("due-changed"));
    } else if (this.#key === "") this.#key = key;
  }
}

/** Whether someone has chosen, unticked or opened something there, or is at it with the keyboard. */
function begun(place: Element): boolean {
  if (place.querySelector(".is-sending, details[open], input[type=radio]:checked, input[name=agreed]:not(:checked)") !== null) {
    return true;
  }
  const at = document.activeElement;
  return at !== null && at !== document.body && place.contains(at);
}
