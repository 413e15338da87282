// What this browser remembers of its own sound: where the screen stands, and when a test sound was heard.
import type { Place } from "./alarms";

const KEY = "reverie.sound";
/** A test counts for one shift. */
export const LASTS_MS = 12 * 3_600_000;

export interface Kept {
  readonly place: Place | null;
  /** when somebody last said that they heard the test sound, or did not */
  readonly at: number | null;
  readonly heard: boolean;
}

export const NOTHING: Kept = { place: null, at: null, heard: false };

const PLACES = new Set<unknown>(["station", "room", "elsewhere"]);

export function keptFrom(text: string | null): Kept {
  if (text === null) return NOTHING;
  try {
    const told = JSON.parse(text) as Partial<Record<keyof Kept, unknown>>;
    return {
      place: PLACES.has(told.place) ? (told.place as Place) : null,
      at: typeof told.at === "number" ? told.at : null,
      heard: told.heard === true,
    };
  } catch {
    return NOTHING;
  }
}

export function readKept(): Kept {
  try {
    return keptFrom(localStorage.getItem(KEY));
  } catch {
    return NOTHING;
  }
}

export function keep(kept: Kept): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing asks again on the next page.
  }
}

/** Whether a test was heard in this shift. */
export function isTested(kept: Kept, now: number): boolean {
  return kept.heard && kept.at !== null && now - kept.at < LASTS_MS && now >= kept.at - 60_000;
}
