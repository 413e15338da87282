import assert from "node:assert/strict";
import { test } from "node:test";
import { SessionModel } from "../../src/reverie/islands/session-model";
import { readings, summaryOf, wholeOf } from "./said";

test("what comes twice changes nothing, what is missing is told", () => {
  const model = new SessionModel(wholeOf(3));
  assert.equal(model.take(readings(4, "97")), "taken");
  assert.equal(model.take(readings(4, "50")), "known");
  assert.equal(model.take(readings(6, "90")), "gap");
  assert.equal(model.value("M", "spo2")?.v, "97");
  assert.equal(model.seq, 4);
});

test("replaying after any drop gives the same as hearing it once", () => {
  const entries = Array.from({ length: 40 }, (_, place) => readings(place + 1, String(90 + (place % 9))));
  const once = new SessionModel(wholeOf(0));
  for (const entry of entries) once.take(entry);
  for (let drop = 0; drop < entries.length; drop += 3) {
    const again = new SessionModel(wholeOf(0));
    for (const entry of entries.slice(0, drop)) again.take(entry);
    for (const entry of entries.slice(Math.max(0, drop - 5))) again.take(entry);
    assert.deepEqual([...again.values], [...once.values]);
    assert.equal(again.seq, once.seq);
  }
});

test("a late message does not replace a newer value, a clock that was set back does", () => {
  const model = new SessionModel(wholeOf(0));
  model.take(readings(1, "97", { at: 10_000, rec: 10_000 }));
  model.take(readings(2, "80", { at: 4_000, rec: 11_000 }));
  assert.equal(model.value("M", "spo2")?.v, "97");
  model.take(readings(3, "96", { at: 5_000, rec: 5_000 }));
  assert.equal(model.value("M", "spo2")?.v, "96");
});

test("a struck line stays in view", () => {
  const line = { seq: 1, at: 0, rec: 0, kind: "note", words: "x", who: "", late: false, struck: null, corrected: null };
  const model = new SessionModel(wholeOf(1, { lines: [line] }));
  model.take({ s: "s", seq: 2, kind: "correction", at: 1, rec: 1, refers: 1, struck: true, again: true });
  assert.equal(model.lines.get(1)?.struck, 2);
});

test("an old summary does not undo what was heard since", () => {
  const model = new SessionModel(wholeOf(1));
  model.take(readings(2, "97"));
  const device = { d: "M", last: 1_000, interval: 1_000, lost: 1_000, clock: null, other: "" };
  model.takeSummary(summaryOf({ seq: 1, devices: [device] }));
  assert.equal(model.devices.get("M")?.last, 2_000);
  assert.equal(model.devices.get("M")?.lost, null);
  model.takeSummary({ ...summaryOf({ phase: "recovery" }), seq: 9 });
  model.takeSummary({ ...summaryOf({ phase: "infusing" }), seq: 8 });
  assert.equal(model.summary.phase, "recovery");
});

test("an older snapshot is not taken", () => {
  const model = new SessionModel(wholeOf(5));
  assert.equal(model.start(wholeOf(4)), false);
  assert.equal(model.seq, 5);
});
