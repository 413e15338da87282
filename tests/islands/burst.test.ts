import assert from "node:assert/strict";
import { test } from "node:test";
import type { Priority } from "../../src/reverie/islands/alarms";
import { BURSTS, HARMONICS, Repeats } from "../../src/reverie/islands/burst";

test("ten pulses in two sets of five, three, one; between 150 and 1,000 Hz, with at least four harmonics", () => {
  assert.deepEqual([BURSTS.high, BURSTS.medium, BURSTS.low].map((one) => one.pulses.length), [10, 3, 1]);
  assert.ok(HARMONICS.length >= 5);
  for (const burst of Object.values(BURSTS)) {
    assert.ok(burst.pitch >= 150 && burst.pitch <= 1_000);
    for (const [place, pulse] of burst.pulses.entries()) {
      const next = burst.pulses[place + 1];
      if (next !== undefined) assert.ok(next.at > pulse.at + pulse.length, "pulses do not run into each other");
    }
  }
});

test("the pause between bursts is that of its priority", () => {
  const pause = (priority: Priority): number => BURSTS[priority].every - BURSTS[priority].length;
  assert.ok(pause("high") >= 2.5 && pause("high") <= 15);
  assert.ok(pause("medium") >= 2.5 && pause("medium") <= 30);
  assert.ok(pause("low") > 15);
  assert.ok(pause("high") < pause("medium"));
});

function begun(wanted: (now: number) => Record<string, Priority>, until: number): [number, Priority][] {
  const repeats = new Repeats();
  const found: [number, Priority][] = [];
  for (let now = 0; now <= until; now += 0.25) {
    const priority = repeats.next(now, new Map(Object.entries(wanted(now))));
    if (priority !== null) found.push([now, priority]);
  }
  return found;
}

test("one alarm sounds at once, then again and again", () => {
  assert.deepEqual(begun(() => ({ a: "high" }), 20), [[0, "high"], [8, "high"], [16, "high"]]);
});

test("a higher one interrupts; when it is seen the other goes on", () => {
  const told = begun((now) => (now >= 3 && now < 10 ? { a: "medium", b: "high" } : { a: "medium" }), 24);
  assert.deepEqual(told, [[0, "medium"], [3, "high"], [15, "medium"]]);
});

test("a second one of the same priority is heard when the burst has ended, not into it", () => {
  const during = begun((now): Record<string, Priority> => (now >= 1 ? { a: "high", b: "high" } : { a: "high" }), 7);
  assert.deepEqual(during, [[0, "high"]]);
  const after = begun((now): Record<string, Priority> => (now >= 5 ? { a: "high", b: "high" } : { a: "high" }), 7);
  assert.deepEqual(after, [[0, "high"], [5, "high"]]);
});

test("silence begins anew: what comes later sounds at once", () => {
  const told = begun((now): Record<string, Priority> => (now < 2 || now >= 4 ? { a: "high" } : {}), 5);
  assert.deepEqual(told, [[0, "high"], [4, "high"]]);
});

test("ticks that were missed are made up by one burst, not by many", () => {
  const repeats = new Repeats();
  const wanted = new Map<string, Priority>([["a", "high"]]);
  assert.equal(repeats.next(0, wanted), "high");
  assert.equal(repeats.next(600, wanted), "high");
  assert.equal(repeats.next(600.25, wanted), null);
});
