// What one row of the board says of a session now. Pure: from the model and the server's time.
import { inOrder, wordsOf, type Priority } from "./alarms";
import { silentSince, stateOf, type Linked, type State } from "./freshness";
import { deviceName } from "./lane-rows";
import { STAFF, shownOf as displayed, type SessionModel, type Value } from "./session-model";
import { sayAge, type TimeOfDay } from "./times";
import { sayState, type Say } from "./words";

export interface Shown {
  readonly text: string;
  readonly state: State;
  readonly age: string;
}

export interface Need {
  readonly words: string;
  readonly detail: string;
  readonly shape: string;
  /** said on a field of its own colour */
  readonly warns?: boolean;
  /** of an alarm: its priority, and whether somebody has seen it */
  readonly level?: Priority;
  readonly seen?: boolean;
}

export interface BoardRow {
  readonly state: string;
  readonly since: string;
  readonly needs: Need | null;
  readonly pressure: Shown;
  readonly pulse: Shown;
  readonly spo2: Shown;
  readonly staff: string;
}

const WATCHED = new Set(["infusing", "paused", "recovery", "emergency"]);

export function boardRow(
  model: SessionModel,
  linked: readonly Linked[],
  now: number,
  say: Say,
  times: TimeOfDay,
): BoardRow {
  const shown = (parameters: readonly string[], lower: readonly string[] = []): Shown =>
    shownOf(model, linked, parameters, lower, now, say, times);
  const { phase, since, staff } = model.summary;
  return {
    state: sayState(phase, say),
    since: since === null ? "" : lengthSince(now - since, say),
    needs: needsOf(model, linked, now, say, times),
    pressure: shown(["nibp_sys", "art_sys"], ["nibp_dia", "art_dia"]),
    pulse: shown(["hr", "pr"]),
    spo2: shown(["spo2"]),
    staff: staff.map((one) => one.name.split(" ")[0] ?? one.name).join(", "),
  };
}

function lengthSince(ms: number, say: Say): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 60) return say("board.minutes", { n: minutes });
  return say("board.hours", { n: Math.floor(minutes / 60), m: minutes % 60 });
}

/** The newest value that can be believed most: of several devices the one that was heard last. */
function newestOf(model: SessionModel, parameters: readonly string[]): Value | undefined {
  for (const parameter of parameters) {
    const values = displayed(model.values.values(), model.summary).filter((value) => value.p === parameter);
    const newest = values.sort((one, other) => usable(other) - usable(one) || other.m - one.m)[0];
    if (newest !== undefined && newest.v !== null) return newest;
  }
  return undefined;
}

function usable(value: Value): number {
  return value.v !== null && value.q === "valid" ? 1 : 0;
}

function shownOf(
  model: SessionModel,
  linked: readonly Linked[],
  parameters: readonly string[],
  lower: readonly string[],
  now: number,
  say: Say,
  times: TimeOfDay,
): Shown {
  const value = newestOf(model, parameters);
  if (value === undefined) {
    const nothing = model.devices.size === 0 && linked.length === 0 && lower.length > 0;
    return { text: "", state: "missing", age: nothing ? say("board.no_device") : "" };
  }
  const state = stateOf(value, model, linked, now);
  if (state === "missing") return { text: "–", state, age: "" };
  const other = lower[parameters.indexOf(value.p)];
  const below = other === undefined ? undefined : model.value(value.d, other)?.v;
  const silent = value.d === STAFF ? null : silentSince(model.devices.get(value.d), linked, value.d, now);
  const age = silent != null ? say("value.no_data_since", { time: times.exact(silent) }) : sayAge(now - value.m, value.m, say, times);
  return { text: lower.length === 0 ? (value.v ?? "–") : `${value.v}/${below ?? "–"}`, state, age };
}

function needsOf(
  model: SessionModel,
  linked: readonly Linked[],
  now: number,
  say: Say,
  times: TimeOfDay,
): Need | null {
  const { phase, staff, alarms } = model.summary;
  const alarm = inOrder(alarms ?? [])[0];
  if (alarm !== undefined) {
    const told = wordsOf(alarm, now, say, times);
    const detail = alarm.seen === null && alarm.escalated === null ? told.length : told.meta;
    return { words: told.words, detail, shape: alarm.priority, level: alarm.priority, seen: alarm.seen !== null };
  }
  const names = [...new Set([...model.devices.keys(), ...linked.map((one) => one.d)])];
  const other = model.misnaming()[0];
  if (other !== undefined) {
    const words = say("board.other", { device: deviceName(other.d, names) });
    return { words, detail: say("board.other_record", { number: other.other }), shape: "medium", warns: true };
  }
  for (const name of names) {
    const silent = silentSince(model.devices.get(name), linked, name, now);
    if (silent != null) {
      return { words: deviceName(name, names), detail: say("value.no_data_since", { time: times.exact(silent) }), shape: "clock" };
    }
  }
  if (WATCHED.has(phase) && staff.length === 0) return { words: say("board.nobody"), detail: "", shape: "" };
  if (phase === "discharged" || phase === "transferred") return { words: say("board.sign"), detail: "", shape: "open" };
  if (phase === "note_signed" || phase === "cancelled") return { words: say("board.close"), detail: "", shape: "open" };
  return null;
}
