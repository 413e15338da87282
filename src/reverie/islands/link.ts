// The connection to the server's stream, and the watchdog that does not trust it: the page knows by
// itself, within three seconds, that nothing comes any more.
import { element, find, shape } from "./dom";
import { hear, tell, type Beat } from "./heard";
import { LOST_MS, RENEW_MS, REST_MS } from "./link-times";
import { BROWSER, since, type ServerClock } from "./server-clock";

/** signed_out and refused: the server said so, and goes on saying so until somebody signs in. */
export type LinkState = "open" | "lost" | "signed_out" | "refused";

/** What an answer's status says of who asks; null when it says nothing of them. */
export function endingOf(status: number): "signed_out" | "refused" | null {
  if (status === 401) return "signed_out";
  return status === 403 || status === 404 ? "refused" : null;
}

export interface Heard {
  readonly entry?: (text: string) => void;
  readonly snapshot?: (text: string) => void;
  readonly summary?: (text: string) => void;
  readonly opened?: (text: string) => void;
  readonly changed?: () => void;
}

/** What is wrong with the machine stands on every page, also on one that nobody asks for again. */
function sayTrouble(sentences: readonly string[]): void {
  const place = find("#trouble");
  if (place === null || place.dataset["told"] === sentences.join("\n")) return;
  place.dataset["told"] = sentences.join("\n");
  place.replaceChildren(
    ...sentences.map((words) => {
      const line = element("p", "");
      line.append(shape("medium"), element("span", "", words));
      return line;
    }),
  );
}

export class Link {
  readonly #address: string;
  readonly #clock: ServerClock;
  readonly #after: () => string;
  readonly #heard: Heard;
  #source: EventSource | null = null;
  #lastId = "";
  #renewedAt = 0;
  #hiddenSince: { readonly mono: number; readonly wall: number } | null = null;
  #ended: "signed_out" | "refused" | null = null;
  #asking = false;
  #rests = false;

  /** `after` gives the number to go on from, when nothing has come over this link yet. */
  constructor(address: string, clock: ServerClock, after: () => string = () => "", heard: Heard = {}) {
    this.#address = address;
    this.#clock = clock;
    this.#after = after;
    this.#heard = heard;
    this.#open();
    this.#turn();
    document.addEventListener("visibilitychange", () => this.#turn());
    hear("tick", () => this.#restOrWake());
  }

  /** Look now: whether beats come. When they have not come for longer, the connection is made anew. */
  state(): LinkState {
    if (this.#ended !== null) return this.#ended;
    if (this.#rests) return "lost";
    const silence = this.#clock.silence();
    if (silence <= LOST_MS) return "open";
    const now = performance.now();
    if (now - this.#renewedAt > RENEW_MS && (silence > RENEW_MS || this.#source?.readyState === EventSource.CLOSED)) {
      this.#open();
    }
    return "lost";
  }

  /** A browser does not tell why its stream was refused: ask once more, and read the answer's status. */
  async askWhy(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    const done = new AbortController();
    try {
      const headers = { Accept: "text/event-stream" };
      const answer = await fetch(this.#from(), { headers, cache: "no-store", redirect: "manual", signal: done.signal });
      const before = this.#ended;
      this.#ended = endingOf(answer.status);
      if (this.#ended !== null) this.#source?.close();
      else if (before !== null && answer.ok) this.#open();
    } catch {
      // Nobody answers: the connection is lost, and the watchdog says so.
    } finally {
      done.abort();
      this.#asking = false;
    }
  }

  #from(): URL {
    const address = new URL(this.#address, location.href);
    const after = this.#lastId || this.#after();
    if (after !== "") address.searchParams.set("after", after);
    return address;
  }

  #open(): void {
    this.#source?.close();
    this.#renewedAt = performance.now();
    const source = new EventSource(this.#from());
    this.#source = source;
    source.addEventListener("error", () => {
      if (source === this.#source && source.readyState === EventSource.CLOSED) void this.askWhy();
    });
    const on = (name: string, take: (text: string) => void): void => {
      source.addEventListener(name, (event) => {
        if (source !== this.#source || !(event instanceof MessageEvent)) return;
        if (event.lastEventId !== "") this.#lastId = event.lastEventId;
        take(String(event.data));
      });
    };
    on("beat", (text) => {
      const beat = JSON.parse(text) as Beat;
      this.#clock.hear(beat.now);
      sayTrouble(beat.trouble ?? []);
      tell("beat", beat);
    });
    on("ward", (text) => tell("ward", JSON.parse(text) as { readonly open: readonly string[] }));
    on("alarms", (text) => tell("alarms", JSON.parse(text)));
    for (const name of ["entry", "snapshot", "summary", "opened"] as const) {
      const take = this.#heard[name];
      if (take !== undefined) on(name, take);
    }
    on("changed", () => this.#heard.changed?.());
    on("ended", () => void this.askWhy());
  }

  // A page that nobody sees leaves its connection to others: browsers have only a few for each address. But one
  // of a browser's pages keeps watch, seen or not (islands/tabs.ts), and what it hears must reach it.
  #restOrWake(): void {
    const hidden = this.#hiddenSince;
    const rests =
      hidden !== null &&
      document.body.dataset["keepsWatch"] === undefined &&
      since(hidden.mono, hidden.wall, BROWSER) > REST_MS;
    if (rests === this.#rests) return;
    this.#rests = rests;
    if (rests) this.#source?.close();
    else if (this.#ended === null) this.#open();
  }

  #turn(): void {
    this.#hiddenSince = document.hidden ? { mono: performance.now(), wall: Date.now() } : null;
    this.#restOrWake();
    // somebody may have signed in on another page of this browser
    if (!document.hidden && this.#ended === "signed_out") void this.askWhy();
  }
}
