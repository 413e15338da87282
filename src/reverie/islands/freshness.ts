// What may be believed of a value now: the watchdog of each device, and the state of what is shown.
// It decides from the server's time alone; the connection has a watchdog of its own.
import type { Device, SessionModel, Value } from "./session-model";
import { STAFF } from "./session-model";

/** How long after its own interval a silent device is said to be silent: below the promised 3 s. */
export const GRACE_MS = 2_000;
/** A device whose interval nobody knows yet. */
export const UNKNOWN_INTERVAL_MS = 5_000;
/** Cuffs, thermometers and hands: old from here on. */
export const OLD_MS = 600_000;

export const NOW_AND_THEN = new Set(["nibp_sys", "nibp_dia", "nibp_mean", "temp", "weight", "height"]);

export type State = "fresh" | "stale" | "questionable" | "missing" | "lost";

export interface Linked {
  readonly d: string;
  readonly interval: number | null;
}

export function intervalOf(device: Device | undefined, linked: readonly Linked[], name: string): number {
  const set = linked.find((one) => one.d === name)?.interval ?? null;
  return set ?? device?.interval ?? UNKNOWN_INTERVAL_MS;
}

/** Since when a device is silent: null while it is heard, undefined when it was never heard. */
export function silentSince(
  device: Device | undefined,
  linked: readonly Linked[],
  name: string,
  now: number,
): number | null | undefined {
  if (device?.last == null) return undefined;
  return now - device.last > intervalOf(device, linked, name) + GRACE_MS ? device.last : null;
}

const NO_NUMBER = new Set(["invalid", "not_available", "demo", "test", "calibration"]);

export function stateOf(value: Value, model: SessionModel, linked: readonly Linked[], now: number): State {
  if (value.v === null || NO_NUMBER.has(value.q)) return "missing";
  if (value.d !== STAFF) {
    const device = model.devices.get(value.d);
    if (silentSince(device, linked, value.d, now) != null) return "lost";
    if (!NOW_AND_THEN.has(value.p) && now - value.rec > intervalOf(device, linked, value.d) + GRACE_MS) return "stale";
  }
  if ((value.d === STAFF || NOW_AND_THEN.has(value.p)) && now - value.m > OLD_MS) return "stale";
  return value.q === "valid" ? "fresh" : "questionable";
}
