// The list of what was recorded: the latest occurrence first, struck lines in view, late ones marked.
import { cloneOf, find, show, slot, write } from "./dom";
import type { Line, SessionModel } from "./session-model";
import type { TimeOfDay } from "./times";
import type { Say } from "./words";

const MOST = 400;
const PLAIN_KINDS = new Set([
  "correction", "redaction", "signed", "clock_stepped", "opened", "rules_applied", "alarm_raised", "alarm_changed",
  "alarm_cleared", "alarm_seen", "alarm_escalated", "alarm_answered", "sound_checked",
]);

export function inOrder(lines: Iterable<Line>): Line[] {
  return [...lines].sort((one, other) => other.at - one.at || other.seq - one.seq).slice(0, MOST);
}

export class RecordList {
  readonly #model: SessionModel;
  readonly #say: Say;
  readonly #times: TimeOfDay;
  readonly #items = new Map<number, HTMLElement>();

  constructor(model: SessionModel, say: Say, times: TimeOfDay) {
    this.#model = model;
    this.#say = say;
    this.#times = times;
    find("#events")?.replaceChildren();
    this.draw();
  }

  draw(): void {
    const holder = find("#events");
    if (holder === null) return;
    const lines = inOrder(this.#model.lines.values());
    const wanted = new Set(lines.map((line) => line.seq));
    for (const [seq, item] of this.#items) {
      if (!wanted.has(seq)) {
        item.remove();
        this.#items.delete(seq);
      }
    }
    let before: Element | null = null;
    for (const line of lines) {
      let item = this.#items.get(line.seq);
      if (item === undefined) {
        item = this.#make(line);
        this.#items.set(line.seq, item);
      }
      const place: Element | null = before === null ? holder.firstElementChild : before.nextElementSibling;
      if (place !== item) holder.insertBefore(item, place);
      before = item;
      this.#fill(item, line);
    }
  }

  #make(line: Line): HTMLElement {
    const item = cloneOf("event-template");
    item.dataset["seq"] = String(line.seq);
    if (document.getElementById("correct-template") !== null && !PLAIN_KINDS.has(line.kind)) {
      const act = cloneOf("correct-template") as HTMLAnchorElement;
      act.href = act.href.replace("/entries/0/", `/entries/${line.seq}/`);
      act.setAttribute("aria-label", `${act.textContent ?? ""}: ${line.words}`);
      find(".event-words", item)?.append(" ", act);
    }
    return item;
  }

  #fill(item: HTMLElement, line: Line): void {
    write(slot(item, "at"), this.#times.exact(line.at));
    write(slot(item, "words"), line.words);
    write(slot(item, "who"), line.who);
    write(slot(item, "late"), line.late ? this.#say("event.late", { time: this.#times.exact(line.rec) }) : "");
    show(slot(item, "late"), line.late);
    write(slot(item, "struck"), line.struck === null ? "" : this.#say("event.struck", { seq: line.struck }));
    show(slot(item, "struck"), line.struck !== null);
    item.classList.toggle("is-struck", line.struck !== null);
    item.classList.toggle("is-late", line.late);
  }
}
