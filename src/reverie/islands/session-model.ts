// What this page knows of one session: a snapshot, then entries by number, each once. Pure: it touches
// no page and asks no clock, so that what a replayed entry does is what the first one did.
import type { Alarm } from "./alarms";

export const STAFF = "";

export interface Value {
  readonly d: string;
  readonly p: string;
  readonly v: string | null;
  readonly u: string;
  readonly q: string;
  /** when it was true, by the server's clock */
  readonly m: number;
  readonly at: number;
  readonly rec: number;
  readonly seq: number;
}

export interface Device {
  readonly d: string;
  last: number | null;
  interval: number | null;
  lost: number | null;
  clock: number | null;
  /** the record number of another patient whom the device names; "" for none */
  other: string;
}

export interface Infusion {
  readonly status: "none" | "running" | "paused" | "stopped";
  readonly since: number | null;
  readonly started: number | null;
  readonly rate: string | null;
  readonly by: string;
  readonly device: string;
}

export interface Summary {
  /** what is to be shown; the stream tells of it to every page too */
  readonly alarms?: readonly Alarm[];
  readonly seq?: number;
  readonly phase: string;
  readonly since: number | null;
  readonly opened: number | null;
  readonly initials: string;
  readonly chair: string;
  readonly infusion: Infusion;
  readonly staff: readonly { readonly id: string; readonly name: string; readonly role: string }[];
  readonly devices: readonly Device[];
  /** whether what devices stream may be shown */
  readonly stream?: boolean;
  /** when the next set is due, and from when on it is overdue */
  readonly due?: { readonly due: number; readonly overdue: number } | null;
}

/** What may be shown of the values: all, or, where the clinic's profile says so, only sets by hand. */
export function shownOf(values: Iterable<Value>, summary: Pick<Summary, "stream">): Value[] {
  return [...values].filter((value) => summary.stream !== false || value.d === STAFF);
}

export interface Line {
  readonly seq: number;
  readonly at: number;
  readonly rec: number;
  readonly kind: string;
  readonly words: string;
  readonly who: string;
  readonly late: boolean;
  readonly struck: number | null;
  readonly corrected: number | null;
}

export interface Whole extends Summary {
  readonly s: string;
  readonly seq: number;
  readonly values: readonly Value[];
  readonly lines?: readonly Line[];
}

type Row = readonly [string, string | null, string, string, number];
type HandRow = readonly [string | null, string | null, string, string];

export interface Entry {
  readonly s: string;
  readonly seq: number;
  readonly kind: string;
  readonly at: number;
  readonly rec: number;
  readonly device?: string;
  readonly clock?: number | null;
  readonly interval?: number | null;
  readonly rows?: readonly Row[];
  readonly hand?: readonly HandRow[];
  readonly line?: Line;
  readonly now?: Summary;
  /** what was known before has changed: the whole must be asked for again */
  readonly again?: boolean;
  readonly refers?: number;
  readonly struck?: boolean;
}

export type Outcome = "known" | "taken" | "gap";

export class SessionModel {
  id: string;
  seq = 0;
  summary: Summary;
  readonly values = new Map<string, Value>();
  readonly devices = new Map<string, Device>();
  readonly lines = new Map<number, Line>();
  #summarySeq = 0;

  constructor(whole: Whole) {
    this.id = whole.s;
    this.summary = whole;
    this.start(whole);
  }

  /** Begin anew from a snapshot; an older one than what is known is not taken. */
  start(whole: Whole): boolean {
    if (whole.seq < this.seq) return false;
    this.seq = whole.seq;
    this.values.clear();
    this.devices.clear();
    for (const value of whole.values) this.values.set(keyOf(value.d, value.p), value);
    if (whole.lines !== undefined) {
      this.lines.clear();
      for (const line of whole.lines) this.lines.set(line.seq, line);
    }
    this.takeSummary({ ...whole, seq: whole.seq });
    return true;
  }

  takeSummary(summary: Summary): void {
    const seq = summary.seq ?? 0;
    if (seq < this.#summarySeq) return;
    this.#summarySeq = seq;
    this.summary = summary;
    for (const told of summary.devices) {
      const known = this.devices.get(told.d);
      // what was heard since the summary was made stays heard
      const last = Math.max(known?.last ?? 0, told.last ?? 0) || null;
      const lost = told.lost !== null && (last === null || last <= told.lost) ? told.lost : null;
      this.devices.set(told.d, { ...told, last, lost });
    }
  }

  /** Take one entry. What comes twice changes nothing; a missing one is told as a gap. */
  take(entry: Entry): Outcome {
    if (entry.seq <= this.seq) {
      if (entry.now !== undefined) this.takeSummary(entry.now);
      return "known";
    }
    if (entry.seq > this.seq + 1) return "gap";
    this.seq = entry.seq;
    if (entry.device !== undefined && entry.rows !== undefined) this.#takeReadings(entry, entry.device, entry.rows);
    for (const [parameter, value, unit, validity] of entry.hand ?? []) {
      if (parameter !== null) {
        this.#takeValue({
          d: STAFF, p: parameter, v: value, u: unit, q: validity, m: entry.at, at: entry.at, rec: entry.rec, seq: entry.seq,
        });
      }
    }
    if (entry.line !== undefined) this.lines.set(entry.seq, entry.line);
    const referred = entry.refers === undefined ? undefined : this.lines.get(entry.refers);
    if (referred !== undefined && entry.struck === true) {
      this.lines.set(referred.seq, { ...referred, struck: entry.seq });
    }
    if (entry.now !== undefined) this.takeSummary(entry.now);
    return "taken";
  }

  #takeReadings(entry: Entry, device: string, rows: readonly Row[]): void {
    for (const [parameter, value, unit, validity, measured] of rows) {
      this.#takeValue({
        d: device, p: parameter, v: value, u: unit, q: validity, m: measured, at: entry.at, rec: entry.rec, seq: entry.seq,
      });
    }
    const known = this.devices.get(device);
    this.devices.set(device, {
      d: device,
      last: entry.rec,
      interval: entry.interval ?? known?.interval ?? null,
      lost: null,
      clock: entry.clock ?? null,
      other: known?.other ?? "",
    });
  }

  #takeValue(value: Value): void {
    const key = keyOf(value.d, value.p);
    const shown = this.values.get(key);
    // what comes late does not replace what is newer, unless the clock itself was set back
    if (shown !== undefined && value.at < shown.at && value.rec >= shown.rec) return;
    this.values.set(key, value);
  }

  /** The devices that name another patient, by name. */
  misnaming(): Device[] {
    return [...this.devices.values()].filter((one) => one.other !== "").sort((one, two) => (one.d < two.d ? -1 : 1));
  }

  value(device: string, parameter: string): Value | undefined {
    return this.values.get(keyOf(device, parameter));
  }
}

export function keyOf(device: string, parameter: string): string {
  return `${device}\n${parameter}`;
}
