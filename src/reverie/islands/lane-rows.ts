// Which lanes stand on the page and what each says: one for each device that gives the vital sign, so
// that two monitors that disagree stand under each other, each under its own name.
import { NOW_AND_THEN, silentSince, stateOf, type Linked, type State } from "./freshness";
import { STAFF, shownOf, type SessionModel, type Value } from "./session-model";
import { sayAge, type TimeOfDay } from "./times";
import { isWordKey, type Say } from "./words";

export interface Lane {
  readonly key: string;
  readonly label: string;
  readonly sub: string;
  readonly unit: string;
  readonly parameters: readonly string[];
  readonly low: number;
  readonly high: number;
  readonly step: number;
  readonly kind: "line" | "pressure" | "step";
  readonly always: boolean;
}

export interface LaneRow {
  readonly id: string;
  readonly lane: Lane;
  readonly device: string;
  readonly first: boolean;
  readonly text: string;
  readonly state: State;
  readonly age: string;
  readonly source: string;
  readonly note: string;
}

export interface Telling {
  readonly say: Say;
  readonly times: TimeOfDay;
  readonly sources: Readonly<Record<string, string>>;
  readonly linked: readonly Linked[];
}

/** A device as staff call it: the first part of its full name, more of it where two begin alike. */
export function deviceName(name: string, all: Iterable<string> = []): string {
  const first = name.split("^")[0] || name;
  const alike = [...all].some((other) => other !== name && (other.split("^")[0] || other) === first);
  return alike ? name.replaceAll("^", " ").trim() : first;
}

export function laneRows(model: SessionModel, lanes: readonly Lane[], now: number, telling: Telling): LaneRow[] {
  const rows: LaneRow[] = [];
  for (const lane of lanes) {
    const devices = sourcesOf(model, lane, now, telling.linked);
    if (devices.length === 0 && !lane.always) continue;
    for (const [place, device] of (devices.length > 0 ? devices : [null]).entries()) {
      rows.push(rowOf(model, lane, device, place === 0, now, telling));
    }
  }
  return rows;
}

/** The devices to show, by name. A set by hand stands in where it is newer than a cuff, or where nothing else is. */
export function sourcesOf(model: SessionModel, lane: Lane, now: number, linked: readonly Linked[]): string[] {
  const has = (device: string): boolean => lane.parameters.some((name) => model.value(device, name) !== undefined);
  const names = new Set(shownOf(model.values.values(), model.summary).map((value) => value.d));
  const devices = [...names].filter((name) => name !== STAFF && has(name)).sort();
  if (!names.has(STAFF) || !has(STAFF)) return devices;
  const newest = Math.max(...lane.parameters.map((name) => model.value(STAFF, name)?.m ?? 0));
  const outdone = devices.filter((device) => {
    const value = chosen(model, lane, device);
    if (value === undefined) return true;
    if (NOW_AND_THEN.has(value.p)) return value.m < newest;
    const state = stateOf(value, model, linked, now);
    return (state === "lost" || state === "missing" || state === "stale") && value.m < newest;
  });
  return outdone.length === devices.length ? [STAFF] : devices;
}

/** The value that stands for a lane: the first parameter that has a number, else the first there is. */
export function chosen(model: SessionModel, lane: Lane, device: string): Value | undefined {
  const values = lane.parameters.map((name) => model.value(device, name)).filter((value) => value !== undefined);
  if (lane.kind === "pressure") return values[0];
  const newest = Math.max(...values.map((value) => value.rec));
  return values.find((value) => value.v !== null && value.q === "valid" && value.rec >= newest - 10_000) ?? values[0];
}

function rowOf(
  model: SessionModel,
  lane: Lane,
  device: string | null,
  first: boolean,
  now: number,
  telling: Telling,
): LaneRow {
  const { say } = telling;
  const base = { id: device === null ? lane.key : `${lane.key}|${device}`, lane, device: device ?? STAFF, first };
  const value = device === null ? undefined : chosen(model, lane, device);
  if (device === null || value === undefined) {
    return { ...base, text: "–", state: "missing", age: say("value.waiting"), source: "", note: "" };
  }
  const state = stateOf(value, model, telling.linked, now);
  const silent = device === STAFF ? null : silentSince(model.devices.get(device), telling.linked, device, now);
  const age = now - value.m;
  return {
    ...base,
    text: state === "missing" ? "–" : textOf(model, lane, device, value),
    state,
    age: silent != null ? say("value.no_data_since", { time: telling.times.exact(silent) }) : ageOf(value, state, age, telling),
    source: sourceOf(value, device, model, telling),
    note: lane.kind === "pressure" && state !== "missing" ? meanOf(model, lane, device, say) : "",
  };
}

function ageOf(value: Value, state: State, age: number, telling: Telling): string {
  const words = sayAge(age, value.m, telling.say, telling.times);
  if (state !== "missing" && state !== "questionable") return words;
  const key = `value.${value.q === "valid" ? "not_available" : value.q}`;
  const reason = isWordKey(key) ? telling.say(key) : value.q;
  return state === "missing" ? reason : `${reason}, ${words}`;
}

function textOf(model: SessionModel, lane: Lane, device: string, value: Value): string {
  if (lane.kind !== "pressure") return value.v ?? "–";
  const [upper, lower] = lane.parameters.slice(0, 2).map((name) => model.value(device, name)?.v ?? "–");
  return `${upper}/${lower}`;
}

function meanOf(model: SessionModel, lane: Lane, device: string, say: Say): string {
  const mean = model.value(device, lane.parameters[2] ?? "");
  return mean?.v == null ? "" : say("value.mean", { value: mean.v });
}

function sourceOf(value: Value, device: string, model: SessionModel, telling: Telling): string {
  if (device === STAFF) return telling.sources[STAFF] ?? "";
  const names = [...model.devices.keys()];
  const where = telling.sources[value.p];
  const name = deviceName(device, names);
  const ahead = (model.devices.get(device)?.clock ?? 0) > 0 ? `, ${telling.say("value.clock_ahead")}` : "";
  return where === undefined ? `${name}${ahead}` : `${where}, ${name}${ahead}`;
}

