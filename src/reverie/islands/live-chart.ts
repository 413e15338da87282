// The chart of the live page: the time axis, the marks, a trace in each lane, and moving through time.
// It follows now until somebody looks back; a button brings it forward again.
import { Trace, readInks, type Inks, type Shown, type Stretch } from "./chart";
import { ticks } from "./chart-times";
import { all, element, find, show, write } from "./dom";
import { intervalOf, NOW_AND_THEN } from "./freshness";
import type { LaneRow, Telling } from "./lane-rows";
import { placeMarks } from "./marks";
import { breakAfter, drawn, scaleFor, type SeriesStore } from "./series";
import { STAFF, type Line, type SessionModel } from "./session-model";
import { isWordKey } from "./words";

const MINUTE = 60_000;
/** The part of the chart that lies ahead of now. */
const AHEAD = 0.14;
const NEVER_BROKEN = 24 * 3_600_000;
const LEAST_WHOLE = 15 * MINUTE;

export class LiveChart {
  readonly #store: SeriesStore;
  readonly #model: SessionModel;
  readonly #telling: Telling;
  readonly #now: () => number;
  readonly #traces = new Map<string, { readonly trace: Trace; readonly place: HTMLElement }>();
  #rows: readonly LaneRow[] = [];
  #inks: Inks;
  #window = 30;
  /** The right end when somebody looks back; null follows now. */
  #end: number | null = null;
  #scales = new Map<string, string>();
  readonly #widths = new Map<string, number>();

  constructor(store: SeriesStore, model: SessionModel, telling: Telling, now: () => number) {
    this.#store = store;
    this.#model = model;
    this.#telling = telling;
    this.#now = now;
    this.#inks = readInks(document.body);
    this.#listen();
  }

