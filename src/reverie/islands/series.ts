// The numerics behind the chart: columns from the server, then entries as they come. Nothing is joined,
// smoothed or carried over a gap; where there is no value there is a gap with its cause and length.
import { UNKNOWN_INTERVAL_MS } from "./freshness";
import { keyOf, type Entry } from "./session-model";

const SAME_MS = 2_000;

export interface Packed {
  readonly d: string;
  readonly p: string;
  readonly t: readonly number[];
  readonly v: readonly (number | null)[];
  readonly q: Readonly<Record<string, string>>;
  /** the usual number of decimals, and by place where it is another */
  readonly n: number;
  readonly o: Readonly<Record<string, number>>;
}

export interface Numerics {
  readonly seq: number;
  readonly opened: number | null;
  readonly series: readonly Packed[];
}

export interface Gap {
  readonly from: number;
  readonly to: number;
  /** "no_data" when nothing came, else why there was no value */
  readonly cause: string;
}

const USELESS = new Set(["invalid", "not_available", "demo", "test", "calibration"]);

export class Series {
  readonly times: number[] = [];
  readonly values: (number | null)[] = [];
  readonly reasons: (string | null)[] = [];
  /** with how many decimals each value came */
  readonly places: number[] = [];
  #lastText: string | null | undefined;

  add(at: number, received: number, text: string | null, validity: string): void {
    const last = this.times.at(-1);
    // monitors send a cuff's value again and again, with the time of the cuff
    if (at < received && last !== undefined && text === this.#lastText && Math.abs(at - last) < SAME_MS) return;
    // what comes late stands at its own time
    const place = last !== undefined && at < last ? firstAfter(this.times, at) : this.times.length;
    this.times.splice(place, 0, at);
    this.values.splice(place, 0, text === null || USELESS.has(validity) ? null : Number(text));
    this.reasons.splice(place, 0, validity === "valid" ? null : validity);
    this.places.splice(place, 0, text === null ? 0 : (text.split(".")[1] ?? "").length);
    this.#lastText = text;
  }

  static unpack(packed: Packed): Series {
    const series = new Series();
    let at = 0;
    for (const [place, difference] of packed.t.entries()) {
      at += difference;
      const reason = packed.q[String(place)] ?? "valid";
      const value = packed.v[place] ?? null;
      series.add(at, at, value === null ? null : value.toFixed(packed.o[String(place)] ?? packed.n), reason);
    }
    return series;
  }
}

export class SeriesStore {
  seq = 0;
  ready = false;
  readonly #series = new Map<string, Series>();
  #waiting: Entry[] = [];

  load(numerics: Numerics): void {
    this.#series.clear();
    for (const packed of numerics.series) this.#series.set(keyOf(packed.d, packed.p), Series.unpack(packed));
    this.seq = numerics.seq;
    this.ready = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const entry of waiting) this.take(entry);
  }

  take(entry: Entry): void {
    if (!this.ready) {
      this.#waiting.push(entry);
      return;
    }
    if (entry.seq <= this.seq) return;
    this.seq = entry.seq;
    for (const [parameter, value, , validity, measured] of entry.rows ?? []) {
      this.#of(entry.device ?? "", parameter).add(measured, entry.rec, value, validity);
    }
    for (const [parameter, value, , validity] of entry.hand ?? []) {
      if (parameter !== null) this.#of("", parameter).add(entry.at, entry.at, value, validity);
    }
  }

  get(device: string, parameter: string): Series | undefined {
    return this.#series.get(keyOf(device, parameter));
  }

  #of(device: string, parameter: string): Series {
    const key = keyOf(device, parameter);
    let series = this.#series.get(key);
    if (series === undefined) {
      series = new Series();
      this.#series.set(key, series);
    }
    return series;
  }
}

export interface Drawn {
  readonly times: number[];
  readonly values: (number | null)[];
  /** decimals of each value, as the device gave them */
  readonly places: number[];
  readonly gaps: Gap[];
}

/** How long nothing may come before a line is broken, for a device with this sending interval. */
export function breakAfter(interval: number | null): number {
  const known = interval ?? UNKNOWN_INTERVAL_MS;
  return Math.max(3 * known, known + 3_000);
}

/** The stretch of a series to draw: broken where nothing came, with the gaps that lie in it. */
export function drawn(series: Series | undefined, from: number, to: number, now: number, limit: number): Drawn {
  const times: number[] = [];
  const values: (number | null)[] = [];
  const places: number[] = [];
  const gaps: Gap[] = [];
  if (series === undefined) return { times, values, places, gaps };
  let missingFrom: number | null = null;
  let cause = "";
  let last: number | null = null;
  // one point before the stretch, so that a line or a gap enters it from the left
  for (let place = Math.max(0, firstAfter(series.times, from) - 1); place < series.times.length; place += 1) {
    const at = series.times[place] ?? 0;
    const value = series.values[place] ?? null;
    if (last !== null && at - last > limit) {
      if (missingFrom !== null) gaps.push({ from: missingFrom, to: last, cause });
      missingFrom = null;
      gaps.push({ from: last, to: at, cause: "no_data" });
      times.push(last + 1);
      values.push(null);
      places.push(0);
    }
    if (value === null && missingFrom === null) {
      missingFrom = last ?? at;
      cause = series.reasons[place] ?? "not_available";
    } else if (value !== null && missingFrom !== null) {
      gaps.push({ from: missingFrom, to: at, cause });
      missingFrom = null;
    }
    times.push(at);
    values.push(value);
    places.push(series.places[place] ?? 0);
    last = at;
    if (at > to) return { times, values, places, gaps };
  }
  if (last !== null) {
    if (missingFrom !== null) gaps.push({ from: missingFrom, to: last, cause });
    if (now - last > limit) gaps.push({ from: last, to: Math.min(now, to), cause: "no_data" });
  }
  return { times, values, places, gaps: gaps.filter((gap) => gap.to > from && gap.to > gap.from) };
}

/** The first place whose time is after `at`. */
export function firstAfter(times: readonly number[], at: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A scale that holds everything shown, grown in whole steps from the usual one. */
export function scaleFor(values: Iterable<number>, low: number, high: number, step: number): [number, number] {
  let [bottom, top] = [low, high];
  for (const value of values) {
    if (value < bottom) bottom = Math.floor(value / step) * step;
    if (value > top) top = Math.ceil(value / step) * step;
  }
  return [bottom, top];
}
