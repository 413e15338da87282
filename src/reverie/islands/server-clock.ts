// The server's time as this browser can know it: its beats, and a clock that never goes back between
// them. A machine that slept stops one of its clocks, so whichever ran further counts.

const REMEMBERED = 30;
const STEP_MS = 2_000;

export interface Clocks {
  mono(): number;
  wall(): number;
}

export const BROWSER: Clocks = { mono: () => performance.now(), wall: () => Date.now() };

/** Milliseconds since a moment, by whichever clock ran further; never negative. */
export function since(mono: number, wall: number, clocks: Clocks): number {
  return Math.max(clocks.mono() - mono, clocks.wall() - wall, 0);
}

export class ServerClock {
  readonly #clocks: Clocks;
  #offsets: number[] = [];
  #offset = 0;
  #heardMono: number;
  #heardWall: number;

  constructor(serverNow: number, clocks: Clocks = BROWSER) {
    this.#clocks = clocks;
    this.#heardMono = clocks.mono();
    this.#heardWall = clocks.wall();
    this.hear(serverNow);
  }

  /** A beat: the server's time when it was sent. The one that travelled least says most. */
  hear(serverNow: number): void {
    this.#heardMono = this.#clocks.mono();
    this.#heardWall = this.#clocks.wall();
    const offset = serverNow - this.#heardMono;
    if (Math.abs(offset - this.#offset) > STEP_MS) this.#offsets = [];
    this.#offsets.push(offset);
    if (this.#offsets.length > REMEMBERED) this.#offsets.shift();
    this.#offset = Math.max(...this.#offsets);
  }

  /** The server's time now, in milliseconds since the epoch. */
  now(): number {
    const slept = since(this.#heardMono, this.#heardWall, this.#clocks) - (this.#clocks.mono() - this.#heardMono);
    return this.#offset + this.#clocks.mono() + Math.max(slept, 0);
  }

  /** Milliseconds since the last beat. */
  silence(): number {
    return since(this.#heardMono, this.#heardWall, this.#clocks);
  }
}
