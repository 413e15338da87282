// Words of marks: whatever stands where, nothing covers anything and nothing crosses the line of now.
import assert from "node:assert/strict";
import test from "node:test";
import { placeMarks, TICK_PX, type Mark } from "../../src/reverie/islands/marks";

const NOW = 600;

test("a mark alone has its words after its tick, in the upper row", () => {
  assert.deepEqual(placeMarks([{ x: 100, wide: 90 }], NOW), [{ row: 0, side: "after", left: 100, width: 90 }]);
});

test("close to now the words turn to the other side of the tick", () => {
  const [placed] = placeMarks([{ x: 580, wide: 90 }], NOW);
  assert.deepEqual(placed, { row: 0, side: "before", left: 580 + TICK_PX - 90, width: 90 });
});

test("two marks side by side stand in two rows", () => {
  const placed = placeMarks([{ x: 100, wide: 90 }, { x: 120, wide: 90 }], NOW);
  assert.deepEqual(placed.map((one) => one.row), [0, 1]);
  assert.ok(placed.every((one) => one.width === 90));
});

test("words between two ticks of a row are cut to what is free", () => {
  const placed = placeMarks([{ x: 0, wide: 200 }, { x: 10, wide: 200 }, { x: 80, wide: 100 }], NOW);
  assert.equal(placed[2]?.row, 0);
  assert.deepEqual(placed[0], { row: 0, side: "after", left: 0, width: 74 });
});

test("whatever stands where, no words cover others or cross the line of now", () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  for (let round = 0; round < 2_000; round += 1) {
    const marks: Mark[] = Array.from({ length: 1 + random(9) }, () => ({ x: random(NOW - 2), wide: 20 + random(180) }));
    marks.sort((one, other) => one.x - other.x);
    // marks of one moment are one mark
    const apart = marks.filter((mark, at) => at === 0 || mark.x - (marks[at - 1]?.x ?? 0) >= 5);
    marks.splice(0, marks.length, ...apart);
    const placed = placeMarks(marks, NOW);
    for (const [at, one] of placed.entries()) {
      assert.ok(one.left + one.width <= NOW, "crosses now");
      assert.ok(one.left <= (marks[at]?.x ?? 0) && one.left + one.width >= (marks[at]?.x ?? 0), "is not at its tick");
      for (const other of placed.slice(at + 1).filter((two) => two.row === one.row)) {
        assert.ok(other.left >= one.left + one.width, `covers: ${JSON.stringify([one, other])}`);
      }
    }
  }
});
