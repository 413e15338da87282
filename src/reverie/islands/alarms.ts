// Which alarm speaks first, what is said of it, and whether it sounds here. Pure: from what was recorded.
import { lengthOf, type TimeOfDay } from "./times";
import type { Say } from "./words";

export type Priority = "low" | "medium" | "high";
/** Where a screen stands: at the station, in the patient's room, or where it is to stay silent. */
export type Place = "station" | "room" | "elsewhere";

export interface Alarm {
  /** the number of the entry that raised it */
  readonly seq: number;
  readonly priority: Priority;
  readonly words: string;
  readonly action: string;
  /** since when, by the server's clock */
  readonly onset: number;
  /** back within its limits since; null while it is beyond them */
  readonly eased: number | null;
  readonly cleared: number | null;
  readonly seen: { readonly by: string; readonly at: number } | null;
  readonly escalated: { readonly at: number; readonly to: readonly (readonly [string, string])[] } | null;
  /** told, and never sounded */
  readonly silent: boolean;
  /** it stays, and calls on, until somebody has seen it */
  readonly latching: boolean;
  /** the vital signs that it was judged from */
  readonly parameters: readonly string[];
}

export interface ChairAlarms {
  readonly s: string;
  /** the chair's id, and what staff call it */
  readonly chair: string;
  readonly name: string;
  readonly initials: string;
  readonly phase: string;
  readonly since: number | null;
  /** the edition of the alarm rules by its record; 0 for unsigned defaults, null when none was said */
  readonly rules: number | null;
  /** what the clinic's profile switches off */
  readonly off: readonly string[];
  readonly alarms: readonly Alarm[];
}

const WEIGHT: Readonly<Record<Priority, number>> = { low: 1, medium: 2, high: 3 };

/** The highest first; of one priority what nobody has seen, then what is still there, then the newest. */
export function inOrder(alarms: readonly Alarm[]): Alarm[] {
  const rank = (alarm: Alarm): number[] => [
    WEIGHT[alarm.priority], alarm.seen === null ? 1 : 0, isThere(alarm) ? 1 : 0, alarm.onset, alarm.seq,
  ];
  return [...alarms].sort((one, other) => {
    const [first, second] = [rank(one), rank(other)];
    const place = first.findIndex((value, at) => value !== second[at]);
    return place === -1 ? 0 : (second[place] ?? 0) - (first[place] ?? 0);
  });
}

/** Whether the cause is there now: neither eased nor over. */
export function isThere(alarm: Alarm): boolean {
  return alarm.eased === null && alarm.cleared === null;
}

export interface Rows {
  /** the highest; below it the highest that nobody has seen, when the first one was */
  readonly shown: readonly Alarm[];
  readonly rest: readonly Alarm[];
}

/** What stands in the alarm row, and what is counted behind it. */
export function rowsOf(alarms: readonly Alarm[]): Rows {
  const ordered = inOrder(alarms);
  const first = ordered[0];
  if (first === undefined) return { shown: [], rest: [] };
  const waits = first.seen === null ? undefined : ordered.find((one) => one.seen === null && one.priority !== "low");
  const shown = waits === undefined ? [first] : [first, waits];
  return { shown, rest: ordered.filter((one) => !shown.includes(one)) };
}

/** The highest priority among these, or null. */
export function levelOf(alarms: readonly Alarm[]): Priority | null {
  return inOrder(alarms)[0]?.priority ?? null;
}

/** Whether an alarm sounds on a screen at such a place. */
export function sounds(alarm: Alarm, place: Place): boolean {
  if (alarm.silent || alarm.seen !== null || !(isThere(alarm) || alarm.latching)) return false;
  if (place === "station") return alarm.priority !== "low";
  return place === "room" && alarm.priority === "high";
}

/** Whether an alarm called this person, and still waits to be seen. */
export function calls(alarm: Alarm, person: string): boolean {
  return alarm.seen === null && alarm.escalated !== null && alarm.escalated.to.some(([id]) => id === person);
}

export interface Words {
  readonly words: string;
  /** how long, or since when it is over: it runs on */
  readonly length: string;
  /** who has seen it, whom it called */
  readonly meta: string;
}

export function wordsOf(alarm: Alarm, now: number, say: Say, times: TimeOfDay): Words {
  const over = alarm.cleared ?? alarm.eased;
  const words = over === null ? alarm.words : say("alarm.was", { words: alarm.words });
  const length =
    over === null
      ? say("alarm.for", { length: lengthOf(Math.max(0, now - alarm.onset)) })
      : say(alarm.cleared === null ? "alarm.eased" : "alarm.over", { time: times.exact(over) });
  return { words, length, meta: metaOf(alarm, say, times) };
}

function metaOf(alarm: Alarm, say: Say, times: TimeOfDay): string {
  if (alarm.seen !== null) return say("alarm.seen", { name: alarm.seen.by, time: times.exact(alarm.seen.at) });
  if (alarm.escalated === null) return "";
  const names = alarm.escalated.to.map(([, name]) => name).join(", ");
  const time = times.exact(alarm.escalated.at);
  return names === "" ? say("alarm.called_nobody", { time }) : say("alarm.called", { names, time });
}
