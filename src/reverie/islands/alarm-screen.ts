// What every page does about alarms: it hears them, draws what its place shows, sounds where it should, and says
// when it can do none of this. Driven by what the server says and by a worker's ticks, seen or not.
import { AlarmRow, type Telling } from "./alarm-rows";
import { sounds, type ChairAlarms, type Priority } from "./alarms";
import { Sound, type Heard } from "./alarm-sound";
import { Repeats } from "./burst";
import { drawStrip } from "./chair-strip";
import { all, find, pageData, show } from "./dom";
import { hear, type Beat } from "./heard";
import { Link } from "./link";
import { sayNotRunning, troubleOf, type Known } from "./not-running";
import { keyOf, Seen } from "./seen";
import { ServerClock } from "./server-clock";
import { SoundLine } from "./sound-line";
import { Tabs } from "./tabs";
import { beginTicking } from "./ticker";
import { timesIn } from "./times";
import { Ward } from "./ward";
import { drawWardLine } from "./ward-line";
import { runningOf } from "./watch-age";
import { readWords } from "./words";

interface AlarmsData {
  readonly now: number;
  readonly zone: string;
  /** the stream to listen to, when the page has none of its own */
  readonly stream: string;
  readonly watch: number | null;
  /** whether this person may see alarms; others hear only whether they run */
  readonly sees: boolean;
  /** whether they may say that they have seen one */
  readonly answers: boolean;
  readonly me: string;
  readonly place: string;
  readonly worker: string;
  readonly session_url: string;
  readonly seen_url: string;
  readonly sound_url: string;
  readonly chairs: readonly ChairAlarms[];
}

/** A screen that hears nothing, or whose alarms do not run, says so by sound too: once that is no mere hiccup. */
const PATIENCE_MS = 10_000;

class AlarmScreen {
  readonly #data: AlarmsData;
  readonly #say = readWords(document);
  readonly #times;
  readonly #clock: ServerClock;
  readonly #ward = new Ward();
  readonly #tabs = new Tabs();
  readonly #sound = new Sound();
  readonly #repeats = new Repeats();
  readonly #seen = new Seen(this.#say);
  readonly #line: SoundLine;
  readonly #rows: AlarmRow[];
  readonly #link: Link | null;
  readonly #title = document.title;
  #age: number | null;
  #beatAt: number;
  #linkState: Known["link"] = "open";
  #wrongSince: number | null = null;
  #hushedUntil = 0;
  #drawn = -1;
  #ticked = 0;

  constructor(data: AlarmsData) {
    this.#data = data;
    this.#times = timesIn(data.zone);
    this.#clock = new ServerClock(data.now);
    [this.#age, this.#beatAt] = [data.watch, data.now];
    this.#line = new SoundLine(data, this.#sound, this.#say, this.#times);
    this.#rows = all("[data-alarms]").map((place) => new AlarmRow(place));
    for (const chair of data.chairs) this.#ward.take(chair);
    hear("beat", (beat) => this.#hearBeat(beat));
    hear("ward", ({ open }) => this.#ward.start(open));
    hear("alarms", (told) => {
      this.#ward.take(told as ChairAlarms);
      this.#draw();
      this.#sounds(this.#ticked);
    });
    hear("link", (state) => {
      this.#linkState = state;
    });
    hear("tick", (now) => this.#tick(now));
    find("[data-hush]")?.addEventListener("click", () => this.#hush());
    const own = find("#live-data, #board-data") !== null;
    this.#link = own || data.stream === "" ? null : new Link(data.stream, this.#clock);
    beginTicking(data.worker);
    this.#draw();
  }

  #hearBeat(beat: Beat): void {
    this.#clock.hear(beat.now);
    this.#age = beat.watch;
    this.#beatAt = beat.now;
    this.#sayRunning();
  }

  #tick(now: number): void {
    this.#ticked = now;
    if (this.#link !== null) this.#linkState = this.#link.state();
    this.#sayRunning();
    const second = Math.floor(this.#clock.now() / 1_000);
    if (second !== this.#drawn) this.#draw();
    this.#sounds(now);
  }

  #known(): Known {
    const silence = this.#clock.silence();
    const known = { age: this.#age, beatAt: this.#beatAt, silence, now: this.#clock.now(), link: this.#linkState };
    return { ...known, running: runningOf(this.#age, silence) };
  }

  #sayRunning(): void {
    const known = this.#known();
    sayNotRunning(known, this.#say, this.#times);
    const wrong = troubleOf(known) !== null;
    this.#wrongSince = wrong ? (this.#wrongSince ?? this.#ticked) : null;
    if (!wrong) this.#hushedUntil = 0;
  }

  #draw(): void {
    const now = this.#clock.now();
    this.#drawn = Math.floor(now / 1_000);
    const { answers, session_url, seen_url } = this.#data;
    const telling: Telling = { say: this.#say, times: this.#times, now, answers, session_url, seen_url };
    for (const row of this.#rows) row.draw(this.#ward.of(row.session), telling);
    drawStrip(this.#ward, telling);
    drawWardLine(this.#ward, this.#data.me, telling);
    this.#entitle();
  }

  /** The title tells of what sounds, for a tab that nobody sees. */
  #entitle(): void {
    const unseen = this.#ward.everything().filter(({ alarm }) => alarm.seen === null && alarm.priority !== "low");
    const first = unseen[0];
    const level = first === undefined ? "" : this.#say(`level.${first.alarm.priority}`);
    const chair = first === undefined ? "" : this.#say("alarm.chair", { chair: first.chair.name });
    document.title = first === undefined ? this.#title : `${level} ${chair} · ${this.#title}`;
  }

  #sounds(now: number): void {
    if (!this.#data.sees) return;
    const { place } = this.#line;
    const heard: Heard = this.#sound.look(now);
    this.#line.draw(heard, Date.now());
    const leads = this.#tabs.leads(now, heard === "running");
    document.body.toggleAttribute("data-keeps-watch", leads);
    const wanted = new Map<string, Priority>();
    for (const { chair, alarm } of this.#ward.everything()) {
      const key = keyOf(chair.s, alarm.seq, alarm.priority);
      if (sounds(alarm, place) && !this.#seen.hushed.has(key)) wanted.set(key, alarm.priority);
    }
    const wrongFor = this.#wrongSince === null ? 0 : now - this.#wrongSince;
    const wrong = place === "station" && wrongFor > PATIENCE_MS && now > this.#hushedUntil;
    if (wrong) wanted.set("not running", "medium");
    show(find("[data-hush]"), wrong);
    if (wanted.size === 0) this.#sound.stop();
    if (!leads) return;
    const burst = this.#repeats.next(now / 1_000, wanted);
    if (burst !== null) this.#sound.play(burst);
  }

  #hush(): void {
    this.#hushedUntil = Infinity;
  }
}

export function watchAlarms(): void {
  if (find("#alarms-data") !== null) new AlarmScreen(pageData("alarms-data") as AlarmsData);
}