  /** The stretch of time to show. */
  stretch(): Stretch {
    const now = this.#now();
    const opened = this.#model.summary.opened ?? now;
    const length = this.#window === 0 ? Math.max(now - opened + MINUTE, LEAST_WHOLE) : this.#window * MINUTE;
    if (this.#end !== null && this.#window !== 0) return { from: this.#end - length, to: this.#end, now };
    const ahead = (length * AHEAD) / (1 - AHEAD);
    return { from: now - length, to: now + ahead, now };
  }

  /** Give every lane its trace, then draw. */
  place(rows: readonly LaneRow[], lanes: ReadonlyMap<string, HTMLElement>): void {
    this.#rows = rows;
    for (const [id, held] of this.#traces) {
      if (lanes.get(id) === undefined || !held.place.isConnected) {
        held.trace.destroy();
        this.#traces.delete(id);
      }
    }
    for (const row of rows) {
      const place = find("[data-trace]", lanes.get(row.id) ?? document.createElement("i"));
      if (place === null || this.#traces.has(row.id)) continue;
      const trace = new Trace(place, row.lane, this.#inks, this.stretch(), {
        gap: (cause, length) => this.#gapWords(cause, length),
        times: this.#telling.times,
      });
      this.#traces.set(row.id, { trace, place });
    }
    this.draw();
  }

  draw(): void {
    const stretch = this.stretch();
    this.#drawAxis(stretch);
    this.#drawMarks(stretch);
    for (const row of this.#rows) {
      const held = this.#traces.get(row.id);
      if (held === undefined) continue;
      const shown = this.#shown(row, stretch);
      const numbers = [...shown.main.values, ...(shown.lower?.values ?? []), ...shown.byHand.flatMap((set) => [set.upper, set.lower])];
      const scale = scaleFor(numbers.filter((value): value is number => value !== null), row.lane.low, row.lane.high, row.lane.step);
      held.trace.resize(held.place);
      held.trace.show(shown, stretch, scale);
      this.#announce(row, scale);
    }
  }

  #shown(row: LaneRow, stretch: Stretch): Shown {
    const { lane, device } = row;
    const interval = intervalOf(this.#model.devices.get(device), this.#telling.linked, device);
    const stretchOf = (parameter: string, of: string): ReturnType<typeof drawn> => {
      const limit = NOW_AND_THEN.has(parameter) || of === STAFF ? NEVER_BROKEN : breakAfter(interval);
      return drawn(this.#store.get(of, parameter), stretch.from, stretch.to, stretch.now, limit);
    };
    const parameter = this.#parameter(row);
    const none = { times: [], values: [], places: [], gaps: [] };
    const main = device === STAFF ? none : stretchOf(parameter, device);
    const hand = row.first ? stretchOf(lane.kind === "pressure" ? parameter : this.#handParameter(row), STAFF) : none;
    if (lane.kind !== "pressure") {
      return { main, byHand: hand.times.flatMap((at, place) => numberAt(hand.values, place, (upper) => ({ at, upper, lower: null }))) };
    }
    const second = lane.parameters[1] ?? "";
    const handLower = stretchOf(second, STAFF);
    return {
      main: { ...main, gaps: [] },
      lower: alignedTo(main.times, stretchOf(second, device)),
      byHand: hand.times.flatMap((at, place) =>
        numberAt(hand.values, place, (upper) => ({ at, upper, lower: handLower.values[handLower.times.indexOf(at)] ?? null })),
      ),
    };
  }

  /** The parameter whose history a lane shows: the first that this device ever gave a number for. */
  #parameter(row: LaneRow): string {
    const { parameters } = row.lane;
    const given = parameters.find((name) => this.#store.get(row.device, name)?.values.some((value) => value !== null) === true);
    return given ?? parameters[0] ?? "";
  }

  #handParameter(row: LaneRow): string {
    return row.lane.parameters.find((name) => this.#store.get(STAFF, name) !== undefined) ?? row.lane.parameters[0] ?? "";
  }

  #gapWords(cause: string, length: string): string {
    const { say } = this.#telling;
    if (cause === "no_data") return say("gap.no_data", { length });
    const key = `value.${cause}`;
    return isWordKey(key) ? `${say(key)} ${length}` : say("gap.no_value", { length });
  }

  #announce(row: LaneRow, scale: readonly [number, number]): void {
    const { lane } = row;
    const usual = scale[0] === lane.low && scale[1] === lane.high;
    const words = usual ? "" : this.#telling.say("chart.scale", { low: scale[0], high: scale[1] });
    if (this.#scales.get(row.id) === words) return;
    this.#scales.set(row.id, words);
    const place = this.#traces.get(row.id)?.place;
    if (place === undefined) return;
    let note = find(".trace-scale", place);
    if (note === null) {
      note = element("span", "trace-scale");
      place.append(note);
    }
    write(note, words);
  }

  #drawAxis(stretch: Stretch): void {
    const track = find("#axis .axis-track");
    if (track === null) return;
    const { times } = this.#telling;
    const at = (ms: number): string => `${((ms - stretch.from) / (stretch.to - stretch.from)) * 100}%`;
    const shown = ticks(stretch);
    const width = track.getBoundingClientRect().width;
    while (track.children.length > shown.length + 1) track.lastElementChild?.remove();
    const now = (track.children[0] as HTMLElement | undefined) ?? track.appendChild(element("span", "axis-now"));
    const visible = stretch.now <= stretch.to && stretch.now >= stretch.from;
    now.hidden = !visible;
    now.style.insetInlineStart = at(stretch.now);
    write(now, times.exact(stretch.now));
    for (const [place, tick] of shown.entries()) {
      const label = (track.children[place + 1] as HTMLElement | undefined) ?? track.appendChild(element("span", "axis-tick"));
      label.style.insetInlineStart = at(tick);
      // the time of now stands before any other, and no time is cut off
      const length = stretch.to - stretch.from;
      const atEdge = tick - stretch.from < length * 0.03 || stretch.to - tick < length * 0.03;
      label.hidden = atEdge || (visible && (Math.abs(tick - stretch.now) / length) * width < TAG_PX);
      write(label, times.short(tick));
    }
  }

  /** Ticks with words in two staggered rows: what people did, not every entry. */
  #drawMarks(stretch: Stretch): void {
    const track = find("#marks .marks-track");
    if (track === null) return;
    const width = track.getBoundingClientRect().width || 1;
    const marked = spaced(
      [...this.#model.lines.values()]
        .filter((line) => MARKED.has(line.kind) && line.struck === null && line.at >= stretch.from && line.at <= Math.min(stretch.to, stretch.now))
        .sort((one, other) => one.at - other.at || rankOf(one) - rankOf(other) || one.seq - other.seq),
      ((stretch.to - stretch.from) / width) * SAME_PX,
    ).slice(-MOST_MARKS);
    show(find("#marks .marks-none"), marked.length === 0);
    const past = find(".marks-past", track);
    const nowAt = Math.min(Math.max((stretch.now - stretch.from) / (stretch.to - stretch.from), 0), 1);
    if (past !== null) past.style.inlineSize = `calc(${nowAt * 100}% + 1px)`;
    while (track.children.length > marked.length + 1) track.lastElementChild?.remove();
    const marks = marked.map((line) => ({
      x: ((line.at - stretch.from) / (stretch.to - stretch.from)) * width,
      wide: this.#widthOf(track, shorten(line.words)),
    }));
    for (const [place, { row, side, left, width: wide }] of placeMarks(marks, nowAt * width).entries()) {
      const mark = (track.children[place + 1] as HTMLElement | undefined) ?? track.appendChild(element("span", "mark"));
      mark.className = `mark${row === 1 ? " is-second" : ""}${side === "after" ? "" : ` is-${side}`}`;
      mark.style.insetInlineStart = `${left}px`;
      mark.style.inlineSize = `${wide}px`;
      write(mark, side === "bare" ? "" : shorten(marked[place]?.words ?? ""));
    }
  }

  /** How wide words are as a mark; asked of the page once for each. */
  #widthOf(track: HTMLElement, words: string): number {
    let wide = this.#widths.get(words);
    if (wide === undefined) {
      const probe = track.appendChild(element("span", "mark", words));
      wide = Math.ceil(probe.getBoundingClientRect().width) + 1;
      probe.remove();
      if (document.fonts.status === "loaded") this.#widths.set(words, wide);
    }
    return wide;
  }

