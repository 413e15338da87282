// Plays bursts, and knows whether this screen can be heard at all: a browser starts no sound before somebody has
// pressed something, stops it when it likes, and tells nobody. It decides nothing of when to sound.
import type { Priority } from "./alarms";
import { BURSTS, EDGE, HARMONICS, type Burst } from "./burst";

const LOUD = 0.7;
const GESTURES = ["pointerdown", "keydown", "touchend"] as const;
/** Time that does not go on for so long, in ms, is no sound. */
const STUCK_MS = 1_500;

export type Heard = "running" | "silent" | "none";

export class Sound {
  #context: AudioContext | null = null;
  #wave: PeriodicWave | null = null;
  #playing: { readonly end: number; readonly parts: readonly OscillatorNode[]; readonly out: GainNode } | null = null;
  #seenTime = -1;
  #seenAt = 0;

  constructor() {
    if (typeof AudioContext !== "function") return;
    this.#context = new AudioContext({ latencyHint: "interactive" });
    const wake = (): void => void this.wake();
    for (const kind of GESTURES) document.addEventListener(kind, wake, { passive: true, capture: true });
    // some browsers stop a page's sound while a call comes in, or when the loudspeaker is taken away
    this.#context.addEventListener("statechange", wake);
    document.addEventListener("visibilitychange", wake);
  }

  /** Begin or go on, if the browser lets it. */
  async wake(): Promise<void> {
    const context = this.#context;
    if (context === null || context.state === "running" || context.state === "closed") return;
    try {
      await context.resume();
    } catch {
      // Not yet: somebody must press something first. The page says that it is silent.
    }
  }

  /** Whether sound comes out now, as far as a browser tells: `now` in ms, of the ticks. */
  look(now: number): Heard {
    const context = this.#context;
    if (context === null) return "none";
    if (context.state !== "running") return "silent";
    if (context.currentTime !== this.#seenTime) {
      this.#seenTime = context.currentTime;
      this.#seenAt = now;
    }
    return now - this.#seenAt > STUCK_MS ? "silent" : "running";
  }

  /** Play one burst, in the place of what plays; false when nothing can be heard. */
  play(priority: Priority): boolean {
    const context = this.#context;
    if (context === null || context.state !== "running") return false;
    this.stop();
    const burst = BURSTS[priority];
    const begin = context.currentTime + 0.02;
    const out = context.createGain();
    out.gain.value = LOUD;
    out.connect(context.destination);
    const parts = burst.pulses.map((pulse) => this.#pulse(context, burst, begin + pulse.at, pulse.length, out));
    this.#playing = { end: begin + burst.length, parts, out };
    return true;
  }

  #pulse(context: AudioContext, burst: Burst, at: number, length: number, out: GainNode): OscillatorNode {
    const tone = context.createOscillator();
    tone.setPeriodicWave((this.#wave ??= waveOf(context)));
    tone.frequency.value = burst.pitch;
    const envelope = context.createGain();
    const edge = length * EDGE;
    envelope.gain.setValueAtTime(0, at);
    envelope.gain.linearRampToValueAtTime(1, at + edge);
    envelope.gain.setValueAtTime(1, at + length - edge);
    envelope.gain.linearRampToValueAtTime(0, at + length);
    tone.connect(envelope).connect(out);
    tone.start(at);
    tone.stop(at + length + 0.02);
    return tone;
  }

  /** Be silent at once. */
  stop(): void {
    const playing = this.#playing;
    this.#playing = null;
    if (playing === null || this.#context === null || playing.end <= this.#context.currentTime) return;
    playing.out.gain.setTargetAtTime(0, this.#context.currentTime, 0.01);
    for (const part of playing.parts) part.stop(this.#context.currentTime + 0.1);
  }
}

/** One pulse's tone: a fundamental with five harmonics, so that it is heard on any loudspeaker. */
function waveOf(context: AudioContext): PeriodicWave {
  const real = new Float32Array(HARMONICS.length + 1);
  const imaginary = new Float32Array([0, ...HARMONICS]);
  return context.createPeriodicWave(real, imaginary);
}
