// The board of chairs: fixed rows, one stream for all of them. A row is a chair; a session comes and goes.
import { writeWords } from "./alarm-rows";
import { levelOf } from "./alarms";
import { boardRow, type Shown } from "./board-rows";
import { all, element, find, pageData, shape, show, slot, write } from "./dom";
import type { Linked } from "./freshness";
import { Link } from "./link";
import { LinkWords } from "./link-words";
import { ServerClock } from "./server-clock";
import { SessionModel, type Entry, type Summary, type Whole } from "./session-model";
import { ticks } from "./chart-times";
import { timesIn, type TimeOfDay } from "./times";
import { readWords, type Say } from "./words";

interface BoardData {
  readonly now: number;
  readonly zone: string;
  readonly after: string;
  readonly stream: string;
  readonly session_url: string;
  readonly wholes: readonly Whole[];
  readonly chairs: readonly { readonly id: string; readonly linked: readonly Linked[] }[];
}

const LOOK_MS = 250;
const HOUR = 3_600_000;
const NOBODY = "00000000-0000-0000-0000-000000000000";
const EMPTY_INFUSION = { status: "none", since: null, started: null, rate: null, by: "", device: "" } as const;

class Board {
  readonly #data: BoardData;
  readonly #say: Say;
  readonly #times: TimeOfDay;
  readonly #clock: ServerClock;
  readonly #models = new Map<string, SessionModel>();
  readonly #linkWords: LinkWords;
  #drawnSecond = -1;

  constructor(data: BoardData) {
    this.#data = data;
    this.#say = readWords(document);
    this.#times = timesIn(data.zone);
    this.#clock = new ServerClock(data.now);
    for (const whole of data.wholes) this.#models.set(whole.s, new SessionModel(whole));
    const link = new Link(data.stream, this.#clock, () => data.after, {
      entry: (text) => this.#take(JSON.parse(text) as Entry & { readonly chair?: string; readonly initials?: string }),
      snapshot: (text) => this.#begin(JSON.parse(text) as Whole),
      summary: (text) => this.#summary(JSON.parse(text) as { s: string; now: Summary }),
      opened: () => undefined,
      changed: () => location.reload(),
    });
    this.#linkWords = new LinkWords(link, this.#clock, this.#say, this.#times);
    setInterval(() => this.#look(), LOOK_MS);
    document.addEventListener("visibilitychange", () => this.#look());
    this.#draw();
  }

  #take(entry: Entry & { readonly chair?: string; readonly initials?: string }): void {
    let model = this.#models.get(entry.s);
    if (model === undefined) {
      // a session that was opened since the page was made: its first entry tells who sits where
      if (entry.kind !== "opened") return;
      model = new SessionModel({
        s: entry.s, seq: 0, phase: "arrived", since: entry.at, opened: entry.at, chair: entry.chair ?? "",
        initials: entry.initials ?? "", infusion: EMPTY_INFUSION, staff: [], devices: [], values: [],
      });
      this.#models.set(entry.s, model);
    }
    if (model.take(entry) === "gap") location.reload();
  }

