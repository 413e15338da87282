import assert from "node:assert/strict";
import { test } from "node:test";
import { countOf } from "../../src/reverie/islands/due-set";

const expected = { due: 100_000, overdue: 220_000 };

test("the countdown says what is left, never less than that", () => {
  assert.deepEqual(countOf(expected, 0), { text: "1:40", word: "due.full", overdue: false });
  assert.equal(countOf(expected, 99_999).text, "0:01");
});

test("from the due time on it says how late the set is, and is overdue only after the grace", () => {
  assert.deepEqual(countOf(expected, 100_000), { text: "+0:00", word: "due.now", overdue: false });
  assert.equal(countOf(expected, 220_000).overdue, false);
  assert.deepEqual(countOf(expected, 220_001), { text: "+2:00", word: "due.overdue", overdue: true });
});
