import assert from "node:assert/strict";
import { test } from "node:test";
import { isTested, keptFrom, LASTS_MS, NOTHING } from "../../src/reverie/islands/sound-kept";
import { soundState } from "../../src/reverie/islands/sound-line";
import { keyOf, wordsFor } from "../../src/reverie/islands/seen";

test("what this browser kept is read with care", () => {
  assert.deepEqual(keptFrom(null), NOTHING);
  for (const broken of ["", "no", "null", "[]", '{"place":"moon","at":"x","heard":1}']) {
    assert.deepEqual(keptFrom(broken), NOTHING, broken);
  }
  assert.deepEqual(keptFrom('{"place":"room","at":5,"heard":true}'), { place: "room", at: 5, heard: true });
});

test("a test counts for one shift, when it was heard", () => {
  const kept = { place: null, at: 1_000_000, heard: true };
  assert.equal(isTested(kept, 1_000_000), true);
  assert.equal(isTested(kept, 1_000_000 + LASTS_MS), false);
  assert.equal(isTested({ ...kept, heard: false }, 1_000_000), false);
  // a clock that was set back makes it doubtful
  assert.equal(isTested(kept, 0), false);
});

test("a screen that was tested and cannot be heard now says that it is silent", () => {
  const kept = { place: null, at: 1_000, heard: true };
  assert.equal(soundState(kept, "station", "running", 2_000), "tested");
  assert.equal(soundState(kept, "station", "silent", 2_000), "silent");
  assert.equal(soundState(kept, "station", "none", 2_000), "none");
  assert.equal(soundState(NOTHING, "station", "running", 2_000), "untested");
  assert.equal(soundState({ ...kept, heard: false }, "room", "running", 2_000), "unheard");
  assert.equal(soundState(NOTHING, "elsewhere", "silent", 2_000), "elsewhere");
});

test("a press that did not arrive is sent again; one that was refused is said", () => {
  assert.equal(wordsFor(204), null);
  assert.equal(wordsFor(503), "alarm.pending");
  assert.equal(wordsFor(423), "alarm.locked");
  assert.equal(wordsFor(403), "alarm.refused");
  // a raised priority must be seen anew
  assert.notEqual(keyOf("s", 1, "medium"), keyOf("s", 1, "high"));
});
