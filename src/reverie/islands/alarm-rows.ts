// Draws rows of alarms from the page's own partial. A row keeps its element while its alarm is shown, so that
// what is being pressed stays under the finger.
import { rowsOf, wordsOf, type Alarm, type ChairAlarms, type Priority } from "./alarms";
import { all, cloneOf, element, find, shape, show, slot, write } from "./dom";
import { keyOf } from "./seen";
import type { TimeOfDay } from "./times";
import type { Say } from "./words";

export interface Telling {
  readonly say: Say;
  readonly times: TimeOfDay;
  readonly now: number;
  /** whether this person may say that they have seen an alarm */
  readonly answers: boolean;
  /** the address of an alarm's "Seen", with {s} and {seq} */
  readonly seen_url: string;
  /** the address of a session, with {s} */
  readonly session_url: string;
}

/** Text in which SpO2 and the like get their subscript. */
export function writeWords(place: Element | null, words: string): void {
  if (place === null || place.getAttribute("data-words") === words) return;
  place.setAttribute("data-words", words);
  const parts = words.split(/((?:Sp|EtC)O2)/);
  place.replaceChildren(
    ...parts.map((part) => {
      if (!part.endsWith("O2") || part.length < 3) return part;
      const whole = document.createDocumentFragment();
      whole.append(part.slice(0, -1), element("sub", "", "2"));
      return whole;
    }),
  );
}

export function fillRow(row: HTMLElement, chair: ChairAlarms, alarm: Alarm, telling: Telling, withChair: boolean): void {
  const { say } = telling;
  const told = wordsOf(alarm, telling.now, say, telling.times);
  const seen = alarm.seen !== null;
  row.className = `alarm alarm-${alarm.priority}${seen ? " is-seen" : ""}${alarm.eased ?? alarm.cleared ? " is-over" : ""}`;
  reshape(row, alarm.priority);
  write(slot(row, "level"), say(`level.${alarm.priority}`));
  const name = slot<HTMLAnchorElement>(row, "chair");
  show(name, withChair);
  if (withChair && name !== null) {
    write(name, `${say("alarm.chair", { chair: chair.name })} ${chair.initials}`);
    name.href = telling.session_url.replace("{s}", chair.s);
  }
  writeWords(slot(row, "words"), told.words);
  write(slot(row, "length"), told.length);
  writeWords(slot(row, "detail"), alarm.action);
  write(slot(row, "meta"), told.meta);
  const form = find<HTMLFormElement>("form", row);
  show(form, !seen && telling.answers);
  if (form !== null) {
    form.dataset["seen"] = keyOf(chair.s, alarm.seq, alarm.priority);
    form.action = telling.seen_url.replace("{s}", chair.s).replace("{seq}", String(alarm.seq));
    const what = find("[data-slot=act-words]", form);
    write(what, alarm.words);
  }
}

function reshape(row: HTMLElement, priority: Priority): void {
  if (row.dataset["shape"] === priority) return;
  row.dataset["shape"] = priority;
  find(".shape", row)?.replaceWith(shape(priority));
}

/** Elements by key, in this order, in a holder; made from the partial when they are new. */
export function keepRows(holder: HTMLElement, keys: readonly string[]): HTMLElement[] {
  const known = new Map([...holder.children].map((child) => [(child as HTMLElement).dataset["alarm"] ?? "", child as HTMLElement]));
  const rows = keys.map((key) => {
    const row = known.get(key) ?? cloneOf("alarm-template");
    row.dataset["alarm"] = key;
    return row;
  });
  for (const child of [...holder.children]) if (!rows.includes(child as HTMLElement)) child.remove();
  for (const [place, row] of rows.entries()) {
    if (holder.children[place] !== row) holder.insertBefore(row, holder.children[place] ?? null);
  }
  return rows;
}

/** The alarm row of one session: the highest first, the rest behind a count, quiet said when there is none. */
export class AlarmRow {
  readonly #place: HTMLElement;
  readonly #session: string;
  #said = new Set<string>();
  #first = true;

  constructor(place: HTMLElement) {
    this.#place = place;
    this.#session = place.dataset["session"] ?? "";
  }

  get session(): string {
    return this.#session;
  }

  draw(chair: ChairAlarms | undefined, telling: Telling): void {
    if (chair === undefined) return;
    const { shown, rest } = rowsOf(chair.alarms);
    const holder = find("[data-rows]", this.#place);
    const others = find<HTMLDetailsElement>("[data-rest]", this.#place);
    if (holder === null || others === null) return;
    show(find("[data-alarm-none]"), shown.length === 0);
    if (chair.rules !== null) {
      const key = chair.rules === 0 ? "alarm.rules_assumed" : "alarm.rules";
      write(find("[data-rules]"), telling.say(key, { number: chair.rules }));
    }
    for (const words of all("[data-off]")) show(words, chair.off.includes(words.dataset["off"] ?? ""));
    const rows = keepRows(holder, shown.map((alarm) => String(alarm.seq)));
    for (const [at, alarm] of shown.entries()) {
      const row = rows[at];
      if (row !== undefined) fillRow(row, chair, alarm, telling, false);
    }
    show(others, rest.length > 0);
    this.#drawRest(others, chair, rest, telling);
    this.#say(chair, telling);
  }

  #drawRest(others: HTMLDetailsElement, chair: ChairAlarms, rest: readonly Alarm[], telling: Telling): void {
    const level = rest[0]?.priority;
    const unseen = rest.some((one) => one.seen === null);
    others.className = `alarm-rest is-${level ?? "low"}${unseen ? "" : " is-seen"}`;
    write(find("[data-count]", others), telling.say(rest.length === 1 ? "alarm.one_more" : "alarm.more", { n: rest.length }));
    const mark = find(".shape", others);
    if (level !== undefined && mark !== null && others.dataset["shape"] !== level) {
      others.dataset["shape"] = level;
      mark.replaceWith(shape(level));
    }
    const list = find("[data-list]", others);
    if (list === null) return;
    const rows = keepRows(list, rest.map((alarm) => String(alarm.seq)));
    for (const [at, alarm] of rest.entries()) {
      const row = rows[at];
      if (row !== undefined) fillRow(row, chair, alarm, telling, false);
    }
  }

  /** What is new is said once to whoever listens to the page; running lengths are not. */
  #say(chair: ChairAlarms, telling: Telling): void {
    const now = new Map(chair.alarms.map((alarm) => [`${alarm.seq} ${alarm.priority}`, alarm]));
    const fresh = [...now].filter(([key]) => !this.#said.has(key)).map(([, alarm]) => alarm);
    this.#said = new Set(now.keys());
    const first = this.#first;
    this.#first = false;
    if (fresh.length === 0 || first) return;
    const place = find("#alarm-said");
    write(place, fresh.map((one) => `${telling.say(`level.${one.priority}`)} ${one.words}. ${one.action}`).join(" "));
  }
}
