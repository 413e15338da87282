import assert from "node:assert/strict";
import { test } from "node:test";
import { LOST_MS } from "../../src/reverie/islands/link-times";
import { troubleOf, type Known } from "../../src/reverie/islands/not-running";
import { runningOf, stoppedAt } from "../../src/reverie/islands/watch-age";

test("alarms run while the watch looked within two seconds and the page hears", () => {
  assert.equal(runningOf(0, 0), "runs");
  assert.equal(runningOf(2_000, LOST_MS), "runs");
  assert.equal(runningOf(2_001, 0), "stopped");
  assert.equal(runningOf(null, 0), "stopped");
  assert.equal(runningOf(0, LOST_MS + 1), "unheard");
});

test("a page that hears nothing says so within three seconds of the last beat", () => {
  // beats come at least every 1.2 s, the page looks four times a second
  assert.ok(LOST_MS + 250 <= 3_000);
});

test("what is said, and since when", () => {
  const known: Known = { running: "runs", link: "open", age: 0, beatAt: 10_000, silence: 100, now: 10_100 };
  assert.equal(troubleOf(known), null);
  assert.deepEqual(troubleOf({ ...known, running: "stopped", age: 4_000 }), { words: "watch.stopped_since", at: 6_000 });
  assert.deepEqual(troubleOf({ ...known, running: "stopped", age: null }), { words: "watch.stopped", at: null });
  assert.deepEqual(troubleOf({ ...known, running: "unheard", silence: 3_000 }), { words: "watch.unheard", at: 7_100 });
  assert.equal(troubleOf({ ...known, link: "signed_out" })?.words, "watch.signed_out");
  assert.equal(stoppedAt(null, 5), null);
});
