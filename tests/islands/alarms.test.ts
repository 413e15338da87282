import assert from "node:assert/strict";
import { test } from "node:test";
import { calls, inOrder, levelOf, rowsOf, sounds, wordsOf, type Alarm } from "../../src/reverie/islands/alarms";
import { timesIn } from "../../src/reverie/islands/times";
import { sayFrom } from "../../src/reverie/islands/words";
import { alarm } from "./made-alarms";

const say = sayFrom(new Map());
const times = timesIn("UTC");
const seen = { by: "Anna", at: 5_000 };

test("the highest comes first, then what nobody has seen, then the newest", () => {
  const alarms = [
    alarm(1, { priority: "low" }),
    alarm(2, { seen }),
    alarm(3),
    alarm(4, { priority: "high", seen }),
    alarm(5, { priority: "high" }),
    alarm(6),
  ];
  assert.deepEqual(inOrder(alarms).map((one) => one.seq), [5, 4, 6, 3, 2, 1]);
  assert.equal(levelOf(alarms), "high");
  assert.equal(levelOf([]), null);
});

test("one row is shown, and a second one while the first is seen and another is not", () => {
  assert.deepEqual(rowsOf([]).shown, []);
  const unseen = rowsOf([alarm(1), alarm(2, { priority: "high" }), alarm(3, { priority: "low" })]);
  assert.deepEqual(unseen.shown.map((one) => one.seq), [2]);
  assert.deepEqual(unseen.rest.map((one) => one.seq), [1, 3]);
  const waiting = rowsOf([alarm(1), alarm(2, { priority: "high", seen }), alarm(3, { priority: "low" })]);
  assert.deepEqual(waiting.shown.map((one) => one.seq), [2, 1]);
  assert.deepEqual(waiting.rest.map((one) => one.seq), [3]);
  const low = rowsOf([alarm(2, { priority: "high", seen }), alarm(3, { priority: "low" })]);
  assert.deepEqual(low.shown.map((one) => one.seq), [2]);
});

test("at the station medium and high sound, in the room high alone, elsewhere and low never", () => {
  const heard = (place: "station" | "room" | "elsewhere"): boolean[] =>
    (["low", "medium", "high"] as const).map((priority) => sounds(alarm(1, { priority }), place));
  assert.deepEqual(heard("station"), [false, true, true]);
  assert.deepEqual(heard("room"), [false, false, true]);
  assert.deepEqual(heard("elsewhere"), [false, false, false]);
});

test("what is seen, eased, over or silent does not sound; a latching one calls on until it is seen", () => {
  for (const changes of [{ seen }, { eased: 1 }, { cleared: 1 }, { silent: true }]) {
    assert.equal(sounds(alarm(1, changes), "station"), false);
  }
  const latched = { priority: "high", latching: true, cleared: 9_000 } as const;
  assert.equal(sounds(alarm(1, latched), "room"), true);
  assert.equal(sounds(alarm(1, { ...latched, seen }), "room"), false);
});

test("an alarm calls those who were named, until somebody has seen it", () => {
  const called = alarm(1, { escalated: { at: 1, to: [["a", "Anna"], ["b", "Ben"]] } });
  assert.equal(calls(called, "b"), true);
  assert.equal(calls(called, "c"), false);
  assert.equal(calls({ ...called, seen }, "b"), false);
  assert.equal(calls(alarm(1), "a"), false);
});

test("what is said: how long, that it was, who has seen it, whom it called", () => {
  const told = sayFrom(
    new Map([
      ["alarm.for", "for {length}"], ["alarm.was", "was {words}"], ["alarm.eased", "back since {time}"],
      ["alarm.over", "over since {time}"], ["alarm.seen", "seen by {name} {time}"],
      ["alarm.called", "{names} called {time}"], ["alarm.called_nobody", "nobody {time}"],
    ]),
  );
  const at = (one: Alarm): unknown => wordsOf(one, 37_500, told, times);
  assert.deepEqual(at(alarm(1)), { words: "SpO2 86 %", length: "for 37 s", meta: "" });
  // the alarm began after this browser's idea of now: never a negative length
  assert.deepEqual(at(alarm(99)), { words: "SpO2 86 %", length: "for 0 s", meta: "" });
  const eased = at(alarm(1, { eased: 20_000, seen }));
  assert.deepEqual(eased, { words: "was SpO2 86 %", length: "back since 00:00:20", meta: "seen by Anna 00:00:05" });
  const over = at(alarm(1, { eased: 20_000, cleared: 30_000, escalated: { at: 60_000, to: [] } }));
  assert.deepEqual(over, { words: "was SpO2 86 %", length: "over since 00:00:30", meta: "nobody 00:01:00" });
  const called = at(alarm(1, { escalated: { at: 60_000, to: [["a", "Anna"], ["b", "Ben"]] } }));
  assert.deepEqual((called as { meta: string }).meta, "Anna, Ben called 00:01:00");
  assert.equal(wordsOf(alarm(1), 0, say, times).length, "alarm.for");
});
