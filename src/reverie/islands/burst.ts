// The sound of an alarm: bursts of pulses, and when the next one is due. Pure: times in seconds, counted from
// the beginning of the burst. Source: IEC 60601-1-8, as vendors' manuals and reviews tell of it: ten pulses in
// two sets of five for high, three for medium, one for low; 150 to 1,000 Hz with at least four harmonics.
import type { Priority } from "./alarms";

export interface Pulse {
  readonly at: number;
  readonly length: number;
}

export interface Burst {
  readonly pulses: readonly Pulse[];
  /** the fundamental in Hz */
  readonly pitch: number;
  /** from the beginning of one burst to that of the next */
  readonly every: number;
  readonly length: number;
}

/** The strength of the harmonics, the fundamental first. */
export const HARMONICS = [1, 0.8, 0.6, 0.45, 0.35, 0.25] as const;
/** How long a pulse takes to rise and to fall, as a part of its length. */
export const EDGE = 0.15;

function row(starts: readonly number[], length: number): Pulse[] {
  return starts.map((at) => ({ at, length }));
}

function made(pulses: readonly Pulse[], pitch: number, every: number): Burst {
  const last = pulses.at(-1);
  return { pulses, pitch, every, length: last === undefined ? 0 : last.at + last.length };
}

const FIVE = [0, 0.25, 0.5, 0.9, 1.15];
const AGAIN = 1.9;

export const BURSTS: Readonly<Record<Priority, Burst>> = {
  high: made(row([...FIVE, ...FIVE.map((at) => at + AGAIN)], 0.15), 660, 8),
  medium: made(row([0, 0.4, 0.8], 0.2), 440, 12),
  low: made(row([0], 0.2), 330, 20),
};

/** When to sound, and what: the highest at once when it is new, then again and again while it is unseen. */
export class Repeats {
  #last: { readonly priority: Priority; readonly at: number } | null = null;
  #known = new Set<string>();

  /** What to begin at `now` (seconds), when these sound: by key. null when nothing begins. */
  next(now: number, wanted: ReadonlyMap<string, Priority>): Priority | null {
    const highest = (["high", "medium", "low"] as const).find((priority) => [...wanted.values()].includes(priority));
    const isNew = [...wanted].some(([key, priority]) => priority === highest && !this.#known.has(key));
    this.#known = new Set(wanted.keys());
    if (highest === undefined) {
      this.#last = null;
      return null;
    }
    const last = this.#last;
    const due = last === null || now < last.at || now - last.at >= BURSTS[highest].every;
    const speaks = last !== null && now - last.at < BURSTS[last.priority].length;
    // a higher one interrupts, an equal one waits until the burst has ended
    if (!due && !(isNew && (last.priority !== highest || !speaks))) return null;
    this.#last = { priority: highest, at: now };
    return highest;
  }
}
