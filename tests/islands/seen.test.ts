// One tap sees one alarm: the second half of a double tap must not see the next one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isBounce } from "../../src/reverie/islands/seen";

test("a second press that meets another alarm at once is not taken", () => {
  const first = { alarm: "a 1 high", at: 1_000 };
  assert.equal(isBounce(null, first), false);
  assert.equal(isBounce(first, { alarm: "b 2 high", at: 1_150 }), true);
  assert.equal(isBounce(first, { alarm: "b 2 high", at: 1_699 }), true);
  assert.equal(isBounce(first, { alarm: "b 2 high", at: 1_700 }), false);
  assert.equal(isBounce(first, { alarm: "a 1 high", at: 1_150 }), false);
});