  #listen(): void {
    for (const choice of all<HTMLInputElement>('input[name="window"]')) {
      choice.addEventListener("change", () => {
        this.#window = Number(choice.value);
        this.draw();
      });
    }
    for (const button of all<HTMLButtonElement>("[data-pan]")) {
      button.addEventListener("click", () => this.#pan(button.dataset["pan"] ?? "now"));
    }
    const chart = find(".live-chart");
    chart?.addEventListener("keydown", (event) => {
      if (event.target !== chart) return;
      const way = { ArrowLeft: "back", ArrowRight: "on", End: "now" }[event.key];
      if (way !== undefined) {
        event.preventDefault();
        this.#pan(way);
      }
    });
    window.addEventListener("resize", () => this.draw());
    const repaint = (): void => {
      this.#inks = readInks(document.body);
      for (const { trace } of this.#traces.values()) trace.repaint(this.#inks);
    };
    new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
    this.#dragLanes();
  }

  #pan(way: string): void {
    const { from, to, now } = this.stretch();
    const third = (to - from) / 3;
    const opened = this.#model.summary.opened ?? now;
    if (way === "now") this.#end = null;
    if (way === "back") this.#end = Math.max(to - third, Math.min(opened + third, now));
    if (way === "on") this.#end = to + third >= now ? null : to + third;
    for (const button of all('[data-pan="now"]')) button.setAttribute("aria-pressed", String(this.#end === null));
    this.draw();
  }

  #dragLanes(): void {
    const lanes = find("#lanes");
    let held: { readonly x: number; readonly stretch: Stretch; readonly width: number } | null = null;
    lanes?.addEventListener("pointerdown", (event) => {
      const trace = event.target instanceof Element ? event.target.closest("[data-trace]") : null;
      if (trace === null || event.button !== 0 || this.#window === 0) return;
      held = { x: event.clientX, stretch: this.stretch(), width: trace.getBoundingClientRect().width };
    });
    window.addEventListener("pointermove", (event) => {
      if (held === null || Math.abs(event.clientX - held.x) < 8) return;
      const { from, to, now } = held.stretch;
      const moved = to - ((event.clientX - held.x) / held.width) * (to - from);
      this.#end = moved >= now ? null : moved;
      for (const button of all('[data-pan="now"]')) button.setAttribute("aria-pressed", String(this.#end === null));
      this.draw();
    });
    window.addEventListener("pointerup", () => {
      held = null;
    });
  }
}

const MOST_MARKS = 9;
/** As near as another time may come to that of now. */
const TAG_PX = 76;
const MARKED = new Set([
  "state_changed", "infusion_started", "rate_changed", "infusion_paused", "infusion_resumed", "infusion_stopped", "note",
]);
const LONGEST_MARK = 28;
/** Marks that stand this near each other tell of one moment: its first words speak for all. */
const SAME_PX = 5;

/** What was done at the pump speaks before the state that follows from it. */
function rankOf(line: Line): number {
  return line.kind === "state_changed" ? 1 : 0;
}

function spaced(lines: readonly Line[], apart: number): Line[] {
  const kept: Line[] = [];
  for (const line of lines) {
    const last = kept.at(-1);
    if (last === undefined || line.at - last.at >= apart) kept.push(line);
    else if (rankOf(line) < rankOf(last)) kept[kept.length - 1] = line;
  }
  return kept;
}

function shorten(words: string): string {
  return words.length <= LONGEST_MARK ? words : `${words.slice(0, LONGEST_MARK - 1).trimEnd()}…`;
}

function numberAt<T>(values: readonly (number | null)[], place: number, make: (value: number) => T): T[] {
  const value = values[place] ?? null;
  return value === null ? [] : [make(value)];
}

/** Values of another series at the times of a first one; null where it has none then. */
function alignedTo(times: readonly number[], other: ReturnType<typeof drawn>): ReturnType<typeof drawn> {
  const at = new Map(other.times.map((time, place) => [time, place]));
  const of = times.map((time) => at.get(time) ?? -1);
  return { times: [...times], values: of.map((place) => other.values[place] ?? null), places: of.map((place) => other.places[place] ?? 0), gaps: [] };
}
