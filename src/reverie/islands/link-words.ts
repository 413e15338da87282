// What a page with a stream says of its connection, in the place of its alarm row: lost since when, or
// that the sign-in has ended and the way on. The numbers stay, marked as old; the forms are put away.
import { all, find, show, write } from "./dom";
import { tell } from "./heard";
import type { Link } from "./link";
import type { ServerClock } from "./server-clock";
import type { TimeOfDay } from "./times";
import type { Say, WordKey } from "./words";

const WORDS: Readonly<Record<"lost" | "signed_out" | "refused", WordKey>> = {
  lost: "link.lost",
  signed_out: "link.signed_out",
  refused: "link.refused",
};

export class LinkWords {
  readonly #link: Link;
  readonly #clock: ServerClock;
  readonly #say: Say;
  readonly #times: TimeOfDay;
  #oldSince: number | null = null;
  #shut = false;

  constructor(link: Link, clock: ServerClock, say: Say, times: TimeOfDay) {
    this.#link = link;
    this.#clock = clock;
    this.#say = say;
    this.#times = times;
  }

  /** Look at the connection now, and say how it is. */
  look(): void {
    const state = this.#link.state();
    tell("link", state);
    const now = this.#clock.now();
    if (state === "open") this.#oldSince = null;
    else this.#oldSince ??= now - this.#clock.silence();
    document.body.classList.toggle("is-link-lost", state !== "open");
    this.#shutForms(state === "signed_out" || state === "refused");
    const place = find("#link");
    show(place, state !== "open");
    if (place === null || state === "open") return;
    write(find("p", place), this.#say(WORDS[state], { time: this.#times.exact(this.#oldSince ?? now) }));
    show(find("[data-sign-in]", place), state === "signed_out");
  }

  #shutForms(shut: boolean): void {
    if (shut === this.#shut) return;
    this.#shut = shut;
    document.body.classList.toggle("is-signed-out", shut);
    const locked = document.body.classList.contains("is-locked");
    for (const part of all("[data-lockable]")) part.inert = shut || locked;
  }
}
