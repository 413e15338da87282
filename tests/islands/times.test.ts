import assert from "node:assert/strict";
import { test } from "node:test";
import { elapsed, lengthOf, sayAge, timesIn } from "../../src/reverie/islands/times";
import { ticks } from "../../src/reverie/islands/chart-times";
import { sayFrom } from "../../src/reverie/islands/words";

const say = sayFrom(new Map([["age.seconds", "{n} s"], ["age.minutes", "{n} min {s} s"], ["age.old", "{n} min old"], ["age.hours", "since {time}"]]));

test("ages are said as the look asks", () => {
  const times = timesIn("Europe/Vienna");
  const told = [0, 59_999, 60_000, 200_000, 599_999, 600_000, 3_599_999, 3_600_000].map((age) => sayAge(age, 0, say, times));
  assert.deepEqual(told, ["0 s", "59 s", "1 min 00 s", "3 min 20 s", "9 min 59 s", "10 min old", "59 min old", "since 01:00"]);
  assert.equal(sayAge(-5, 0, say, times), "0 s");
});

test("times are those of the clinic, also when its clocks are set", () => {
  const times = timesIn("Europe/Vienna");
  assert.equal(times.exact(Date.UTC(2026, 9, 25, 0, 30, 0)), "02:30:00");
  assert.equal(times.exact(Date.UTC(2026, 9, 25, 1, 30, 0)), "02:30:00");
  assert.equal(times.short(Date.UTC(2026, 9, 25, 2, 30, 0)), "03:30");
});

test("lengths and watches", () => {
  assert.deepEqual([40_000, 90_000, 720_000].map(lengthOf), ["40 s", "1:30", "12 min"]);
  assert.deepEqual([0, 1_100_000, 4_700_000].map(elapsed), ["0:00", "18:20", "1:18:20"]);
});

test("ticks are round and few", () => {
  const found = ticks({ from: 5 * 60_000, to: 65 * 60_000 });
  assert.deepEqual(found, [10, 20, 30, 40, 50, 60].map((minute) => minute * 60_000));
});
