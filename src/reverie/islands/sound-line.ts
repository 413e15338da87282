// The line about sound, and its test: whether this screen was heard, and one press that finds out. The test sound
// plays at the press; whoever pressed says whether they heard it, and both are recorded.
import type { Heard, Sound } from "./alarm-sound";
import type { Place } from "./alarms";
import { all, find, show, write } from "./dom";
import { newKey } from "./forms";
import { isTested, keep, readKept, type Kept } from "./sound-kept";
import type { TimeOfDay } from "./times";
import type { Say, WordKey } from "./words";

export type SoundState = "tested" | "untested" | "unheard" | "silent" | "none" | "elsewhere";

/** What is to be said of this screen's sound. */
export function soundState(kept: Kept, place: Place, heard: Heard, now: number): SoundState {
  if (place === "elsewhere") return "elsewhere";
  if (heard === "none") return "none";
  if (kept.at !== null && !kept.heard) return "unheard";
  if (!isTested(kept, now)) return "untested";
  return heard === "running" ? "tested" : "silent";
}

const WORDS: Readonly<Record<SoundState, WordKey>> = {
  tested: "sound.tested",
  untested: "sound.untested",
  unheard: "sound.unheard",
  silent: "sound.silent",
  none: "sound.none",
  elsewhere: "sound.elsewhere",
};

export interface SoundData {
  /** where the station stands by its own record; "" for a browser that is none */
  readonly place: string;
  readonly sound_url: string;
}

export class SoundLine {
  readonly #data: SoundData;
  readonly #sound: Sound;
  readonly #say: Say;
  readonly #times: TimeOfDay;
  #kept: Kept = readKept();
  #state: SoundState | null = null;

  constructor(data: SoundData, sound: Sound, say: Say, times: TimeOfDay) {
    this.#data = data;
    this.#sound = sound;
    this.#say = say;
    this.#times = times;
    for (const button of all("[data-sound-test]")) button.addEventListener("click", () => void this.#test());
    for (const button of all<HTMLButtonElement>("[data-sound-heard]")) {
      button.addEventListener("click", () => this.#answer(button.dataset["soundHeard"] === "yes"));
    }
    for (const choice of all<HTMLInputElement>("[data-sound-place]")) {
      choice.checked = choice.value === this.place;
      choice.addEventListener("change", () => this.#move(choice.value as Place));
    }
    window.addEventListener("storage", () => {
      this.#kept = readKept();
    });
  }

  /** Where this screen stands: the station's own record, else what was chosen here, else the station. */
  get place(): Place {
    if (this.#data.place === "station" || this.#data.place === "room") return this.#data.place;
    return this.#kept.place ?? "station";
  }

  draw(heard: Heard, now: number): void {
    const state = soundState(this.#kept, this.place, heard, now);
    const fine = state === "tested" || state === "elsewhere";
    const time = this.#kept.at === null ? "" : this.#times.short(this.#kept.at);
    const inRoom = state === "tested" && this.place === "room";
    const words = this.#say(inRoom ? "sound.tested_room" : WORDS[state], { time });
    for (const place of all("[data-sound-words]")) write(place, words);
    if (state === this.#state) return;
    this.#state = state;
    document.documentElement.dataset["sound"] = state;
    for (const part of all("[data-sound]")) part.classList.toggle("is-wrong", !fine);
    for (const button of all("[data-sound-test]")) {
      write(button, this.#say(state === "silent" ? "sound.wake" : state === "tested" ? "sound.again" : "sound.test"));
      show(button, state !== "none");
    }
  }

  /** The press is a gesture: it wakes the sound. What was only asleep needs no question. */
  async #test(): Promise<void> {
    const asleep = this.#state === "silent";
    await this.#sound.wake();
    const played = this.#sound.play(this.place === "room" ? "high" : "medium");
    if (asleep && played) return;
    const panel = find("#sound-check");
    show(panel, true);
    show(find("[data-sound-played]", panel ?? document), played);
    show(find("[data-sound-none]", panel ?? document), !played);
    find<HTMLElement>("[data-sound-heard=yes]", panel ?? document)?.focus();
  }

  #answer(heard: boolean): void {
    this.#set({ place: this.#kept.place, at: Date.now(), heard });
    this.#sound.stop();
    show(find("#sound-check"), false);
    find<HTMLElement>("[data-sound-test]:not([hidden])")?.focus();
    void this.#record(heard);
  }

  #move(place: Place): void {
    this.#set({ ...this.#kept, place });
    for (const choice of all<HTMLInputElement>("[data-sound-place]")) choice.checked = choice.value === place;
    if (place === "elsewhere") show(find("#sound-check"), false);
  }

  #set(kept: Kept): void {
    this.#kept = kept;
    this.#state = null;
    keep(kept);
  }

  async #record(heard: boolean): Promise<void> {
    const body = new FormData();
    body.set("heard", heard ? "yes" : "no");
    body.set("place", this.place);
    body.set("session", find("[data-alarms]")?.dataset["session"] ?? "");
    body.set("key", newKey());
    const token = find<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
    try {
      await fetch(this.#data.sound_url, {
        method: "POST", body, headers: { "X-CSRFToken": token, Accept: "application/json" }, redirect: "manual",
      });
    } catch {
      // The record lacks this test; the screen remembers it all the same.
    }
  }
}
