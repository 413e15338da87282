// "Alarms not running": the watch has stopped, or this page hears nothing. It says since when, and what to do.
import { find, show, write } from "./dom";
import type { TimeOfDay } from "./times";
import { stoppedAt, type Running } from "./watch-age";
import type { Say, WordKey } from "./words";

export interface Known {
  readonly running: Running;
  readonly link: "open" | "lost" | "signed_out" | "refused";
  /** how long ago the watch looked, by the last beat, and the server's time of that beat */
  readonly age: number | null;
  readonly beatAt: number;
  readonly silence: number;
  readonly now: number;
}

/** What to say, and with which time; null while alarms run. */
export function troubleOf(known: Known): { readonly words: WordKey; readonly at: number | null } | null {
  if (known.link === "signed_out") return { words: "watch.signed_out", at: null };
  if (known.link === "refused") return { words: "watch.refused", at: null };
  if (known.running === "unheard") return { words: "watch.unheard", at: known.now - known.silence };
  if (known.running === "runs") return null;
  const at = stoppedAt(known.age, known.beatAt);
  return { words: at === null ? "watch.stopped" : "watch.stopped_since", at };
}

export function sayNotRunning(known: Known, say: Say, times: TimeOfDay): void {
  const place = find("#not-running");
  const trouble = troubleOf(known);
  // a page that shows numbers says in the place of its alarm row that it hears nothing
  const saidThere = find("#link") !== null && trouble?.words !== "watch.stopped" && trouble?.words !== "watch.stopped_since";
  show(place, trouble !== null && !saidThere);
  document.body.classList.toggle("is-not-running", trouble !== null);
  if (place === null || trouble === null) return;
  write(find("[data-slot=why]", place), say(trouble.words, { time: trouble.at === null ? "" : times.exact(trouble.at) }));
}
