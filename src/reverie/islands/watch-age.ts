// Whether alarms are running, as far as this page can know: from how long ago the watch looked, and from how
// long the page has heard nothing. Pure.
import { LOST_MS } from "./link-times";

/** The watch looks once a second; after two it does not run. */
export const STOPPED_MS = 2_000;

export type Running = "runs" | "stopped" | "unheard";

export function runningOf(age: number | null, silence: number): Running {
  if (silence > LOST_MS) return "unheard";
  return age === null || age > STOPPED_MS ? "stopped" : "runs";
}

/** When it stopped, by the server's clock; null when nobody knows. */
export function stoppedAt(age: number | null, beatAt: number): number | null {
  return age === null ? null : beatAt - age;
}
