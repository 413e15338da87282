import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChairAlarms } from "../../src/reverie/islands/alarms";
import { Ward } from "../../src/reverie/islands/ward";
import { alarm } from "./made-alarms";

function chair(s: string, changes: Partial<ChairAlarms> = {}): ChairAlarms {
  return { s, chair: `c${s}`, name: s, initials: "MK", phase: "infusing", since: 0, rules: 1, off: [], alarms: [], ...changes };
}

test("after the connection was lost only what is open now stays, and stays as it was told", () => {
  const ward = new Ward();
  ward.take(chair("1", { alarms: [alarm(1)] }));
  ward.take(chair("2", { alarms: [alarm(2)] }));
  ward.start(["2", "3"]);
  assert.deepEqual(ward.all().map((one) => one.s), ["2"]);
  assert.equal(ward.of("2")?.alarms.length, 1);
  ward.take(chair("2", { phase: "closed" }));
  assert.deepEqual(ward.all(), []);
});

test("the highest alarm of every chair, the highest first; low ones call nobody elsewhere", () => {
  const ward = new Ward();
  ward.take(chair("1", { alarms: [alarm(1), alarm(2, { priority: "high" })] }));
  ward.take(chair("2", { alarms: [alarm(3), alarm(4, { priority: "low" })] }));
  ward.take(chair("3", { alarms: [alarm(5, { priority: "low" })] }));
  ward.take(chair("4"));
  ward.take(chair("5", { alarms: [alarm(6, { eased: 1, seen: { by: "Anna", at: 2 } }), alarm(7, { eased: 1 })] }));
  const told = ward.elsewhere().map((one) => [one.chair.s, one.alarm.seq]);
  assert.deepEqual(told, [["1", 2], ["2", 3], ["5", 7]]);
  assert.equal(ward.inChair("c3")?.s, "3");
});

test("calls are for whom they name", () => {
  const ward = new Ward();
  ward.take(chair("1", { alarms: [alarm(1, { escalated: { at: 1, to: [["me", "I"]] } })] }));
  assert.equal(ward.calling("me").length, 1);
  assert.equal(ward.calling("you").length, 0);
});
