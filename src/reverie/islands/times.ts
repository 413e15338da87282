// Times and lengths in words, on the clinic's clock.
import type { Say } from "./words";

export interface TimeOfDay {
  /** 10:20:20 */
  exact(ms: number): string;
  /** 10:20 */
  short(ms: number): string;
}

export function timesIn(zone: string): TimeOfDay {
  const base = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone } as const;
  const short = new Intl.DateTimeFormat("en-GB", base);
  const exact = new Intl.DateTimeFormat("en-GB", { ...base, second: "2-digit" });
  return { exact: (ms) => exact.format(ms), short: (ms) => short.format(ms) };
}

const MINUTE = 60_000;
const OLD = 10 * MINUTE;
const HOUR = 60 * MINUTE;

/** An age: seconds to 59, then minutes and seconds, over ten minutes old, after an hour the time itself. */
export function sayAge(age: number, at: number, say: Say, times: TimeOfDay): string {
  const whole = Math.max(0, age);
  if (whole < MINUTE) return say("age.seconds", { n: Math.floor(whole / 1_000) });
  if (whole < OLD) {
    const seconds = Math.floor((whole % MINUTE) / 1_000);
    return say("age.minutes", { n: Math.floor(whole / MINUTE), s: String(seconds).padStart(2, "0") });
  }
  if (whole < HOUR) return say("age.old", { n: Math.floor(whole / MINUTE) });
  return say("age.hours", { time: times.short(at) });
}

/** A length: 40 s, 1:30, 12 min. */
export function lengthOf(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 600) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return `${Math.round(seconds / 60)} min`;
}

/** Elapsed as on a watch: 18:20, from an hour on 1:18:20. */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const two = (n: number): string => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