  #begin(whole: Whole): void {
    const model = this.#models.get(whole.s);
    if (model === undefined) this.#models.set(whole.s, new SessionModel(whole));
    else model.start(whole);
  }

  #summary(told: { readonly s: string; readonly now: Summary }): void {
    this.#models.get(told.s)?.takeSummary(told.now);
  }

  #look(): void {
    this.#linkWords.look();
    const now = this.#clock.now();
    const second = Math.floor(now / 1_000);
    if (second !== this.#drawnSecond) {
      this.#drawnSecond = second;
      this.#draw();
    }
  }

  #draw(): void {
    const now = this.#clock.now();
    write(find("[data-clock]"), this.#times.exact(now));
    const open = [...this.#models.values()].filter((model) => model.summary.phase !== "closed");
    const from = Math.min(now - HOUR, ...open.map((model) => model.summary.opened ?? now)) - HOUR / 4;
    const stretch = { from, to: now + HOUR, now };
    this.#drawAxis(stretch);
    const staff = new Map<string, string[]>();
    for (const row of all(".chair-row")) {
      const model = open.find((one) => one.summary.chair === row.dataset["chair"]);
      this.#drawRow(row, model, now, stretch);
      for (const one of model?.summary.staff ?? []) {
        staff.set(one.name, [...(staff.get(one.name) ?? []), find(".chair-name b", row)?.textContent ?? ""]);
      }
    }
    for (const level of LEVELS) {
      const count = open.filter((model) => levelOf(model.summary.alarms ?? []) === level).length;
      write(find(`#count-${level}`), String(count));
      show(find(`[data-count-of="${level}"]`), count > 0);
    }
    write(find("#count-infusing"), String(open.filter((model) => model.summary.phase === "infusing").length));
    const told = [...staff].map(([name, chairs]) => this.#say("board.staff", { name, chairs: chairs.join(", ") }));
    write(find("#board-staff"), told.join("  ·  "));
  }

  #drawRow(row: HTMLElement, model: SessionModel | undefined, now: number, stretch: Stretch): void {
    row.classList.toggle("is-free", model === undefined);
    show(find("[data-open]", row), model === undefined);
    const link = slot<HTMLAnchorElement>(row, "link");
    show(link, model !== undefined);
    if (model === undefined) {
      write(slot(row, "initials"), "");
      write(slot(row, "state"), this.#say("board.free"));
      write(slot(row, "since"), "");
      write(slot(row, "staff"), "");
      fillNeeds(row, null, this.#say);
      for (const name of ["pressure", "pulse", "spo2"]) fillValue(row, name, { text: "", state: "missing", age: "" });
      find("[data-track]", row)?.replaceChildren(...nowLine(stretch));
      return;
    }
    if (link !== null) link.href = this.#data.session_url.replace(NOBODY, model.id);
    const linked = this.#data.chairs.find((chair) => chair.id === row.dataset["chair"])?.linked ?? [];
    const shown = boardRow(model, linked, now, this.#say, this.#times);
    write(slot(row, "initials"), model.summary.initials);
    write(slot(row, "state"), shown.state);
    write(slot(row, "since"), shown.since);
    write(slot(row, "staff"), shown.staff);
    fillNeeds(row, shown.needs, this.#say);
    fillValue(row, "pressure", shown.pressure);
    fillValue(row, "pulse", shown.pulse);
    fillValue(row, "spo2", shown.spo2);
    drawTrack(row, model, stretch);
  }

  #drawAxis(stretch: Stretch): void {
    const axis = find("#board-axis");
    if (axis === null) return;
    for (const old of all(".axis-tick", axis)) old.remove();
    for (const tick of ticks(stretch)) {
      const label = element("span", "axis-tick", this.#times.short(tick));
      label.style.insetInlineStart = at(stretch, tick);
      axis.append(label);
    }
  }
}

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly now: number;
}

function at(stretch: Stretch, ms: number): string {
  const part = (ms - stretch.from) / (stretch.to - stretch.from);
  return `${Math.min(Math.max(part, 0), 1) * 100}%`;
}

function piece(name: string, stretch: Stretch, from: number, to: number): HTMLElement {
  const made = element("i", name);
  made.style.insetInlineStart = at(stretch, from);
  made.style.inlineSize = `calc(${at(stretch, to)} - ${at(stretch, from)})`;
  return made;
}

function nowLine(stretch: Stretch): HTMLElement[] {
  const lines = ticks(stretch).map((tick) => piece("track-tick", stretch, tick, tick));
  return [...lines, piece("track-now", stretch, stretch.now, stretch.now)];
}

function drawTrack(row: HTMLElement, model: SessionModel, stretch: Stretch): void {
  const { opened, infusion, since, phase } = model.summary;
  const parts = [...nowLine(stretch)];
  if (opened !== null) parts.push(piece("track-here", stretch, opened, stretch.now));
  if (infusion.started !== null) {
    const runs = infusion.status === "running" || infusion.status === "paused";
    const end = runs ? stretch.now : (infusion.since ?? since ?? stretch.now);
    parts.push(piece(phase === "emergency" ? "track-drug is-stopped" : "track-drug", stretch, infusion.started, end));
  }
  find("[data-track]", row)?.replaceChildren(...parts);
}

function fillValue(row: HTMLElement, name: string, shown: Shown): void {
  const value = find(`[data-value="${name}"]`, row);
  if (value !== null) {
    value.className = `value is-${shown.state}`;
    write(find(".number", value), shown.text);
  }
  const age = find(`[data-age="${name}"]`, row);
  if (age === null || age.textContent === shown.age) return;
  const old = shown.state === "stale" || shown.state === "lost";
  age.replaceChildren(...(old && shown.age !== "" ? [shape("clock")] : []), shown.age);
}

const LEVELS = ["low", "medium", "high"] as const;

function fillNeeds(row: HTMLElement, needs: ReturnType<typeof boardRow>["needs"], say: Say): void {
  const place = slot(row, "needs");
  if (place === null) return;
  const detail = find("small", place);
  const told = needs === null ? "" : `${needs.level ?? ""} ${needs.shape}\n${needs.words}`;
  place.classList.toggle("is-warning", needs?.warns === true);
  for (const level of LEVELS) place.classList.toggle(`is-${level}`, needs?.level === level);
  place.classList.toggle("is-seen", needs?.seen === true);
  if (place.dataset["told"] === told) {
    // how long it lasts runs on
    write(detail, needs?.detail ?? "");
    return;
  }
  place.dataset["told"] = told;
  place.replaceChildren();
  if (needs === null) return;
  if (needs.shape !== "") place.append(shape(needs.shape));
  const words = element("span", "needs-words");
  const line = element("span", "");
  if (needs.level !== undefined) line.append(element("b", "", say(`level.${needs.level}`)), " ");
  const rest = element("span", "");
  writeWords(rest, needs.words);
  line.append(rest);
  words.append(line, element("small", "", needs.detail));
  place.append(words);
}

new Board(pageData("board-data") as BoardData);
