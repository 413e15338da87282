// The live page: what the model knows, drawn; and the watchdogs that say when it is old. The numbers go
// on under a lock. Everything is decided from the server's time and from numbered entries.
import { inOrder, isThere, wordsOf, type Alarm, type ChairAlarms } from "./alarms";
import { all, cloneOf, find, pageData, show, slot, write } from "./dom";
import { hear } from "./heard";
import { DueSet } from "./due-set";
import { LiveChart } from "./live-chart";
import { deviceName, laneRows, type Lane, type LaneRow, type Telling } from "./lane-rows";
import { fillLane, makeLane } from "./lane-drawn";
import { Link } from "./link";
import { LinkWords } from "./link-words";
import { RecordList } from "./record-list";
import { silentSince, type Linked } from "./freshness";
import { ServerClock } from "./server-clock";
import { SeriesStore, type Numerics } from "./series";
import { SessionModel, type Entry, type Summary, type Whole } from "./session-model";
import { elapsed, sayAge, timesIn, type TimeOfDay } from "./times";
import { readWords, sayState, type Say } from "./words";

interface PageData {
  readonly whole: Whole;
  readonly now: number;
  readonly zone: string;
  readonly lanes: readonly Lane[];
  readonly sources: Readonly<Record<string, string>>;
  readonly linked: readonly Linked[];
  readonly stream: string;
  readonly numerics: string;
  readonly whole_url: string;
}

const LOOK_MS = 250;

class LivePage {
  readonly #data: PageData;
  readonly #say: Say;
  readonly #times: TimeOfDay;
  readonly #clock: ServerClock;
  readonly #model: SessionModel;
  readonly #store = new SeriesStore();
  readonly #telling: Telling;
  readonly #chart: LiveChart;
  readonly #record: RecordList;
  readonly #linkWords: LinkWords;
  readonly #dueSet: DueSet;
  readonly #rows = new Map<string, HTMLElement>();
  #alarms: readonly Alarm[] = [];
  #asking = false;
  #drawnSecond = -1;

  constructor(data: PageData) {
    this.#data = data;
    this.#say = readWords(document);
    this.#times = timesIn(data.zone);
    this.#clock = new ServerClock(data.now);
    this.#model = new SessionModel(data.whole);
    this.#telling = { say: this.#say, times: this.#times, sources: data.sources, linked: data.linked };
    this.#chart = new LiveChart(this.#store, this.#model, this.#telling, () => this.#clock.now());
    this.#record = new RecordList(this.#model, this.#say, this.#times);
    for (const stale of all("#lanes > .lane")) stale.remove();
    const link = new Link(data.stream, this.#clock, () => String(this.#model.seq), {
      entry: (text) => this.#take(JSON.parse(text) as Entry),
      snapshot: (text) => this.#begin(JSON.parse(text) as Whole),
      summary: (text) => this.#model.takeSummary((JSON.parse(text) as { now: Summary }).now),
    });
    this.#dueSet = new DueSet(this.#say, this.#times);
    this.#linkWords = new LinkWords(link, this.#clock, this.#say, this.#times);
    hear("alarms", (told) => this.#takeAlarms(told as ChairAlarms));
    this.#alarms = data.whole.alarms ?? [];
    void this.#askNumerics();
    this.#draw();
    setInterval(() => this.#look(), LOOK_MS);
    document.addEventListener("visibilitychange", () => this.#look());
    window.addEventListener("pageshow", () => this.#look());
    document.body.addEventListener("htmx:responseError", (event) => {
      const { status } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail.xhr;
      if (status === 401) void link.askWhy().then(() => this.#look());
    });
  }

  #take(entry: Entry): void {
    const before = this.#actsKey();
    const outcome = this.#model.take(entry);
    if (outcome === "gap" || (outcome === "taken" && entry.again === true)) void this.#askWhole();
    if (outcome !== "taken") return;
    this.#store.take(entry);
    if (entry.line !== undefined) this.#record.draw();
    this.#renewActs(before);
    this.#draw();
  }

  #takeAlarms(told: ChairAlarms): void {
    if (told.s !== this.#model.id) return;
    this.#alarms = told.alarms;
    this.#draw();
  }

  /** The high alarm that a lane's values gave cause for. */
  #highOf(row: LaneRow): Alarm | undefined {
    const high = this.#alarms.filter((alarm) => alarm.priority === "high" && isThere(alarm));
    return inOrder(high).find((alarm) => alarm.parameters.some((name) => row.lane.parameters.includes(name)));
  }

  #begin(whole: Whole): void {
    if (!this.#model.start(whole)) return;
    this.#record.draw();
    this.#renewActs();
    void this.#askNumerics();
    this.#draw();
  }

  /** What the acts on the page depend on: those at the foot, and coming and leaving. */
  #actsKey(): readonly [string, string] {
    const { phase, infusion, staff } = this.#model.summary;
    return [`${phase} ${infusion.status}`, staff.map((one) => one.id).join(" ")];
  }

  #renewActs(before: readonly [string, string] = ["", ""]): void {
    const [bar, here] = this.#actsKey();
    // an answer to one's own press brings the right acts already, perhaps with words about it that must stay
    const shown = find("#bar");
    const renewed = shown?.dataset["acts"] === bar || shown?.classList.contains("is-sending") === true;
    if (bar !== before[0] && !renewed) find("#bar-place")?.dispatchEvent(new CustomEvent("bar-changed"));
    if (here !== before[1]) find("#here-place")?.dispatchEvent(new CustomEvent("here-changed"));
  }

