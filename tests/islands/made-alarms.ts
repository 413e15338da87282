// Alarms for tests, as a server tells of them.
import type { Alarm } from "../../src/reverie/islands/alarms";

export function alarm(seq: number, changes: Partial<Alarm> = {}): Alarm {
  return {
    seq, priority: "medium", words: "SpO2 86 %", action: "", onset: seq * 1_000, eased: null, cleared: null,
    seen: null, escalated: null, silent: false, latching: false, parameters: ["spo2"], ...changes,
  };
}
