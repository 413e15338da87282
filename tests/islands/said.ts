// What a server says, for tests: summaries, snapshots and messages of a monitor.
import type { Entry, Summary, Whole } from "../../src/reverie/islands/session-model";

export function summaryOf(changes: Partial<Summary> = {}): Summary {
  return {
    phase: "arrived", since: 0, opened: 0, initials: "RS", chair: "c",
    infusion: { status: "none", since: null, started: null, rate: null, by: "", device: "" },
    staff: [], devices: [], ...changes,
  };
}

export function wholeOf(seq: number, changes: Partial<Whole> = {}): Whole {
  return { ...summaryOf(), s: "s", seq, values: [], lines: [], ...changes };
}

export function readings(seq: number, value: string, changes: Partial<Entry> = {}): Entry {
  return {
    s: "s", seq, kind: "readings", at: seq * 1_000, rec: seq * 1_000, device: "M", interval: 1_000,
    rows: [["spo2", value, "%", "valid", seq * 1_000]], ...changes,
  };
}
