import assert from "node:assert/strict";
import { test } from "node:test";
import { ServerClock, since, type Clocks } from "../../src/reverie/islands/server-clock";

class Hands implements Clocks {
  m = 1_000;
  w = 50_000;
  mono(): number {
    return this.m;
  }
  wall(): number {
    return this.w;
  }
  pass(ms: number): void {
    this.m += ms;
    this.w += ms;
  }
}

test("time goes on between beats by the clock that never goes back", () => {
  const hands = new Hands();
  const clock = new ServerClock(1_000_000, hands);
  hands.pass(700);
  assert.equal(clock.now(), 1_000_700);
  hands.w -= 3_600_000; // the station's clock is set back
  hands.pass(300);
  assert.equal(clock.now(), 1_001_000);
  assert.equal(clock.silence(), 1_000);
});

test("the beat that travelled least counts", () => {
  const hands = new Hands();
  const clock = new ServerClock(1_000_000, hands);
  hands.pass(1_000);
  clock.hear(1_000_600); // was 400 ms on its way
  assert.equal(clock.now(), 1_001_000);
  hands.pass(1_000);
  clock.hear(1_002_100); // the first one was 100 ms on its way
  assert.equal(clock.now(), 1_002_100);
});

test("a server whose clock was set is followed at once", () => {
  const hands = new Hands();
  const clock = new ServerClock(10_000_000, hands);
  hands.pass(1_000);
  clock.hear(6_401_000);
  assert.equal(clock.now(), 6_401_000);
});

test("a machine that slept knows it, whichever of its clocks stood still", () => {
  for (const sleeping of ["mono", "wall"] as const) {
    const hands = new Hands();
    const clock = new ServerClock(1_000_000, hands);
    if (sleeping === "mono") hands.w += 600_000;
    else hands.m += 600_000;
    assert.equal(clock.silence(), 600_000);
    assert.equal(clock.now(), 1_600_000);
  }
});

test("no length is negative", () => {
  const hands = new Hands();
  assert.equal(since(2_000, 60_000, hands), 0);
});