  async #askWhole(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const response = await fetch(this.#data.whole_url, { headers: { Accept: "application/json" } });
      if (response.ok) this.#begin((await response.json()) as Whole);
    } catch {
      // The watchdog says that the connection is lost; the stream begins again after what is known.
    } finally {
      this.#asking = false;
    }
  }

  async #askNumerics(): Promise<void> {
    try {
      const response = await fetch(this.#data.numerics, { headers: { Accept: "application/json" } });
      if (!response.ok) return;
      this.#store.load((await response.json()) as Numerics);
      this.#chart.draw();
    } catch {
      setTimeout(() => void this.#askNumerics(), 3_000);
    }
  }

  /** Four times a second: is the connection there, and has a second passed? */
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
    const found = laneRows(this.#model, this.#data.lanes, now, this.#telling);
    const isHigh = (row: LaneRow): boolean => this.#highOf(row) !== undefined;
    // the lane that alarms comes first; nothing else changes its order
    const rows = [...found.filter(isHigh), ...found.filter((row) => !isHigh(row))];
    this.#drawLanes(rows, now);
    this.#drawDevices(now);
    this.#drawFigures(now);
    this.#dueSet.draw(now, JSON.stringify(this.#model.summary.due ?? null));
    this.#chart.place(rows, this.#rows);
  }

  #drawLanes(rows: readonly LaneRow[], now: number): void {
    const holder = find("#lanes");
    if (holder === null) return;
    const wanted = new Set(rows.map((row) => row.id));
    for (const [id, lane] of this.#rows) {
      if (!wanted.has(id)) {
        lane.remove();
        this.#rows.delete(id);
      }
    }
    let before: HTMLElement | null = null;
    for (const row of rows) {
      let lane: HTMLElement | undefined = this.#rows.get(row.id);
      if (lane === undefined) {
        lane = makeLane(row);
        this.#rows.set(row.id, lane);
      }
      const place: Element | null = before === null ? holder.firstElementChild : before.nextElementSibling;
      if (place !== lane) holder.insertBefore(lane, place);
      before = lane;
      fillLane(lane, row);
      const high = this.#highOf(row);
      lane.classList.toggle("is-high", high !== undefined);
      lane.classList.toggle("is-seen", high !== undefined && high.seen !== null);
      show(slot(lane, "alarm"), high !== undefined);
      if (high !== undefined) write(slot(lane, "alarm-words"), wordsOf(high, now, this.#say, this.#times).length);
    }
  }

  #drawDevices(now: number): void {
    const holder = find("#devices");
    if (holder === null) return;
    const names = [...new Set([...this.#data.linked.map((one) => one.d), ...this.#model.devices.keys()])].sort();
    if (names.length === 0) return;
    while (holder.children.length > names.length || holder.firstElementChild?.classList.contains("fine") === true) {
      holder.firstElementChild?.remove();
    }
    for (const [place, name] of names.entries()) {
      const line = (holder.children[place] as HTMLElement | undefined) ?? cloneOf("device-template");
      if (line.parentElement === null) holder.append(line);
      const device = this.#model.devices.get(name);
      const silent = silentSince(device, this.#data.linked, name, now);
      const state = silent === undefined ? "missing" : silent === null ? "fresh" : "lost";
      line.className = `device is-${state}`;
      write(slot(line, "name"), deviceName(name, names));
      write(slot(line, "age"), this.#deviceAge(silent, device?.last ?? null, now));
      const other = device?.other ?? "";
      line.classList.toggle("names-other", other !== "");
      write(slot(line, "other"), other === "" ? "" : this.#say("device.other", { number: other }));
    }
    this.#sayOthers(names);
  }

  /** A device that names another patient is said as long as it does. */
  #sayOthers(names: readonly string[]): void {
    const place = find("#other-patient");
    const told = this.#model.misnaming();
    const words = told.map((one) => this.#say("device.other_patient", { device: deviceName(one.d, names), number: one.other }));
    if (place !== null) write(slot(place, "others"), words.join(" "));
    show(place, told.length > 0);
  }

  #deviceAge(silent: number | null | undefined, last: number | null, now: number): string {
    if (silent === undefined || last === null) return this.#say("device.never");
    if (silent !== null) return this.#say("device.lost", { time: this.#times.exact(silent) });
    return sayAge(now - last, last, this.#say, this.#times);
  }

  #drawFigures(now: number): void {
    const { phase, since, infusion } = this.#model.summary;
    const state = find('[data-figure="state"]');
    if (state !== null) {
      write(slot(state, "value"), sayState(phase, this.#say));
      write(slot(state, "note"), since === null ? "" : this.#since(since));
    }
    const drug = find('[data-figure="infusion"]');
    if (drug === null) return;
    write(slot(drug, "label"), this.#say(`infusion.${infusion.status}`));
    const runs = infusion.status === "running" || infusion.status === "paused";
    write(slot(drug, "value"), runs && infusion.started !== null ? elapsed(now - infusion.started) : "–");
    const by = infusion.by === "device" ? this.#say("infusion.by_pump") : this.#say("infusion.by_person");
    const rate = infusion.rate === null ? "" : `${infusion.rate} mL/h, `;
    write(slot(drug, "note"), infusion.status === "none" ? "" : `${runs ? rate : ""}${by}`);
    drug.classList.toggle("is-act", infusion.status === "running");
  }

  #since(at: number): string {
    return this.#say("age.hours", { time: this.#times.short(at) });
  }
}

// A form that came back with what was wrong is shown like any other answer.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const detail = (event as CustomEvent<{ xhr: XMLHttpRequest; shouldSwap: boolean; isError: boolean }>).detail;
  if (detail.xhr.status === 422) {
    detail.shouldSwap = true;
    detail.isError = false;
  }
});

// A button may send its form elsewhere, as it does without this script.
document.body.addEventListener("htmx:configRequest", (event) => {
  const detail = (event as CustomEvent<{ path: string; triggeringEvent?: Event }>).detail;
  const button = detail.triggeringEvent instanceof SubmitEvent ? detail.triggeringEvent.submitter : null;
  const elsewhere = button?.getAttribute("formaction") ?? "";
  if (elsewhere !== "") detail.path = elsewhere;
});

new LivePage(pageData("live-data") as PageData);
